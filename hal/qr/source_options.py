"""What stands behind the kind in ``--source KIND[:DEVICE][,NAME=VALUE…]``, checked before anything is opened."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection

from hal.interfaces import HardwareFault

_SIZE = re.compile(r"([1-9][0-9]{1,3})x([1-9][0-9]{1,3})", re.ASCII)


class SourceOptions:
    """The device and the options of one source. Ask for every option that there is, then call ``finish``.

    Every method raises ``HardwareFault("source_option")`` for what cannot be used: a source with a misspelt option is
    not opened with a default instead.
    """

    def __init__(self, kind: str, text: str) -> None:
        self._kind = kind
        self.device, *options = text.split(",")
        """The device; empty where none was named."""
        self._given: dict[str, str] = {}
        self._asked: list[str] = []
        for option in options:
            name, separator, value = option.partition("=")
            if not separator or not value or name in self._given:
                raise self._fault(f'"{option}" is no NAME=VALUE, or there twice')
            self._given[name] = value

    def size(self, name: str, default: tuple[int, int]) -> tuple[int, int]:
        """Width and height in pixels, written ``1280x720``."""
        value = self._value(name)
        if value is None:
            return default
        match = _SIZE.fullmatch(value)
        if match is None:
            raise self._fault(f"{name}={value}: WIDTHxHEIGHT in pixels, like 1280x720")
        return int(match[1]), int(match[2])

    def number(self, name: str, lowest: int, highest: int) -> int | None:
        """A whole number; ``None`` where it was not given."""
        value = self._value(name)
        if value is None:
            return None
        if not value.isascii() or not value.isdecimal() or not lowest <= int(value) <= highest:
            raise self._fault(f"{name}={value}: a whole number from {lowest} to {highest}")
        return int(value)

    def choice(self, name: str, choices: Collection[str], default: str) -> str:
        """One of ``choices``."""
        value = self._value(name)
        if value is None:
            return default
        if value not in choices:
            raise self._fault(f"{name}={value}: one of {', '.join(choices)}")
        return value

    def finish(self) -> None:
        """There is nothing that nobody asked for."""
        for name in self._given:
            if name not in self._asked:
                close = difflib.get_close_matches(name, self._asked, n=1)
                known = ", ".join(self._asked) or "none"
                raise self._fault(f"{name} is no option of it: " + (f"{close[0]}?" if close else f"there is {known}"))

    def _value(self, name: str) -> str | None:
        self._asked.append(name)
        return self._given.get(name)

    def _fault(self, message: str) -> HardwareFault:
        return HardwareFault("source_option", self._kind, message, "Correct the reader's source (docs/hardware.md)")
