"""Giving door contacts back to a driver that does not take them at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest
from gpiozero import InputDevice
from gpiozero.pins.mock import MockFactory, MockPin

from hal.doors.gpio import GpioDoorSensors


class SlowPin(MockPin):  # type: ignore[misc]  # gpiozero has no type hints
    """Says so often that it is busy before it lets go of its edges, as lgpio does while its thread waits on the
    line.
    """

    busy: ClassVar[dict[int, int]] = {}

    def _disable_event_detect(self) -> None:
        number = self._number
        if self.busy.get(number, 0) > 0:
            self.busy[number] -= 1
            raise RuntimeError("GPIO busy")
        super()._disable_event_detect()


@pytest.fixture
def factory() -> Iterator[MockFactory]:
    made = MockFactory(pin_class=SlowPin)
    yield made
    SlowPin.busy.clear()
    made.reset()


def is_free(factory: MockFactory, pin: int) -> bool:
    InputDevice(pin, pull_up=True, pin_factory=factory).close()  # raises while it is somebody's
    return factory.pin(f"GPIO{pin}").when_changed is None


def test_a_line_that_is_busy_for_a_moment_is_given_back(factory: MockFactory) -> None:
    doors = GpioDoorSensors({"A01": 2, "A02": 3}, factory, closed_level=False)
    SlowPin.busy[2] = 3
    doors.close()
    assert is_free(factory, 2)
    assert is_free(factory, 3)
    doors.close()


def test_one_that_stays_busy_does_not_keep_the_others(factory: MockFactory, caplog: pytest.LogCaptureFixture) -> None:
    doors = GpioDoorSensors({"A01": 2, "A02": 3}, factory, closed_level=False)
    SlowPin.busy[2] = 1_000_000
    doors.close()
    assert is_free(factory, 3)
    assert "the door contact of A01 was not given back" in caplog.text
