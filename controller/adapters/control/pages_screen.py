"""The screen's heartbeat: what the resident's page has painted."""

from __future__ import annotations

from collections.abc import Mapping

from controller import api
from controller.adapters.control.board import ViewBoard
from controller.adapters.control.server import Handler, method
from controller.ports import Operations


class ScreenMethods:
    """One event loop."""

    def __init__(self, operations: Operations, board: ViewBoard) -> None:
        self._operations = operations
        self._board = board

    def methods(self) -> Mapping[str, Handler]:
        return dict((method(api.ScreenShown, self._shown),))

    async def _shown(self, request: api.ScreenShown) -> api.Nothing:
        self._operations.screen_shown(request.revision, self._board.revision("kiosk"))
        return api.Nothing()
