"""Tests of controller.adapters.control."""
