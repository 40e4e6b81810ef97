"""The settlement table of docs/domain.md once more, written as what an outsider expects to find.

From the state at death and what the doors say, `expected_rows` names the row that applies; each row's `misses` says
what the state after the start lacks of it. Nothing here is taken from `controller.domain.settlement`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from controller.domain import events as ev
from controller.domain.model import Box, Deposit, DepositStatus, Door, Opening, OpeningStage, Purpose, RightStatus
from simulator.crash_witness import Settlement, doubts_without_quarantine
from simulator.plant.parts import Position
from simulator.plant.protocol import BoxStatus

Check = Callable[[Settlement], list[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table that applies. ``name`` is stable: tests ask for it."""

    name: str
    compartment: str
    check: Check


def expected_rows(before: Box, doors: Mapping[str, Door]) -> list[Row]:
    """Which rows apply to ``before``, the state at death, when the doors are as they are read at the start."""
    rows = [Row("start", "", _start)]
    if before.session is not None:
        rows.append(Row("session", "", partial(_session, right=before.session.right)))
    if before.staff_session is not None:
        rows.append(Row("staff session", "", _staff_session))
    opening = before.opening
    if opening is not None:
        rows.append(_opening_row(before, opening, doors.get(opening.compartment, Door.UNKNOWN)))
    for label, compartment in before.compartments.items():
        if (opening is not None and label == opening.compartment) or label in before.unsettled:
            continue
        door = doors.get(label, Door.UNKNOWN)
        if door is Door.OPEN and compartment.door is Door.CLOSED:
            rows.append(Row("opened in downtime", label, partial(_downtime, label=label)))
        elif door is Door.UNKNOWN:
            rows.append(Row("unreadable, no intent", label, partial(_unreadable, label=label)))
    return rows


def read_door(box: BoxStatus) -> Door:
    """What a door's sensor says when it has stopped bouncing. Contacts that lie are not looked at here."""
    if box.sensor is None:
        return Door.UNKNOWN
    return Door.CLOSED if box.door == Position.CLOSED else Door.OPEN


def misses(settled: Settlement, doors: Mapping[str, Door]) -> list[str]:
    """What the settlement lacks of the rows that apply; empty when it is as the table says."""
    return [
        f"start at entry {settled.start.seq}, row {row.name!r} {row.compartment}: {wrong}"
        for row in expected_rows(settled.before, doors)
        for wrong in row.check(settled)
    ]


def _opening_row(before: Box, opening: Opening, door: Door) -> Row:
    label = opening.compartment
    if opening.purpose is Purpose.PICKUP:
        name, check = _pickup_row(before, opening, door)
    elif opening.purpose is Purpose.LOADING:
        name, check = f"loading, {_closed_or_open(door)}", lambda found: _loading(found, opening, door)
    elif opening.purpose is Purpose.TEST:
        name, check = f"test, {_closed_or_open(door)}", lambda found: _test(found, label, door)
    else:
        name, check = opening.purpose.value, partial(_in_doubt, label=label)
    return Row(name, label, check)


def _closed_or_open(door: Door) -> str:
    return "closed" if door is Door.CLOSED else "not closed"


def _pickup_row(before: Box, opening: Opening, door: Door) -> tuple[str, Check]:
    deposit = before.deposits.get(opening.deposit)
    waiting = not opening.witnessed and opening.stage is not OpeningStage.CLOSED
    if door is Door.UNKNOWN:
        return "pickup unreadable", lambda found: _unverified(found, opening) + _suspended(found, opening)
    if waiting and door is Door.CLOSED:
        return "pickup not opened, closed", lambda found: _may_try_again(found, opening, deposit)
    if waiting and opening.door_before is Door.CLOSED:
        return "pickup opened meanwhile", lambda found: _opened_meanwhile(found, opening)
    if waiting:
        return "pickup opened, was not closed before", lambda found: _alarm(found, opening)
    if door is Door.OPEN:
        return "pickup left open", lambda found: _left_open(found, opening)
    if not opening.witnessed or opening.reason == "foreign" or (deposit and deposit.reason == "unexpected_open"):
        return "pickup closed, in doubt", lambda found: _unverified(found, opening)
    return "pickup collected", lambda found: _collected(found, opening)


# --- rows
# ----------------------------------------------------------------------------------------------------------------------


def _start(found: Settlement) -> list[str]:
    after = found.after
    wrong = [f"it authorised {event}" for event in found.happened(ev.UnlockAuthorised)]
    wrong += doubts_without_quarantine(after)
    if after.opening is not None:
        wrong.append("an opening goes on")
    if after.session is not None or after.staff_session is not None:
        wrong.append("a session goes on")
    wrong += [f"right {r.id} is still claimed" for r in after.rights.values() if r.status is RightStatus.CLAIMED]
    for name, right in found.before.rights.items():
        now = after.rights.get(name)
        if now is not None and now.failed_factors != right.failed_factors:
            wrong.append(f"the failed tries of {name} were {right.failed_factors}, are {now.failed_factors}")
        if now is None and any(deposit in after.deposits for deposit in right.deposits):
            wrong.append(f"right {name} has ended, and its deposits have not")
    return wrong


def _session(found: Settlement, right: str) -> list[str]:
    ended = [event for event in found.happened(ev.SessionEnded) if isinstance(event, ev.SessionEnded)]
    wrong = [] if [event.outcome for event in ended] == ["aborted"] else ["the session is not ABORTED"]
    now = found.after.rights.get(right)
    if now is not None and now.status not in (RightStatus.ISSUED, RightStatus.BLOCKED):
        wrong.append(f"right {right} is {now.status.value}, not issued")
    return wrong


