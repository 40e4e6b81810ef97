"""What the box notices beside its doors, on lines of the header."""

from __future__ import annotations

from pathlib import Path

import pytest

from hal.factory import build_cabinet
from hal.gpio import open_pins
from hal.interfaces import Fault
from hal.profile import load_profile
from tests.fakes.plant import eventually
from tests.kernel.chip import header

pytestmark = pytest.mark.kernel

MAINS = 14

PROFILE = f"""
format = 2
name = "one-door"

[sensors]
closed_level = "low"
senses = "door"

[inputs.power_fail]
pin = {MAINS}
active = "low"

[[banks]]
kind = "gpio"
name = "main"
supply = "12V"
pulse_ms = 400
one_shot_ms = 700

[[compartments]]
label = "A01"
bank = "main"
size = "S"
height_mm = 1350
column = 1
row = 1
lock = 16
sensor = 2
"""


class Faults:
    """What was raised and cleared, in its order."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bool]] = []

    def fault_raised(self, fault: Fault) -> None:
        self.said.append((fault.code, True))

    def fault_cleared(self, code: str, subject: str) -> None:
        self.said.append((code, False))

    def of(self, code: str) -> list[bool]:
        return [raised for said, raised in self.said if said == code]


def test_the_mains_go_and_come_back(tmp_path: Path) -> None:
    file = tmp_path / "cabinet.toml"
    file.write_text(PROFILE, encoding="utf-8")
    chip, pins, faults = header(), open_pins(), Faults()
    cabinet = build_cabinet(load_profile(file), pins, faults=faults)
    eventually(lambda: faults.of("power_fail") == [False])
    chip.pull(MAINS, up=False)
    chip.pull(MAINS, up=True)  # a spike is none
    chip.pull(MAINS, up=False)
    eventually(lambda: faults.of("power_fail") == [False, True])
    chip.pull(MAINS, up=True)
    eventually(lambda: faults.of("power_fail") == [False, True, False])
    cabinet.close()
    pins.close()
