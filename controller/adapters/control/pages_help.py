"""Calls for help, outages, and when whoever works at the box will be done."""

from __future__ import annotations

from collections.abc import Mapping

from controller import api
from controller.adapters.control.pages_common import Sessions, answer
from controller.adapters.control.server import Handler, RequestError, method
from controller.domain import commands as cmd
from controller.ports import Operations


class HelpMethods:
    """Methods of the residents' and the staff's pages at the box. One event loop."""

    def __init__(self, operations: Operations, sessions: Sessions) -> None:
        self._operations = operations
        self._sessions = sessions

    def methods(self) -> Mapping[str, Handler]:
        return dict(
            (
                method(api.CallHelp, self._call),
                method(api.StaffAcknowledgeHelp, self._acknowledge),
                method(api.StaffEndHelp, self._end),
                method(api.StaffReportOutage, self._report_outage),
                method(api.StaffEndOutage, self._end_outage),
                method(api.StaffBackAt, self._back_at),
            )
        )

    async def _call(self, request: api.CallHelp) -> api.Nothing:
        """Whoever stands before the box may call; whose session runs decides the reference."""
        self._sessions.fresh(request.revision)
        session = self._operations.box().session
        return answer(await self._operations.carry_out(cmd.CallHelp(session.id if session is not None else "")))

    async def _acknowledge(self, request: api.StaffAcknowledgeHelp) -> api.Nothing:
        by = self._member(request.session)
        return answer(await self._operations.carry_out(cmd.AcknowledgeHelp(request.call, by)))

    async def _end(self, request: api.StaffEndHelp) -> api.Nothing:
        by = self._member(request.session)
        return answer(await self._operations.carry_out(cmd.EndHelp(request.call, by)))

    async def _report_outage(self, request: api.StaffReportOutage) -> api.Nothing:
        by = self._member(request.session)
        return answer(await self._operations.carry_out(cmd.ReportOutage(request.reason, by)))

    async def _end_outage(self, request: api.StaffEndOutage) -> api.Nothing:
        by = self._member(request.session)
        return answer(await self._operations.carry_out(cmd.EndOutage(by)))

    async def _back_at(self, request: api.StaffBackAt) -> api.Nothing:
        session = self._sessions.staff(request.session)
        return answer(await self._operations.carry_out(cmd.SetBackAt(session, request.minutes)))

    def _member(self, token: str) -> str:
        """Who is logged in with this token. Raises `RequestError` (stale)."""
        self._sessions.staff(token)
        session = self._operations.box().staff_session
        if session is None:
            raise RequestError(api.STALE, "no such session", reason="no_staff_session")
        return session.staff
