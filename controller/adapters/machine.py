"""What the computer says of itself: temperature and memory, out of /sys and /proc. None what it does not tell."""

from __future__ import annotations

from pathlib import Path

from controller.ports import MachineState

THERMAL = Path("/sys/class/thermal/thermal_zone0/temp")
MEMORY = Path("/proc/meminfo")


def machine_state(thermal: Path = THERMAL, memory: Path = MEMORY) -> MachineState:
    """Two small reads that do not block."""
    return MachineState(_temperature(thermal), _available(memory))


def _temperature(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None  # A computer without a thermometer, or a sandbox that hides it.


def _available(path: Path) -> int | None:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    return None
