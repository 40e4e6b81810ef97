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
from controller.ports import LogError, OfficeDesk, Operations
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


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks: ``session`` at the box, or (empty) ``by`` in the office."""

    roles: frozenset[Role]
    session: str
    by: str


class ReportMethods:
    """Methods of the report's pages. One event loop. Without ``reporting`` (the box is out of order) there is no
    report.
    """

    def __init__(
        self, operations: Operations, sessions: Sessions, reporting: Reporting | None, office: OfficeDesk | None = None
    ) -> None:
        self._operations = operations
        self._sessions = sessions
        self._reporting = reporting
        self._office = office

    def methods(self) -> Mapping[str, Handler]:
        return dict(
            (
                method(api.GetReport, self._report),
                method(api.NoteIssued, self._note_issued),
                method(api.NoteCost, self._note_cost),
                method(api.TellModes, self._tell_modes),
            )
        )

    def _who(self, token: str) -> Asking:
        """Whose session this is, in the office or at the box. Raises `RequestError`."""
        member = self._office.member(token) if self._office is not None and token else None
        if member is not None:
            return Asking(frozenset(member.roles), "", member.staff)
        name = self._sessions.staff(token)
        session = self._operations.box().staff_session
        return Asking(frozenset(session.roles) if session is not None else frozenset(), name, "")

    async def _report(self, request: api.GetReport) -> api.ReportView:
        roles = self._who(request.session).roles
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

    def _noting(self, token: str) -> Asking:
        """Whoever may type figures. At the box the rules look at the role themselves. Raises `RequestError`."""
        asking = self._who(token)
        if not asking.session and Role.SUPERVISOR not in asking.roles:
            raise RequestError(api.REFUSED, "for supervisors", reason="role_missing")
        return asking

    async def _note_issued(self, request: api.NoteIssued) -> api.Nothing:
        asking = self._noting(request.session)
        command = cmd.NoteDocumentsIssued(asking.session, asking.by, request.month, request.count)
        return answer(await self._operations.carry_out(command))

    async def _note_cost(self, request: api.NoteCost) -> api.Nothing:
        asking = self._noting(request.session)
        command = cmd.NoteRunningCost(asking.session, asking.by, request.month, request.cents)
        return answer(await self._operations.carry_out(command))

    async def _tell_modes(self, request: api.TellModes) -> api.Nothing:
        if not same(request.session, self._operations.front().kiosk_token):
            raise RequestError(api.STALE, "no such session", reason="no_session")
        if self._reporting is not None:
            self._reporting.page_use.tell(request.modes)
        return api.Nothing()
