"""Headphones by the kernel's own switch: a sound card that is not there, made by ``/dev/uinput``, pulled out and put
back.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hal.headphones import REOPEN_MS, DeviceJack
from hal.input_device import HEADPHONE_INSERT, InputDevice, Linux, SwitchDevice
from hal.interfaces import monotonic_ms

pytestmark = pytest.mark.kernel

UI_SET_EVBIT, UI_SET_SWBIT, UI_DEV_SETUP, UI_DEV_CREATE, UI_DEV_DESTROY = (
    0x40045564,
    0x4004556D,
    0x405C5503,
    0x5501,
    0x5502,
)
EV_SYN, EV_SW, MICROPHONE_INSERT = 0, 5, 4
NAME = b"Headphone jack of a test"


class Card:
    """A sound card's input device."""

    def __init__(self, *switches: int) -> None:
        try:
            self._write = os.open("/dev/uinput", os.O_WRONLY)
        except FileNotFoundError:
            pytest.skip("no /dev/uinput: modprobe uinput")
        fcntl.ioctl(self._write, UI_SET_EVBIT, EV_SW)
        for switch in switches:
            fcntl.ioctl(self._write, UI_SET_SWBIT, switch)
        fcntl.ioctl(self._write, UI_DEV_SETUP, struct.pack("=HHHH80sI", 3, 0x1234, 0x5678, 1, NAME, 0))
        fcntl.ioctl(self._write, UI_DEV_CREATE)

    @property
    def path(self) -> str:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for device in Path("/sys/class/input").glob("event*"):
                found = Path(f"/dev/input/{device.name}")
                if (device / "device" / "name").read_text().strip() == NAME.decode() and found.exists():
                    return str(found)
            time.sleep(0.05)
        raise AssertionError("the kernel shows no such device")

    def switch(self, code: int, on: bool) -> None:
        for kind, number, value in ((EV_SW, code, int(on)), (EV_SYN, 0, 0)):
            os.write(self._write, struct.pack("@llHHi", 0, 0, kind, number, value))

    def pull_out(self) -> None:
        fcntl.ioctl(self._write, UI_DEV_DESTROY)
        os.close(self._write)
        self._write = -1

    def close(self) -> None:
        if self._write >= 0:
            self.pull_out()


@pytest.fixture
def card() -> Iterator[Card]:
    made = Card(HEADPHONE_INSERT, MICROPHONE_INSERT)
    yield made
    made.close()


def test_the_state_is_asked_whatever_moved_before_it_was_opened(card: Card) -> None:
    path = card.path
    card.switch(HEADPHONE_INSERT, True)
    jack = SwitchDevice(path, HEADPHONE_INSERT)
    assert jack.on()
    card.switch(HEADPHONE_INSERT, False)
    assert not jack.on()
    card.switch(MICROPHONE_INSERT, True)
    assert not jack.on(), "a microphone is no headphone"
    jack.close()
    jack.close()


def test_more_movement_than_a_buffer_holds_loses_nothing(card: Card) -> None:
    """Nobody reads the events: the kernel throws them away, and still says how it stands."""
    jack = SwitchDevice(card.path, HEADPHONE_INSERT)
    for turn in range(301):
        card.switch(HEADPHONE_INSERT, turn % 2 == 0)
    assert jack.on()
    jack.close()


def test_it_is_not_taken_from_anybody(card: Card) -> None:
    path = card.path
    jack = SwitchDevice(path, HEADPHONE_INSERT)
    grabbing = InputDevice(path)  # raises EBUSY if the jack had it for itself
    assert not jack.on()
    grabbing.close()
    jack.close()


def test_a_device_without_the_switch_is_refused() -> None:
    lid = Card(MICROPHONE_INSERT)
    with pytest.raises(OSError, match="no such switch"):
        SwitchDevice(lid.path, HEADPHONE_INSERT)
    lid.close()


def test_a_card_that_was_pulled_out_is_an_error_and_another_in_its_place_is_found(card: Card) -> None:
    path = card.path
    jack = DeviceJack(path, Linux())
    card.switch(HEADPHONE_INSERT, True)
    assert jack.plugged(monotonic_ms())
    card.pull_out()
    with pytest.raises(OSError, match="No such device"):
        jack.plugged(monotonic_ms())
    other = Card(HEADPHONE_INSERT)
    assert other.path == path, "the kernel gives the number again"
    other.switch(HEADPHONE_INSERT, True)
    assert jack.plugged(monotonic_ms() + REOPEN_MS)
    jack.close()
    other.close()
