"""What a reader may let out now. The controller checks again whatever arrives."""

from __future__ import annotations

from controller.domain.model import Box, Role


def scan_mode(box: Box, halted: str) -> str:
    """A `hal.wire` ``ScanMode``. A badge is always readable while the box works: staff can take over at any time."""
    if halted or not box.boot:
        return "OFF"
    staff = box.staff_session
    if staff is not None:
        loads = {Role.LOADER, Role.SUPERVISOR} & set(staff.roles)
        return "LOADING" if loads and staff.requested is None else "BADGE"
    return "PICKUP" if box.session is None else "BADGE"
