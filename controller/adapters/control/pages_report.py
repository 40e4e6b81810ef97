"""The monthly report: for supervisors and auditors, figures only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import msgspec

from controller import api
from controller.adapters.control.pages_common import Sessions, answer, same
from controller.adapters.control.server import Handler, RequestError, method
from controller.adapters.reports import ReportDesk
from controller.domain import commands as cmd
from controller.domain.model import Role
from controller.ports import LogError, Operations
from controller.reporting import MonthError

READERS = frozenset({Role.SUPERVISOR, Role.AUDITOR})


class UseCounter(Protocol):
    """Counts languages and reading modes over many sessions (`controller.services.page_use`)."""

    def tell(self, modes: Iterable[str]) -> None: ...

    def settle(self) -> None: ...

    def flush(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Reporting:
    """What the report is made with."""

    desk: ReportDesk
    page_use: UseCounter


class ReportMethods:
    """Methods of the report's pages. One event loop. Without ``reporting`` (the box is out of order) there is no
    report.
    """

    def __init__(self, operations: Operations, sessions: Sessions, reporting: Reporting | None) -> None:
        self._operations = operations
        self._sessions = sessions
        self._reporting = reporting

    def methods(self) -> Mapping[str, Handler]:
        return dict(
            (
                method(api.GetReport, self._report),
                method(api.NoteIssued, self._note_issued),
                method(api.NoteCost, self._note_cost),
                method(api.TellModes, self._tell_modes),
            )
        )

    def _roles(self, token: str) -> frozenset[Role]:
        """The roles of whoever has this session at the box. Raises `RequestError`."""
        self._sessions.staff(token)
        session = self._operations.box().staff_session
        return frozenset(session.roles) if session is not None else frozenset()

    async def _report(self, request: api.GetReport) -> api.ReportView:
        roles = self._roles(request.session)
        if not roles & READERS:
            raise RequestError(api.REFUSED, "for supervisors and auditors", reason="role_missing")
        if self._reporting is None:
            raise RequestError(api.OUT_OF_ORDER, "no report without a log", reason="out_of_order")
        self._reporting.page_use.settle()
        try:
            view = await self._reporting.desk.report(request.month, self._operations.now())
        except MonthError as error:
            raise RequestError(api.REFUSED, str(error), reason="month_unknown") from error
        except LogError as error:
            raise RequestError(api.REFUSED, str(error), reason=error.code) from error
        return msgspec.structs.replace(view, may_note=Role.SUPERVISOR in roles)

    async def _note_issued(self, request: api.NoteIssued) -> api.Nothing:
        session = self._sessions.staff(request.session)
        command = cmd.NoteDocumentsIssued(session, "", request.month, request.count)
        return answer(await self._operations.carry_out(command))

    async def _note_cost(self, request: api.NoteCost) -> api.Nothing:
        session = self._sessions.staff(request.session)
        return answer(await self._operations.carry_out(cmd.NoteRunningCost(session, "", request.month, request.cents)))

    async def _tell_modes(self, request: api.TellModes) -> api.Nothing:
        if not same(request.session, self._operations.front().kiosk_token):
            raise RequestError(api.STALE, "no such session", reason="no_session")
        if self._reporting is not None:
            self._reporting.page_use.tell(request.modes)
        return api.Nothing()
