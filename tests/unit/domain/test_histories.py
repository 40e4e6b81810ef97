"""Honest people, clumsy people, failing hardware, a process that dies anywhere: what the box believes stays true."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from controller.domain import commands as cmd
from controller.domain.model import Door
from tests.unit.domain.builder import CABINET, Scenario
from tests.unit.domain.calendars import ALWAYS
from tests.unit.domain.profiles import PATIENCE_S, SEARCH, THOROUGH
from tests.unit.domain.world import World

LABELS = ("A01", "A02", "A03", "A04")

pytestmark = pytest.mark.timeout(PATIENCE_S)


class Histories(RuleBasedStateMachine):
    """The physical truth stands beside the box."""

    @initialize()
    def begin(self) -> None:
        box = Scenario(cabinet=CABINET[:4])
        box.stored("D1", "eAT").stored("D2", "Personalausweis", right="R2").right("R3", "D1", "D2")
        self.world = World(box)

    @rule(data=st.data(), times=st.integers(4, 16))
    def life_goes_on(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            acts = self.world.acts()
            if acts:
                name, act = acts[data.draw(st.integers(0, len(acts) - 1))]
                note(name)
                act()
                self.world.check_truth()

    @rule(step=st.sampled_from((40, 2_000, 45_000, 400_000)))
    def time_passes(self, step: int) -> None:
        self.world.pass_time(step)
        self.world.do(cmd.Tick())

    @rule(label=st.sampled_from(LABELS))
    def a_door_opens_by_itself(self, label: str) -> None:
        if self.world.doors[label] is Door.CLOSED:
            self.world.move(label, Door.OPEN)

    @rule(label=st.sampled_from(LABELS), blind=st.booleans())
    def a_sensor_fails_or_recovers(self, label: str, blind: bool) -> None:
        (self.world.blind.add if blind else self.world.blind.discard)(label)
        self.world.sense(label)

    @rule(jump=st.sampled_from((-86_400_000, 3_600_000, 40 * 86_400_000)), trusted=st.booleans())
    def the_clock_jumps(self, jump: int, trusted: bool) -> None:
        moment = self.world.moment
        self.world.moment = replace(moment, wall_ms=max(0, moment.wall_ms + jump), clock_trusted=trusted)

    @rule(fresh=st.sampled_from((True, True, False)), told=st.booleans())
    def the_screen_dies_or_comes_back(self, fresh: bool, told: bool) -> None:
        """``told``: the screen watch has said so already; the moment knows at once."""
        self.world.moment = replace(self.world.moment, screen_fresh=fresh)
        if told:
            self.world.do(cmd.JudgeScreen(fresh))

    @rule(mains=st.sampled_from((True, True, False)))
    def the_mains_come_or_go(self, mains: bool) -> None:
        self.world.do(cmd.JudgePower(mains))

    @rule(reboot=st.booleans(), pulsed=st.booleans(), taken=st.booleans(), closed=st.booleans())
    def the_process_dies(self, reboot: bool, pulsed: bool, taken: bool, closed: bool) -> None:
        self.world.restart(reboot, pulsed, taken, closed)

    @invariant()
    def what_the_box_believes_is_so(self) -> None:
        if hasattr(self, "world"):
            self.world.check()
            self.world.check_truth()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            assert self.world.book.fold() == self.world.box


class DocumentHistories(Histories):
    """The same box with documents whose chips are checked, and people who look at them."""

    @initialize()
    def begin(self) -> None:
        box = Scenario(cabinet=CABINET[:4])
        box.do(cmd.ActivateCalendar("always", ALWAYS))
        box.stored("D1", "Reiseausweis").stored("D2", "Führerschein", right="R2").right("R3", "D1", "D2")
        self.world = World(box, kinds=("Reiseausweis", "Urkunde", "Führerschein"))


TestDocumentHistories = DocumentHistories.TestCase
TestDocumentHistories.settings = settings(SEARCH, max_examples=3000 if THOROUGH else 150)

TestHistories = Histories.TestCase
TestHistories.settings = SEARCH
