"""Contacts that are no door's, wherever they are: on a pin of the header, on a lock board, on an expander."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from gpiozero import InputDevice

from hal.boards.board import BoardContacts, is_high
from hal.gpio import PinFactory, claim
from hal.profile import ClosedLevel


class Steadied:
    """A level that is believed when it has stood for a while."""

    def __init__(self, window_ms: int, off_window_ms: int | None = None) -> None:
        """``off_window_ms``: for ``False``, where that is another one."""
        self._windows = {True: window_ms, False: window_ms if off_window_ms is None else off_window_ms}
        self._seen: bool | None = None
        self._since_ms = 0
        self.believed: bool | None = None
        """``None`` before the first."""

    def feed(self, level: bool, now_ms: int) -> bool:
        """Whether another level is believed from now on."""
        if level is not self._seen:
            self._seen, self._since_ms = level, now_ms
        if level is self.believed or now_ms - self._since_ms < self._windows[level]:
            return False
        self.believed = level
        return True


class Line(Protocol):
    """One contact's wire."""

    def high(self) -> bool:
        """Its level now. Raises whatever its device does when it cannot be read."""
        ...

    def close(self) -> None:
        """Give it back. Idempotent."""
        ...


class HeaderLine:
    """A pin, pulled up."""

    def __init__(self, name: str, pin: int, factory: PinFactory) -> None:
        """Claim it. Raises ``HardwareFault``."""
        self._device = claim(pin, name, partial(InputDevice, pin, pull_up=True, pin_factory=factory))

    def high(self) -> bool:
        """See `Line.high`."""
        return bool(self._device.pin.state)

    def close(self) -> None:
        """See `Line.close`."""
        self._device.close()


class Unread(OSError):
    """The board has said nothing of this input for too long."""


class BoardLine:
    """An input of a board, as its last poll said: boards ask their contacts themselves, twice before they tell of a
    change.
    """

    def __init__(self, name: str, board: BoardContacts, closed_level: ClosedLevel) -> None:
        self._name = name
        self._board = board
        self._closed_level = closed_level

    def high(self) -> bool:
        """See `Line.high`. Raises `Unread`."""
        level = is_high(self._board.contact(self._name), self._closed_level)
        if level is None:
            raise Unread("its board does not answer")
        return level

    def close(self) -> None:
        """See `Line.close`: the board is its own."""
