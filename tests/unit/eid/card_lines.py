"""Lines to cards for tests: a virtual chip in this process, a published run, and whoever sits on the line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from simulator.card.chip import Chip

VECTORS = Path(__file__).parents[2] / "vectors"


def examples(name: str) -> list[dict[str, Any]]:
    """The published examples of ``tests/vectors/name.json``."""
    return list(json.loads((VECTORS / f"{name}.json").read_text("utf-8"))["examples"])


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


class ChipLine:
    """A chip that lies in the field."""

    def __init__(self, chip: Chip, *, extended_length: bool = True) -> None:
        self.chip = chip
        self.extended_length = extended_length
        self.heard: list[bytes] = []
        self.said: list[bytes] = []
        chip.power_on()

    def transmit(self, command: bytes) -> bytes:
        self.heard.append(command)
        self.said.append(self.chip.transmit(command))
        return self.said[-1]


class PublishedLine:
    """Answers as published, and insists on the published commands."""

    def __init__(self, exchanges: Iterable[Iterable[str]], *, extended_length: bool = False) -> None:
        self.exchanges = [tuple(octets(text) for text in exchange) for exchange in exchanges]
        self.extended_length = extended_length

    def transmit(self, command: bytes) -> bytes:
        expected, answer = self.exchanges.pop(0)
        assert command.hex() == expected.hex()
        return answer


class Tampered:
    """Somebody between reader and card. ``change`` gets the number of the command and the answer."""

    def __init__(self, line: ChipLine | PublishedLine, change: Callable[[int, bytes], bytes]) -> None:
        self.line = line
        self.extended_length = line.extended_length
        self.change = change
        self.count = 0

    def transmit(self, command: bytes) -> bytes:
        answer = self.change(self.count, self.line.transmit(command))
        self.count += 1
        return answer


class SaysOnly:
    """Answers the same to everything."""

    def __init__(self, answer: bytes, *, extended_length: bool = True) -> None:
        self.answer = answer
        self.extended_length = extended_length
        self.heard: list[bytes] = []

    def transmit(self, command: bytes) -> bytes:
        self.heard.append(command)
        return self.answer
