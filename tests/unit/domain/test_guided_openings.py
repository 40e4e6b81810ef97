"""Opening what may hold something: a badge after the page showed which and why, and then what was found."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import Contents, DepositStatus, Door, Purpose, RightStatus
from tests.unit.domain.builder import RULES, Scenario

ONE_BADGE = [Purpose.RECALL, Purpose.RETURNS, Purpose.STOCKTAKE, Purpose.CLARIFICATION]


def inside() -> tuple[Scenario, str]:
    """Lena is logged in and D1 is inside."""
    box = Scenario().stored("D1").login()
    return box, box.deposit("D1").compartment


@pytest.mark.parametrize("purpose", ONE_BADGE)
def test_a_fresh_badge_opens_once(purpose: Purpose) -> None:
    box, label = inside()
    box.request(label, purpose, "why")
    assert not box.now_happened(ev.UnlockAuthorised), "a request opens nothing"
    box.badge("lukas")
    authorised = box.one(ev.UnlockAuthorised)
    assert (authorised.purpose, authorised.compartment, authorised.badges) == (purpose, label, ("lukas",))
    assert authorised.reason == "why"
    box.take().report("envelope")
    assert box.badge("lukas").refusal == "badge_not_needed", "one presentation, one authorisation"


def test_a_badge_from_before_the_page_showed_it_opens_nothing() -> None:
    box, label = inside()
    before = box.mono_ms
    box.at(50).request(label)
    for seen in (before, box.mono_ms):
        assert box.do(cmd.PresentBadge("lena", seen)).refusal == "badge_not_needed"
    assert box.pulses == 1


def test_a_request_waits_a_minute() -> None:
    box, label = inside()
    box.request(label).at(timing.REQUEST_VALID).do(cmd.PresentBadge("lena", box.mono_ms))
    assert box.refusal == "request_dropped", "even if no tick came in between"
    assert box.one(ev.OpeningRequestDropped).reason == "timeout"
    box.request(label).wait(timing.REQUEST_VALID)
    assert box.badge("lena").refusal == "badge_not_needed"


def test_a_dropped_request_opens_nothing() -> None:
    box, label = inside()
    box.request(label).do(cmd.DropRequest(box.staff))
    assert box.badge("lena").refusal == "badge_not_needed"
    assert not box.do(cmd.DropRequest(box.staff)).last


def test_who_may() -> None:
    box, label = inside()
    assert box.request(label).badge("tom").refusal == "role_missing"
    assert box.badge("anna").refusal == "role_missing"
    assert not box.badge("sabine").refusal
    assert Scenario().login("tom").request("A01").refusal == "role_missing"


@pytest.mark.parametrize("purpose", [Purpose.PICKUP, Purpose.LOADING, Purpose.TEST])
def test_what_is_no_guided_opening(purpose: Purpose) -> None:
    box, label = inside()
    assert box.request(label, purpose).refusal == "purpose_unknown"
    assert box.request("Z99").refusal == "compartment_unknown"


def test_one_door_at_a_time() -> None:
    box, label = inside()
    box.announce("D2").scan("D2")
    assert box.request(label).refusal == "load_not_closed"


def test_a_scan_in_between_takes_the_request_back() -> None:
    box, label = inside()
    box.request(label).announce("D2").scan("D2").take()
    assert box.badge("lena").refusal == "badge_not_needed"


# --- emergency: two persons ---


def emergency() -> tuple[Scenario, str]:
    box, label = inside()
    return box.request(label, Purpose.EMERGENCY, "fire brigade"), label


def test_emergency_needs_a_reason() -> None:
    box, label = inside()
    assert box.request(label, Purpose.EMERGENCY, "  ").refusal == "reason_needed"


def test_emergency_needs_two_persons_one_of_them_a_supervisor() -> None:
    box, _ = emergency()
    assert not box.badge("lena").now_happened(ev.UnlockAuthorised)
    assert box.badge("lena").refusal == "second_person_needed"
    assert box.badge("lukas").refusal == "role_missing"
    assert box.badge("sabine").one(ev.UnlockAuthorised).badges == ("lena", "sabine")


def test_emergency_the_second_within_a_minute_of_the_first() -> None:
    box, _ = emergency()
    box.at(50_000).badge("lena").at(timing.TWO_PERSONS_WITHIN - 200).badge("sabine")
    assert box.one(ev.UnlockAuthorised).purpose == "emergency"
    box, _ = emergency()
    box.badge("lena").at(timing.TWO_PERSONS_WITHIN).badge("sabine")
    assert box.refusal == "second_person_too_late"
    assert box.badge("sabine").refusal == "badge_not_needed"


def test_emergency_a_first_badge_does_not_serve_two_requests() -> None:
    box, label = emergency()
    box.badge("lena").request(label, Purpose.EMERGENCY, "again").badge("sabine")
    assert not box.now_happened(ev.UnlockAuthorised)


# --- what was found ---


def found() -> tuple[Scenario, str]:
    box, label = inside()
    return box.guided(label), label


def test_the_envelope_is_there() -> None:
    box, label = found()
    box.report("envelope")
    assert box.deposit("D1").status is DepositStatus.STORED
    assert box.compartment(label).in_service
    assert box.compartment(label).contents is Contents.HOLDS
    assert box.box.opening is None
    assert not box.logout().present("R1").refusal


@pytest.mark.parametrize(
    ("end", "right"),
    [("recalled", "withdrawn"), ("handed_over_at_counter", "withdrawn"), ("collected_confirmed", "spent")],
)
def test_it_was_taken_out(end: str, right: str) -> None:
    box, label = found()
    box.report("empty", end)
    assert box.deposit_end("D1") == end
    assert box.ended("R1") == right
    assert box.compartment(label).allottable


def test_it_is_missing_an_alarm() -> None:
    box, label = found()
    box.report("empty", "missing")
    assert box.deposit("D1").status is DepositStatus.MISSING
    assert "document_missing:" + label in box.box.faults
    assert box.compartment(label).allottable
    box.logout()
    assert box.present("R1").refusal == "counter"


def test_it_was_never_put_in() -> None:
    box, _ = found()
    box.report("empty", "expected")
    assert box.deposit("D1").status is DepositStatus.EXPECTED
    assert not box.scan("D1").refusal


def test_an_old_document_is_inside() -> None:
    box = Scenario().stored("D1", "Reisepass").present("R1").factor(True).declare("old_documents")
    label = box.opening.compartment
    box.take().says("everything").login().guided(label, Purpose.RETURNS).report("old_document")
    assert box.compartment(label).old_document
    assert not box.compartment(label).allottable
    box.guided(label, Purpose.RETURNS).report("empty")
    assert box.compartment(label).allottable


def test_what_cannot_be_said() -> None:
    box, label = found()
    assert box.report("cake").refusal == "wrong_choice"
    assert box.report("empty").refusal == "wrong_choice", "what became of the envelope?"
    assert box.report("empty", "eaten").refusal == "wrong_choice"
    assert not box.last
    assert box.deposit("D1").status is DepositStatus.STORED
    box.report("empty", "recalled").guided(label)
    assert box.report("envelope").refusal == "envelope_unknown"
    assert box.logout().happened(ev.CompartmentQuarantined), "left without a word: it stays under clarification"


def test_nothing_to_report_before_the_door_is_closed() -> None:
    box, label = inside()
    assert box.report("envelope").refusal == "nothing_to_answer"
    box.request(label).badge("lena").pulsed().opens()
    assert box.report("envelope").refusal == "nothing_to_answer"
    box.closes().opens(label)
    assert box.report("envelope").refusal == "load_not_closed", "it came open again"
    assert not box.closes(label).report("envelope").refusal


def test_a_door_that_cannot_be_read_is_cleared_by_somebody_who_looks() -> None:
    box, label = inside()
    box.goes_blind(label).request(label).badge("lena").pulsed().wait(RULES.open_within_ms)
    assert box.box.staff_session is not None
    assert box.box.staff_session.reporting == label
    box.report("envelope")
    assert box.deposit("D1").status is DepositStatus.STORED


def test_an_unexpectedly_open_door_is_cleared_by_somebody_who_looks() -> None:
    box, label = inside()
    box.opens(label)
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    box.request(label).badge("lena").pulsed().closes(label).wait(RULES.open_within_ms).report("envelope")
    assert box.deposit("D1").status is DepositStatus.STORED
    assert box.compartment(label).in_service
    assert not box.box.faults


@pytest.mark.parametrize("leaving", ["log out", "idle"])
def test_walking_away_without_a_report_leaves_it_in_doubt(leaving: str) -> None:
    box, label = found()
    if leaving == "idle":
        box.wait(timing.STAFF_IDLE)
    else:
        box.logout()
    assert box.box.opening is None
    assert (box.deposit("D1").status, box.deposit("D1").reason) == (DepositStatus.UNVERIFIED, "clarification")
    assert not box.compartment(label).in_service
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_left_open_it_is_in_doubt() -> None:
    box, label = inside()
    box.request(label).badge("lena").pulsed().opens().wait(timing.LEFT_OPEN_ABANDONED)
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    assert box.compartment(label).door is Door.OPEN


def test_a_jam_leaves_the_envelope_where_it_is() -> None:
    box, label = inside()
    box.request(label).badge("lena").jams()
    assert box.box.opening is None
    assert box.compartment(label).quarantine == ("jam",)
    assert box.deposit("D1").status is DepositStatus.STORED


def test_a_suspended_pickup_is_resolved_by_somebody_who_looks() -> None:
    box = Scenario().stored("D1").present("R1").pulsed().opens()
    label = box.opening.compartment
    box.restart().login().request(label).badge("lena").pulsed().closes(label).wait(RULES.open_within_ms)
    assert not box.box.unsettled
    box.report("empty", "collected_unconfirmed")
    assert box.ended("R1") == "spent"
    assert box.compartment(label).allottable
