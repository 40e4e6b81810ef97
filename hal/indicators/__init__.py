"""Lamps and sounds. Only what the board profile names is there."""
