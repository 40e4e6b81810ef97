"""Scanners in provisioning: what is written for them, and what ``check`` says of them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from controller.identity import Kind, load_identity
from controller.settings import Settings
from provisioning import check_readers
from provisioning.device_rules import PLACE, rules
from provisioning.errors import ProvisioningError
from provisioning.findings import Machine, State
from provisioning.initialise import Plan, initialise

BY_ID = "/dev/serial/by-id/usb-Honeywell_Xenon_1950-if00"
KEYBOARD = "/dev/input/by-id/usb-Symbol_Bar_Code_Scanner-event-kbd"


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(
        config=tmp_path / "etc" / "abholfach",
        data=tmp_path / "data",
        box="musterstadt-1",
        kind=Kind.REAL,
        profile="gpio-12",
        seen_empty_by="T",
    )


def test_a_serial_scanner_is_given_to_the_reader_alone() -> None:
    assert rules([f"serial:{BY_ID},end=cr"]).decode().splitlines()[1:] == [
        'SUBSYSTEM=="tty", SYMLINK=="serial/by-id/usb-Honeywell_Xenon_1950-if00", GROUP="abholfach-reader-qr",'
        ' MODE="0660"'
    ]
    assert [line for line in rules(["serial:/dev/ttyAMA0"]).decode().splitlines() if "KERNEL" in line] == [
        'SUBSYSTEM=="tty", KERNEL=="ttyAMA0", GROUP="abholfach-reader-qr", MODE="0660"'
    ]


def test_a_keyboard_is_kept_from_the_screen() -> None:
    (line,) = rules([f"hid:{KEYBOARD},layout=de"]).decode().splitlines()[1:]
    assert 'SYMLINK=="input/by-id/usb-Symbol_Bar_Code_Scanner-event-kbd"' in line
    assert line.endswith('ENV{LIBINPUT_IGNORE_DEVICE}="1"')


def test_a_camera_needs_no_rule() -> None:
    assert rules(["picamera2", "v4l2:/dev/video0"]) == b""


@pytest.mark.parametrize(
    "source",
    [
        "serial:/dev/ttyACM0",
        "serial:/dev/ttyUSB1,end=cr",
        "hid:/dev/input/event3",
        'serial:/dev/x", RUN+="/bin/sh',
        "serial:/dev/serial/by-id/*",
        "serial:/dev/../etc/passwd",
        "serial:/tmp/port",
    ],
)
def test_a_name_that_moves_or_means_something_to_udev_is_refused(source: str) -> None:
    with pytest.raises(ProvisioningError) as caught:
        rules([source])
    assert caught.value.code == "device_name"


def test_a_box_with_two_scanners(plan: Plan) -> None:
    both = replace(plan, scanner=f"serial:{BY_ID}", staff_scanner=f"hid:{KEYBOARD},layout=de")
    steps = initialise(both)
    assert f"ABHOLFACH_READER_SOURCE=serial:{BY_ID}\n" in (plan.config / "reader-qr.env").read_text("utf-8")
    assert f"ABHOLFACH_READER_SOURCE=hid:{KEYBOARD},layout=de\n" in (plan.config / "reader-staff.env").read_text(
        "utf-8"
    )
    written = plan.config.parent / PLACE
    assert written.read_bytes() == rules([both.scanner, both.staff_scanner])
    assert written in {step.path for step in steps if step.what == "made"}
    assert {step.what for step in initialise(both)} == {"kept"}


def test_a_box_with_a_camera_gets_no_rule_and_no_staff_reader(plan: Plan) -> None:
    initialise(plan)
    assert not (plan.config.parent / PLACE).exists()
    assert not (plan.config / "reader-staff.env").exists()


@pytest.mark.parametrize("field", ["scanner", "staff_scanner"])
@pytest.mark.parametrize("source", ["webcam", "file:/tmp/a.png", f"serial:{BY_ID},end=bell", "serial:/dev/ttyACM0"])
def test_what_no_box_can_read_is_refused_before_anything_is_written(plan: Plan, field: str, source: str) -> None:
    with pytest.raises(ProvisioningError):
        initialise(replace(plan, **{field: source}))  # type: ignore[arg-type]
    assert not plan.config.exists()


def findings(plan: Plan, root: Path) -> dict[str, tuple[State, str]]:
    machine = Machine(plan.config / "abholfach.toml", root)
    found = check_readers.CHECKS[0](machine, object.__new__(Settings), load_identity(plan.data))
    return {finding.check: (finding.state, finding.words) for finding in found}


def test_check_says_what_is_missing(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    initialise(replace(plan, scanner=f"serial:{BY_ID}", staff_scanner="v4l2:/dev/video9"))
    said = findings(plan, tmp_path)
    assert {name: state for name, (state, _) in said.items()} == {
        "scanner": State.WARNING,
        "staff's scanner": State.WARNING,
    }
    device = tmp_path / BY_ID.removeprefix("/")
    device.parent.mkdir(parents=True)
    device.touch(mode=0o600)
    assert findings(plan, tmp_path)["scanner"][0] is State.FAILED
    device.chmod(0o660)
    monkeypatch.setattr("grp.getgrnam", lambda _name: SimpleNamespace(gr_gid=os.getgid()))
    assert findings(plan, tmp_path)["scanner"] == (State.OK, f"serial:{BY_ID}")
    (plan.config / "reader-qr.env").write_text("ABHOLFACH_READER_SOURCE=webcam\n")
    assert findings(plan, tmp_path)["scanner"][0] is State.FAILED
    (plan.config / "reader-qr.env").write_text("SOURCE=picamera2\n")
    assert "no line" in findings(plan, tmp_path)["scanner"][1]
    (plan.config / "reader-qr.env").unlink()
    assert findings(plan, tmp_path)["scanner"][0] is State.FAILED
