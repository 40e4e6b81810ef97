"""What drives hardware, on a real kernel: Debian's, in qemu under software emulation, with the kernel's own simulated
devices.

``./box kernel`` prepares everything (`tests.kernel.debian`, `tests.kernel.module`), boots (`tests.kernel.machine`) and
runs the tests marked ``kernel`` in there. GPIO lines are those of ``gpio-sim``, which Debian's kernel is built without;
it is built here from Debian's own source.
"""
