"""A card that knows no protocol: for tests of the line to it."""

from __future__ import annotations

from collections.abc import Callable

CONTACTLESS = bytes.fromhex("3B888001000000000000000009")


def echo(command: bytes) -> bytes:
    return command + b"\x90\x00"


def knows_nothing(_command: bytes) -> bytes:
    return b"\x6a\x82"


class CountingCard:
    """Answers each command as ``answers`` says and keeps what it was asked."""

    def __init__(self, atr: bytes = CONTACTLESS, answers: Callable[[bytes], bytes] = echo) -> None:
        self._atr = atr
        self._answers = answers
        self.resets = 0
        self.commands: list[bytes] = []

    def power_on(self) -> bytes:
        return self._atr

    def reset(self) -> None:
        self.resets += 1

    def transmit(self, command: bytes) -> bytes:
        self.commands.append(command)
        return self._answers(command)
