"""The lock boards' plugs, and the panel's hand on them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from simulator.boards.client import CONTROL, BoardsClient
from simulator.boards.faults import BoardFault, PortFault
from simulator.boards.protocol import BoardsGone, BoardsStatus
from simulator.panel.sources import Away

_PLUG = {"unplug": PortFault.UNPLUGGED, "noise": PortFault.NOISE, "stale": PortFault.STALE}
_POWER = {
    "cut": BoardFault.DEAD,
    "lost_reply": BoardFault.LOST_REPLY,
    "wrong_checksum": BoardFault.WRONG_CHECKSUM,
    "late": BoardFault.LATE,
}


class BoardPlugs:
    """The emulated boards of a town, or nothing where there are none. Each question is a connection of its own: their
    process may be started anew. One event loop.
    """

    def __init__(self, ports: Path | None, changed: Callable[[], None]) -> None:
        """``ports``: the directory of `simulator.boards`."""
        self._control = None if ports is None else ports / CONTROL
        self._changed = changed

    async def state(self) -> dict[str, Any]:
        """``{"boards": […], "ports": […]}`` as `BoardsStatus` says it, without what changes all the time."""
        try:
            status = await self._ask(lambda boards: boards.status())
        except Away:
            return {"boards": [], "ports": []}
        ports = [
            {"port": each.port, "name": _short(each.port), "plugged": each.plugged, "faults": each.faults}
            for each in status.ports
        ]
        boards = [{**msgspec.to_builtins(each), "line": _short(each.port)} for each in status.boards]
        return {"boards": boards, "ports": ports}

    async def act(self, subject: str, action: str) -> None:
        """``mend``, a port's ``unplug``, ``noise`` or ``stale``, a board's ``cut``, ``lost_reply``, ``wrong_checksum``
        or ``late``. Raises `Away`, and what the boards raise.
        """
        if action == "mend":
            await self._ask(lambda boards: boards.mend(subject))
        elif action in _PLUG:
            await self._ask(lambda boards: boards.port_fault(subject, _PLUG[action]))
        elif action in _POWER:
            await self._ask(lambda boards: boards.board_fault(subject, _POWER[action]))
        else:
            raise ValueError(f"{action} is none of mend, {', '.join((*_PLUG, *_POWER))}")
        self._changed()

    async def _ask(self, what: Callable[[BoardsClient], BoardsStatus]) -> BoardsStatus:
        if self._control is None:
            raise Away("this cabinet has no boards but the header")

        def ask(control: Path) -> BoardsStatus:
            with BoardsClient(control, timeout=2.0) as boards:
                return what(boards)

        try:
            return await asyncio.to_thread(ask, self._control)
        except (BoardsGone, TimeoutError) as error:
            raise Away("the emulated boards do not answer") from error


def _short(port: str) -> str:
    return port.rpartition("/")[2]
