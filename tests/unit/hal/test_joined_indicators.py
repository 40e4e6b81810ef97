"""Lamps wherever they are, lights and tones on the header, and everything dark at the end whatever fails."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hal.indicators.gpio import GpioIndicators
from hal.indicators.joined import JoinedIndicators
from hal.interfaces import Indicators
from tests.fakes.hardware import FakeIndicators


class Board:
    """A board with lamps."""

    def __init__(self, *labels: str, fails: bool = False) -> None:
        self.labels, self.fails = labels, fails
        self.lit: set[str] = set()
        self.closed = 0

    @property
    def compartments(self) -> Sequence[str]:
        return self.labels

    def lamp(self, compartment: str, on: bool) -> None:
        (self.lit.add if on else self.lit.discard)(compartment)

    def close(self) -> None:
        self.closed += 1
        if self.fails:
            raise OSError("gone")


def test_a_lamp_is_switched_where_it_is() -> None:
    header, east = FakeIndicators(), Board("A01", "A02")
    joined = JoinedIndicators(header, [east])
    assert isinstance(joined, Indicators)
    joined.lamp("A02", True)
    joined.lamp("B01", True)
    joined.light("door", True)
    joined.tone("ok")
    assert (east.lit, header.lit, header.lights, header.tones) == ({"A02"}, {"B01"}, {"door"}, ["ok"])
    joined.lamp("A02", False)
    assert not east.lit


def test_one_that_fails_does_not_keep_the_others_lit() -> None:
    header, boards = FakeIndicators(), [Board("A01"), Board("A02", fails=True)]
    header.lamp("B01", True)
    with pytest.raises(OSError, match="gone"):
        JoinedIndicators(header, boards).close()
    assert ([board.closed for board in boards], header.lit) == ([1, 1], set())


def test_another_light_is_refused() -> None:
    with pytest.raises(ValueError, match="disco"):
        GpioIndicators({}, None, None).light("disco", True)
