"""Somebody wants to collect while staff hold the front: what both of them tap."""

from __future__ import annotations

from collections.abc import Mapping

from controller import api
from controller.adapters.control.pages_common import Sessions, answer
from controller.adapters.control.server import Handler, method
from controller.domain import commands as cmd
from controller.ports import Operations


class WaitingMethods:
    """One event loop."""

    def __init__(self, operations: Operations, sessions: Sessions) -> None:
        self._operations = operations
        self._sessions = sessions

    def methods(self) -> Mapping[str, Handler]:
        return dict(
            (
                method(api.Knock, self._knock),
                method(api.StaffInterrupt, self._interrupt),
                method(api.StaffSoon, self._soon),
            )
        )

    async def _knock(self, request: api.Knock) -> api.Nothing:
        self._sessions.fresh(request.revision)
        return answer(self._operations.knock())

    async def _interrupt(self, request: api.StaffInterrupt) -> api.Nothing:
        return answer(await self._operations.carry_out(cmd.SuspendStaff(self._sessions.staff(request.session))))

    async def _soon(self, request: api.StaffSoon) -> api.Nothing:
        self._sessions.staff(request.session)
        self._operations.soon()
        return api.Nothing()
