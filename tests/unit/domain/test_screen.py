"""No door opens for a resident while the page on the screen may not show what stands."""

from __future__ import annotations

from controller.domain import events as ev
from controller.domain import timing
from controller.domain.commands import JudgeScreen
from controller.domain.decide import decide
from controller.domain.decision import Decision
from controller.domain.model import Phase, RightStatus, SessionEnd
from controller.domain.moment import Moment
from tests.unit.domain.builder import RULES, Scenario


class Screen(Scenario):
    """A box whose screen can die."""

    fresh = True

    @property
    def now(self) -> Moment:
        return Moment(self.wall_ms, self.mono_ms, self.boot, self.trusted, self.fresh)

    def dies(self) -> Screen:
        self.fresh = False
        return self

    def judged(self) -> Decision:
        decision = decide(self.box, JudgeScreen(self.fresh), self.now)
        self.do(JudgeScreen(self.fresh))
        return decision


def waiting(kind: str = "eAT") -> Screen:
    box = Screen()
    box.stored("D1", kind)
    return box


def test_a_code_is_refused_and_the_right_stays() -> None:
    box = waiting().dies()
    assert box.present("R1").refusal == "screen_stale"
    assert not box.last
    assert box.the_right("R1").status is RightStatus.ISSUED
    box.fresh = True
    assert box.present("R1").one(ev.UnlockAuthorised).deposit == "D1"


def test_the_fault_stands_as_long_as_the_screen_is_stale() -> None:
    box = waiting().dies()
    box.judged()
    assert "screen_stale" in box.box.faults
    assert not box.judged().events, "said once"
    box.fresh = True
    box.judged()
    assert "screen_stale" not in box.box.faults


def test_a_session_before_its_door_ends() -> None:
    box = waiting("Personalausweis").present("R1")
    assert box.phase() is Phase.VERIFYING
    assert isinstance(box, Screen)
    box.dies().judged()
    ended = box.one(ev.SessionEnded)
    assert (ended.outcome, ended.reason) == (SessionEnd.ABORTED, "screen_stale")
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_a_second_factor_that_comes_at_a_dead_screen_opens_nothing() -> None:
    box = waiting("Personalausweis").present("R1")
    assert isinstance(box, Screen)
    box.dies().factor(True)
    assert box.one(ev.SessionEnded).reason == "screen_stale"
    assert box.pulses == 1, "the loading"


def test_a_door_that_is_open_is_waited_for_as_usual() -> None:
    box = waiting().present("R1").pulsed().opens()
    assert isinstance(box, Screen)
    box.dies().judged()
    assert box.phase() is Phase.DOOR_OPEN
    box.closes()
    assert box.phase() is Phase.CONFIRMING
    box.wait(timing.CONFIRMATION)
    assert box.deposit_end("D1") == "collected_unconfirmed"
    assert box.ended("R1") == "spent"


def test_no_second_pulse_when_the_screen_dies_after_the_first() -> None:
    box = waiting().present("R1").pulsed()
    assert isinstance(box, Screen)
    box.dies().wait(RULES.open_within_ms)
    assert box.pulses == 2, "the loading and the first"
    assert box.phase() is Phase.UNLOCK_FAILED
    box.wait(timing.JAM_PAGE)
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_the_next_door_of_several_stays_closed() -> None:
    box = Screen()
    box.announce("D1").announce("D2").right("R1", "D1", "D2").load("D1", "D2").present("R1").declare("several").take()
    box.dies().says("everything")
    assert box.one(ev.SessionEnded).outcome == SessionEnd.DONE
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert len(box.happened(ev.UnlockAuthorised)) == 3, "two loadings, one pickup"


def test_open_again_is_refused_and_foreign_is_believed_without_another_opening() -> None:
    box = waiting().present("R1").take()
    assert isinstance(box, Screen)
    box.dies()
    assert box.says("open_again").refusal == "screen_stale"
    box.says("foreign")
    assert not box.now_happened(ev.UnlockAuthorised)
    assert box.deposit("D1").reason == "foreign"


def test_staff_go_on() -> None:
    box = Screen()
    box.announce("D1")
    box.dies()
    box.login().scan("D1")
    assert box.now_happened(ev.UnlockAuthorised)
