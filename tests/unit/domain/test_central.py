"""Durable commands of the central system: each leaves its result in the log beside its effect, and opens no door."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.model import DepositStatus, Phase, RightStatus
from tests.unit.domain.builder import Scenario


def result(box: Scenario) -> tuple[str, str]:
    settled = box.one(ev.CommandSettled)
    assert settled is box.last[-1]
    return settled.result, settled.code


def test_done_and_rejected_are_both_in_the_log() -> None:
    box = Scenario().announce("D1")
    assert [type(event) for event in box.last] == [ev.DepositAnnounced, ev.CommandSettled]
    assert result(box) == ("done", "")
    box.announce("D1")
    assert [type(event) for event in box.last] == [ev.CommandSettled], "a refused command leaves nothing else"
    assert result(box) == ("rejected", "deposit_known")
    assert box.one(ev.CommandSettled).name == "order.announce"


def announcement(**changes: object) -> cmd.AnnounceOrder:
    fields: dict[str, object] = {
        "deposit": "D9",
        "orders": ("O9",),
        "document_types": ("eAT",),
        "size": "M",
        "language": "de",
        "low": False,
        "group": "",
    }
    return cmd.AnnounceOrder("central", "c0", **{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"orders": ("ORDER-D1",)}, "order_known"),
        ({"orders": ()}, "order_known"),
        ({"size": "XXL"}, "size_unknown"),
        ({"document_types": ("Kfz",)}, "document_type_unknown"),
        ({"document_types": ()}, "document_type_unknown"),
        ({"deposit": ""}, "id_missing"),
        ({"orders": ("",)}, "id_missing"),
    ],
)
def test_what_cannot_be_announced(changes: dict[str, object], code: str) -> None:
    assert result(Scenario().announce("D1").do(announcement(**changes))) == ("rejected", code)


@pytest.mark.parametrize(
    ("right", "deposits", "code"),
    [
        ("R1", ("D2",), "right_known"),
        ("R2", (), "deposits_wrong"),
        ("R2", ("D2", "D2"), "deposits_wrong"),
        ("R2", ("D9",), "deposit_unknown"),
        ("", ("D2",), "id_missing"),
    ],
)
def test_what_cannot_be_issued(right: str, deposits: tuple[str, ...], code: str) -> None:
    box = Scenario().announce("D1").announce("D2").right("R1", "D1").right(right, *deposits)
    assert result(box) == ("rejected", code)


def test_cancel_only_what_is_not_inside() -> None:
    box = Scenario().announce("D1").right("R1", "D1").cancel("D1")
    assert box.deposit_end("D1") == "cancelled"
    assert box.ended("R1") == "withdrawn"
    assert result(box.cancel("D1")) == ("rejected", "deposit_unknown")
    assert result(Scenario().stored("D1").cancel("D1")) == ("rejected", "deposit_inside")
    loading = Scenario().announce("D1").login().scan("D1")
    assert result(loading.cancel("D1")) == ("rejected", "deposit_inside")
    assert loading.pulsed().opens().closes().deposit("D1").status is DepositStatus.STORED


def test_revoke_ends_a_session_unless_a_door_is_authorised_or_open() -> None:
    box = Scenario().stored("D1", "Personalausweis").present("R1").revoke("R1")
    assert box.one(ev.SessionEnded).reason == "revoked"
    assert box.ended("R1") == "revoked"
    box = Scenario().stored("D1").present("R1")
    for step in (box.pulsed, box.opens, box.closes):
        assert result(box.revoke("R1")) == ("rejected", "in_use")
        assert box.box.session is not None
        step()
    box.says("everything")
    assert box.ended("R1") == "spent"


def test_revoke_after_a_jam() -> None:
    box = Scenario().stored("D1").present("R1").jams()
    assert box.phase() is Phase.UNLOCK_FAILED
    assert result(box.revoke("R1")) == ("done", "")
    assert box.box.session is None
    assert result(box.revoke("R1")) == ("rejected", "right_unknown")


def test_hold_and_release() -> None:
    box = Scenario().announce("D1")
    assert box.hold("D1").one(ev.DepositHeld).state == "held"
    assert not box.hold("D1").now_happened(ev.DepositHeld), "repeating changes nothing, and is answered"
    assert result(box) == ("done", "")
    assert box.hold("D1", held=False).one(ev.DepositHeld).state == "released"
    assert result(box.hold("D9")) == ("rejected", "deposit_unknown")


def test_a_right_over_what_is_already_inside_is_issued_at_once() -> None:
    box = Scenario().announce("D1").load("D1").right("R1", "D1")
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert not box.present("R1").refusal


def test_nothing_that_the_central_system_says_opens_a_door() -> None:
    box = Scenario().stored("D1")
    pulses = box.pulses
    box.hold("D1").hold("D1", held=False).announce("D2").right("R2", "D1", "D2").revoke("R1").cancel("D2").revoke("R2")
    assert box.pulses == pulses


def elsewhere(right: str, place: str) -> cmd.NoteElsewhere:
    return cmd.NoteElsewhere("central", f"e-{right}-{place}", right, place)


def test_what_lies_elsewhere_is_noted_and_changes_nothing_here() -> None:
    box = Scenario().stored("D1")
    before = box.box
    box.do(elsewhere("R9", "Rathaus Nord"))
    assert box.one(ev.RightElsewhere).place == "Rathaus Nord"
    assert replace(box.box, seq=before.seq) == before


def test_a_right_that_lives_here_is_not_elsewhere() -> None:
    box = Scenario().stored("D1")
    assert box.do(elsewhere("R1", "Rathaus Nord")).refusal == "right_known"
    assert box.do(elsewhere("R9", " ")).refusal == "place_missing"
    assert box.do(elsewhere("", "Rathaus Nord")).refusal == "id_missing"
    assert not box.happened(ev.RightElsewhere)
    assert not box.revoke("R1").do(elsewhere("R1", "Rathaus Süd")).refusal
