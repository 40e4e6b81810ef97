"""What the technician's page and ``abholfach status`` show: a pure function of the state."""

from __future__ import annotations

from controller.adapters.control.front_plan import front_plan
from controller.api import DeviceView, FaultView, TechnicianView
from controller.domain.model import Box
from controller.domain.moment import Moment
from controller.ports import FrontState

#: Faults that stop the box from serving people; all others leave something that works.
RED = frozenset(
    {"disk_full", "outage", "unexpected_open", "many_quarantined", "scanner_down", "document_missing", "screen_stale"}
)


def technician_view(box: Box, front: FrontState, now: Moment, software: str) -> TechnicianView:
    faults = tuple(FaultView(fault.code, fault.subject, fault.since_wall_ms) for _, fault in sorted(box.faults.items()))
    red = bool(front.halted) or any(fault.code in RED for fault in faults)
    return TechnicianView(
        revision=0,
        box=box.box,
        light="red" if red else "yellow" if faults else "green",
        software=software,
        kind=box.kind,
        boot=box.boot,
        starts=box.starts,
        clock_trusted=box.clock_trusted,
        wall_ms=now.wall_ms,
        faults=faults,
        devices=tuple(DeviceView(name, state, detail) for name, (state, detail) in sorted(front.devices.items())),
        front=front_plan(box, with_states=True),
        log_seq=box.seq,
        log_hash=front.last_hash,
        log_verified_seq=front.log_verified_seq,
        central_acknowledged_seq=front.acknowledged_seq,
        lease=box.lease.value,
        out_of_order=front.halted,
    )
