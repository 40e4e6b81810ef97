"""The office: tasks for the box, holds, new codes, longer periods, corrections. No rule here authorises an opening."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decision import Draft, Refused
from controller.domain.model import Deposit, DepositStatus, Purpose, Right, RightStatus, Size
from controller.domain.tasks import TaskKind
from controller.domain.timing import DAY

CommandT = TypeVar("CommandT", bound=cmd.Command)

#: The guided opening that does a task.
PURPOSES: dict[TaskKind, Purpose] = {
    TaskKind.RECALL: Purpose.RECALL,
    TaskKind.COUNTER: Purpose.HANDOVER,
    TaskKind.CLARIFICATION: Purpose.CLARIFICATION,
    TaskKind.RETURNS: Purpose.RETURNS,
    TaskKind.STOCKTAKE: Purpose.STOCKTAKE,
}
#: Done by whoever looked inside, whatever for.
LOOKING = frozenset({TaskKind.CLARIFICATION, TaskKind.STOCKTAKE})
MOST_TASKS = 100
LONGEST_REASON = 120
LONGEST_EXTENSION = 366 * DAY


def note_office_password(draft: Draft, command: cmd.NoteOfficePassword) -> None:
    if command.staff not in draft.box.staff:
        raise Refused("staff_unknown")
    draft.emit(ev.OfficePasswordSet(command.staff))


def note_office_login(draft: Draft, command: cmd.NoteOfficeLogin) -> None:
    if command.staff not in draft.box.staff:
        raise Refused("staff_unknown")
    draft.emit(ev.OfficeLoggedIn(command.staff))


def queue_task(draft: Draft, command: cmd.QueueTask) -> None:
    """Leaves a task for the box. It opens nothing: whoever does it requests the opening there and shows a badge."""
    try:
        kind = TaskKind(command.kind)
    except ValueError:
        raise Refused("task_kind_unknown") from None
    label = _where(draft, command, kind)
    if any((t.kind, t.compartment, t.deposit) == (kind, label, command.deposit) for t in draft.box.tasks.values()):
        raise Refused("task_known")
    if len(draft.box.tasks) >= MOST_TASKS:
        raise Refused("too_many_tasks")
    reason = command.reason.strip()[:LONGEST_REASON]
    draft.emit(ev.TaskQueued(draft.next_id("T"), kind.value, label, command.deposit, reason, command.by))


def _where(draft: Draft, command: cmd.QueueTask, kind: TaskKind) -> str:
    """The compartment that the task is about, when there is something to do."""
    if kind in (TaskKind.RECALL, TaskKind.COUNTER):
        deposit = _deposit(draft, command.deposit)
        if not deposit.compartment:
            raise Refused("not_inside")
        return deposit.compartment
    if command.deposit:
        raise Refused("wrong_choice")  # These look into a compartment, whatever lies in it.
    compartment = draft.box.compartments.get(command.compartment)
    if compartment is None:
        raise Refused("compartment_unknown")
    if kind is TaskKind.RETURNS and not compartment.old_document:
        raise Refused("nothing_to_return")
    if kind is TaskKind.CLARIFICATION and not compartment.quarantine:
        raise Refused("nothing_to_clarify")
    return compartment.label


def drop_task(draft: Draft, command: cmd.DropTask) -> None:
    if command.task not in draft.box.tasks:
        raise Refused("task_unknown")
    draft.emit(ev.TaskDropped(command.task, command.by))


def finishing_tasks(report: Callable[[Draft, CommandT], None]) -> Callable[[Draft, CommandT], None]:
    """``report`` is the rule by which staff say what lies in the compartment they had opened; with it the tasks about
    that compartment end. Those about an envelope that has left went with it, and end as done all the same.
    """

    def rule(draft: Draft, command: CommandT) -> None:
        before, opening, session = draft.box.tasks, draft.box.opening, draft.box.staff_session
        report(draft, command)
        if opening is None or session is None:
            return
        over = draft.box.opening is None  # Who still stands at the door has perhaps scanned only a part of it.
        for task in before.values():
            if task.compartment != opening.compartment:
                continue
            looked = over and (PURPOSES[task.kind] is opening.purpose or task.kind in LOOKING)
            if looked or task.id not in draft.box.tasks:
                draft.emit(ev.TaskDone(task.id, session.staff))

    return rule


def hold_by_staff(draft: Draft, command: cmd.HoldByStaff) -> None:
    deposit = _deposit(draft, command.deposit)
    if deposit.held == command.held:
        raise Refused("held_already" if command.held else "not_held")
    reason = command.reason.strip()[:LONGEST_REASON]
    if not reason:
        raise Refused("reason_needed")
    state = "held" if command.held else "released"
    draft.emit(ev.DepositHoldChanged(deposit.id, state, reason, command.by))


def extend_period(draft: Draft, command: cmd.ExtendPeriod) -> None:
    right = _right(draft, command.right)
    if right.status not in (RightStatus.ISSUED, RightStatus.CLAIMED, RightStatus.BLOCKED):
        raise Refused("not_inside")  # Its period has not begun.
    if not right.expires_wall_ms or command.expires_wall_ms <= right.expires_wall_ms:
        raise Refused("not_later", date_wall_ms=right.expires_wall_ms)
    if not draft.at.clock_trusted:
        raise Refused("clock_untrusted")
    if not draft.at.wall_ms < command.expires_wall_ms <= draft.at.wall_ms + LONGEST_EXTENSION:
        raise Refused("date_impossible")
    draft.emit(ev.RightExtended(right.id, command.expires_wall_ms, command.by))


def replace_credential(draft: Draft, command: cmd.ReplaceCredential) -> None:
    right = _right(draft, command.right)
    if right.status is RightStatus.CLAIMED:
        raise Refused("in_use")
    draft.emit(ev.CredentialReplaced(right.id, command.by))


def amend_deposit(draft: Draft, command: cmd.AmendDeposit) -> None:
    deposit = _deposit(draft, command.deposit)
    opening = draft.box.opening
    if deposit.status is not DepositStatus.EXPECTED or (opening is not None and opening.deposit == deposit.id):
        raise Refused("deposit_inside")
    if command.size not in {size.value for size in Size}:
        raise Refused("size_unknown")
    unknown = [name for name in command.document_types if name not in draft.box.policies]
    if unknown or not command.document_types:
        raise Refused("document_type_unknown")
    low = "yes" if command.low else "no"
    amended = (command.document_types, command.size, command.language, low)
    if amended == (deposit.document_types, deposit.size.value, deposit.language, "yes" if deposit.low else "no"):
        return
    draft.emit(ev.DepositAmended(deposit.id, *amended, command.by))


def _deposit(draft: Draft, name: str) -> Deposit:
    deposit = draft.box.deposits.get(name)
    if deposit is None:
        raise Refused("deposit_unknown")
    return deposit


def _right(draft: Draft, name: str) -> Right:
    right = draft.box.rights.get(name)
    if right is None:
        raise Refused("right_unknown")
    return right
