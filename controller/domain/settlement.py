"""Settling after a restart: the table of docs/domain.md, row by row.

Outputs are inactive and every door was read. No restart opens a door. The right is never settled, its deposits are;
ambiguity quarantines the compartment, never the citizen's right.
"""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decide_loading import interrupted
from controller.domain.decide_pickup import opened_by_itself
from controller.domain.decide_suspension import end_suspended
from controller.domain.decision import Draft
from controller.domain.model import (
    Contents,
    DepositEnd,
    DepositStatus,
    Door,
    Opening,
    OpeningStage,
    Purpose,
    RightEnd,
    SessionEnd,
)
from controller.domain.openings import door_opened_by_itself, doubt_deposits, end_opening, quarantine
from controller.domain.pauses import count_downtime
from controller.domain.rights import leave_right, let_rights_follow

#: More quarantines than this at one start are one alarm.
MANY_QUARANTINES = 5


def start_box(draft: Draft, command: cmd.StartBox) -> None:
    quarantined_before = _quarantined(draft)
    session, staff_session, opening = draft.box.session, draft.box.staff_session, draft.box.opening
    before = draft.box
    draft.emit(ev.BoxStarted(draft.at.boot, command.software))
    count_downtime(draft, before)
    if opening is not None:
        _settle_opening(draft, opening, command.doors.get(opening.compartment, Door.UNKNOWN))
    for label in tuple(draft.box.compartments):
        if label in draft.box.unsettled and (opening is None or label != opening.compartment):
            _read_suspended(draft, label, command.doors.get(label, Door.UNKNOWN))
        elif opening is None or label != opening.compartment:
            _settle_idle_door(draft, label, command.doors.get(label, Door.UNKNOWN))
    if session is not None:
        draft.emit(ev.SessionEnded(session.id, session.right, SessionEnd.ABORTED.value, "interrupted"))
        leave_right(draft, session.right)
    if staff_session is not None:
        draft.emit(ev.StaffLoggedOut(staff_session.id, staff_session.staff, "interrupted"))
    end_suspended(draft, "interrupted")
    let_rights_follow(draft, RightEnd.SPENT)
    if _quarantined(draft) - quarantined_before > MANY_QUARANTINES:
        draft.raise_fault("many_quarantined")


def _quarantined(draft: Draft) -> int:
    return sum(1 for compartment in draft.box.compartments.values() if compartment.quarantine)


def _read(draft: Draft, label: str, door: Door) -> None:
    """Notes what a door's sensor says now, without meaning anything more."""
    if draft.box.compartments[label].door is door:
        return
    if door is Door.UNKNOWN:
        draft.emit(ev.DoorUnreadable(label))
    else:
        draft.emit(ev.DoorRead(label, door.value))


def _unreadable(draft: Draft, label: str) -> None:
    if not draft.box.compartments[label].cut_off:
        draft.raise_fault("door_unreadable", label)


def _settle_idle_door(draft: Draft, label: str, door: Door) -> None:
    compartment = draft.box.compartments[label]
    if door is Door.UNKNOWN:
        _read(draft, label, door)
        _unreadable(draft, label)
        return
    draft.clear_fault("door_unreadable", label)
    if door is Door.OPEN and (
        compartment.door is Door.CLOSED or (compartment.deposits and compartment.door is not door)
    ):
        door_opened_by_itself(draft, label, "downtime", draft.at.mono_ms)
    elif door is Door.CLOSED and compartment.door is Door.OPEN:
        draft.emit(ev.DoorClosed(label, draft.at.mono_ms))
        draft.clear_fault("left_open", label)
    else:
        _read(draft, label, door)


def _read_suspended(draft: Draft, label: str, door: Door) -> None:
    """An opening that an earlier restart could not settle."""
    compartment = draft.box.compartments[label]
    if door is Door.UNKNOWN:
        _read(draft, label, door)
        _unreadable(draft, label)
        return
    draft.clear_fault("door_unreadable", label)
    if door is compartment.door:
        return
    if door is Door.CLOSED and compartment.door is Door.OPEN:
        draft.emit(ev.DoorClosed(label, draft.at.mono_ms))
    else:
        _read(draft, label, door)
    settle_suspended(draft, label, door)


def _settle_opening(draft: Draft, opening: Opening, door: Door) -> None:
    if opening.purpose is Purpose.PICKUP:
        _settle_pickup(draft, opening, door)
        return
    label = opening.compartment
    _note_door(draft, opening, door)
    if opening.purpose is Purpose.TEST:
        if door is not Door.CLOSED:
            quarantine(draft, label, "test")
        end_opening(draft, opening, "settled")
    elif opening.purpose is Purpose.LOADING:
        interrupted(draft, opening, "settled")
    else:
        doubt_deposits(draft, label, opening.purpose.value)
        end_opening(draft, opening, "settled")
    if door is Door.OPEN:
        draft.raise_fault("left_open", label)


