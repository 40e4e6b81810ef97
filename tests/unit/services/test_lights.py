"""The lights of the whole box: lit where a code may be held, lit while a door is open, and told only what is new."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain.model import Door
from controller.services.lights import DAZZLED_MS, Lights
from controller.services.scan_mode import scan_mode
from tests.fakes.hardware import FakeIndicators
from tests.unit.services.bench import Bench


class Lamps(FakeIndicators):
    """Remembers also how often each was switched."""

    def __init__(self) -> None:
        super().__init__()
        self.switched: list[tuple[str, bool]] = []

    def light(self, name: str, on: bool) -> None:
        self.switched.append((name, on))
        super().light(name, on)


class Lit:
    """A bench with lights, and the scan mode that its state has."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.lamps = Lamps()
        self.watch = Lights(bench.actor, self.lamps, self.mode, bench.clock.mono_ms)
        self.watch.look()

    def mode(self) -> str:
        actor = self.bench.actor
        return scan_mode(actor.box, actor.halted, actor.now())

    async def door(self, label: str, door: Door) -> None:
        await self.bench.done(cmd.DoorSensed(label, door, self.bench.clock.mono))


@pytest.fixture
async def lit(bench: Bench) -> Lit:
    return Lit(bench)


async def test_the_window_is_lit_while_residents_may_hold_a_code_there(lit: Lit) -> None:
    assert lit.lamps.lights == {"scanner"}
    await lit.bench.stored("D1")
    assert "scanner" in lit.lamps.lights
    await lit.bench.done(cmd.PresentCredential("R1", "qr", ()))
    assert "scanner" not in lit.lamps.lights, "somebody is being served: there is nothing to hold there"


async def test_it_is_lit_for_who_loads_and_dark_for_who_repairs(lit: Lit) -> None:
    await lit.bench.log_in()
    assert scan_mode(lit.bench.box, "", lit.bench.actor.now()) == "LOADING"
    assert "scanner" in lit.lamps.lights
    await lit.bench.log_out()
    await lit.bench.log_in("tom")
    assert scan_mode(lit.bench.box, "", lit.bench.actor.now()) == "BADGE"
    assert "scanner" not in lit.lamps.lights


@pytest.mark.parametrize("mode", ["PICKUP", "LOADING", "DOCUMENT_KEY", "BADGE", "SLIP", "OFF"])
async def test_each_mode_of_reading(bench: Bench, mode: str) -> None:
    lamps = Lamps()
    Lights(bench.actor, lamps, lambda: mode, bench.clock.mono_ms).look()
    assert ("scanner" in lamps.lights) is (mode in ("PICKUP", "LOADING", "DOCUMENT_KEY"))


@pytest.mark.parametrize(
    ("hint", "dark"),
    [("glare", True), ("too_bright", True), ("too_dark", False), ("blurred", False), ("unclear", False)],
)
async def test_where_a_lamp_is_mirrored_the_windows_own_is_taken_away_for_a_while(
    lit: Lit, hint: str, dark: bool
) -> None:
    lit.watch.hinted(hint)
    assert ("scanner" not in lit.lamps.lights) is dark
    lit.bench.clock.advance(DAZZLED_MS - 1)
    lit.watch.look()
    assert ("scanner" not in lit.lamps.lights) is dark
    lit.bench.clock.advance(1)
    lit.watch.look()
    assert "scanner" in lit.lamps.lights


async def test_the_door_light_burns_while_any_door_is_open(lit: Lit) -> None:
    await lit.door("A01", Door.OPEN)
    assert "door" in lit.lamps.lights
    await lit.door("A02", Door.OPEN)
    await lit.door("A01", Door.CLOSED)
    assert "door" in lit.lamps.lights, "the other one stands open still"
    await lit.door("A02", Door.CLOSED)
    assert "door" not in lit.lamps.lights


async def test_a_door_that_cannot_be_read_lights_nothing(lit: Lit) -> None:
    await lit.door("A01", Door.UNKNOWN)
    assert "door" not in lit.lamps.lights


async def test_without_mains_the_window_is_dark_and_an_open_door_still_lit(lit: Lit) -> None:
    await lit.door("A01", Door.OPEN)
    await lit.bench.done(cmd.JudgePower(False))
    assert lit.lamps.lights == {"door"}
    await lit.bench.done(cmd.JudgePower(True))
    assert lit.lamps.lights == {"scanner", "door"}


async def test_a_box_that_is_out_of_order_invites_nobody(lit: Lit) -> None:
    lit.bench.actor.halt("log_damaged:7")
    lit.watch.look()
    assert "scanner" not in lit.lamps.lights


async def test_a_light_is_switched_when_it_changes_and_not_with_every_event(lit: Lit) -> None:
    for _ in range(3):
        lit.watch.look()
    await lit.door("A01", Door.OPEN)
    lit.watch.look()
    await lit.door("A01", Door.CLOSED)
    assert lit.lamps.switched == [("scanner", True), ("door", True), ("door", False)]


async def test_what_changes_with_the_hour_alone_is_seen_by_looking(bench: Bench) -> None:
    lamps, mode = Lamps(), ["PICKUP"]
    lights = Lights(bench.actor, lamps, lambda: mode[0], bench.clock.mono_ms)
    lights.look()
    mode[0] = "BADGE"  # the box closes for the public: no event says so
    assert lamps.lights == {"scanner"}
    lights.look()
    assert lamps.lights == set()
