"""What staff and technicians do on the box's own screen."""

from __future__ import annotations

from collections.abc import Mapping

from controller import api
from controller.adapters.control.pages_common import Sessions, answer
from controller.adapters.control.server import Handler, RequestError, method
from controller.domain import commands as cmd
from controller.domain.model import Purpose
from controller.ports import Operations


class StaffMethods:
    """Methods of the staff and technician pages at the box. One event loop."""

    def __init__(self, operations: Operations, sessions: Sessions) -> None:
        self._operations = operations
        self._sessions = sessions

    def methods(self) -> Mapping[str, Handler]:
        return dict(
            (
                method(api.StaffLogin, self._log_in),
                method(api.StaffLogout, self._log_out),
                method(api.StaffObstructed, self._obstructed),
                method(api.StaffAnswerLoading, self._answer_loading),
                method(api.StaffRequestOpening, self._request_opening),
                method(api.StaffDropRequest, self._drop_request),
                method(api.StaffReport, self._report),
                method(api.TestCompartment, self._test),
            )
        )

    async def _log_in(self, request: api.StaffLogin) -> api.Nothing:
        return answer(await self._operations.log_in(request.pin))

    async def _log_out(self, request: api.StaffLogout) -> api.Nothing:
        return answer(await self._operations.carry_out(cmd.LogOut(self._sessions.staff(request.session))))

    async def _obstructed(self, request: api.StaffObstructed) -> api.Nothing:
        session = self._sessions.staff(request.session)
        return answer(await self._operations.carry_out(cmd.ReportObstructed(session)))

    async def _answer_loading(self, request: api.StaffAnswerLoading) -> api.Nothing:
        session = self._sessions.staff(request.session)
        return answer(await self._operations.carry_out(cmd.AnswerLoading(session, request.deposit, request.answer)))

    async def _request_opening(self, request: api.StaffRequestOpening) -> api.Nothing:
        session = self._sessions.staff(request.session)
        try:
            purpose = Purpose(request.purpose)
        except ValueError:
            raise RequestError(api.REFUSED, "no such purpose", reason="purpose_unknown") from None
        command = cmd.RequestOpening(session, request.compartment, purpose, request.reason)
        return answer(await self._operations.carry_out(command))

    async def _drop_request(self, request: api.StaffDropRequest) -> api.Nothing:
        return answer(await self._operations.carry_out(cmd.DropRequest(self._sessions.staff(request.session))))

    async def _report(self, request: api.StaffReport) -> api.Nothing:
        session = self._sessions.staff(request.session)
        command = cmd.ReportContents(session, request.contents, request.deposit_end)
        return answer(await self._operations.carry_out(command))

    async def _test(self, request: api.TestCompartment) -> api.Nothing:
        session = self._sessions.staff(request.session)
        return answer(await self._operations.carry_out(cmd.TestCompartment(session, request.compartment)))
