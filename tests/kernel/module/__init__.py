"""The kernel's ``gpio-sim`` as a module for Debian's kernel, which is built without it."""

from __future__ import annotations

import subprocess
from pathlib import Path

HERE = Path(__file__).parent
MODULE = "gpio-sim.ko"


INSTEAD = {
    "gc->free = gpio_sim_free;": "gc->free = release_line;",
    "gc->set = gpio_sim_set;": "gc->set = set_line;",
    "gc->direction_output = gpio_sim_direction_output;": "gc->direction_output = drive_line;",
    "gc->set_multiple = gpio_sim_set_multiple;": "gc->set_multiple = NULL; /* one after the other by set */",
}
"""What of the driver is done by ``observed_gpio_sim.c``."""


def observed(gpio_sim: str) -> str:
    """The driver's source with `INSTEAD`. Raises ``ValueError`` when it has changed so much that this is not
    possible.
    """
    for before, after in INSTEAD.items():
        if gpio_sim.count(before) != 1:
            raise ValueError(f"gpio-sim.c has {gpio_sim.count(before)} times {before!r}, not once")
        gpio_sim = gpio_sim.replace(before, after)
    return gpio_sim


def own_sources() -> dict[str, bytes]:
    """What is compiled beside the kernel's files, by name."""
    return {name: (HERE / name).read_bytes() for name in ("Makefile", "observed_gpio_sim.c")}


def build(sources: Path, headers: Path) -> Path:
    """Compile in the folder ``sources``, which holds the kernel's; the module's file.

    Raises ``subprocess.CalledProcessError`` with what the compiler said in ``output``, and ``ValueError``.
    """
    driver = sources / "gpio-sim.c"
    driver.write_text(observed(driver.read_text(encoding="utf-8")), encoding="utf-8")
    for name, content in own_sources().items():
        (sources / name).write_bytes(content)
    subprocess.run(
        # Type information for BPF is of no use here, and from 6.12 on would need another program.
        ["make", "-C", headers, f"M={sources}", "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return sources / MODULE
