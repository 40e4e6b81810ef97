"""What residents tap and type. A stale page or a wrong token is told to fetch the view again."""

from __future__ import annotations

from collections.abc import Mapping

from controller import api
from controller.adapters.control.pages_common import Sessions, answer
from controller.adapters.control.server import Handler, RequestError, method
from controller.domain import commands as cmd
from controller.ports import Operations


class ResidentMethods:
    """Methods of the residents' pages. One event loop."""

    def __init__(self, operations: Operations, sessions: Sessions, languages: frozenset[str]) -> None:
        self._operations = operations
        self._sessions = sessions
        self._languages = languages

    def methods(self) -> Mapping[str, Handler]:
        return dict(
            (
                method(api.ChooseLanguage, self._choose_language),
                method(api.Dismiss, self._dismiss),
                method(api.EnterNumber, self._enter_number),
                method(api.Declare, self._declare),
                method(api.EnterFactor, self._enter_factor),
                method(api.ChooseAccess, self._choose_access),
                method(api.AskStaffCheck, self._ask_staff_check),
                method(api.Confirm, self._confirm),
                method(api.MoreTime, self._more_time),
                method(api.Cancel, self._cancel),
            )
        )

    async def _choose_language(self, request: api.ChooseLanguage) -> api.Nothing:
        self._sessions.fresh(request.revision)
        offered = self._operations.box().languages
        if request.language not in self._languages or (offered and request.language not in offered):
            raise RequestError(api.REFUSED, "this language is not offered", reason="language_unknown")
        self._operations.choose_language(request.language)
        return api.Nothing()

    async def _dismiss(self, request: api.Dismiss) -> api.Nothing:
        self._sessions.fresh(request.revision)
        self._operations.dismiss()
        return api.Nothing()

    async def _enter_number(self, request: api.EnterNumber) -> api.Nothing:
        self._sessions.fresh(request.revision)
        return answer(await self._operations.enter_number(request.number))

    async def _declare(self, request: api.Declare) -> api.Nothing:
        session = self._sessions.resident(request.session, request.revision)
        return answer(await self._operations.carry_out(cmd.Declare(session, request.declaration, request.answer)))

    async def _enter_factor(self, request: api.EnterFactor) -> api.Nothing:
        session = self._sessions.resident(request.session, request.revision)
        return answer(await self._operations.enter_factor(session, request.value))

    async def _choose_access(self, request: api.ChooseAccess) -> api.Nothing:
        session = self._sessions.resident(request.session, request.revision)
        return answer(self._operations.choose_access(session, request.kind))

    async def _ask_staff_check(self, request: api.AskStaffCheck) -> api.Nothing:
        session = self._sessions.resident(request.session, request.revision)
        return answer(await self._operations.carry_out(cmd.AskStaffCheck(session)))

    async def _confirm(self, request: api.Confirm) -> api.Nothing:
        session = self._sessions.resident(request.session, request.revision)
        return answer(await self._operations.carry_out(cmd.Confirm(session, request.choice)))

    async def _more_time(self, request: api.MoreTime) -> api.Nothing:
        session = self._sessions.resident(request.session, request.revision)
        return answer(await self._operations.carry_out(cmd.ExtendSession(session)))

    async def _cancel(self, request: api.Cancel) -> api.Nothing:
        session = self._sessions.resident(request.session, request.revision)
        return answer(await self._operations.carry_out(cmd.CancelSession(session)))
