"""The command line of ``abholfach-reader`` and what it tells systemd."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from hal import reader
from hal.interfaces import HardwareFault
from hal.notify import notify, watchdog_interval_ms


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("file:/tmp/a.png", "source_simulated"),
        ("directory", "source_simulated"),
        ("synthetic", "source_simulated"),
        ("picamera2:front", "source_option"),
        ("serial", "source_option"),
        ("hid:/dev/input/event0,layout=fr", "source_option"),
        ("v4l2:/dev/video0,colour=blue", "source_option"),
        ("webcam", "source_unknown"),
        ("", "source_unknown"),
    ],
)
def test_what_cannot_be_driven_is_refused_with_a_code(
    source: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reader.main(["--source", source, "--socket", "/nowhere"]) == reader.EXIT_UNAVAILABLE
    said = capsys.readouterr().err
    assert said.startswith(f"abholfach-reader: {code}: ")
    assert ("reader-qr.env" in said) == (code != "source_option")


def test_a_driver_gets_its_device() -> None:
    factory = reader.camera_factory("v4l2:/dev/video3")
    with pytest.raises(HardwareFault) as caught:
        factory()
    assert caught.value.subject == "/dev/video3"


@pytest.mark.parametrize("arguments", [[], ["--source", "v4l2"], ["--source", "v4l2", "--socket", "x", "--more"]])
def test_a_wrong_command_line_is_a_usage_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        reader.main(arguments)
    assert caught.value.code == reader.EXIT_USAGE
    assert "bad_usage" in capsys.readouterr().err


def test_a_missing_decoder_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "hal.qr.capture", None)
    monkeypatch.setitem(reader.CAMERAS, "v4l2", lambda device: lambda: pytest.fail(f"{device} was opened"))
    assert reader.main(["--source", "v4l2", "--socket", "/nowhere"]) == reader.EXIT_UNAVAILABLE
    said = capsys.readouterr().err
    assert "decoder_missing" in said
    assert "libzbar0" in said


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told(abstract: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"@abholfach-{os.getpid()}-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0" + name[1:] if abstract else name)
        assert notify("READY=1\nSTATUS=reading")
        assert listener.recv(100) == b"READY=1\nSTATUS=reading"


def test_without_systemd_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify("READY=1")


def test_a_deaf_systemd_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    assert not notify("WATCHDOG=1")
    assert "notify_failed" in caplog.text


@pytest.mark.parametrize(
    ("environment", "interval"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "15000000"}, 7500),
        ({"WATCHDOG_USEC": "15000000", "WATCHDOG_PID": str(os.getpid())}, 7500),
        ({"WATCHDOG_USEC": "15000000", "WATCHDOG_PID": "1"}, None),
    ],
)
def test_the_watchdogs_interval(
    environment: dict[str, str], interval: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert watchdog_interval_ms() == interval
