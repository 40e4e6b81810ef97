"""The serial scanner at the end of a pty."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hal.interfaces import HardwareFault
from hal.qr.scanner import ScannerFactory
from hal.qr.scanners import serial_scanner
from hal.wire import ReaderState, ScanMode, Symbology
from simulator.scanner.pty_scanner import PtyScanner
from tests.unit.scanners.conftest import Reading

TOKEN = "ABHOLFACH-P-" + "K7MQ2ZDX" * 3 + "AE"
BADGE = "ABHOLFACH-B-" + "T4WN6YHC" * 3 + "AE"

Read = Callable[[ScannerFactory], Reading]


@pytest.fixture
def port(tmp_path: Path) -> Path:
    return tmp_path / "usb-Scanner"


@pytest.fixture
def scanner(port: Path) -> Iterator[PtyScanner]:
    instance = PtyScanner(port)
    yield instance
    instance.close()


def ready(reading: Reading) -> Reading:
    reading.until(lambda: reading.thread.state is ReaderState.OK)
    return reading


def test_what_is_scanned_is_reported_in_its_mode_and_once(read: Read, scanner: PtyScanner, port: Path) -> None:
    reading = read(serial_scanner.prepare(f"{port}"))
    ready(reading)
    scanner.scan(TOKEN)
    reading.until(lambda: reading.thread.frames == 1)
    assert reading.scans == []
    reading.publish(ScanMode.PICKUP)
    scanner.scan(TOKEN)
    scanner.scan(TOKEN)
    reading.until(lambda: reading.thread.frames == 3)
    assert reading.texts == [TOKEN]
    assert reading.thread.decoded == 2
    scanner.scan("https://tickets.example.org/1")
    reading.until(lambda: reading.foreign == 1)
    reading.publish(ScanMode.LOADING)
    scanner.scan("ORD-2026-7")
    reading.until(lambda: reading.texts == [TOKEN, "ORD-2026-7"])
    assert TOKEN not in repr(reading.scans)


@pytest.mark.parametrize(
    ("ending", "identifier", "options", "symbology"),
    [
        ("cr", "", "", Symbology.CODE_128),
        ("lf", "]d2", ",end=lf,aim=yes", Symbology.DATA_MATRIX),
        ("crlf", "]C0", ",end=crlf", Symbology.CODE_128),
        ("etx", "]A0", ",end=etx,baud=115200", Symbology.CODE_39),
        ("none", "]Q1", ",end=none", Symbology.QR),
    ],
)
def test_every_way_to_end_a_text(
    read: Read, port: Path, ending: str, identifier: str, options: str, symbology: Symbology
) -> None:
    scanner = PtyScanner(port, ending, identifier=identifier)
    reading = ready(read(serial_scanner.prepare(f"{port}{options}")))
    reading.publish(ScanMode.LOADING)
    scanner.scan("ORD-2026-7")
    reading.until(lambda: reading.texts == ["ORD-2026-7"])
    found = reading.scans[0].reading
    assert found is not None
    assert found.symbology is symbology
    reading.thread.close(1000)
    scanner.close()


def test_what_waited_before_it_was_opened_is_thrown_away(read: Read, scanner: PtyScanner, port: Path) -> None:
    scanner.scan(TOKEN)
    reading = read(serial_scanner.prepare(f"{port}"))
    reading.publish(ScanMode.PICKUP)
    ready(reading)
    scanner.scan(BADGE)
    reading.until(lambda: reading.texts == [BADGE])
    assert reading.thread.frames == 1


def test_it_is_pulled_out_and_plugged_in_again(read: Read, scanner: PtyScanner, port: Path) -> None:
    reading = ready(read(serial_scanner.prepare(f"{port}")))
    reading.publish(ScanMode.PICKUP)
    scanner.pull_out()
    reading.until(lambda: reading.thread.state is ReaderState.NO_FRAMES)
    scanner.plug_in()
    ready(reading)
    scanner.scan(TOKEN)
    reading.until(lambda: reading.texts == [TOKEN])


def test_a_port_that_has_become_another_is_opened_anew(
    read: Read, scanner: PtyScanner, port: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reading = ready(read(serial_scanner.prepare(f"{port}")))
    reading.publish(ScanMode.PICKUP)
    scanner.go_stale()
    reading.until(lambda: "come back as another device" in caplog.text)
    ready(reading)

    def read_after_a_while() -> bool:
        scanner.scan(TOKEN)
        return reading.texts == [TOKEN]

    reading.until(read_after_a_while)


def test_a_text_without_an_end_is_given_up_and_said_without_its_content(
    read: Read, scanner: PtyScanner, port: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reading = ready(read(serial_scanner.prepare(f"{port}")))
    reading.publish(ScanMode.PICKUP)
    scanner.send(TOKEN.encode())
    reading.until(lambda: "scan_unended" in caplog.text)
    assert TOKEN not in caplog.text
    scanner.scan(BADGE)
    reading.until(lambda: reading.texts == [BADGE])


def test_it_is_ours_alone(scanner: PtyScanner, port: Path) -> None:
    first = serial_scanner.prepare(f"{port}")()
    assert first.name == str(port)
    with pytest.raises(HardwareFault) as caught:
        serial_scanner.prepare(f"{port}")()
    assert caught.value.code == "scanner_busy"
    first.close()
    first.close()
    assert list(first.texts()) == []
    serial_scanner.prepare(f"{port}")().close()


def test_what_is_not_there_or_no_port_is_a_fault(port: Path, tmp_path: Path) -> None:
    with pytest.raises(HardwareFault) as absent:
        serial_scanner.prepare(f"{port}")()
    assert absent.value.code == "scanner_absent"
    plain = tmp_path / "file"
    plain.touch()
    with pytest.raises(HardwareFault) as file:
        serial_scanner.prepare(str(plain))()
    assert file.value.code == "scanner_failed"


@pytest.mark.parametrize("error", [errno.EACCES, errno.EPERM])
def test_what_is_forbidden_is_a_fault_with_advice(error: int) -> None:
    def forbidden(port: str, _baud: int) -> serial_scanner.Line:
        raise OSError(error, os.strerror(error), port)

    with pytest.raises(HardwareFault) as caught:
        serial_scanner.SerialScanner(serial_scanner.SerialSettings("/dev/ttyACM0"), forbidden)
    assert caught.value.code == "scanner_denied"


@pytest.mark.parametrize(
    "text", ["", "usb-Scanner", "/dev/x,baud=fast", "/dev/x,baud=5", "/dev/x,end=bell", "/dev/x,aim"]
)
def test_options_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(HardwareFault) as caught:
        serial_scanner.prepare(text)
    assert caught.value.code == "source_option"
