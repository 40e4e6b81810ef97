"""What the contract tests of lamps, lights and buzzer run against, each with somebody who looks and listens."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hal.factory import build_cabinet
from hal.interfaces import Indicators
from hal.profile import load_profile
from simulator.boards.faults import BoardFault
from tests.fakes.boards import RunningBoards, expander_bank, running_boards, serial_profile, waveshare_bank
from tests.fakes.hardware import FakeIndicators
from tests.fakes.plant import eventually
from tests.unit.boards.direct import HeardFaults

GPIO_BANK = '[[banks]]\nkind = "gpio"\nname = "pins"\nsupply = "12V"\npulse_ms = 400\none_shot_ms = 700\n'
PINS = {"lamp": 18, "scanner_light": 19, "door_light": 20, "buzzer": 21}
CHANNELS = {"lamp": 5, "scanner_light": 6, "door_light": 7, "buzzer": 8}


@dataclass
class IndicatorSubject:
    """Compartment A01 has a lamp, A02 none; everything dark and silent."""

    indicators: Indicators
    lit: Callable[[], set[str]]
    """What burns: ``lamp``, ``scanner``, ``door``."""
    sounds: Callable[[], int] | None
    """How often the buzzer has begun to sound; ``None``: it has none."""
    loses_power: Callable[[], None] | None = None
    """What the outputs are on goes dead, and comes back."""
    faults: HeardFaults | None = None
    close: Callable[[], None] = lambda: None
    """The whole cabinet ends."""


@contextmanager
def fake_indicators() -> Iterator[IndicatorSubject]:
    fake = FakeIndicators()

    def lit() -> set[str]:
        return {"lamp" for label in fake.lit if label == "A01"} | fake.lights

    yield IndicatorSubject(fake, lit, None)
    fake.close()


def profile_text(bank: str, channels: dict[str, int], *, buzzer: bool = True) -> str:
    """Locks and contacts on the header, everything else on ``bank``."""
    banks = GPIO_BANK + waveshare_bank("relays") + expander_bank("chip")
    wires = {"A01": ("pins", 16, "header", 4), "A02": ("pins", 17, "header", 5)}
    lights = [name for name in ("scanner_light", "door_light", "buzzer") if buzzer or name != "buzzer"]
    indicators = "[indicators]\n" + "".join(f'{name} = {channels[name]}\n{name}_bank = "{bank}"\n' for name in lights)
    lamp = f'lock = 16\nlamp = {channels["lamp"]}\nlamp_bank = "{bank}"\n'
    return serial_profile(indicators + "\n" + banks, wires).replace("lock = 16\n", lamp)


@contextmanager
def on_cabinet(text: str, bank: str, *, buzzer: bool = True) -> Iterator[tuple[IndicatorSubject, RunningBoards]]:
    """A whole cabinet of ``text``, its boards emulated."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cabinet.toml"
        file.write_text(text, encoding="utf-8")
        with running_boards(file) as boards:
            person, faults = boards.plant.person, HeardFaults()

            def lit() -> set[str]:
                status = person.status()
                return {name for name, level in status.lights.items() if level} | {
                    "lamp" for box in status.compartments if box.lamp
                }

            def loses_power() -> None:
                boards.control.board_fault(bank, BoardFault.DEAD)
                eventually(lambda: ("board_silent", bank) in faults.standing)
                boards.control.mend(bank)

            cabinet = build_cabinet(load_profile(file), edges=boards.edges, faults=faults)
            subject = IndicatorSubject(
                cabinet.indicators,
                lit,
                (lambda: person.status().tones) if buzzer else None,
                None if bank == "header" else loses_power,
                faults,
                cabinet.close,
            )
            yield subject, boards
            cabinet.close()


@contextmanager
def header_indicators() -> Iterator[IndicatorSubject]:
    with on_cabinet(profile_text("header", PINS), "header") as (subject, _):
        yield subject


@contextmanager
def expander_indicators() -> Iterator[IndicatorSubject]:
    with on_cabinet(profile_text("chip", CHANNELS), "chip") as (subject, _):
        yield subject


@contextmanager
def relay_indicators() -> Iterator[IndicatorSubject]:
    with on_cabinet(profile_text("relays", CHANNELS | {"door_light": 0}, buzzer=False), "relays", buzzer=False) as (
        subject,
        _,
    ):
        yield subject
