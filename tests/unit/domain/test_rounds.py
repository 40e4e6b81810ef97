"""Walks from compartment to compartment: what comes next, one badge each, left and taken up again."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import DepositStatus, Purpose, Round
from tests.unit.domain.builder import MORNING, Scenario


def walk(box: Scenario) -> Round:
    assert box.box.staff_session is not None
    assert box.box.staff_session.round is not None
    return box.box.staff_session.round


def overdue(*deposits: str) -> Scenario:
    """Envelopes whose holding period is over, and D9, whose is not."""
    box = Scenario().stored("D9", right="R9")
    for name in deposits:
        box.announce(name).right(f"R{name}", name, expires=MORNING + 3_600_000).load(name)
    return box.at(3_700_000).do(cmd.Tick()).login()


def start(box: Scenario, purpose: Purpose, reason: str = "") -> Scenario:
    return box.do(cmd.StartRound(box.staff, purpose, reason))


def test_recall_of_all_that_is_overdue_one_badge_and_one_scan_each() -> None:
    box = start(overdue("D1", "D2"), Purpose.RECALL)
    assert box.one(ev.RoundStarted).compartments == ("A02", "A03")
    for number, name in enumerate(("D1", "D2"), start=1):
        assert (walk(box).number, walk(box).total) == (number, 2)
        assert box.badge("lena").one(ev.UnlockAuthorised).compartment == box.deposit(name).compartment
        box.take().scan(name)
        assert box.deposit_end(name) == "recalled"
    assert box.one(ev.RoundEnded).outcome == "finished"
    assert box.box.staff_session is not None
    assert box.box.staff_session.round is None
    assert box.deposit("D9").status is DepositStatus.STORED


def test_one_badge_never_opens_two() -> None:
    box = start(overdue("D1", "D2"), Purpose.RECALL).badge("lena").take()
    shown = box.mono_ms
    box.scan("D1")
    assert box.do(cmd.PresentBadge("lena", shown)).refusal == "badge_not_needed", "shown before the page named it"


def test_a_new_right_takes_it_off_the_list() -> None:
    box = overdue("D1").right("R7", "D1")
    assert start(box, Purpose.RECALL).refusal == "round_empty"


def test_clarification_goes_on_after_each_answer_and_past_a_door_that_jams() -> None:
    box = Scenario().stored("D1").stored("D2", right="R2").stored("D3", right="R3")
    for label in ("A01", "A02", "A03"):
        box.opens(label).closes(label)
    start(box.login(), Purpose.CLARIFICATION).badge("lena").take().report("envelope")
    assert (walk(box).number, box.box.staff_session.requested.compartment) == (2, "A02")  # type: ignore[union-attr]
    box.badge("lena").jams()
    assert box.happened(ev.RoundAdvanced)[-1].outcome == "jam"
    assert walk(box).waiting == ("A03",)


def test_the_stocktake_agrees_with_the_books_or_not() -> None:
    box = start(Scenario().stored("D1").login(), Purpose.STOCKTAKE)
    assert walk(box).total == 8
    box.badge("lena").take().report("as_booked")
    assert box.deposit("D1").status is DepositStatus.STORED
    box.badge("lena").take().report("as_booked")
    box.badge("lena").take()
    assert box.report("envelope").refusal == "envelope_unknown"
    box.report("old_document")
    assert box.compartment("A03").old_document
    assert walk(box).number == 4


def test_books_that_say_nothing_cannot_be_agreed_with() -> None:
    box = Scenario(seen_empty_by="").login()
    start(box, Purpose.STOCKTAKE).badge("lena").take()
    assert box.report("as_booked").refusal == "wrong_choice"


def test_a_walk_is_left_and_taken_up_again_by_the_next_of_the_team() -> None:
    box = start(Scenario().login(), Purpose.STOCKTAKE).badge("lena").take().report("empty")
    box.do(cmd.LeaveRound(box.staff))
    assert box.box.staff_session is not None
    assert box.box.staff_session.requested is None, "what is left opens nothing"
    assert box.badge("lena").refusal == "badge_not_needed"
    assert not box.do(cmd.LeaveRound(box.staff)).last
    assert not box.announce("D1").scan("D1").refusal, "something else comes first"
    box.take().logout().login("tom").logout().login("sabine")
    assert walk(box).paused
    box.do(cmd.GoOnWithRound(box.staff))
    assert box.one(ev.OpeningRequested).compartment == "A02"
    assert walk(box).number == 2


def test_what_was_settled_meanwhile_is_passed_by() -> None:
    box = start(overdue("D1", "D2"), Purpose.RECALL).do(cmd.LeaveRound(overdue().staff))
    box.do(cmd.LeaveRound(box.staff)).guided("A02", Purpose.RECALL).scan("D1").logout().login("lukas")
    box.do(cmd.GoOnWithRound(box.staff))
    assert box.one(ev.OpeningRequested).compartment == "A03"


def test_skipping_and_stopping_open_nothing() -> None:
    box = start(overdue("D1", "D2"), Purpose.RECALL)
    box.do(cmd.SkipInRound(box.staff))
    assert box.one(ev.RoundAdvanced).outcome == "skipped"
    assert walk(box).waiting == ("A03",)
    box.do(cmd.StopRound(box.staff))
    assert box.badge("lena").refusal == "badge_not_needed"
    assert box.do(cmd.GoOnWithRound(box.staff)).refusal == "no_round"
    assert box.pulses == 3, "the loadings"


def test_nobody_shows_a_badge_the_walk_waits() -> None:
    box = start(overdue("D1"), Purpose.RECALL).wait(timing.REQUEST_VALID)
    assert box.badge("lena").refusal == "badge_not_needed"
    box.do(cmd.GoOnWithRound(box.staff)).badge("lena")
    assert box.one(ev.UnlockAuthorised).purpose == "recall"


def test_an_emergency_of_all_doors_two_badges_each_and_not_for_the_next_of_the_team() -> None:
    box = Scenario().stored("D1").login()
    assert start(box, Purpose.EMERGENCY).refusal == "reason_needed"
    start(box, Purpose.EMERGENCY, "fire").badge("lena")
    assert not box.now_happened(ev.UnlockAuthorised)
    assert box.badge("sabine").one(ev.UnlockAuthorised).badges == ("lena", "sabine")
    box.take().report("empty", "recalled")
    assert walk(box).number == 2
    assert not box.badge("sabine").now_happened(ev.UnlockAuthorised), "two again for the next"
    box.wait(timing.STAFF_IDLE).login("sabine")
    assert box.box.staff_session is not None
    assert box.box.staff_session.round is None


@pytest.mark.parametrize("staff", ["tom", "anna"])
def test_who_may(staff: str) -> None:
    box = Scenario().stored("D1").login(staff)
    assert start(box, Purpose.STOCKTAKE).refusal == "role_missing"


@pytest.mark.parametrize("purpose", [Purpose.PICKUP, Purpose.LOADING, Purpose.TEST, Purpose.UNDO])
def test_what_is_no_walk(purpose: Purpose) -> None:
    assert start(Scenario().login(), purpose).refusal == "purpose_unknown"


def test_not_while_a_door_is_open() -> None:
    box = start(Scenario().login(), Purpose.STOCKTAKE).badge("lena").pulsed().opens()
    for command in (cmd.GoOnWithRound, cmd.StopRound, cmd.SkipInRound):
        assert box.do(command(box.staff)).refusal in ("load_not_closed", "wrong_phase")
    assert start(box, Purpose.STOCKTAKE).refusal == "load_not_closed"
    box.do(cmd.LeaveRound(box.staff)).closes().report("empty")
    assert walk(box).paused
    assert walk(box).waiting[0] == "A02"


def test_another_walk_ends_the_first() -> None:
    box = start(overdue("D1"), Purpose.STOCKTAKE)
    start(box, Purpose.RECALL)
    assert box.one(ev.RoundEnded).outcome == "stopped"
    assert walk(box).purpose is Purpose.RECALL
