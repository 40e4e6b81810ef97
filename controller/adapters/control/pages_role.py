"""The ``ui`` socket: what the pages may ask. A stale page or a wrong token is told to fetch the view again."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from controller import api
from controller.adapters.control.board import ViewBoard
from controller.adapters.control.server import Handler, RequestError, method
from controller.domain import commands as cmd
from controller.domain.decision import Refusal
from controller.domain.model import Purpose
from controller.ports import Operations


def answer(refusal: Refusal | None) -> api.Nothing:
    """A refusal becomes an error answer with its code and details."""
    if refusal is None:
        return api.Nothing()
    raise RequestError(api.REFUSED, "refused", reason=refusal.code, **refusal.details)


def _same(given: str, expected: str) -> bool:
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


class PagesRole:
    """Methods of the pages. One event loop."""

    def __init__(self, operations: Operations, board: ViewBoard, languages: frozenset[str]) -> None:
        self._operations = operations
        self._board = board
        self._languages = languages

    def methods(self) -> Mapping[str, Handler]:
        return dict(
            (
                method(api.GetKiosk, self._kiosk),
                method(api.GetStaff, self._staff),
                method(api.GetTechnician, self._technician),
                method(api.ChooseLanguage, self._choose_language),
                method(api.Dismiss, self._dismiss),
                method(api.Declare, self._declare),
                method(api.EnterFactor, self._enter_factor),
                method(api.Confirm, self._confirm),
                method(api.MoreTime, self._more_time),
                method(api.Cancel, self._cancel),
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

    async def _kiosk(self, request: api.GetKiosk) -> api.KioskView:
        return self._board.kiosk()

    async def _staff(self, request: api.GetStaff) -> api.StaffView:
        return self._board.staff()

    async def _technician(self, request: api.GetTechnician) -> api.TechnicianView:
        return self._board.technician()

    def _fresh(self, revision: int) -> None:
        if revision != self._board.revision("kiosk"):
            raise RequestError(api.STALE, "the page has changed since", reason="stale")

    def _session(self, token: str, revision: int) -> str:
        """The id of the resident's session that ``token`` stands for."""
        session = self._operations.box().session
        if session is None or not _same(token, self._operations.front().kiosk_token):
            raise RequestError(api.STALE, "no such session", reason="no_session")
        self._fresh(revision)
        return session.id

    def _staff_session(self, token: str) -> str:
        session = self._operations.box().staff_session
        if session is None or not _same(token, self._operations.front().staff_token):
            raise RequestError(api.STALE, "no such session", reason="no_staff_session")
        return session.id

    async def _choose_language(self, request: api.ChooseLanguage) -> api.Nothing:
        self._fresh(request.revision)
        if request.language not in self._languages:
            raise RequestError(api.REFUSED, "this language is not offered", reason="language_unknown")
        self._operations.choose_language(request.language)
        return api.Nothing()

    async def _dismiss(self, request: api.Dismiss) -> api.Nothing:
        self._fresh(request.revision)
        self._operations.dismiss()
        return api.Nothing()

    async def _declare(self, request: api.Declare) -> api.Nothing:
        session = self._session(request.session, request.revision)
        return answer(await self._operations.carry_out(cmd.Declare(session, request.declaration, request.answer)))

    async def _enter_factor(self, request: api.EnterFactor) -> api.Nothing:
        session = self._session(request.session, request.revision)
        return answer(await self._operations.enter_factor(session, request.value))

    async def _confirm(self, request: api.Confirm) -> api.Nothing:
        session = self._session(request.session, request.revision)
        return answer(await self._operations.carry_out(cmd.Confirm(session, request.choice)))

    async def _more_time(self, request: api.MoreTime) -> api.Nothing:
        session = self._session(request.session, request.revision)
        return answer(await self._operations.carry_out(cmd.ExtendSession(session)))

    async def _cancel(self, request: api.Cancel) -> api.Nothing:
        session = self._session(request.session, request.revision)
        return answer(await self._operations.carry_out(cmd.CancelSession(session)))

    async def _log_in(self, request: api.StaffLogin) -> api.Nothing:
        return answer(await self._operations.log_in(request.pin))

    async def _log_out(self, request: api.StaffLogout) -> api.Nothing:
        return answer(await self._operations.carry_out(cmd.LogOut(self._staff_session(request.session))))

    async def _obstructed(self, request: api.StaffObstructed) -> api.Nothing:
        session = self._staff_session(request.session)
        return answer(await self._operations.carry_out(cmd.ReportObstructed(session)))

    async def _answer_loading(self, request: api.StaffAnswerLoading) -> api.Nothing:
        session = self._staff_session(request.session)
        return answer(await self._operations.carry_out(cmd.AnswerLoading(session, request.deposit, request.answer)))

    async def _request_opening(self, request: api.StaffRequestOpening) -> api.Nothing:
        session = self._staff_session(request.session)
        try:
            purpose = Purpose(request.purpose)
        except ValueError:
            raise RequestError(api.REFUSED, "no such purpose", reason="purpose_unknown") from None
        command = cmd.RequestOpening(session, request.compartment, purpose, request.reason)
        return answer(await self._operations.carry_out(command))

    async def _drop_request(self, request: api.StaffDropRequest) -> api.Nothing:
        return answer(await self._operations.carry_out(cmd.DropRequest(self._staff_session(request.session))))

    async def _report(self, request: api.StaffReport) -> api.Nothing:
        session = self._staff_session(request.session)
        command = cmd.ReportContents(session, request.contents, request.deposit_end)
        return answer(await self._operations.carry_out(command))

    async def _test(self, request: api.TestCompartment) -> api.Nothing:
        session = self._staff_session(request.session)
        return answer(await self._operations.carry_out(cmd.TestCompartment(session, request.compartment)))
