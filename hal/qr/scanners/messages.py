"""What a scanner sends, cut into texts: where one ends, how it was printed, and what is no whole text.

Scanners are set up with barcodes from their manual. The best setting is a carriage return after each code and the AIM
identifier before it (``]Q1`` for a QR code: ISO/IEC 15424); both are what most have, or can have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from hal.qr.scan import Reading
from hal.wire import MAX_CODE_LENGTH, BadgeCode, PickupCode, SecretText, Symbology, classify


class Ending(StrEnum):
    """What follows each text. ``AUTO``: carriage return, line feed, both, tab, NUL or ETX, whichever comes."""

    AUTO = "auto"
    CR = "cr"
    LF = "lf"
    CRLF = "crlf"
    ETX = "etx"
    """And STX before it: what is not between the two is noise."""
    NONE = "none"
    """Silence. A scanner that can send anything else should: a text that is interrupted looks like a whole one."""


SILENCE_MS: Final = 100
"""With ``Ending.NONE`` a text is over after so long. A scanner at 9600 baud sends a byte a millisecond."""

GIVE_UP_MS: Final = 1000
"""A text whose ending has not come after so long never was one, and does not become part of the next."""

_STX: Final = 2
_ENDS: Final[Mapping[Ending, bytes]] = MappingProxyType(
    {
        Ending.AUTO: b"\r\n\t\0\x03",
        Ending.CR: b"\r",
        Ending.LF: b"\n",
        Ending.CRLF: b"\n",
        Ending.ETX: b"\x03",
        Ending.NONE: b"",
    }
)
_IDENTIFIER: Final = 3
_KEPT: Final = MAX_CODE_LENGTH + _IDENTIFIER + 1
"""No more of a text is kept: with the carriage return of ``CRLF``."""


@dataclass(frozen=True, slots=True)
class Message:
    """One text as it came; ``None``: longer than any code of ours. ``mono_ms``: when its first byte came."""

    content: bytes | None
    mono_ms: int

    def __repr__(self) -> str:
        return f"Message(…, {self.mono_ms})"


class Framer:
    """Cuts bytes into messages. Not thread-safe; times are those of the caller."""

    def __init__(self, ending: Ending) -> None:
        self._ending = ending
        self._ends = _ENDS[ending]
        self._content = bytearray()
        self._too_long = False
        self._inside = ending is not Ending.ETX
        self._began_ms: int | None = None
        self._last_ms = 0
        self.given_up = 0
        """How many texts had no end."""

    def feed(self, data: bytes, now_ms: int) -> Iterator[Message]:
        """The messages that end within ``data``."""
        yield from self.tick(now_ms)
        for byte in data:
            self._last_ms = now_ms
            if byte == _STX and self._ending in (Ending.ETX, Ending.AUTO):
                self._begin_anew(inside=True)
                self._began_ms = now_ms
            elif byte in self._ends:
                yield from self._end()
            elif self._inside:
                self._began_ms = now_ms if self._began_ms is None else self._began_ms
                if len(self._content) < _KEPT:
                    self._content.append(byte)
                else:
                    self._too_long = True

    def tick(self, now_ms: int) -> Iterator[Message]:
        """What has come of waiting: with ``Ending.NONE`` a message, otherwise nothing, but what waited is dropped."""
        if self._began_ms is None or self.due_in_ms(now_ms) > 0:
            return
        if self._ending is Ending.NONE:
            yield from self._end()
        else:
            self.given_up += 1
            self._begin_anew(inside=self._ending is not Ending.ETX)

    def due_in_ms(self, now_ms: int) -> int:
        """When to call ``tick``, at the latest."""
        if self._began_ms is None:
            return GIVE_UP_MS
        return max(0, self._last_ms + (SILENCE_MS if self._ending is Ending.NONE else GIVE_UP_MS) - now_ms)

    def drop(self) -> None:
        """What waits is damaged: forget it."""
        if self._began_ms is not None:
            self.given_up += 1
        self._begin_anew(inside=self._ending is not Ending.ETX)

    def _end(self) -> Iterator[Message]:
        content, too_long, began_ms = bytes(self._content), self._too_long, self._began_ms
        self._begin_anew(inside=self._ending is not Ending.ETX)
        if self._ending is Ending.CRLF:
            if content.endswith(b"\r"):
                content = content[:-1]
            else:
                content += b"\n"  # a line feed alone: part of something else, and of no code of ours
        if began_ms is not None and (content or too_long):
            yield Message(None if too_long else content, began_ms)

    def _begin_anew(self, *, inside: bool) -> None:
        self._content.clear()
        self._too_long = False
        self._inside = inside
        self._began_ms = None


_AIM: Final[Mapping[str, Symbology]] = MappingProxyType(
    {"Q": Symbology.QR, "d": Symbology.DATA_MATRIX, "C": Symbology.CODE_128, "A": Symbology.CODE_39}
)
"""The code characters of AIM's symbology identifiers."""

_FOREIGN: Final = Reading(SecretText(""), Symbology.QR)


def reading_of(message: Message, *, identified: bool) -> Reading:
    """What a message says. Anything that cannot be a code of ours is an empty text.

    ``identified``: the scanner is known to send AIM identifiers, so a text without one is none of its own. Otherwise
    one that is there is believed, and without one a token counts as a QR code and anything else as a Code 128.
    """
    if message.content is None:
        return _FOREIGN
    text = message.content.decode("ascii", errors="replace")
    symbology: Symbology | None
    if len(text) > _IDENTIFIER and text[0] == "]" and text[1].isalpha() and text[2].isalnum():
        symbology, text = _AIM.get(text[1]), text[_IDENTIFIER:]
    elif identified:
        symbology = None
    else:
        symbology = Symbology.QR if isinstance(classify(text), PickupCode | BadgeCode) else Symbology.CODE_128
    if symbology is None or len(text) > MAX_CODE_LENGTH:
        return _FOREIGN
    return Reading(SecretText(text), symbology)
