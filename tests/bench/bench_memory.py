"""What the box's three Python processes weigh: proportional set size (PSS) after the start and a visit of every page,
in MB.

PSS shares what several processes map among them; only together do the figures mean something, so the sum is one of
them. There is no floor: an interpreter alone, with nothing imported, stands beside them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from simulator.town import Town
from tests.bench.as_on_a_box import environment

SETTLE_S = 3.0


def pss_mb(pid: int) -> float:
    """From /proc/PID/smaps_rollup."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError("no Pss")


def _bare_interpreter() -> float:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        time.sleep(0.3)
        return pss_mb(child.pid)
    finally:
        child.kill()
        child.wait()


def figures() -> dict[str, dict[str, float | str]]:
    """``memory.controller``, ``memory.ui``, ``memory.reader`` and ``memory.total``."""
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as directory:
        os.environ.update(environment(Path(directory)))
        town = Town(Path(directory) / "town")
        town.provision()
        try:
            town.start_plant()
            town.start_controller()
            reader = town.start_reader()
            address = town.start_pages()
            for page in ("", "/kiosk/fragment", "/staff", "/technician"):
                httpx.get(f"{address.rstrip('/')}{page}", timeout=10).raise_for_status()
            time.sleep(SETTLE_S)
            floor = _bare_interpreter()
            processes = {"controller": town.controller, "ui": town.pages, "reader": reader}
            weights = {name: pss_mb(process.pid) for name, process in processes.items() if process is not None}
        finally:
            town.stop()
    weights["total"] = sum(weights.values())
    return {
        f"memory.{name}": {
            "value": round(value, 1),
            "unit": "MB",
            "floor": round(floor, 1),
            "ratio": round(value / floor, 2),
        }
        for name, value in weights.items()
    }
