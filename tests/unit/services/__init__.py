"""Tests of controller.services."""
