"""Somebody collects for somebody else: a right of its own, with a PIN, once, and recorded who checked it."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.model import Factor, Phase
from tests.unit.domain.builder import Scenario


def issue(box: Scenario, right: str, deposit: str, checked_by: str = "sabine") -> Scenario:
    return box.do(cmd.IssueRight("central", right, right, (deposit,), "de", 0, 0, True, checked_by))


def test_a_proxys_right_asks_for_its_pin_whatever_the_document_type_asks_for() -> None:
    box = issue(Scenario().stored("D1", "eAT"), "RP", "D1")
    assert box.the_right("RP").proxy
    box.present("RP")
    assert box.session.factor is Factor.PIN
    assert box.phase() is Phase.VERIFYING
    assert not box.now_happened(ev.UnlockAuthorised)


def test_the_log_says_who_checked_the_authorisation() -> None:
    box = issue(Scenario().announce("D1"), "RP", "D1")
    prepared = box.one(ev.RightPrepared)
    assert (prepared.proxy, prepared.checked_by) == ("yes", "sabine")


def test_nobody_is_a_proxy_whom_nobody_has_checked() -> None:
    box = issue(Scenario().announce("D1"), "RP", "D1", checked_by="")
    assert box.refusal == "checked_by_missing"
    assert not box.now_happened(ev.RightPrepared)


def test_without_a_pin_to_compare_it_is_for_people() -> None:
    box = issue(Scenario().stored("D1", "eAT"), "RP", "D1").present("RP", "birth_date")
    assert box.refusal == "counter"


def test_a_stricter_factor_stays_with_people() -> None:
    box = issue(Scenario().stored("D1", "Führerschein"), "RP", "D1").present("RP")
    assert box.refusal == "counter"


@pytest.mark.parametrize(("first", "second"), [("RP", "R1"), ("R1", "RP")])
def test_it_is_good_once_and_whoever_comes_first_takes_it(first: str, second: str) -> None:
    box = issue(Scenario().stored("D1", "eAT"), "RP", "D1").present(first)
    if first == "RP":
        box.factor(True)
    box.take().says("everything")
    assert box.ended(first) == "spent"
    assert box.ended(second), "nothing is left to collect for the other one either"
    assert box.present(first).refusal == "code_unknown"


def test_it_can_be_revoked() -> None:
    box = issue(Scenario().stored("D1", "eAT"), "RP", "D1").revoke("RP")
    assert box.ended("RP") == "revoked"
    assert not box.ended("R1")
