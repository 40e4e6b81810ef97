"""What staff do on the box's own screen beside scanning: mend, walk, look up."""

from __future__ import annotations

from collections.abc import Mapping

from controller import api
from controller.adapters.control import work_lists
from controller.adapters.control.board import ViewBoard
from controller.adapters.control.pages_common import Sessions, answer
from controller.adapters.control.server import Handler, RequestError, method
from controller.adapters.control.story import story
from controller.domain import commands as cmd
from controller.domain.commands import Command
from controller.domain.model import Purpose
from controller.ports import Operations


class StaffWorkMethods:
    """One event loop."""

    def __init__(self, operations: Operations, sessions: Sessions, board: ViewBoard) -> None:
        self._operations = operations
        self._sessions = sessions
        self._board = board

    def methods(self) -> Mapping[str, Handler]:
        return dict(
            (
                method(api.StaffUndo, self._undo),
                method(api.StaffTooSmall, self._too_small),
                method(api.StaffNoOldDocument, self._no_old_document),
                method(api.StaffStartRound, self._start_round),
                method(api.StaffGoOn, self._go_on),
                method(api.StaffSkip, self._skip),
                method(api.StaffLeaveRound, self._leave_round),
                method(api.StaffStopRound, self._stop_round),
                method(api.StaffSetService, self._set_service),
                method(api.StaffKeepActive, self._keep_active),
                method(api.StaffDismiss, self._dismiss),
                method(api.GetEnvelopes, self._envelopes),
                method(api.GetPlaces, self._places),
                method(api.GetCompartment, self._compartment),
                method(api.GetStory, self._story),
                method(api.GetFront, self._front),
            )
        )

    async def _carry_out(self, command: Command) -> api.Nothing:
        return answer(await self._operations.carry_out(command))

    async def _undo(self, request: api.StaffUndo) -> api.Nothing:
        return await self._carry_out(cmd.UndoLoading(self._sessions.staff(request.session)))

    async def _too_small(self, request: api.StaffTooSmall) -> api.Nothing:
        return await self._carry_out(cmd.ReportTooSmall(self._sessions.staff(request.session)))

    async def _no_old_document(self, request: api.StaffNoOldDocument) -> api.Nothing:
        return await self._carry_out(cmd.ReportNoOldDocument(self._sessions.staff(request.session)))

    async def _start_round(self, request: api.StaffStartRound) -> api.Nothing:
        session = self._sessions.staff(request.session)
        try:
            purpose = Purpose(request.purpose)
        except ValueError:
            raise RequestError(api.REFUSED, "no such purpose", reason="purpose_unknown") from None
        return await self._carry_out(cmd.StartRound(session, purpose, request.reason))

    async def _go_on(self, request: api.StaffGoOn) -> api.Nothing:
        return await self._carry_out(cmd.GoOnWithRound(self._sessions.staff(request.session)))

    async def _skip(self, request: api.StaffSkip) -> api.Nothing:
        return await self._carry_out(cmd.SkipInRound(self._sessions.staff(request.session)))

    async def _leave_round(self, request: api.StaffLeaveRound) -> api.Nothing:
        return await self._carry_out(cmd.LeaveRound(self._sessions.staff(request.session)))

    async def _stop_round(self, request: api.StaffStopRound) -> api.Nothing:
        return await self._carry_out(cmd.StopRound(self._sessions.staff(request.session)))

    async def _set_service(self, request: api.StaffSetService) -> api.Nothing:
        session = self._sessions.staff(request.session)
        if request.state not in ("in_service", "out_of_service"):
            raise RequestError(api.REFUSED, "no such state", reason="wrong_choice")
        back = request.state == "in_service"
        return await self._carry_out(cmd.SetService(session, request.compartment, back, request.reason))

    async def _keep_active(self, request: api.StaffKeepActive) -> api.Nothing:
        return await self._carry_out(cmd.KeepStaffSession(self._sessions.staff(request.session)))

    async def _dismiss(self, request: api.StaffDismiss) -> api.Nothing:
        if request.revision != self._board.revision("staff"):
            raise RequestError(api.STALE, "the page has changed since", reason="stale")
        self._operations.dismiss_staff()
        return api.Nothing()

    async def _envelopes(self, request: api.GetEnvelopes) -> api.EnvelopeList:
        self._sessions.staff(request.session)
        box, now = self._operations.box(), self._operations.now()
        return _there(work_lists.envelopes(box, now, request.which, request.query))

    async def _places(self, request: api.GetPlaces) -> api.PlaceList:
        self._sessions.staff(request.session)
        return _there(work_lists.places(self._operations.box(), request.which))

    def _known(self, session: str, compartment: str) -> None:
        self._sessions.staff(session)
        if compartment not in self._operations.box().compartments:
            raise RequestError(api.REFUSED, "no such compartment", reason="compartment_unknown")

    async def _compartment(self, request: api.GetCompartment) -> api.WorkRow:
        self._known(request.session, request.compartment)
        box = self._operations.box()
        return work_lists.work_row(box, box.compartments[request.compartment])

    async def _story(self, request: api.GetStory) -> api.Story:
        self._known(request.session, request.compartment)
        return await story(self._operations.log_entries, self._operations.box().seq, request.compartment)

    async def _front(self, request: api.GetFront) -> api.FrontView:
        self._sessions.staff(request.session)
        return self._board.front_since(request.since)


def _there(found: work_lists.ListT | None) -> work_lists.ListT:
    if found is None:
        raise RequestError(api.REFUSED, "no such list", reason="wrong_choice")
    return found
