"""Locks: one file per kind of hardware, and the governor that stands above all of them."""
