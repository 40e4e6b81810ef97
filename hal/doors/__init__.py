"""Door sensors: one file per kind of hardware, and the watch that makes steady readings of their edges."""
