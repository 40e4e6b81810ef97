"""The HID scanner, at the edge where the kernel hands out its events."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from hal import input_device
from hal.input_device import InputDevice
from hal.interfaces import HardwareFault, monotonic_ms
from hal.qr.scanner import ScannerFactory
from hal.qr.scanners import hid_scanner
from hal.qr.scanners.hid_scanner import HidScanner
from hal.wire import ReaderState, ScanMode, Symbology
from tests.fakes.input import FakeInput
from tests.unit.scanners.conftest import Reading

TOKEN = "ABHOLFACH-P-" + "K7MQ2ZDY" * 3 + "AE"
BADGE = "ABHOLFACH-B-" + "T4WN6YHC" * 3 + "AE"

Read = Callable[[ScannerFactory], Reading]


def scanning(read: Read, device: FakeInput, options: str = "", mode: ScanMode = ScanMode.PICKUP) -> Reading:
    chosen = hid_scanner.settings(f"/dev/input/by-id/usb-Scanner-event-kbd{options}")
    reading = read(lambda: HidScanner(chosen, device))
    reading.until(lambda: reading.thread.state is ReaderState.OK)
    reading.publish(mode)
    return reading


def test_the_kernel_is_asked_by_its_own_numbers() -> None:
    """Those of ``linux/input.h``."""
    assert (input_device.GET_NAME, input_device.GET_KEYS) == (0x81004506, 0x80604521)
    assert (input_device.GRAB, input_device.SET_CLOCK) == (0x40044590, 0x400445A0)


def test_it_is_grabbed_while_it_is_open_and_only_then() -> None:
    kernel = FakeInput()
    device = InputDevice("/dev/input/event5", kernel)
    assert (kernel.grabbed, kernel.clock, kernel.opened) == (True, 1, ["/dev/input/event5"])
    assert device.name == "Barcode Scanner"
    assert device.keys == frozenset(range(1, 84))
    device.close()
    device.close()
    assert not kernel.grabbed


@pytest.mark.parametrize("german", [False, True])
def test_keys_become_codes(read: Read, german: bool) -> None:
    device = FakeInput(german=german)
    reading = scanning(read, device, ",layout=de,aim=yes" if german else "")
    device.type(("]Q1" if german else "") + TOKEN + "\n")
    reading.until(lambda: reading.texts == [TOKEN])
    found = reading.scans[0].reading
    assert found is not None
    assert found.symbology is Symbology.QR
    device.type("https://a.example\n")
    reading.until(lambda: reading.foreign == 1)


def test_another_countrys_keyboard_gives_nothing_rather_than_something_else(read: Read) -> None:
    device = FakeInput(german=True)
    reading = scanning(read, device)
    device.type(TOKEN + "\n")
    reading.until(lambda: reading.foreign == 1)
    assert reading.texts == []


def test_tab_is_an_end_too_and_without_one_silence_is(read: Read) -> None:
    device = FakeInput()
    reading = scanning(read, device, mode=ScanMode.LOADING)
    device.type("ORD-2026-1\t")
    reading.until(lambda: reading.texts == ["ORD-2026-1"])
    silent = FakeInput()
    other = scanning(read, silent, ",end=none", ScanMode.LOADING)
    silent.type("ORD-2026-2")
    other.until(lambda: other.texts == ["ORD-2026-2"])


def test_a_hole_in_the_keys_loses_the_text_and_not_the_next(read: Read) -> None:
    device = FakeInput()
    reading = scanning(read, device, mode=ScanMode.LOADING)
    device.type("ORD-2026-")
    device.lose()
    # What is left would be an order barcode by itself.
    device.type("ORD-5\n")
    device.type("ORD-2026-6\n")
    reading.until(lambda: reading.texts == ["ORD-2026-6"])
    assert reading.thread.frames == 1


def test_a_hole_before_the_first_key_that_is_seen_is_one_too(read: Read) -> None:
    """Found on a real kernel, whose buffer ran over before anything was read: the rest passed for an order."""
    device = FakeInput()
    reading = scanning(read, device, mode=ScanMode.LOADING)
    device.lose()
    device.type("7-13\n")
    device.type("ORD-2026-6\n")
    reading.until(lambda: reading.texts == ["ORD-2026-6"])
    assert reading.thread.frames == 1


def test_after_a_hole_a_pause_is_an_end(read: Read) -> None:
    device = FakeInput()
    reading = scanning(read, device, mode=ScanMode.LOADING)
    now_ms = monotonic_ms()
    device.lose()
    device.type("ORD-5", mono_ms=now_ms + 1)
    device.type("ORD-2026-6\n", mono_ms=now_ms + 2000)
    reading.until(lambda: reading.texts == ["ORD-2026-6"])


def test_control_and_alt_make_no_codes(read: Read) -> None:
    device = FakeInput()
    reading = scanning(read, device, mode=ScanMode.LOADING)
    device.event(1, 29, 1)
    device.type("ORD-1\n")
    device.event(1, 29, 0)
    reading.until(lambda: reading.foreign == 1)
    device.type("ORD-2026-6\n")
    reading.until(lambda: reading.texts == ["ORD-2026-6"])


def test_capitals_locked_on_turn_letters_around(read: Read) -> None:
    device = FakeInput()
    reading = scanning(read, device, mode=ScanMode.LOADING)
    device.key(58)
    device.type("ord-2026-6\n")
    reading.until(lambda: reading.texts == ["ORD-2026-6"])


def test_it_is_pulled_out_and_plugged_in_again(read: Read) -> None:
    device = FakeInput()
    reading = scanning(read, device)
    device.pull_out()
    reading.until(lambda: len(device.opened) == 2)
    reading.until(lambda: device.grabbed)
    device.type(BADGE + "\n")
    reading.until(lambda: reading.texts == [BADGE])


@pytest.mark.parametrize(
    ("device", "code"),
    [
        (FakeInput(keys=frozenset({116})), "scanner_unsuitable"),
        (FakeInput(grab_error=errno.EBUSY), "scanner_busy"),
        (FakeInput(error=errno.ENOENT), "scanner_absent"),
        (FakeInput(error=errno.EACCES), "scanner_denied"),
        (FakeInput(error=errno.EIO), "scanner_failed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_used_is_a_fault_with_advice(device: FakeInput, code: str) -> None:
    with pytest.raises(HardwareFault) as caught:
        HidScanner(hid_scanner.settings("/dev/input/event3"), device)
    assert (caught.value.code, caught.value.subject) == (code, "/dev/input/event3")
    assert not device.grabbed


def test_a_file_is_no_scanner() -> None:
    with pytest.raises(HardwareFault) as caught:
        hid_scanner.prepare("/dev/null")()
    assert caught.value.code == "scanner_unsuitable"


@pytest.mark.parametrize("text", ["", "event3", "/dev/input/event3,layout=fr", "/dev/input/event3,end=cr"])
def test_options_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(HardwareFault) as caught:
        hid_scanner.prepare(text)
    assert caught.value.code == "source_option"
