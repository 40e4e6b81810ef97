"""The kernel's ``gpio-sim`` as a module for Debian's kernel, which is built without it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
MODULE = "gpio-sim.ko"


def let_outputs_persist(gpio_sim: str) -> str:
    """The driver's source, with ``release_line`` in place of what it does when a line is given back.

    Raises ``ValueError`` when the source has changed so much that this is not possible.
    """
    before, after = "gc->free = gpio_sim_free;", "gc->free = release_line;"
    if gpio_sim.count(before) != 1:
        raise ValueError(f"gpio-sim.c has {gpio_sim.count(before)} times {before!r}, not once")
    return gpio_sim.replace(before, after)


def build(sources: Path, headers: Path) -> Path:
    """Compile in the folder ``sources``, which holds the kernel's; the module's file.

    Raises ``subprocess.CalledProcessError`` with what the compiler said in ``output``, and ``ValueError``.
    """
    driver = sources / "gpio-sim.c"
    driver.write_text(let_outputs_persist(driver.read_text(encoding="utf-8")), encoding="utf-8")
    for name in ("Makefile", "gpio_sim_that_persists.c"):
        shutil.copy(HERE / name, sources)
    subprocess.run(
        ["make", "-C", headers, f"M={sources}", "modules"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return sources / MODULE
