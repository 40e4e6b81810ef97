"""What is on a serial line: boards of one kind, that hear everything and answer when it is for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """A message that a board has understood and that is for it."""

    bank: str
    size: int
    """How many bytes it had: they take their time on the wire."""
    act: Callable[[], bytes]
    """Does what is asked for and gives the answer; empty where the board gives none."""


class Language(Protocol):
    """All boards of one kind on one line. One for each kind of hardware; see `simulator.boards.languages`."""

    @property
    def baud(self) -> int:
        """Bits a second; a byte has ten."""
        ...

    def hear(self, data: bytes) -> Iterable[Request]:
        """Bytes arrive, in any pieces. Gives the requests that are complete with them."""
        ...
