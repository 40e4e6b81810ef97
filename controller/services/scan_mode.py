"""What a reader may let out now. The controller checks again whatever arrives."""

from __future__ import annotations

from controller.domain.in_use import box_open
from controller.domain.model import Box, Role
from controller.domain.moment import Moment


def scan_mode(box: Box, halted: str, now: Moment, document_key: bool = False) -> str:
    """A `hal.wire` ``ScanMode``. A badge is always readable while the box works: staff can take over at any time. While
    residents may not use the box, their codes are not even read. ``document_key``: a photo page is asked for.
    """
    if halted or not box.boot:
        return "OFF"
    staff = box.staff_session
    if staff is not None:
        loads = {Role.LOADER, Role.SUPERVISOR} & set(staff.roles)
        return "LOADING" if loads and staff.requested is None else "BADGE"
    if document_key and box.session is not None:
        return "DOCUMENT_KEY"
    in_use = box.session is None and box.outage is None and box_open(box, now)
    return "PICKUP" if in_use else "BADGE"
