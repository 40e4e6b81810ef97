"""One right over several envelopes: one after the other, each with its own door, each settled alone."""

from __future__ import annotations

from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import DepositStatus, RightStatus, SessionEnd
from tests.unit.domain.builder import Scenario


def family(*types: str) -> Scenario:
    box = Scenario().announce("D1", *types[:1]).announce("D2", *types[1:2]).right("R1", "D1", "D2")
    return box.load("D1", "D2")


def test_the_person_is_told_that_several_come_and_gets_them_one_by_one() -> None:
    box = family().present("R1")
    assert box.session.declarations == ("several",)
    box.declare("several")
    assert box.opening.deposit == "D1"
    box.take().says("everything")
    assert box.opening.deposit == "D2"
    assert not box.ended("R1"), "the right lives until the last one"
    box.take().says("everything")
    assert box.ended("R1") == "spent"
    assert box.one(ev.SessionEnded).outcome == SessionEnd.DONE


def test_the_strictest_factor_and_the_union_of_declarations_count() -> None:
    box = family("Reisepass", "Personalausweis").present("R1")
    assert box.session.factor == "pin"
    assert box.session.declarations == ("several", "old_documents")


def test_a_factor_that_cannot_be_compared_here_is_for_the_counter() -> None:
    assert family("eAT", "Führerschein").present("R1").refusal == "counter"
    assert family("Personalausweis", "eAT").present("R1", "pin").refusal == "counter", "no birth date to compare with"


def test_a_jam_does_not_hold_up_the_next_one() -> None:
    box = family().present("R1").declare("several").jams()
    assert box.session.jammed == ("D1",)
    box.next_resident()
    assert box.opening.deposit == "D2"
    box.take().says("everything")
    assert box.one(ev.SessionEnded).outcome == SessionEnd.DONE
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert box.the_right("R1").deposits == ("D1",)
    assert box.deposit("D1").status is DepositStatus.STORED, "not reached is not in doubt"


def test_one_in_doubt_leaves_the_right_alive_for_it_and_the_other_collected() -> None:
    box = family().present("R1").declare("several").take().says("missing")
    assert box.opening.deposit == "D2"
    box.take().says("everything")
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    assert box.deposit_end("D2") == "collected_confirmed"
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert box.present("R1").refusal == "counter"


def test_a_held_one_is_left_out_and_comes_later() -> None:
    box = family().hold("D1").present("R1")
    assert box.session.queue == ()
    assert box.opening.deposit == "D2"
    box.take().says("everything").hold("D1", held=False).present("R1").take().says("everything")
    assert box.ended("R1") == "spent"


def test_a_hold_in_the_middle_never_interrupts_and_the_next_door_stays_closed() -> None:
    box = family().present("R1").declare("several").pulsed().hold("D1").hold("D2")
    assert not box.refusal
    box.opens().closes().says("everything")
    assert box.box.session is None
    assert box.deposit_end("D1") == "collected_confirmed"
    assert box.deposit("D2").status is DepositStatus.STORED


def test_open_again_is_counted_for_each_envelope_alone() -> None:
    box = family().present("R1").declare("several")
    for _ in ("D1", "D2"):
        box.take()
        for _ in range(timing.REOPENINGS):
            assert not box.says("open_again").refusal
            box.take()
        assert box.says("open_again").refusal == "reopened_enough"
        box.says("everything")
    assert box.ended("R1") == "spent"
