"""What technicians do, and what they, supervisors and auditors read of the log."""

from __future__ import annotations

from collections.abc import Mapping

from controller import api
from controller.adapters.control import event_search
from controller.adapters.control.board import ViewBoard
from controller.adapters.control.pages_commissioning import CommissioningMethods
from controller.adapters.control.pages_common import Sessions, answer
from controller.adapters.control.server import Handler, RequestError, method
from controller.domain import commands as cmd
from controller.domain.model import Role, StaffSession
from controller.ports import LogError, OfficeDesk, Operations, OutOfOrder, TechnicianDesk

SERVICE = frozenset({Role.TECHNICIAN, Role.SUPERVISOR})
READERS = frozenset({Role.TECHNICIAN, Role.SUPERVISOR, Role.AUDITOR})
LONGEST_TEXT = 60


class TechnicianMethods:
    """Methods of the technician's page. One event loop. Without ``desk`` the box is out of order, and says so."""

    def __init__(
        self,
        operations: Operations,
        sessions: Sessions,
        board: ViewBoard,
        desk: TechnicianDesk | None,
        office: OfficeDesk | None,
        languages: frozenset[str],
    ) -> None:
        self._operations = operations
        self._sessions = sessions
        self._board = board
        self._maybe_desk = desk
        self._office = office
        self._languages = languages
        self._rounds = CommissioningMethods(operations, lambda: self._desk, self._at_the_box, self._reader)

    def methods(self) -> Mapping[str, Handler]:
        return {
            **self._rounds.methods(),
            **dict(
                (
                    method(api.StartSelfTest, self._start_self_test),
                    method(api.CancelSelfTest, self._cancel_self_test),
                    method(api.LightLamp, self._light_lamp),
                    method(api.OfferLanguages, self._offer_languages),
                    method(api.SetLogLevel, self._set_log_level),
                    method(api.RestartController, self._restart),
                    method(api.VerifyChain, self._verify),
                    method(api.GetEvents, self._events),
                    method(api.ExportEvents, self._export),
                    method(api.MakeBundle, self._bundle),
                )
            ),
        }

    @property
    def _desk(self) -> TechnicianDesk:
        if self._maybe_desk is None:
            raise OutOfOrder(self._operations.front().halted or "out_of_order")
        return self._maybe_desk

    def _at_the_box(self, token: str) -> StaffSession:
        """The session at the box with this token, of somebody who may change things. Raises `RequestError`."""
        if self._operations.box().session is not None:
            raise RequestError(api.REFUSED, "somebody collects", reason="busy", holder="resident")
        self._sessions.staff(token)
        session = self._operations.box().staff_session
        if session is None:
            raise RequestError(api.STALE, "no such session", reason="no_staff_session")
        if not SERVICE & set(session.roles):
            raise RequestError(api.REFUSED, "for technicians and supervisors", reason="role_missing")
        return session

    def _reader(self, token: str) -> str:
        """Who reads: a session at the box, or at the office. Raises `RequestError`."""
        member = self._office.member(token) if self._office is not None else None
        if member is not None:
            who, roles = member.staff, member.roles
        else:
            self._sessions.staff(token)
            session = self._operations.box().staff_session
            who, roles = (session.staff, session.roles) if session is not None else ("", ())
        if not READERS & set(roles):
            raise RequestError(api.REFUSED, "for technicians, supervisors and auditors", reason="role_missing")
        return who

    async def _start_self_test(self, request: api.StartSelfTest) -> api.Nothing:
        return answer(self._desk.start_self_test(self._at_the_box(request.session).id))

    async def _cancel_self_test(self, request: api.CancelSelfTest) -> api.Nothing:
        self._at_the_box(request.session)
        return answer(self._desk.cancel_self_test())

    async def _light_lamp(self, request: api.LightLamp) -> api.Nothing:
        session = self._at_the_box(request.session)
        lit = answer(self._desk.light_lamp(request.compartment))
        await self._operations.carry_out(cmd.KeepStaffSession(session.id))
        return lit

    async def _offer_languages(self, request: api.OfferLanguages) -> api.Nothing:
        session = self._at_the_box(request.session)
        if not set(request.tags) <= self._languages:
            raise RequestError(api.REFUSED, "this box does not know the language", reason="language_unknown")
        tags = tuple(sorted(request.tags, key=lambda tag: (tag != "de", tag)))
        return answer(await self._operations.carry_out(cmd.OfferLanguages(session.id, tags)))

    async def _set_log_level(self, request: api.SetLogLevel) -> api.Nothing:
        self._at_the_box(request.session)
        return answer(self._desk.set_log_level(request.level))

    async def _restart(self, request: api.RestartController) -> api.Nothing:
        return answer(self._desk.restart(self._at_the_box(request.session).staff))

    async def _verify(self, request: api.VerifyChain) -> api.Nothing:
        self._reader(request.session)
        return answer(self._desk.verify_chain())

    async def _events(self, request: api.GetEvents) -> api.EventPage:
        self._reader(request.session)
        _check(request.only)
        last = self._operations.box().seq
        try:
            return await event_search.page(self._operations.log_entries, last, request.before, request.only)
        except LogError as error:
            raise RequestError(api.REFUSED, str(error), reason=error.code, seq=error.seq) from error

    async def _export(self, request: api.ExportEvents) -> api.EventExport:
        self._reader(request.session)
        _check(request.only)
        last = self._operations.box().seq
        try:
            return await event_search.export(self._operations.log_entries, last, max(0, request.after), request.only)
        except LogError as error:
            raise RequestError(api.REFUSED, str(error), reason=error.code, seq=error.seq) from error

    async def _bundle(self, request: api.MakeBundle) -> api.Bundle:
        self._reader(request.session)
        return await make_bundle(self._desk, self._board)


async def make_bundle(desk: TechnicianDesk, board: ViewBoard) -> api.Bundle:
    """The support bundle. Raises `RequestError` when the log cannot be read."""
    try:
        name, content = await desk.bundle(board.technician())
    except LogError as error:
        raise RequestError(api.REFUSED, str(error), reason=error.code, seq=error.seq) from error
    return api.Bundle(name, content)


def _check(only: api.EventFilter) -> None:
    if only.group and only.group not in event_search.GROUPS:
        raise RequestError(api.REFUSED, "no such group", reason="group_unknown")
    if len(only.text) > LONGEST_TEXT or len(only.compartment) > LONGEST_TEXT:
        raise RequestError(api.REFUSED, "too long", reason="filter_too_long")
