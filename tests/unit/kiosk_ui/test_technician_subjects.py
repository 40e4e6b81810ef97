"""What a fault is about is said in German wherever the program, and no person, has named it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import hal
from controller import api
from hal.profile import Inputs
from kiosk_ui import technician_words as words


def named() -> set[str]:
    """Subjects that stand in the drivers as the second argument of a ``Fault``."""
    found = set()
    for path in sorted(Path(hal.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fault" and len(node.args) > 1:
                subject = node.args[1]
                if isinstance(subject, ast.Constant) and isinstance(subject.value, str):
                    found.add(subject.value)
    return found


def test_every_subject_has_a_german_name() -> None:
    subjects = named() - {"gpio"} | set(Inputs.__struct_fields__)
    assert {"mains", "keypad", "headphones"} <= subjects
    assert subjects <= set(words.SUBJECTS), "kiosk_ui/technician_words.py"


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("keypad", "Tasten"),
        ("the lamp of A07", "Lampe A07"),
        ("A07", "A07"),
        ("/dev/serial/by-id/usb-X", "/dev/serial/by-id/usb-X"),
    ],
)
def test_a_subject_as_the_technician_reads_it(subject: str, said: str) -> None:
    assert words.subject(api.FaultView("x", subject, 0)) == said


@pytest.mark.parametrize(
    ("state", "detail", "said"),
    [
        ("ok", "in", ("Kopfhörer", "in Ordnung", "eingesteckt")),
        ("ok", "out", ("Kopfhörer", "in Ordnung", "nicht eingesteckt")),
        ("fault", "", ("Kopfhörer", "Störung", "")),
    ],
)
def test_headphones_among_the_devices(state: str, detail: str, said: tuple[str, str, str]) -> None:
    assert words.device(api.DeviceView("headphones", state, detail)) == said