def _note_door(draft: Draft, opening: Opening, door: Door) -> None:
    label = opening.compartment
    if door is Door.UNKNOWN:
        _unreadable(draft, label)
    else:
        draft.clear_fault("door_unreadable", label)
    if door is Door.CLOSED and draft.box.compartments[label].door is Door.OPEN:
        draft.emit(ev.DoorClosed(label, draft.at.mono_ms))
    else:
        _read(draft, label, door)


def _settle_pickup(draft: Draft, opening: Opening, door: Door) -> None:
    label = opening.compartment
    waiting = not opening.witnessed and opening.stage is not OpeningStage.CLOSED
    if door is Door.UNKNOWN:
        _note_door(draft, opening, door)
        _doubt(draft, opening, "unreadable", 0)
        draft.emit(ev.OpeningSuspended(opening.authorisation, label))
    elif waiting and door is Door.OPEN and opening.door_before is Door.CLOSED:
        draft.emit(ev.DoorOpened(label, "settled", draft.at.mono_ms))
        _suspend_open(draft, opening)
    elif waiting and door is Door.OPEN:
        _note_door(draft, opening, door)
        _doubt(draft, opening, "interrupted", 0)
        draft.raise_fault("unexpected_open", label)
        end_opening(draft, opening, "settled")
    elif waiting:
        _note_door(draft, opening, door)
        _doubt(draft, opening, "interrupted", 1)
        end_opening(draft, opening, "settled")
    elif door is Door.OPEN:
        _note_door(draft, opening, door)
        _suspend_open(draft, opening)
    else:
        _note_door(draft, opening, door)
        _settle_closed_again(draft, opening)


def _suspend_open(draft: Draft, opening: Opening) -> None:
    draft.emit(ev.OpeningSuspended(opening.authorisation, opening.compartment))
    draft.raise_fault("left_open", opening.compartment)


def _doubt(draft: Draft, opening: Opening, reason: str, tries_left: int) -> None:
    """The deposit is in doubt. Its holder may try once more, but a second interruption is for people."""
    deposit = draft.box.deposits.get(opening.deposit)
    if deposit is not None:
        again = tries_left if deposit.status is DepositStatus.STORED or deposit.reason == "unreadable" else 0
        draft.emit(ev.DepositUnverified(opening.deposit, opening.compartment, reason, again))
    quarantine(draft, opening.compartment, reason)


def _settle_closed_again(draft: Draft, opening: Opening) -> None:
    """The door was seen open and is closed: collected without a word, unless it was opened to put something back."""
    label = opening.compartment
    if opening.deposit in draft.box.deposits:
        if not opening.witnessed or opening.reason == "foreign":
            _doubt(draft, opening, "sensor" if not opening.witnessed else "foreign", 0)
        elif opened_by_itself(draft, opening.deposit):
            _doubt(draft, opening, "unexpected_open", 0)
        else:
            draft.emit(
                ev.DepositEnded(
                    opening.deposit, label, DepositEnd.COLLECTED_UNCONFIRMED.value, Contents.PRESUMED_EMPTY.value
                )
            )
            if draft.box.compartments[label].deposits:
                doubt_deposits(draft, label, "interrupted")  # The rest of its group may have gone with it.
    quarantine(draft, label, "interrupted")
    end_opening(draft, opening, "settled")


def settle_suspended(draft: Draft, label: str, door: Door) -> None:
    """A suspended pickup's door can be read again (it is not UNKNOWN): the row that could not be applied at the restart
    is applied now.
    """
    opening = draft.box.unsettled[label]
    waiting = not opening.witnessed and opening.stage is not OpeningStage.CLOSED
    if door is Door.OPEN:
        if waiting and opening.door_before is not Door.CLOSED:
            _doubt(draft, opening, "interrupted", 0)
            draft.raise_fault("unexpected_open", label)
            end_opening(draft, opening, "settled")
            return
        if waiting:
            draft.emit(ev.DoorOpened(label, "settled", draft.at.mono_ms))
        draft.raise_fault("left_open", label)
        return
    draft.clear_fault("left_open", label)
    if not waiting:
        _settle_closed_again(draft, opening)
        let_rights_follow(draft, RightEnd.SPENT)
    else:
        _doubt(draft, opening, "interrupted", 1)
        end_opening(draft, opening, "settled")
