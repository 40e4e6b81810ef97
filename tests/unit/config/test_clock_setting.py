"""``[clock] battery_backed``: what it changes in the clock that the controller asks."""

from __future__ import annotations

import pytest

from controller.adapters.clock import EARLIEST_MS, SystemClock


@pytest.fixture(autouse=True)
def unsynchronised(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that says: nobody keeps this clock."""

    class Kernel:
        def adjtimex(self, _timex: object) -> int:
            return 5

    monkeypatch.setattr("ctypes.CDLL", lambda *_arguments, **_settings: Kernel())


class ClockAt(SystemClock):
    """The real clock, but for the hour."""

    def __init__(self, wall_ms: int, *, battery_backed: bool) -> None:
        super().__init__(battery_backed=battery_backed)
        self._wall_ms = wall_ms

    def wall_ms(self) -> int:
        return self._wall_ms


def test_without_ntp_only_a_battery_keeps_the_clock() -> None:
    assert not ClockAt(EARLIEST_MS, battery_backed=False).synchronised()
    assert ClockAt(EARLIEST_MS, battery_backed=True).synchronised()


def test_an_empty_battery_keeps_nothing() -> None:
    assert not ClockAt(EARLIEST_MS - 1, battery_backed=True).synchronised()
