"""The last booking is undone, the envelope does not fit: what a loader can mend."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.model import Contents, DepositStatus, Purpose, RightStatus, Size
from tests.unit.domain.builder import Scenario, plan


def loaded() -> Scenario:
    return Scenario().announce("D1").right("R1", "D1").login().scan("D1").take()


def undoing(box: Scenario) -> Scenario:
    return box.do(cmd.UndoLoading(box.staff))


def test_undone_it_is_expected_again_and_its_holder_is_told_not_yet() -> None:
    box = undoing(loaded())
    label = box.one(ev.DepositOpeningRequested).compartment
    assert not box.now_happened(ev.UnlockAuthorised), "it holds something now"
    assert box.badge("lena").one(ev.UnlockAuthorised).purpose == "undo"
    box.take().report("empty")
    assert box.deposit("D1").status is DepositStatus.EXPECTED
    assert box.the_right("R1").status is RightStatus.PREPARED
    assert box.compartment(label).allottable
    assert box.box.staff_session is not None
    assert box.box.staff_session.stored == 0
    assert undoing(box).refusal == "nothing_to_undo"
    box.scan("D1").take()
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_left_inside_it_stays_stored() -> None:
    box = undoing(loaded()).badge("lena").take().report("envelope")
    assert box.deposit("D1").status is DepositStatus.STORED
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert not box.logout().present("R1").refusal


def test_only_the_last_of_this_session() -> None:
    assert undoing(Scenario().stored("D1").login()).refusal == "nothing_to_undo"
    box = loaded().announce("D2").scan("D2").take()
    assert undoing(box).one(ev.DepositOpeningRequested).deposit == "D2"


def test_undone_beside_its_group_the_others_stay() -> None:
    box = Scenario().announce("D1", group="fam").announce("D2", group="fam").right("R1", "D1", "D2").login()
    box.scan("D1").take().scan("D2").badge("lena").take()
    undoing(box).badge("lena").take().report("empty")
    label = box.deposit("D1").compartment
    assert box.compartment(label).deposits == ("D1",)
    assert box.compartment(label).contents is Contents.HOLDS
    assert box.compartment(label).in_service
    assert box.the_right("R1").status is RightStatus.ISSUED, "the first may still be collected"


def test_undone_beside_a_group_in_doubt_nothing_is_cleared() -> None:
    box = Scenario().announce("D1", group="fam").announce("D2", group="fam").right("R1", "D1", "D2").login()
    box.scan("D1").take().scan("D2").badge("lena").take()
    undoing(box).badge("lena").take()
    label = box.opening.compartment
    box.opens(label).closes(label).report("empty")
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    assert not box.compartment(label).in_service


def test_walking_away_from_an_undo_leaves_it_in_doubt() -> None:
    box = undoing(loaded()).badge("lena").take().logout()
    assert (box.deposit("D1").status, box.deposit("D1").reason) == (DepositStatus.UNVERIFIED, "undo")


def test_what_an_undo_cannot_find() -> None:
    box = undoing(loaded()).badge("lena").take()
    assert box.report("old_document").refusal == "wrong_choice"


def test_collected_in_between_there_is_nothing_to_undo() -> None:
    box = undoing(loaded())
    label = box.deposit("D1").compartment
    box.opens(label)
    assert box.badge("lena").refusal == "nothing_to_undo"


# --- too small ---


def test_too_small_it_is_scanned_again_and_gets_a_larger_one() -> None:
    box = Scenario(cabinet=(plan("A01", "S"), plan("A02", "M"), plan("A03", "L"))).announce("D1", size="S").login()
    assert box.scan("D1").opening.compartment == "A01"
    box.pulsed().opens().do(cmd.ReportTooSmall(box.staff)).closes()
    assert not box.happened(ev.DepositStored)
    assert box.compartment("A01").contents is Contents.PRESUMED_EMPTY, "nobody looked again"
    assert box.compartment("A01").allottable
    assert box.deposit("D1").size is Size.M
    assert box.scan("D1").opening.compartment == "A02"


def test_there_is_no_larger_one() -> None:
    box = Scenario(cabinet=(plan("A01", "L"),)).announce("D1", size="S").login().scan("D1").pulsed().opens()
    assert box.do(cmd.ReportTooSmall(box.staff)).refusal == "no_larger"
    assert box.closes().one(ev.DepositStored).deposit == "D1"


def test_too_small_is_said_once_and_at_the_open_door() -> None:
    box = Scenario().announce("D1").login()
    assert box.do(cmd.ReportTooSmall(box.staff)).refusal == "wrong_phase"
    box.scan("D1").pulsed().opens().do(cmd.ReportTooSmall(box.staff))
    assert not box.do(cmd.ReportTooSmall(box.staff)).last


# --- what is scanned out ---


@pytest.mark.parametrize(
    ("purpose", "end"), [(Purpose.RECALL, "recalled"), (Purpose.HANDOVER, "handed_over_at_counter")]
)
def test_the_barcode_proves_that_the_right_envelope_was_taken(purpose: Purpose, end: str) -> None:
    box = Scenario().stored("D1").stored("D2", right="R2").login()
    label = box.deposit("D1").compartment
    box.guided(label, purpose)
    assert box.scan("D2").refusal == "scan_out_other"
    assert box.scan("D9").refusal == "scan_out_other"
    box.scan("D1")
    assert box.deposit_end("D1") == end
    assert box.ended("R1") == "withdrawn"
    assert box.compartment(label).allottable
    assert box.box.opening is None


def test_a_whole_group_is_scanned_out_one_by_one() -> None:
    box = Scenario().announce("D1", group="fam").announce("D2", group="fam").right("R1", "D1", "D2").login()
    box.scan("D1").take().scan("D2").badge("lena").take().guided("A01", Purpose.RECALL).scan("D2")
    assert box.opening.compartment == "A01", "the other one is still asked for"
    assert box.compartment("A01").contents is Contents.HOLDS
    box.scan("D1")
    assert box.ended("R1") == "withdrawn"
    assert box.compartment("A01").allottable


def test_nothing_is_scanned_out_through_an_open_door() -> None:
    box = Scenario().stored("D1").login().request("A01", Purpose.RECALL).badge("lena").pulsed().opens()
    assert box.scan("D1").refusal == "load_not_closed"
    assert box.closes().opens("A01").scan("D1").refusal == "load_not_closed"


def test_a_barcode_that_cannot_be_read_is_reported_by_hand() -> None:
    box = Scenario().stored("D1").login().guided("A01", Purpose.HANDOVER).report("empty", "handed_over_at_counter")
    assert box.deposit_end("D1") == "handed_over_at_counter"
