"""What an entry point connects the controller to."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Protocol

from controller.adapters.event_store import open_log
from controller.identity import Kind
from controller.ports import Clock, EventLog, Opened
from controller.services.hardware_faults import HardwareFaults
from hal.interfaces import DoorSensors, Headphones, Indicators, LockBank
from hal.profile import Profile

OpenLog = Callable[[Path, str, int], tuple[EventLog, Opened]]
"""``(path, box, fold_version)``: opens the log."""


class Hardware(Protocol):
    """What an entry point connects the controller to; `hal.cabinet.Cabinet` is one."""

    @property
    def locks(self) -> LockBank: ...

    @property
    def doors(self) -> DoorSensors: ...

    @property
    def indicators(self) -> Indicators: ...

    @property
    def headphones(self) -> Headphones: ...

    @property
    def measured(self) -> Mapping[str, int]:
        """What gauges said last, by name: thousandths of a degree, millivolts."""
        ...

    def close(self) -> None:
        """Everything inactive, devices given back."""
        ...


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything that differs between a real and a simulated box."""

    kind: Kind
    open_hardware: Callable[[Profile, HardwareFaults], Hardware]
    clock: Clock
    sockets: Mapping[str, socket.socket]
    open_log: OpenLog
    software: str
    end_begins: Callable[[], None] = lambda: None
    """Called when the process begins to end (perhaps twice), in order or not: whatever hangs then must not keep it."""


def open_event_log(path: Path, box: str, fold_version: int) -> tuple[EventLog, Opened]:
    """The production log."""
    return open_log(path, box, fold_version=fold_version)


def software_version() -> str:
    """The installed version of this software."""
    return f"abholfach {metadata.version('abholfach')}"
