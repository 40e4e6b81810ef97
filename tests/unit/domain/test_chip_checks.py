"""A document as the second factor: its chip, or a person who looks at it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.decide import decide
from controller.domain.decide_chip import DOWN, STOPPED, UNCHECKED
from controller.domain.model import Phase, RightStatus, SessionEnd
from tests.unit.domain.builder import Scenario
from tests.unit.domain.calendars import ALWAYS, WEEKDAYS


def box(kind: str = "Reiseausweis", staffed: bool = True, trusted: bool = True) -> Scenario:
    made = Scenario(trusted=trusted)
    made.do(cmd.ActivateCalendar("c", ALWAYS if staffed else WEEKDAYS))  # It is Sunday: nobody works.
    return made.stored("D1", kind)


def shown(kind: str = "Reiseausweis", staffed: bool = True) -> Scenario:
    made = box(kind) if staffed else unstaffed(kind)
    made.show_document()
    assert made.phase() is Phase.VERIFYING, made.refusal
    return made


def unstaffed(kind: str = "Reiseausweis") -> Scenario:
    """On a Monday at nine in the evening: the box is open, and nobody is there."""
    made = box(kind, staffed=False)
    return made.at(((24 + 12) * 60) * 60_000)


def test_the_right_document_opens() -> None:
    made = shown()
    assert not made.now_happened(ev.UnlockAuthorised)
    made.verifies(True)
    assert [type(event) for event in made.last] == [ev.ChipChecked, ev.FactorVerified, ev.UnlockAuthorised]
    told = made.one(ev.ChipChecked)
    assert (told.outcome, told.reason, told.issuing_state, told.factor) == ("verified", "", "D", "emrtd")


def test_somebody_elses_document_is_a_failed_factor() -> None:
    made = shown().verifies(False)
    assert (made.refusal, made.details) == ("factor_wrong", {"tries_left": 2})
    assert made.one(ev.ChipChecked).reason == "holder_different"
    assert made.the_right("R1").failed_factors == 1
    assert not made.session.checking, "another one may be laid there"
    made.verifies(False).verifies(False)
    assert made.one(ev.SessionEnded).reason == "factor_wrong"
    assert made.pulses == 1, "the loading"


def test_five_of_them_block_the_right() -> None:
    made = shown().verifies(False).verifies(False).verifies(False).show_document().verifies(False).verifies(False)
    assert made.refusal == "factor_blocked"
    assert made.the_right("R1").status is RightStatus.BLOCKED


def test_nothing_is_compared_that_no_reader_was_asked_for() -> None:
    made = shown()
    assert made.do(cmd.TryFactor(made.session.id)).refusal == "wrong_phase"
    assert made.do(cmd.FactorCompared(made.session.id, True)).refusal == "wrong_phase"
    made.verifies(False)
    assert made.do(cmd.FactorCompared(made.session.id, True)).refusal == "wrong_phase", "an answer counts once"
    assert made.do(cmd.NoteChip(made.session.id, "retry", "card_removed")).refusal == "wrong_phase"


def test_a_card_that_was_pulled_costs_nothing_but_a_retry() -> None:
    made = shown().reads("retry", "card_removed")
    assert not made.refusal
    assert made.the_right("R1").failed_factors == 0
    made.verifies(True)
    assert made.phase() is Phase.UNLOCKING


@pytest.mark.parametrize("reason", ["cloned", "signature_wrong", "document_signer_revoked", "secure_messaging_failed"])
def test_a_document_that_is_refused_goes_to_a_person(reason: str) -> None:
    made = shown().reads("refused", reason)
    assert made.session.handed_over == reason
    call = next(iter(made.box.help_calls.values()))
    assert (call.reason, call.session) == ("check", made.session.id)
    assert made.do(cmd.BeginChipCheck(made.session.id)).refusal == "wrong_phase"


def test_without_staff_it_goes_to_the_counter() -> None:
    made = shown(staffed=False).reads("refused", "cloned")
    ended = made.one(ev.SessionEnded)
    assert (ended.outcome, ended.reason) == (SessionEnd.DENIED, UNCHECKED)
    assert made.the_right("R1").status is RightStatus.ISSUED
    assert not made.box.help_calls


def test_an_expired_document_may_be_followed_by_another() -> None:
    made = shown().reads("refused", "document_expired")
    assert not made.session.handed_over
    assert made.verifies(True).phase() is Phase.UNLOCKING


def test_the_digits_are_tried_five_times() -> None:
    made = shown()
    for _ in range(timing.ACCESS_TRIES - 1):
        made.reads("retry", "access_key_wrong")
        assert not made.session.handed_over
    assert made.reads("retry", "access_key_wrong").session.handed_over == "access_key_wrong"
    assert made.the_right("R1").failed_factors == 0, "the digits are no secret of the person's"


def test_the_reader_is_asked_ten_times_at_most() -> None:
    made = shown()
    for _ in range(timing.CHIP_CHECKS):
        assert not made.session.handed_over
        made.reads("retry", "card_removed")
    assert made.session.handed_over == "card_removed"


def test_the_eid_pin_is_never_tried_to_its_last() -> None:
    made = shown("Führerschein").reads("retry", "eid_pin_wrong", tries_left=2)
    assert made.phase() is Phase.VERIFYING
    made.reads("retry", "eid_pin_wrong", tries_left=1)
    assert made.one(ev.SessionEnded).reason == STOPPED


@pytest.mark.parametrize("reason", ["eid_pin_last_try", "eid_pin_blocked"])
def test_a_card_with_one_try_left_is_left_alone(reason: str) -> None:
    assert shown("Führerschein").reads("retry", reason, tries_left=1).one(ev.SessionEnded).reason == STOPPED


@pytest.mark.parametrize("reason", ["eid_client_down", "eid_service_down"])
def test_an_online_function_that_is_down_ends_the_session(reason: str) -> None:
    assert shown("Führerschein").reads("unsupported", reason).one(ev.SessionEnded).reason == DOWN


@pytest.mark.parametrize(
    ("verifiers", "checkable", "trusted", "why"),
    [
        ((), ("emrtd",), True, "no_verifier"),
        (("emrtd",), (), True, "card_reader_down"),
        (("emrtd",), ("eid",), True, "card_reader_down"),
        (("emrtd",), ("emrtd",), False, "clock_untrusted"),
    ],
)
def test_what_no_chip_can_prove_a_person_does(
    verifiers: tuple[str, ...], checkable: tuple[str, ...], trusted: bool, why: str
) -> None:
    made = box()
    made.trusted = trusted
    made.do(cmd.PresentCredential("R1", "qr", verifiers, checkable))
    assert made.session.handed_over == why
    late = unstaffed()
    late.trusted = trusted
    late.do(cmd.PresentCredential("R1", "qr", verifiers, checkable))
    assert late.refusal == "counter"
    assert late.box.session is None


def test_without_a_calendar_nobody_knows_that_a_person_would_come() -> None:
    made = Scenario().stored("D1", "Urkunde")
    assert made.present("R1").refusal == "counter"


def test_a_person_looks_and_says_so_with_a_badge() -> None:
    made = box("Urkunde").show_document()
    assert made.session.handed_over == "policy"
    made.badge("lena")
    assert [type(event) for event in made.last][:3] == [ev.DocumentInspected, ev.FactorVerified, ev.UnlockAuthorised]
    assert made.one(ev.DocumentInspected).staff == "lena"
    assert made.one(ev.FactorVerified).factor == "staff"
    assert made.one(ev.HelpEnded).outcome == "resolved"
    assert made.box.badge is None


def test_one_presentation_is_one_authorisation() -> None:
    made = box("Urkunde").show_document().badge("lena")
    assert made.at(300).do(cmd.PresentBadge("lena", made.mono_ms)).refusal == "badge_not_needed"
    assert made.box.badge is None, "nor is it the beginning of a login"
    assert made.badge("sabine").box.badge is not None


def test_a_badge_from_before_the_page_asked_says_nothing() -> None:
    made = box("Urkunde").badge("lena")
    seen = made.mono_ms
    made.at(50).show_document()
    made.do(cmd.PresentBadge("lena", seen))
    assert made.phase() is Phase.VERIFYING
    assert not made.now_happened(ev.DocumentInspected)


@pytest.mark.parametrize("staff", ["tom", "anna"])
def test_who_may_not_look_begins_a_login(staff: str) -> None:
    made = box("Urkunde").show_document().badge(staff)
    assert made.phase() is Phase.VERIFYING
    assert made.box.badge is not None


def test_a_dead_screen_asks_nobody() -> None:
    made = box("Urkunde").show_document().at(100)
    stale = decide(made.box, cmd.PresentBadge("lena", made.mono_ms), replace(made.now, screen_fresh=False))
    assert stale.refusal is not None
    assert stale.refusal.code == "screen_stale"
    assert not stale.events


def test_the_resident_may_ask_for_a_person_and_not_twice() -> None:
    made = shown()
    assert not made.do(cmd.AskStaffCheck(made.session.id)).refusal
    assert made.session.handed_over == "asked"
    assert made.do(cmd.AskStaffCheck(made.session.id)).refusal == "wrong_phase"
    late = shown(staffed=False)
    assert late.do(cmd.AskStaffCheck(late.session.id)).refusal == "not_staffed"


def test_an_answer_that_comes_after_the_hand_over_is_nobodys() -> None:
    made = shown()
    made.do(cmd.BeginChipCheck(made.session.id)).do(cmd.AskStaffCheck(made.session.id))
    for late in (
        cmd.TryFactor(made.session.id),
        cmd.FactorCompared(made.session.id, True),
        cmd.NoteChip(made.session.id, "refused", "cloned"),
    ):
        assert made.do(late).refusal == "wrong_phase"
        assert not made.last


def test_a_restart_while_the_chip_is_read_opens_nothing_and_keeps_the_right() -> None:
    made = shown()
    made.do(cmd.BeginChipCheck(made.session.id)).do(cmd.TryFactor(made.session.id)).restart()
    ended = made.one(ev.SessionEnded)
    assert (ended.outcome, ended.reason) == (SessionEnd.ABORTED, "interrupted")
    assert made.the_right("R1").status is RightStatus.ISSUED
    assert made.the_right("R1").failed_factors == 1, "dying does not give the try back"
    assert made.pulses == 1, "the loading"


def test_a_restart_while_a_person_is_waited_for_ends_the_call() -> None:
    made = box("Urkunde").show_document().restart()
    assert made.one(ev.HelpEnded).outcome == "resolved"
    assert made.badge("lena").box.badge is not None, "a badge begins a login again"


def test_nobody_waits_for_ever() -> None:
    made = box("Urkunde").show_document().wait(timing.STAFF_CHECK)
    assert made.now_happened(ev.SessionEnded)
    assert not made.box.help_calls
    reading = shown().wait(timing.CHIP_ENTRY)
    assert reading.now_happened(ev.SessionEnded)


def test_more_time_is_as_long_as_the_page_waits() -> None:
    made = shown()
    made.do(cmd.ExtendSession(made.session.id))
    assert made.session.deadline_mono_ms == made.mono_ms + timing.CHIP_ENTRY
    made.do(cmd.AskStaffCheck(made.session.id)).do(cmd.ExtendSession(made.session.id))
    assert made.session.deadline_mono_ms == made.mono_ms + timing.STAFF_CHECK


def test_policies_say_how_strict_a_check_is() -> None:
    rules = (ev.PolicyRule("eAT", "emrtd", (), 28, clone_proof="optional"), ev.PolicyRule("Pass", "emrtd", (), 28))
    made = Scenario().do(cmd.ActivatePolicies("p", rules))
    assert (made.box.policies["eAT"].clone_proof, made.box.policies["eAT"].revocation) == (False, True)
    assert (made.box.policies["Pass"].clone_proof, made.box.policies["Pass"].revocation) == (True, True)
