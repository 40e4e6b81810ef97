"""Loading where something lies already: to the rest of a group, or in place of an old document. Each by a badge."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import Contents, DepositStatus, Door, Purpose, RightStatus
from tests.unit.domain.builder import Scenario, plan


def family() -> Scenario:
    """R1 collects D1 and D2, which are one group; D1 is inside."""
    box = Scenario().announce("D1", group="fam").announce("D2", group="fam").right("R1", "D1", "D2").login()
    return box.scan("D1").take()


def test_the_second_of_a_group_goes_to_the_first_by_the_loaders_badge() -> None:
    box = family()
    label = box.deposit("D1").compartment
    assert not box.scan("D2").now_happened(ev.UnlockAuthorised), "it holds something: no badge, no opening"
    assert box.one(ev.DepositOpeningRequested) == ev.DepositOpeningRequested(box.staff, label, "loading", "group", "D2")
    authorised = box.badge("lena").one(ev.UnlockAuthorised)
    assert (authorised.compartment, authorised.purpose, authorised.deposit) == (label, "loading", "D2")
    box.take()
    assert box.compartment(label).deposits == ("D1", "D2")
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_one_opening_collects_the_whole_group() -> None:
    box = family().scan("D2").badge("lena").take().logout().present("R1")
    label = box.opening.compartment
    box.take().says("everything")
    assert {box.deposit_end("D1"), box.deposit_end("D2")} == {"collected_confirmed"}
    assert box.ended("R1") == "spent"
    assert box.compartment(label).contents is Contents.EMPTY
    assert not box.compartment(label).deposits
    assert len([e for e in box.happened(ev.UnlockAuthorised) if e.purpose == "pickup"]) == 1


@pytest.mark.parametrize("word", ["missing", "left open"])
def test_whatever_goes_wrong_with_one_of_a_group_goes_wrong_with_all(word: str) -> None:
    box = family().scan("D2").badge("lena").take().logout().present("R1").pulsed().opens()
    if word == "left open":
        box.wait(timing.LEFT_OPEN_ABANDONED)
        assert {box.deposit_end("D1"), box.deposit_end("D2")} == {"collected_unconfirmed"}
    else:
        box.closes().says(word)
        assert {box.deposit(name).status for name in ("D1", "D2")} == {DepositStatus.UNVERIFIED}
    assert not box.compartment("A01").in_service


def test_a_restart_at_the_open_door_leaves_the_rest_of_the_group_in_doubt() -> None:
    box = family().scan("D2").badge("lena").take().logout().present("R1").pulsed().opens()
    box.restart().closes("A01")
    assert box.deposit_end("D1") == "collected_unconfirmed"
    assert box.deposit("D2").status is DepositStatus.UNVERIFIED
    assert not box.compartment("A01").in_service


@pytest.mark.parametrize("other", ["nobody's", "another right's", "held"])
def test_a_door_hides_nothing_so_a_group_shares_it_only_when_the_same_people_collect_all(other: str) -> None:
    box = Scenario().announce("D1", group="fam").announce("D2", group="fam")
    if other == "another right's":
        box.right("R1", "D1").right("R2", "D2")
    elif other == "held":
        box = family().scan("D2").badge("lena").take().hold("D2").logout()
        assert box.present("R1").refusal == "counter", "it would hand out what is held"
        return
    box.login().scan("D1").take().scan("D2")
    assert box.one(ev.UnlockAuthorised).compartment != box.deposit("D1").compartment


def test_a_right_over_a_part_of_a_group_opens_nothing() -> None:
    box = family().scan("D2").badge("lena").take().right("P1", "D1").logout()
    assert box.present("P1").refusal == "counter"
    assert not box.present("R1").refusal


@pytest.mark.parametrize("meanwhile", ["cancelled", "held", "door"])
def test_what_changed_before_the_badge_came_counts(meanwhile: str) -> None:
    box = family().scan("D2")
    if meanwhile == "cancelled":
        box.cancel("D2")
    elif meanwhile == "held":
        box.hold("D2")
    else:
        box.sense("A01", Door.UNKNOWN)
    refused = {"cancelled": "load_unknown", "held": "load_held", "door": "load_not_closed"}
    assert box.badge("lena").refusal == refused[meanwhile]
    assert box.box.opening is None


def test_no_room_beside_its_group_it_goes_alone() -> None:
    box = family().scan("D2").badge("lena").pulsed().opens().do(cmd.ReportTooSmall(box_session()))
    assert box.refusal == "no_staff_session"
    box.do(cmd.ReportTooSmall(box.staff)).closes()
    assert box.deposit("D2").status is DepositStatus.EXPECTED
    assert box.deposit("D1").status is DepositStatus.STORED
    assert box.compartment("A01").contents is Contents.HOLDS
    assert box.scan("D2").one(ev.UnlockAuthorised).compartment != "A01"


def box_session() -> str:
    return "somebody else's"


def test_that_a_group_s_compartment_is_not_empty_is_no_news() -> None:
    box = family().scan("D2").badge("lena").pulsed().opens()
    assert box.do(cmd.ReportObstructed(box.staff)).refusal == "wrong_phase"


def test_interrupted_beside_its_group_both_are_asked_about_one_after_the_other() -> None:
    box = family().scan("D2").badge("lena").pulsed().opens().restart(A01=Door.CLOSED).login()
    assert {box.deposit(name).reason for name in ("D1", "D2")} == {"loading"}
    box.do(cmd.AnswerLoading(box.staff, "D1", "yes"))
    assert not box.compartment("A01").in_service, "the other one is still in doubt"
    box.do(cmd.AnswerLoading(box.staff, "D2", "yes"))
    assert box.compartment("A01").in_service


# --- in place of an old document ---


def returned(cabinet: int = 1) -> Scenario:
    """An old document lies in A01, and D2 is to be loaded."""
    box = Scenario(cabinet=tuple(plan(f"A{n:02}") for n in range(1, cabinet + 1))).stored("D1", "Reisepass")
    box.present("R1").factor(True).declare("old_documents").take().says("everything")
    return box.announce("D2").right("R2", "D2").login()


def test_where_only_an_old_document_makes_room_it_is_swapped_in_one_opening() -> None:
    box = returned()
    assert not box.scan("D2").now_happened(ev.UnlockAuthorised)
    assert box.one(ev.DepositOpeningRequested).reason == "swap"
    box.badge("lena").pulsed().opens().closes()
    assert box.one(ev.OldDocumentTaken).compartment == "A01"
    assert box.one(ev.DepositStored).deposit == "D2"
    assert not box.compartment("A01").old_document
    assert not box.logout().present("R2").refusal


def test_an_empty_compartment_comes_first() -> None:
    assert returned(2).scan("D2").one(ev.UnlockAuthorised).compartment == "A02"


def test_there_was_no_old_document() -> None:
    box = returned().scan("D2").badge("lena").pulsed().opens()
    box.do(cmd.ReportNoOldDocument(box.staff))
    assert box.one(ev.OldDocumentMissing).compartment == "A01"
    box.closes()
    assert not box.now_happened(ev.OldDocumentTaken)
    assert box.deposit("D2").status is DepositStatus.STORED
    assert box.do(cmd.ReportNoOldDocument(box.staff)).refusal == "nothing_to_answer"


def test_a_scan_at_the_door_opened_for_its_old_document_puts_the_next_envelope_in() -> None:
    box = returned(2).request("A01", Purpose.RETURNS).badge("lena").pulsed().opens().scan("D2")
    assert box.one(ev.SwapBegun) == ev.SwapBegun(box.staff, "A01", "D2")
    box.closes()
    assert box.one(ev.OldDocumentTaken).compartment == "A01"
    assert box.deposit("D2").compartment == "A01"


@pytest.mark.parametrize(("scanned", "refusal"), [("D9", "load_unknown"), ("D3", "load_not_closed")])
def test_what_cannot_go_in_there_changes_nothing(scanned: str, refusal: str) -> None:
    box = returned(2).announce("D3", size="L").request("A01", Purpose.RETURNS).badge("lena").pulsed().opens()
    assert box.scan(scanned).refusal == refusal
    assert box.closes().one(ev.ReportAsked).compartment == "A01"


@pytest.mark.parametrize("word", ["obstructed", "too small"])
def test_a_swap_that_did_not_come_off_is_looked_at(word: str) -> None:
    box = returned().scan("D2").badge("lena").pulsed().opens()
    box.do(cmd.ReportObstructed(box.staff) if word == "obstructed" else cmd.ReportTooSmall(box.staff)).closes()
    assert box.compartment("A01").quarantine == ("not_empty",)
    assert box.deposit("D2").status is DepositStatus.EXPECTED


def test_interrupted_in_a_swap_somebody_looks_and_a_question_would_not_do() -> None:
    box = returned().scan("D2").badge("lena").pulsed().opens().restart(A01=Door.CLOSED).login()
    assert (box.deposit("D2").status, box.deposit("D2").reason) == (DepositStatus.UNVERIFIED, "swap")
    assert box.do(cmd.AnswerLoading(box.staff, "D2", "yes")).refusal == "nothing_to_answer"
    assert box.logout().present("R2").refusal == "not_yet"


def test_returns_taken_out_are_told_and_missing_ones_too() -> None:
    box = returned().guided("A01", Purpose.RETURNS).report("empty")
    assert box.one(ev.OldDocumentTaken).by == "lena"
    box = returned().guided("A01", Purpose.RETURNS).do(cmd.ReportNoOldDocument(returned().staff))
    box.do(cmd.ReportNoOldDocument(box.staff))
    assert box.happened(ev.OldDocumentMissing)
    assert box.compartment("A01").allottable
