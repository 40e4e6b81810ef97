"""A resident collects an envelope: one scan, one authorisation, one pulse, and evidence before anything is spent."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import Contents, DepositStatus, Phase, RightStatus, SessionEnd
from tests.unit.domain.builder import Scenario


def test_scan_take_close_confirm() -> None:
    box = Scenario().stored("D1")
    label = box.deposit("D1").compartment

    box.present("R1")
    assert [type(event) for event in box.last] == [ev.SessionStarted, ev.UnlockAuthorised], (
        "one commit before the pulse"
    )
    assert box.one(ev.UnlockAuthorised).compartment == label
    box.pulsed().opens()
    assert box.phase() is Phase.DOOR_OPEN
    box.closes()
    assert box.phase() is Phase.CONFIRMING
    box.says("everything")

    assert box.deposit_end("D1") == "collected_confirmed"
    assert box.compartment(label).contents is Contents.EMPTY
    assert box.compartment(label).in_service
    assert box.one(ev.SessionEnded).outcome == SessionEnd.DONE
    assert box.ended("R1") == "spent"
    assert box.box.session is None
    assert box.box.opening is None
    assert not box.box.rights
    assert not box.box.deposits


def test_without_a_word_it_is_collected_and_presumed_empty() -> None:
    box = Scenario().stored("D1")
    label = box.deposit("D1").compartment
    box.present("R1").take().wait(timing.CONFIRMATION)
    assert box.deposit_end("D1") == "collected_unconfirmed"
    assert box.compartment(label).contents is Contents.PRESUMED_EMPTY
    assert box.ended("R1") == "spent"


def test_an_envelope_that_is_not_there_yet_gets_the_honest_page() -> None:
    box = Scenario().announce("D1").right("R1", "D1")
    assert box.the_right("R1").status is RightStatus.PREPARED
    assert box.present("R1").refusal == "not_yet"
    assert not box.last
    box.load("D1")
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert not box.present("R1").refusal


def test_unknown_spent_and_revoked_rights_open_nothing() -> None:
    box = Scenario().stored("D1").stored("D2", right="R2")
    box.present("R1").take().says("everything").revoke("R2")
    pulses = box.pulses
    for right in ("R0", "R1", "R2"):
        assert box.present(right).refusal == "code_unknown"
        assert not box.last
    assert box.pulses == pulses
    assert box.deposit("D2").status is DepositStatus.STORED, "revoking a right does not touch the envelope"


def test_two_scanners_race_with_one_token() -> None:
    box = Scenario().stored("D1").present("R1")
    assert box.present("R1").refusal == "busy"
    assert box.details == {"holder": "resident"}
    assert box.pulses == 2, "one for loading, one for the pickup"


def test_the_next_person_waits_for_the_front() -> None:
    box = Scenario().stored("D1").stored("D2", right="R2").present("R1")
    assert box.present("R2").refusal == "busy"
    box.take().says("everything")
    assert not box.present("R2").refusal


def test_a_held_deposit_is_for_the_counter() -> None:
    box = Scenario().stored("D1").hold("D1")
    assert box.present("R1").refusal == "counter"
    assert not box.hold("D1", held=False).present("R1").refusal


def test_a_policy_that_was_withdrawn_is_for_people_not_for_a_default() -> None:
    box = Scenario().stored("D1").do(cmd.ActivatePolicies("policies-2", ()))
    assert box.present("R1").refusal == "counter"
    assert box.box.session is None


def test_a_session_may_be_left_before_a_door_is_authorised() -> None:
    box = Scenario().stored("D1", "Personalausweis").present("R1")
    box.do(cmd.CancelSession(box.session.id))
    assert box.one(ev.SessionEnded).outcome == SessionEnd.ABORTED
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_once_a_door_is_authorised_doors_and_sensors_tell_the_story_not_a_button() -> None:
    box = Scenario().stored("D1").present("R1")
    for step in (box.pulsed, box.opens, box.closes):
        assert box.do(cmd.CancelSession(box.session.id)).refusal == "wrong_phase"
        step()


def test_somebody_who_walks_away_while_asked_ends_the_session() -> None:
    box = Scenario().stored("D1", "Personalausweis").present("R1").wait(timing.ENTRY)
    assert box.box.session is None
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert box.deposit("D1").status is DepositStatus.STORED


def test_more_time_is_given_but_not_for_ever() -> None:
    box = Scenario().stored("D1", "Personalausweis").present("R1")
    for _ in range(timing.MAX_EXTENSIONS):
        assert not box.at(timing.ENTRY - 1).do(cmd.ExtendSession(box.session.id)).refusal
    assert box.do(cmd.ExtendSession(box.session.id)).refusal == "extended_enough"


@pytest.mark.parametrize("session", ["", "S0", "P1"])
def test_a_wrong_session_id_does_nothing(session: str) -> None:
    box = Scenario().stored("D1", "Personalausweis").present("R1")
    for command in (
        cmd.TryFactor(session),
        cmd.FactorCompared(session, True),
        cmd.Declare(session, "old_documents", "yes"),
        cmd.Confirm(session, "everything"),
        cmd.ExtendSession(session),
        cmd.CancelSession(session),
    ):
        assert box.do(command).refusal == "no_session"
        assert not box.last


def test_a_right_that_waited_for_a_deposit_which_leaves_is_complete_without_it() -> None:
    box = Scenario().announce("D1").announce("D2").right("R1", "D1", "D2").load("D1")
    assert box.present("R1").refusal == "not_yet"
    box.cancel("D2")
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert not box.present("R1").refusal


def test_so_is_one_whose_other_deposit_somebody_else_collected() -> None:
    box = Scenario().stored("D1").announce("D2").present("R1").jams().next_resident().at(30_000)
    box.present("R1").take().says("open_again").jams().next_resident()
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    box.right("R2", "D1", "D2").load("D2").at(30_000)
    assert box.the_right("R2").status is RightStatus.PREPARED
    box.present("R1").take().says("everything")
    assert box.the_right("R2").status is RightStatus.ISSUED
