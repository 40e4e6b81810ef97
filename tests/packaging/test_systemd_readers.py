"""The units of the readers: each gets its own device and nobody else's."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from provisioning.templates import SERVICE_USERS
from tests.packaging.test_systemd import KNOWN_TO_DEBIAN_12, UNITS, image, options, value, values

__all__ = ["image"]

STAFF = "abholfach-reader@staff.service.d/staff.conf"


def test_a_code_reader_opens_no_lock_and_hears_no_touch_screen() -> None:
    """Lock boards are in dialout, the touch screen is in input. What is the scanner's, a udev rule gives to its
    user.
    """
    groups = " ".join(values("abholfach-reader@.service", "SupplementaryGroups")).split()
    assert set(groups) == {"abholfach", "video"}
    assert set(groups) & set(" ".join(values("abholfach-controller.service", "SupplementaryGroups")).split()) == {
        "abholfach"
    }
    allowed = values("abholfach-reader@.service", "DeviceAllow")
    assert "char-input r" in allowed
    assert {"char-ttyACM rw", "char-ttyUSB rw", "char-ttyAMA rw", "char-video4linux rw"} <= set(allowed)


def test_the_staffs_scanner_is_another_reader_of_the_same_user_at_the_same_socket() -> None:
    assert value(STAFF, "User") == value(STAFF, "Group") == SERVICE_USERS["reader_qr"]
    emptied, command = values(STAFF, "ExecStart")
    assert emptied == ""
    ours = value("abholfach-reader@.service", "ExecStart")
    assert command == ours.replace("/run/abholfach/reader-%i.sock", "/run/abholfach/reader-qr.sock")
    assert f"--socket {value('abholfach-reader-qr.socket', 'ListenStream')} " in command
    assert {f"{section}.{name}" for section, name, _ in options(STAFF)} - KNOWN_TO_DEBIAN_12 == set()


def test_the_staffs_scanner_is_installed_and_understood(image: Path) -> None:
    finished = subprocess.run(
        ["systemd-analyze", "verify", f"--root={image}", "--man=no", "abholfach-reader@staff.service"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (finished.stdout + finished.stderr, finished.returncode) == ("", 0)


def test_no_modem_manager_writes_to_a_lock_or_a_scanner(image: Path) -> None:
    rules = (image / "etc/udev/rules.d/60-abholfach.rules").read_text(encoding="utf-8")
    (line,) = [line for line in rules.splitlines() if line.startswith('SUBSYSTEM=="tty"')]
    assert re.search(r'KERNEL=="ttyACM\*\|ttyUSB\*", ENV\{ID_MM_PORT_IGNORE\}="1"', line)
    assert (UNITS / "udev" / "60-abholfach.rules").is_file()
