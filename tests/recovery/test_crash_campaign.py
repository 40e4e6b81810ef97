"""The campaign's short form, and that it would notice: ``./box crash --kills 10000`` is the long one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from controller.domain import events as ev
from controller.domain.model import (
    Box,
    Compartment,
    Contents,
    Deposit,
    DepositStatus,
    Door,
    Purpose,
    Right,
    RightStatus,
    Size,
)
from simulator.crash import campaign, main, table
from simulator.crash_town import CrashTown, untruths
from simulator.crash_truth import Truth
from simulator.crash_witness import (
    PlantWitness,
    Told,
    acted_before_start,
    doubts_without_quarantine,
    wrong_about,
    wrong_state,
)
from simulator.plant.ledger import CoilPulse, Movement
from simulator.plant.protocol import BoxStatus, LedgerView, PlantStatus, Scene


@pytest.fixture
def root() -> Iterator[Path]:
    """A short path: sockets lie below it."""
    with TemporaryDirectory(prefix="crash-") as directory:
        yield Path(directory)


@pytest.mark.parametrize("seed", [11, 12])
def test_no_kill_breaks_an_invariant(seed: int, root: Path) -> None:
    tally = CrashTown(root, seed, longest_life_s=3.0).run(6)
    assert tally.violations == []
    assert tally.kills == 6
    assert tally.rows["start"] >= 2
    assert f"{tally.pulses}" in table(tally)


@pytest.mark.campaign
def test_a_hundred_kills(root: Path) -> None:
    assert campaign(100, 1000, 4, root).violations == []


def test_the_command_refuses_what_makes_no_sense(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--kills", "0"])
    assert ended.value.code == 2
    assert "at least 1" in capsys.readouterr().err


# --- it would notice
# --------------------------------------------------------------------------------------------------------------

AUTHORISED = ev.UnlockAuthorised("A5", "A01", "pickup", "D1", "R1", "S4", "closed", 1, 400, 3_000, (), "")


def told(seq: int, mono_ms: int, event: ev.Event, box: Box | None = None) -> Told:
    return Told(seq, mono_ms, event, box or Box(), box or Box())


def judged(*log: Told, pulses: tuple[float, ...] = (), opened: tuple[float, ...] = (), coils: int = 1) -> list[str]:
    witness = PlantWitness()
    witness.told(log)
    entries: list[CoilPulse | Movement] = [
        CoilPulse(number, "A01", start, start + 400, "line", True) for number, start in enumerate(pulses)
    ]
    entries += [Movement(100 + number, "A01", "ajar", "spring", at) for number, at in enumerate(opened)]
    witness.saw(LedgerView(list(entries), {"12V": coils}, 200))
    witness.judge(1_000)
    return witness.violations


def test_a_pulse_has_one_authorisation_of_its_own() -> None:
    authorised, start = told(5, 1_000, AUTHORISED), told(6, 2_000, ev.BoxStarted("boot", "1"))
    assert judged(authorised, pulses=(1_001.5,)) == []
    assert "nothing authorises it" in judged(authorised, pulses=(999.0,))[0]
    assert "used already" in judged(authorised, pulses=(1_001.0, 1_600.0))[0]
    assert "started since" in judged(authorised, start, pulses=(2_001.0,))[0]
    assert "2 coils" in judged(coils=2)[0]
    other = replace(AUTHORISED, compartment="A02")
    assert "nothing authorises it" in judged(told(5, 1_000, other), pulses=(1_001.0,))[0]


def test_a_life_begins_with_its_settlement() -> None:
    start = told(6, 2_000, ev.BoxStarted("boot", "1"))
    assert acted_before_start([start, told(7, 2_001, AUTHORISED)]) == []
    assert "UnlockAuthorised" in acted_before_start([told(5, 1_999, AUTHORISED), start])[0]


def test_a_spent_right_needs_a_door_that_moved() -> None:
    log = (told(5, 1_000, AUTHORISED), told(9, 5_000, ev.RightEnded("R1", "spent")))
    assert judged(*log, opened=(1_100.0,)) == []
    assert "none of its doors moved" in judged(*log)[0]
    assert "none of its doors moved" in judged(*log, opened=(900.0, 5_001.0))[0]


def compartment(label: str, *deposits: str, contents: Contents = Contents.HOLDS) -> Compartment:
    return Compartment(label, Size.S, 900, 1, 1, contents=contents, deposits=deposits, door=Door.CLOSED)


def deposit(name: str, where: str, status: DepositStatus = DepositStatus.STORED) -> Deposit:
    return Deposit(name, (f"AUF-{name}",), ("Personalausweis",), Size.S, "de", False, "", status, where)


def books(*deposits: Deposit, **compartments: Compartment) -> Box:
    return Box(deposits={one.id: one for one in deposits}, compartments=dict(compartments))


def test_two_deposits_in_one_place_and_one_in_two() -> None:
    one, two = deposit("D1", "A01"), deposit("D2", "A01")
    assert wrong_state(books(one, A01=compartment("A01", "D1"))) == []
    assert wrong_state(books(one, two, A01=compartment("A01", "D1", "D2")))
    grouped = books(replace(one, group="g"), replace(two, group="g"), A01=compartment("A01", "D1", "D2"))
    assert wrong_state(grouped) == []
    assert wrong_state(books(one, A01=compartment("A01", "D1"), A02=compartment("A02", "D1")))
    doubtful = books(deposit("D1", "A01", DepositStatus.UNVERIFIED), A01=compartment("A01", "D1"))
    assert doubts_without_quarantine(doubtful)


def test_who_may_be_opened_for() -> None:
    right = Right("R1", ("D1",), "de", 0, 0, "central", RightStatus.CLAIMED)
    box = replace(books(deposit("D1", "A01"), A01=compartment("A01", "D1")), rights={"R1": right})
    assert wrong_about(told(5, 0, AUTHORISED, box)) == []
    issued = replace(box, rights={"R1": replace(right, status=RightStatus.ISSUED)})
    assert wrong_about(told(5, 0, AUTHORISED, issued))
    assert wrong_about(told(5, 0, AUTHORISED, replace(box, rights={})))
    loading = replace(AUTHORISED, purpose=Purpose.LOADING.value)
    assert wrong_about(told(5, 0, loading, box))
    spent = told(5, 0, ev.RightEnded("R1", "spent"), box)
    assert wrong_about(replace(spent, before=box, after=replace(box, rights={}))) == []  # staff said so
    opening = books(A01=compartment("A01", contents=Contents.EMPTY))
    assert wrong_about(told(5, 0, loading, opening)) == []


def test_books_that_are_not_true() -> None:
    truth = Truth()
    truth.orders = {"D1": "AUF-D1"}

    def found(box: Box, *inside: str) -> list[str]:
        one = BoxStatus("A01", "closed", True, list(inside), 0, 0, False, None, False, [])
        return untruths(box, PlantStatus([one], Scene(0, None), 0, 0), truth)

    stored = books(deposit("D1", "A01"), A01=compartment("A01", "D1"))
    empty = books(A01=compartment("A01", contents=Contents.EMPTY))
    expected = books(deposit("D1", "", DepositStatus.EXPECTED), A01=compartment("A01", contents=Contents.UNKNOWN))
    assert found(stored, "D1") == []
    assert "is stored" in found(stored)[0]
    assert "left the books" in found(empty, "D1")[0]
    assert "may be allotted" in found(empty, "D1")[1]
    assert "is expected" in found(expected, "D1")[0]
    truth.left.add("D1")
    assert found(empty, "D1") == []
