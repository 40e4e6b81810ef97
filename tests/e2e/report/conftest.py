"""The pages with a scripted controller that answers with the made story's October."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest_asyncio

from controller import api
from tests.e2e.pages.running import Ui, ui
from tests.e2e.pages.scripted import ScriptedController
from tests.unit.reporting.conftest import october, story

__all__ = ["october", "story"]

STAFF = api.StaffView(revision=1, page="badge")


class ReportingController(ScriptedController):
    """Answers ``report.month`` with ``report``."""

    report: api.ReportView

    def _answer(self, message: dict[str, Any]) -> bytes:
        if message["method"] == "report.month" and "report.month" not in self.answers:
            self.requests.append((message["method"], message["params"]))
            return self._line(message["id"], {"result": self.report})
        return super()._answer(message)

    def log_in(self, token: str = "token-1") -> None:  # noqa: S107
        page = "load_ready" if token else "badge"
        self.show("staff", msgspec.structs.replace(STAFF, page=page, session=token, staff="sabine" if token else ""))


class Office:
    """A box whose report is looked at."""

    def __init__(self, controller: ReportingController, running: Ui) -> None:
        self.controller = controller
        self.ui = running


@pytest_asyncio.fixture(loop_scope="session")
async def office(october: api.ReportView) -> AsyncIterator[Office]:
    with tempfile.TemporaryDirectory(prefix="pages") as directory:
        socket = Path(directory, "ui.sock")
        controller = ReportingController(socket)
        async with controller, ui(socket) as running:
            controller.report = msgspec.structs.replace(october, may_note=True)
            controller.log_in()
            yield Office(controller, running)
