"""The office in the rules: tasks, holds, periods, codes, corrections. None of them authorises an opening."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decide_office import MOST_TASKS, PURPOSES
from controller.domain.model import Purpose, RightStatus
from controller.domain.tasks import TaskKind
from controller.domain.timing import DAY
from tests.unit.domain.builder import MORNING, Scenario


def inside() -> Scenario:
    return Scenario().stored("D1", "eAT", right="R1")


def queue(box: Scenario, kind: str, deposit: str = "", compartment: str = "") -> Scenario:
    return box.do(cmd.QueueTask(kind, deposit, compartment, " because ", "sabine"))


@pytest.mark.parametrize("kind", ["recall", "counter"])
def test_a_task_about_an_envelope_knows_its_compartment(kind: str) -> None:
    box = queue(inside(), kind, "D1")
    event = box.one(ev.TaskQueued)
    label = box.box.deposits["D1"].compartment
    assert (event.kind, event.compartment, event.deposit, event.reason) == (kind, label, "D1", "because")
    assert box.box.tasks[event.task].by == "sabine"
    assert queue(box, kind, "D1").refusal == "task_known"


@pytest.mark.parametrize(
    ("kind", "deposit", "compartment", "refusal"),
    [
        ("recall", "D9", "", "deposit_unknown"),
        ("counter", "D2", "", "not_inside"),
        ("recall", "", "A01", "deposit_unknown"),
        ("stocktake", "", "Z9", "compartment_unknown"),
        ("stocktake", "D1", "A01", "wrong_choice"),
        ("returns", "", "A02", "nothing_to_return"),
        ("clarification", "", "A02", "nothing_to_clarify"),
        ("pickup", "D1", "", "task_kind_unknown"),
        ("emergency", "", "A01", "task_kind_unknown"),
        ("test", "", "A01", "task_kind_unknown"),
        ("", "", "A01", "task_kind_unknown"),
    ],
)
def test_a_task_that_nobody_can_do_is_refused(kind: str, deposit: str, compartment: str, refusal: str) -> None:
    box = queue(inside().announce("D2"), kind, deposit, compartment)
    assert box.refusal == refusal
    assert not box.box.tasks
    assert not box.last


def test_no_purpose_that_residents_or_emergencies_have_is_a_task() -> None:
    assert set(PURPOSES) == set(TaskKind)
    assert not set(PURPOSES.values()) & {Purpose.PICKUP, Purpose.EMERGENCY, Purpose.TEST, Purpose.LOADING}


def test_there_are_not_endlessly_many_tasks() -> None:
    box = inside()
    for name in box.box.compartments:
        queue(box, "stocktake", compartment=name)
    assert len(box.box.tasks) == len(box.box.compartments) <= MOST_TASKS


def test_a_dropped_task_is_gone() -> None:
    box = queue(inside(), "recall", "D1")
    (task,) = box.box.tasks
    assert box.do(cmd.DropTask(task, "lena")).one(ev.TaskDropped).by == "lena"
    assert not box.box.tasks
    assert box.do(cmd.DropTask(task, "lena")).refusal == "task_unknown"


def test_a_task_opens_nothing_by_itself_and_time_does_not_either() -> None:
    box = queue(inside(), "counter", "D1")
    before = box.pulses
    for _ in range(5):
        box.mono_ms += 600_000
        box.do(cmd.Tick())
    assert box.pulses == before
    assert box.box.tasks


@pytest.mark.parametrize(
    ("kind", "purpose", "contents", "end"),
    [
        ("recall", Purpose.RECALL, "empty", "recalled"),
        ("recall", Purpose.RECALL, "envelope", ""),
        ("counter", Purpose.HANDOVER, "empty", "handed_over_at_counter"),
        ("counter", Purpose.RECALL, "empty", "recalled"),
        ("stocktake", Purpose.STOCKTAKE, "envelope", ""),
        ("stocktake", Purpose.RECALL, "envelope", ""),
    ],
)
def test_a_task_is_done_when_its_opening_was_reported(kind: str, purpose: Purpose, contents: str, end: str) -> None:
    box = inside()
    label = box.box.deposits["D1"].compartment
    queue(box, kind, *(("", label) if kind == "stocktake" else ("D1", "")))
    (task,) = box.box.tasks
    box.login("lena").guided(label, purpose)
    assert task in box.box.tasks, "opened is not done"
    done = box.report(contents, end).one(ev.TaskDone)
    assert (done.task, done.by) == (task, "lena")
    assert not box.box.tasks


def test_looking_elsewhere_does_no_task_here() -> None:
    box = queue(inside(), "stocktake", compartment="A05")
    box.login("lena").guided(box.box.deposits["D1"].compartment, Purpose.STOCKTAKE).report("envelope")
    assert len(box.box.tasks) == 1


def test_what_the_resident_took_is_nobodys_task_any_more() -> None:
    box = queue(inside(), "counter", "D1")
    box.present("R1").take().says("everything")
    assert "D1" not in box.box.deposits
    assert not box.box.tasks


def test_holding_and_releasing_is_somebodys_and_for_a_reason() -> None:
    box = inside()
    assert box.do(cmd.HoldByStaff("D1", True, "  ", "sabine")).refusal == "reason_needed"
    assert box.do(cmd.HoldByStaff("D9", True, "photo", "sabine")).refusal == "deposit_unknown"
    held = box.do(cmd.HoldByStaff("D1", True, "photo", "sabine")).one(ev.DepositHoldChanged)
    assert (held.state, held.reason, held.by) == ("held", "photo", "sabine")
    deposit = box.box.deposits["D1"]
    assert (deposit.held, deposit.hold_reason, deposit.hold_seq) == (True, "photo", box.box.seq)
    assert box.do(cmd.HoldByStaff("D1", True, "photo", "sabine")).refusal == "held_already"
    assert box.present("R1").refusal
    box.do(cmd.HoldByStaff("D1", False, "fine", "sabine"))
    assert (box.box.deposits["D1"].held, box.box.deposits["D1"].hold_reason) == (False, "")
    assert box.do(cmd.HoldByStaff("D1", False, "fine", "sabine")).refusal == "not_held"
    assert not box.present("R1").refusal


def test_a_period_only_grows() -> None:
    box = inside()
    expires = box.box.rights["R1"].expires_wall_ms
    assert expires > MORNING
    assert box.do(cmd.ExtendPeriod("R1", expires, "sabine")).refusal == "not_later"
    assert box.do(cmd.ExtendPeriod("R1", expires - 1, "sabine")).refusal == "not_later"
    assert box.do(cmd.ExtendPeriod("R1", MORNING + 400 * DAY, "sabine")).refusal == "date_impossible"
    assert box.do(cmd.ExtendPeriod("R9", expires + DAY, "sabine")).refusal == "right_unknown"
    box.do(cmd.ExtendPeriod("R1", expires + DAY, "sabine"))
    assert box.box.rights["R1"].expires_wall_ms == expires + DAY
    box.trusted = False
    box.do(cmd.JudgeClock(False, "test"))
    assert box.do(cmd.ExtendPeriod("R1", expires + 2 * DAY, "sabine")).refusal == "clock_untrusted"


def test_what_is_not_inside_has_no_period_yet() -> None:
    box = Scenario().announce("D1").right("R1", "D1")
    assert box.do(cmd.ExtendPeriod("R1", MORNING + 50 * DAY, "sabine")).refusal == "not_inside"


def test_a_new_code_frees_a_blocked_right_and_never_one_in_use() -> None:
    box = Scenario().stored("D1", "Personalausweis", right="R1")
    box.do(cmd.PresentCredential("R1", "qr", ("birth_date",)))
    assert box.do(cmd.ReplaceCredential("R1", "sabine")).refusal == "in_use"
    while box.box.rights["R1"].status is not RightStatus.BLOCKED:
        if box.box.session is None:
            box.do(cmd.PresentCredential("R1", "qr", ("birth_date",)))
        box.do(cmd.TryFactor(box.session.id)).do(cmd.FactorCompared(box.session.id, False))
    assert box.do(cmd.PresentCredential("R1", "qr", ("birth_date",))).refusal
    box.do(cmd.ReplaceCredential("R1", "sabine"))
    assert (box.box.rights["R1"].status, box.box.rights["R1"].failed_factors) == (RightStatus.ISSUED, 0)
    assert not box.do(cmd.PresentCredential("R1", "qr", ("birth_date",))).refusal


def test_a_correction_is_for_what_is_not_loaded() -> None:
    box = inside().announce("D2", "eAT")
    assert box.do(cmd.AmendDeposit("D1", ("eAT",), "L", "de", False, "sabine")).refusal == "deposit_inside"
    assert box.do(cmd.AmendDeposit("D2", ("Mondpass",), "L", "de", False, "sabine")).refusal == "document_type_unknown"
    assert box.do(cmd.AmendDeposit("D2", ("eAT",), "XXL", "de", False, "sabine")).refusal == "size_unknown"
    box.do(cmd.AmendDeposit("D2", ("Reisepass",), "L", "tr", True, "sabine"))
    deposit = box.box.deposits["D2"]
    assert (deposit.document_types, deposit.size.value, deposit.language, deposit.low) == (
        ("Reisepass",),
        "L",
        "tr",
        True,
    )
    assert not box.do(cmd.AmendDeposit("D2", ("Reisepass",), "L", "tr", True, "sabine")).last, "nothing changed"


def test_passwords_and_logins_are_noted_of_people_that_exist() -> None:
    box = Scenario()
    assert box.do(cmd.NoteOfficePassword("sabine")).one(ev.OfficePasswordSet).staff == "sabine"
    assert box.do(cmd.NoteOfficeLogin("sabine")).one(ev.OfficeLoggedIn).staff == "sabine"
    for command in (cmd.NoteOfficePassword("nobody"), cmd.NoteOfficeLogin("nobody")):
        assert box.do(command).refusal == "staff_unknown"