def _staff_session(found: Settlement) -> list[str]:
    return [] if found.happened(ev.StaffLoggedOut) else ["the staff session has not ended"]


def _unreadable(found: Settlement, label: str) -> list[str]:
    wrong = []
    if f"door_unreadable:{label}" not in found.after.faults and not found.after.compartments[label].out_of_service:
        wrong.append("no fault")
    if found.after.compartments[label].quarantine != found.before.compartments[label].quarantine:
        wrong.append("quarantined although nothing was in progress")
    return wrong


def _downtime(found: Settlement, label: str) -> list[str]:
    causes = [
        event.cause
        for event in found.happened(ev.DoorOpened)
        if isinstance(event, ev.DoorOpened) and event.compartment == label
    ]
    wrong = [] if causes == ["downtime"] else [f"told as {causes}, not as an unexpected opening in downtime"]
    return wrong + _fault(found, "unexpected_open", label) + _in_doubt(found, label)


def _in_doubt(found: Settlement, label: str) -> list[str]:
    wrong = _quarantined(found, label)
    for name in found.before.compartments[label].deposits:
        deposit = found.after.deposits.get(name)
        if deposit is None or deposit.status is not DepositStatus.UNVERIFIED:
            wrong.append(f"{name} is {deposit and deposit.status.value}, not unverified")
        elif deposit.tries_left:
            wrong.append(f"{name} may be tried again before staff have looked")
    return wrong


def _test(found: Settlement, label: str, door: Door) -> list[str]:
    if door is not Door.CLOSED:
        return _quarantined(found, label)
    before, after = found.before.compartments[label], found.after.compartments[label]
    if (before.quarantine, before.contents) != (after.quarantine, after.contents):
        return ["the tested compartment has changed"]
    return []


def _loading(found: Settlement, opening: Opening, door: Door) -> list[str]:
    wrong = _quarantined(found, opening.compartment)
    deposit = found.after.deposits[opening.deposit]
    if opening.obstructed:
        expected = DepositStatus.EXPECTED
    else:
        expected = DepositStatus.UNVERIFIED
        if deposit.reason != "loading":
            wrong.append(f"nobody will be asked: the doubt is {deposit.reason!r}")
    if deposit.status is not expected:
        wrong.append(f"{deposit.id} is {deposit.status.value}, not {expected.value}")
    for right in found.after.rights_over(opening.deposit):
        if right.status is not found.before.rights[right.id].status:
            wrong.append(f"right {right.id} became {right.status.value}")
    return wrong + (_fault(found, "left_open", opening.compartment) if door is Door.OPEN else [])


def _may_try_again(found: Settlement, opening: Opening, before: Deposit | None) -> list[str]:
    wrong = _unverified(found, opening)
    deposit = found.after.deposits.get(opening.deposit)
    first = before is not None and (before.status is DepositStatus.STORED or before.reason == "unreadable")
    if deposit is not None and deposit.tries_left != int(first):
        wrong.append(f"{deposit.id} has {deposit.tries_left} tries left, not {int(first)}")
    if opening.compartment in found.after.unsettled:
        wrong.append("it is still unsettled")
    return wrong


def _opened_meanwhile(found: Settlement, opening: Opening) -> list[str]:
    causes = [
        event.cause
        for event in found.happened(ev.DoorOpened)
        if isinstance(event, ev.DoorOpened) and event.compartment == opening.compartment
    ]
    wrong = [] if causes == ["settled"] else [f"told as {causes}, not as settled"]
    return wrong + _left_open(found, opening)


def _left_open(found: Settlement, opening: Opening) -> list[str]:
    wrong = _suspended(found, opening) + _fault(found, "left_open", opening.compartment)
    if opening.deposit in found.before.deposits and opening.deposit not in found.after.deposits:
        wrong.append(f"{opening.deposit} has ended while its door is open")
    return wrong


def _alarm(found: Settlement, opening: Opening) -> list[str]:
    wrong = _unverified(found, opening) + _fault(found, "unexpected_open", opening.compartment)
    deposit = found.after.deposits.get(opening.deposit)
    if deposit is not None and deposit.tries_left:
        wrong.append(f"{deposit.id} may be tried again before staff have looked")
    return wrong


def _collected(found: Settlement, opening: Opening) -> list[str]:
    wrong = _quarantined(found, opening.compartment)
    ended = {
        event.deposit: event.end for event in found.happened(ev.DepositEnded) if isinstance(event, ev.DepositEnded)
    }
    if opening.deposit in found.before.deposits and ended.get(opening.deposit) != "collected_unconfirmed":
        wrong.append(f"{opening.deposit} is not COLLECTED(unconfirmed) but {ended.get(opening.deposit)}")
    return wrong


def _unverified(found: Settlement, opening: Opening) -> list[str]:
    wrong = _quarantined(found, opening.compartment)
    deposit = found.after.deposits.get(opening.deposit)
    if opening.deposit in found.before.deposits and (deposit is None or deposit.status is not DepositStatus.UNVERIFIED):
        wrong.append(f"{opening.deposit} is {deposit.status.value if deposit else 'gone'}, not unverified")
    return wrong


def _suspended(found: Settlement, opening: Opening) -> list[str]:
    return [] if opening.compartment in found.after.unsettled else ["the opening is not suspended"]


def _quarantined(found: Settlement, label: str) -> list[str]:
    return [] if found.after.compartments[label].quarantine else [f"{label} is not quarantined"]


def _fault(found: Settlement, code: str, label: str) -> list[str]:
    return [] if f"{code}:{label}" in found.after.faults else [f"no fault {code}"]
