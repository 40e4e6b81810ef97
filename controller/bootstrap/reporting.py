"""What the monthly report is made with."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from controller.adapters.control.pages_report import Reporting
from controller.adapters.reports import ReportDesk, local_zone
from controller.bootstrap.sockets import LANGUAGES
from controller.reporting import Month
from controller.services.actor import Actor
from controller.services.front import Front
from controller.services.page_use import PageUse


@contextlib.asynccontextmanager
async def reporting(actor: Actor, front: Front, log: Path) -> AsyncIterator[Reporting]:
    """Reads the log at ``log`` when it is first asked; gives its connection back at the end."""
    desk = ReportDesk(log, local_zone(), tuple(sorted(LANGUAGES)))
    page_use = PageUse(actor, front, lambda wall_ms: str(Month.of(wall_ms, desk.zone)))
    try:
        yield Reporting(desk, page_use)
    finally:
        await desk.close()
