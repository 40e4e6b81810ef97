"""A Vollmacht is a right of its own over the same envelope: whoever comes first collects it, and both have ended."""

from __future__ import annotations

from controller.domain.model import DepositStatus, RightStatus
from tests.unit.domain.builder import Scenario


def proxy() -> Scenario:
    """R1 is the holder's, P1 the proxy's."""
    return Scenario().stored("D1").right("P1", "D1")


def test_the_proxy_collects_and_the_holder_has_nothing_left() -> None:
    box = proxy().present("P1").take().says("everything")
    assert (box.ended("P1"), box.ended("R1")) == ("spent", "spent")
    assert not box.box.rights


def test_the_holder_collects_and_the_proxy_has_nothing_left() -> None:
    box = proxy().present("R1").take().says("everything")
    assert (box.ended("P1"), box.ended("R1")) == ("spent", "spent")


def test_one_at_a_time_at_the_front() -> None:
    assert proxy().present("P1").present("R1").refusal == "busy"


def test_revoking_the_proxy_leaves_the_holder_s_right() -> None:
    box = proxy().revoke("P1")
    assert box.present("P1").refusal == "code_unknown"
    assert not box.present("R1").refusal


def test_blocking_the_one_does_not_block_the_other() -> None:
    box = Scenario().stored("D1", "Personalausweis").right("P1", "D1").present("P1")
    for _ in range(3):
        box.factor(False)
    box.present("P1").factor(False).factor(False)
    assert box.the_right("P1").status is RightStatus.BLOCKED
    assert not box.present("R1").refusal


def test_a_doubt_is_a_doubt_for_both() -> None:
    box = proxy().present("P1").take().says("missing")
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    assert box.present("R1").refusal == box.present("P1").refusal == "counter"
    assert {right.status for right in box.box.rights.values()} == {RightStatus.ISSUED}


def test_a_crash_in_the_proxy_s_hand_settles_both() -> None:
    box = proxy().present("P1").take().restart()
    assert box.deposit_end("D1") == "collected_unconfirmed"
    assert (box.ended("P1"), box.ended("R1")) == ("spent", "spent")


def test_a_proxy_for_one_of_two_leaves_the_holder_the_other() -> None:
    box = Scenario().announce("D1").announce("D2").right("R1", "D1", "D2").right("P1", "D1").load("D1", "D2")
    box.present("P1").take().says("everything")
    assert box.ended("P1") == "spent"
    assert box.the_right("R1").deposits == ("D2",)
    box.present("R1").take().says("everything")
    assert box.ended("R1") == "spent"


def test_the_proxy_expires_alone() -> None:
    box = Scenario().stored("D1").right("P1", "D1", expires=1)
    assert box.present("P1").refusal == "expired"
    assert not box.present("R1").refusal
