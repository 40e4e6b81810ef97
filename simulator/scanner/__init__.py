"""Scanners that are none: a pty that sends what a serial scanner would."""
