"""Where several rules meet: the record never becomes less cautious than what was seen, and no period runs unnoticed."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import DepositStatus, Door, Purpose, RightStatus
from tests.unit.domain.builder import CABINET, MORNING, RULES, Scenario, plan


def beside_its_group() -> Scenario:
    """D2 waits for the badge that opens D1's compartment for it."""
    box = Scenario().announce("D1", group="fam").announce("D2", group="fam").right("R1", "D1", "D2").login()
    return box.scan("D1").take().scan("D2")


@pytest.mark.parametrize("meanwhile", ["it stood open", "out of service", "another right"])
def test_a_compartment_that_is_no_longer_fit_is_not_loaded_by_the_badge(meanwhile: str) -> None:
    box = beside_its_group()
    if meanwhile == "it stood open":
        box.opens("A01").closes("A01")
    elif meanwhile == "out of service":
        box = Scenario().announce("D1", group="fam").announce("D2", group="fam").right("R1", "D1", "D2")
        box.login("sabine").scan("D1").take().scan("D2").do(cmd.SetService(box.staff, "A01", False, "lock"))
    else:
        box.right("R2", "D1")
    box.badge("sabine" if meanwhile == "out of service" else "lena")
    assert box.box.opening is None
    assert box.deposit("D2").status is DepositStatus.EXPECTED
    assert box.box.staff_session is not None
    assert box.box.staff_session.requested is None, "the page does not go on asking for a badge"
    assert box.refusal == "request_dropped"


def test_a_pickup_that_no_restart_could_settle_is_in_doubt_once_staff_open_its_door() -> None:
    box = Scenario().stored("D1").present("R1").pulsed().opens().restart(A01=Door.OPEN).login()
    assert "A01" in box.box.unsettled
    box.do(cmd.RequestOpening(box.staff, "A01", Purpose.STOCKTAKE, "")).badge("lena")
    box.do(cmd.PulseFinished(box.opening.authorisation, "short_circuit"))
    assert box.box.opening is None
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED, "its holder stood at the open door"


def test_opened_by_itself_and_then_left_open_is_no_collection() -> None:
    box = Scenario().stored("D1").present("R1").take()
    box.opens("A01").closes("A01").says("open_again").pulsed().opens().wait(timing.LEFT_OPEN_ABANDONED)
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    assert box.the_right("R1").status is RightStatus.ISSUED


@pytest.mark.parametrize("seen", ["not empty", "stood open"])
def test_the_plan_stays_while_somebody_has_to_look_into_a_compartment(seen: str) -> None:
    box = Scenario()
    if seen == "not empty":
        box.announce("D1").login().scan("D1").pulsed().opens().do(cmd.ReportObstructed(box.staff)).closes().logout()
        box.cancel("D1")
    else:
        box.opens("A01").closes("A01")
    assert not box.compartment("A01").in_service
    other = cmd.ActivateProfile("another", (plan("B01"), *CABINET), RULES, "")
    assert box.do(other).refusal == "cabinet_not_empty", "another label would make it vacant"


def test_a_jam_alone_does_not_keep_the_lock_from_being_replaced() -> None:
    box = Scenario().announce("D1").login().scan("D1").jams()
    assert box.compartment("A01").quarantine == ("jam",)
    assert not box.logout().do(cmd.ActivateProfile("another", (plan("B01"), *CABINET), RULES, "")).refusal


def test_the_last_one_skipped_is_not_opened_by_a_badge() -> None:
    box = Scenario().stored("D1").opens("A01").closes("A01").login()
    box.do(cmd.StartRound(box.staff, Purpose.CLARIFICATION, "")).do(cmd.SkipInRound(box.staff))
    assert box.one(ev.RoundEnded).outcome == "finished"
    assert box.badge("lena").refusal == "badge_not_needed"


def test_the_envelope_scanned_out_says_nothing_of_what_else_lies_there() -> None:
    box = Scenario().stored("D1").present("R1").take().says("foreign").pulsed().opens().closes().login()
    assert "foreign" in box.compartment("A01").quarantine
    box.do(cmd.RequestOpening(box.staff, "A01", Purpose.RECALL, "")).badge("lena").take().scan("D1")
    assert box.deposit_end("D1") == "recalled"
    assert not box.compartment("A01").in_service, "somebody else's envelope may still be there"
    box.report("empty")
    assert box.compartment("A01").allottable


def test_what_is_loaded_again_has_its_whole_period() -> None:
    box = Scenario().announce("D1").right("R1", "D1").login().scan("D1").take()
    box.do(cmd.UndoLoading(box.staff)).badge("lena").take().report("empty").logout()
    assert box.the_right("R1").status is RightStatus.PREPARED
    box.at(60 * timing.DAY).load("D1")
    assert box.the_right("R1").expires_wall_ms > MORNING + 100 * timing.DAY


def test_a_pause_that_ends_because_nothing_is_inside_gives_nothing_no_date() -> None:
    box = Scenario().announce("D1").right("R1", "D1").login().scan("D1").take().opens("A01").closes("A01")
    assert box.the_right("R1").paused_reason == "compartment"
    box.wait(90_000).do(cmd.KeepStaffSession(box.staff))
    box.do(cmd.RequestOpening(box.staff, "A01", Purpose.CLARIFICATION, "")).badge("lena").take()
    box.wall_ms += 3 * timing.DAY
    box.do(cmd.ReportContents(box.staff, "empty", "expected"))
    assert box.the_right("R1").status is RightStatus.PREPARED
    assert (box.the_right("R1").expires_wall_ms, box.the_right("R1").paused_reason) == (0, "")


def test_a_date_that_was_given_with_the_right_stays() -> None:
    given = MORNING + 90 * timing.DAY
    box = Scenario().announce("D1").right("R1", "D1", expires=given).login().scan("D1").take()
    box.do(cmd.UndoLoading(box.staff)).badge("lena").take().report("empty").scan("D1").take()
    assert box.the_right("R1").expires_wall_ms == given


def test_a_clock_that_has_lost_the_time_shortens_no_period() -> None:
    box = Scenario().announce("D1").right("R1", "D1").do(cmd.Tick()).do(cmd.JudgeClock(True, "synchronised"))
    box.trusted = False
    box.wall_ms = 1_000_000_000
    box.do(cmd.JudgeClock(False, "step")).load("D1")
    assert box.the_right("R1").expires_wall_ms > MORNING + 55 * timing.DAY


def swap_cut_short() -> Scenario:
    """D1 was to take the place of an old document when the machine went down at the open door."""
    box = Scenario(cabinet=(plan("A01"),)).login()
    box.do(cmd.RequestOpening(box.staff, "A01", Purpose.STOCKTAKE, "")).badge("lena").take().report("old_document")
    box.announce("D1").scan("D1").badge("lena").pulsed().opens().restart(A01=Door.CLOSED).login()
    assert (box.compartment("A01").deposits, box.compartment("A01").old_document) == (("D1",), True)
    return box.do(cmd.RequestOpening(box.staff, "A01", Purpose.STOCKTAKE, "")).badge("lena").take()


def test_after_a_swap_cut_short_nobody_can_agree_with_the_books() -> None:
    box = swap_cut_short()
    assert box.report("as_booked").refusal == "wrong_choice", "envelope and old document: which of them is there?"
    assert box.compartment("A01").old_document


def test_after_a_swap_cut_short_the_old_document_does_not_vanish_from_the_books() -> None:
    box = swap_cut_short().report("envelope")
    assert box.one(ev.OldDocumentTaken).compartment == "A01"
    assert box.deposit("D1").status is DepositStatus.STORED
