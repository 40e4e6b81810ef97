"""Adapters: how the outside world meets the ports."""
