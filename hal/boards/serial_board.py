"""What a language of serial lock boards has to do, and how it says that a board does not answer."""

from __future__ import annotations

import termios
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from hal.edges import SerialLine
from hal.interfaces import DoorLevel

PORT_ERRORS = (OSError, termios.error)
"""What a port that is gone raises. ``serial.SerialException`` is an ``OSError``; pyserial lets ``termios.error``
out.
"""


class NoAnswer(Exception):
    """The board said nothing in its time."""


class Garbled(Exception):
    """Something came that is no valid answer: a wrong checksum, a frame cut short, noise."""


class PulseUnsafe(Exception):
    """The board would not end the pulse as asked for. Nothing was sent."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


@runtime_checkable
class InParts(Protocol):
    """A board that needs several exchanges to read all its inputs, each for some channels: a CU48 has three."""

    @property
    def parts(self) -> Sequence[range]:
        """The channels that each of them reads."""
        ...

    def poll_part(self, line: SerialLine, part: int) -> Mapping[int, DoorLevel]:
        """What the inputs of one of them say. Raises as `SerialBoard.poll` does."""
        ...


@runtime_checkable
class Switching(Protocol):
    """A board with outputs that are no locks."""

    def want(self, channel: int, on: bool) -> None:
        """From now on such an output is to be so. Any thread; nothing is said to the board."""
        ...

    def settle(self, line: SerialLine) -> None:
        """Make these outputs what they are to be, if they are not. Raises as `SerialBoard.poll` does."""
        ...


class SerialBoard(Protocol):
    """One board in its language. Called on the line's thread only.

    Every method raises `NoAnswer`, `Garbled`, or what the port raises (`PORT_ERRORS`).
    """

    @property
    def name(self) -> str:
        """The bank's name: the subject of its faults."""
        ...

    @property
    def can_cut(self) -> bool:
        """Does it know how to end a running pulse?"""
        ...

    def prepare(self, line: SerialLine) -> None:
        """Before anything else, and again whenever it was silent: nothing energised. Raises also `PulseUnsafe`."""
        ...

    def poll(self, line: SerialLine) -> Mapping[int, DoorLevel]:
        """What its inputs say, by channel. See `InParts` for a board that cannot say so at once."""
        ...

    def arm(self, line: SerialLine, channel: int, duration_ms: int) -> None:
        """All that has to be right before a pulse; may be repeated. Raises also `PulseUnsafe`."""
        ...

    def fire(self, line: SerialLine, channel: int, duration_ms: int) -> None:
        """The pulse; written once, never repeated. Returns when it was acknowledged."""
        ...

    def switch_off(self, line: SerialLine) -> None:
        """Everything off, now; only asked of a board that can (`can_cut`). May be repeated."""
        ...
