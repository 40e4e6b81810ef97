"""The methods of a round before the front. Every one changes the box, and wants somebody logged in at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from controller import api
from controller.adapters.control.commissioning_view import commissioning_sheet
from controller.adapters.control.pages_common import answer
from controller.adapters.control.server import Handler, RequestError, method
from controller.domain import commands as cmd
from controller.domain.decision import Refusal
from controller.domain.model import StaffSession
from controller.ports import Operations, TechnicianDesk


class CommissioningMethods:
    """One event loop. ``at_the_box`` gives the session of somebody who may change things, ``reader`` who reads; both
    raise `RequestError`. ``desk`` raises `OutOfOrder` while there is none.
    """

    def __init__(
        self,
        operations: Operations,
        desk: Callable[[], TechnicianDesk],
        at_the_box: Callable[[str], StaffSession],
        reader: Callable[[str], str],
    ) -> None:
        self._operations = operations
        self._desk = desk
        self._at_the_box = at_the_box
        self._reader = reader

    def methods(self) -> Mapping[str, Handler]:
        return dict(
            (
                method(api.StartCommissioning, self._start),
                method(api.GoOnWithCommissioning, self._go_on),
                method(api.PauseCommissioning, self._pause),
                method(api.DoorsSeenOpen, self._open),
                method(api.DoorsClosed, self._closed),
                method(api.CorrectMap, self._correct),
                method(api.KeepMap, self._keep),
                method(api.GetCommissioning, self._sheet),
            )
        )

    async def _start(self, request: api.StartCommissioning) -> api.Nothing:
        session = self._at_the_box(request.session)
        self_test = self._desk().look().self_test
        if self_test is not None and self_test.state == "running":
            return answer(Refusal("self_test_running"))
        return answer(await self._operations.carry_out(cmd.StartCommissioning(session.id)))

    async def _go_on(self, request: api.GoOnWithCommissioning) -> api.Nothing:
        session = self._at_the_box(request.session)
        return answer(await self._operations.carry_out(cmd.GoOnWithCommissioning(session.id)))

    async def _pause(self, request: api.PauseCommissioning) -> api.Nothing:
        session = self._at_the_box(request.session)
        return answer(await self._operations.carry_out(cmd.PauseCommissioning(session.id, "asked")))

    async def _open(self, request: api.DoorsSeenOpen) -> api.Nothing:
        session = self._at_the_box(request.session)
        answered = answer(self._desk().doors_seen_open(request.compartment, request.opened))
        await self._operations.carry_out(cmd.KeepStaffSession(session.id))
        return answered

    async def _closed(self, request: api.DoorsClosed) -> api.Nothing:
        session = self._at_the_box(request.session)
        answered = answer(self._desk().doors_closed(request.compartment))
        await self._operations.carry_out(cmd.KeepStaffSession(session.id))
        return answered

    async def _correct(self, request: api.CorrectMap) -> api.Nothing:
        session = self._at_the_box(request.session)
        proposal = self._desk().look().round.proposal
        if proposal is None:
            return answer(Refusal("nothing_to_correct"))
        if proposal.sha256 != request.sha256:
            raise RequestError(api.STALE, "another map is proved now", reason="stale")
        command = cmd.ProposeMap(
            session.id,
            proposal.sha256,
            proposal.compartments,
            proposal.boards,
            tuple(str(each) for each in proposal.wires),
        )
        return answer(await self._operations.carry_out(command))

    async def _keep(self, request: api.KeepMap) -> api.Nothing:
        self._at_the_box(request.session)
        return answer(await self._operations.carry_out(cmd.DropMap("dropped")))

    async def _sheet(self, request: api.GetCommissioning) -> api.CommissioningSheet:
        self._reader(request.session)
        desk = self._desk()
        sheet = commissioning_sheet(self._operations.box(), self._operations.front(), desk.look().round, desk.cabinet)
        if sheet is None:
            raise RequestError(api.REFUSED, "no lock was examined yet", reason="no_commissioning")
        return sheet
