"""Boards: what the banks of a profile are on. Each kind is one module with a function that opens all of its kind.

``BOARDS`` is the list of them. Each gets the whole profile, since a bank may have the door contacts of another one's
locks, and gives lock banks and door sensors for what is on its own boards, nothing when there are none.
"""

from __future__ import annotations

from collections.abc import Callable

from hal.boards.board import Opened
from hal.boards.gpio import open_gpio
from hal.boards.kerong_cu import open_kerong
from hal.boards.mcp23017 import open_mcp23017
from hal.boards.waveshare_relay import open_waveshare
from hal.edges import Edges
from hal.interfaces import FaultListener
from hal.profile import Profile

OpenBoards = Callable[[Profile, Edges, FaultListener | None], Opened]
"""Opens every board of one kind. Raises ``HardwareFault`` with everything it claimed given back."""

BOARDS: tuple[OpenBoards, ...] = (open_gpio, open_kerong, open_waveshare, open_mcp23017)

__all__ = ["BOARDS", "OpenBoards", "Opened"]
