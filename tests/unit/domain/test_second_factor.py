"""The second factor: counted before it is compared; three failures end the session, five block the right."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import DepositStatus, Phase, RightStatus, SessionEnd
from tests.unit.domain.builder import Scenario


def asked() -> Scenario:
    return Scenario().stored("D1", "Personalausweis").present("R1")


def test_right_birth_date_opens() -> None:
    box = asked()
    assert box.phase() is Phase.VERIFYING
    assert not box.now_happened(ev.UnlockAuthorised)
    box.factor(True)
    assert [type(event) for event in box.last] == [ev.FactorVerified, ev.UnlockAuthorised]


def test_a_try_is_in_the_log_before_it_is_compared() -> None:
    box = asked()
    box.do(cmd.TryFactor(box.session.id))
    assert box.the_right("R1").failed_factors == 1
    box.restart()
    assert box.the_right("R1").failed_factors == 1, "dying does not give the try back"


def test_nothing_is_compared_that_was_not_counted() -> None:
    box = asked()
    assert box.do(cmd.FactorCompared(box.session.id, True)).refusal == "wrong_phase"
    assert not box.last


def test_three_failures_end_the_session() -> None:
    box = asked()
    assert box.factor(False).details == {"tries_left": 2}
    assert box.factor(False).details == {"tries_left": 1}
    assert box.factor(False).refusal == "factor_denied"
    assert box.one(ev.SessionEnded).outcome == SessionEnd.DENIED
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_five_failures_block_the_right_over_all_sessions() -> None:
    box = asked().factor(False).factor(False).factor(False).present("R1").factor(False)
    assert box.factor(False).refusal == "factor_blocked"
    assert box.the_right("R1").status is RightStatus.BLOCKED
    assert box.present("R1").refusal == "factor_blocked"
    assert box.deposit("D1").status is DepositStatus.STORED
    assert box.pulses == 1, "the loading"


def test_success_forgives_the_failures() -> None:
    box = asked().factor(False).factor(False).factor(True)
    assert box.the_right("R1").failed_factors == 0


def test_the_fifth_try_whose_comparison_was_lost_in_a_crash_blocks_all_the_same() -> None:
    box = asked().factor(False).factor(False).factor(False).present("R1").factor(False)
    box.do(cmd.TryFactor(box.session.id)).restart()
    assert box.present("R1").refusal == "factor_blocked"
    assert box.one(ev.RightBlocked).right == "R1"
    assert box.box.session is None


def test_the_fifth_try_whose_comparison_never_came_blocks_at_the_next() -> None:
    box = asked().factor(False).factor(False).factor(False).present("R1").factor(False)
    box.do(cmd.TryFactor(box.session.id))
    assert box.do(cmd.TryFactor(box.session.id)).refusal == "factor_blocked"
    assert box.the_right("R1").status is RightStatus.BLOCKED
    assert box.box.session is None


def test_a_session_has_three_tries_even_if_nobody_compares() -> None:
    box = asked()
    for _ in range(timing.FACTORS_PER_SESSION):
        assert not box.do(cmd.TryFactor(box.session.id)).refusal
    assert box.do(cmd.TryFactor(box.session.id)).refusal == "wrong_phase"
    assert box.the_right("R1").failed_factors == timing.FACTORS_PER_SESSION


def test_no_factor_where_none_is_asked() -> None:
    box = Scenario().stored("D1").present("R1")
    assert box.do(cmd.TryFactor(box.session.id)).refusal == "wrong_phase"
    assert box.do(cmd.FactorCompared(box.session.id, True)).refusal == "wrong_phase"


def test_a_strict_deposit_that_is_held_does_not_make_the_others_easier() -> None:
    box = Scenario().announce("D1", "eAT").announce("D2", "Personalausweis").right("R1", "D1", "D2")
    box.load("D1", "D2").hold("D2").present("R1", "birth_date")
    assert box.session.queue == ("D1",)
    assert box.phase() is Phase.VERIFYING
    assert not box.now_happened(ev.UnlockAuthorised)
