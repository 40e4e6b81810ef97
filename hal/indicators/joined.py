"""Lamps on the header and lamps on boards as one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from hal.boards.board import BoardLamps
from hal.interfaces import Indicators


class JoinedIndicators:
    """``Indicators``: what the header has, and lamps that are on boards. Thread-safe."""

    def __init__(self, header: Indicators, boards: Sequence[BoardLamps]) -> None:
        """Both are ours from now on."""
        self._header = header
        self._boards = tuple(boards)
        self._by_compartment = {label: board for board in boards for label in board.compartments}

    def lamp(self, compartment: str, on: bool) -> None:
        """See ``Indicators.lamp``."""
        board = self._by_compartment.get(compartment)
        if board is None:
            self._header.lamp(compartment, on)
        else:
            board.lamp(compartment, on)

    def light(self, name: str, on: bool) -> None:
        """See ``Indicators.light``: lights are on the header."""
        self._header.light(name, on)

    def tone(self, name: str) -> None:
        """See ``Indicators.tone``: the buzzer is on the header."""
        self._header.tone(name)

    def close(self) -> None:
        """See ``Indicators.close``. One that fails does not keep the others lit."""
        with ExitStack() as closing:
            closing.callback(self._header.close)
            for board in self._boards:
                closing.callback(board.close)
