"""What a technician sees."""

from __future__ import annotations

import msgspec

from controller.api.views.front import CompartmentView


class FaultView(msgspec.Struct, frozen=True):
    code: str
    subject: str
    since_wall_ms: int


class DeviceView(msgspec.Struct, frozen=True):
    """A device and how it is: ``state`` is ok, fault or unknown."""

    name: str
    state: str
    detail: str = ""


class TechnicianView(msgspec.Struct, frozen=True):
    """The state of the box for a technician. ``light``: green, yellow or red."""

    revision: int
    box: str
    light: str
    software: str
    kind: str
    boot: str
    starts: int
    clock_trusted: bool
    wall_ms: int
    faults: tuple[FaultView, ...]
    devices: tuple[DeviceView, ...]
    front: tuple[CompartmentView, ...]
    log_seq: int
    log_hash: str
    log_verified_seq: int
    central_acknowledged_seq: int
    lease: str
    out_of_order: str = ""


class LogPosition(msgspec.Struct, frozen=True):
    seq: int
    hash: str
