"""What doors, item sensors and locks report. A door is what its sensor says; pulse sent is not opened."""

from __future__ import annotations

from collections.abc import Callable

from controller.domain import commands as cmd
from controller.domain import decide_loading, decide_pickup, decide_staff
from controller.domain import events as ev
from controller.domain.decide_technician import another_door_opened, moved_by_a_test
from controller.domain.decision import Draft, Refused
from controller.domain.model import Compartment, Door, Item, Opening, OpeningStage, Purpose
from controller.domain.openings import door_opened_by_itself
from controller.domain.settlement import settle_suspended

WAITING = (OpeningStage.AUTHORISED, OpeningStage.PULSED)

Consequence = Callable[[Draft, Opening], None]


def _by_purpose(pickup: Consequence, loading: Consequence, staff: Consequence) -> dict[Purpose, Consequence]:
    return {
        purpose: pickup if purpose is Purpose.PICKUP else loading if purpose is Purpose.LOADING else staff
        for purpose in Purpose
    }


ON_CLOSED = _by_purpose(decide_pickup.door_closed, decide_loading.door_closed, decide_staff.door_closed)
ON_FAILED = _by_purpose(decide_pickup.unlock_failed, decide_loading.unlock_failed, decide_staff.unlock_failed)
ON_UNWITNESSED = _by_purpose(decide_pickup.unwitnessed, decide_loading.unwitnessed, decide_staff.unwitnessed)


def door_sensed(draft: Draft, command: cmd.DoorSensed) -> None:
    compartment = draft.box.compartments.get(command.compartment)
    if compartment is None:
        raise Refused("compartment_unknown")
    if command.door is compartment.door:
        return
    if command.door is Door.UNKNOWN:
        draft.emit(ev.DoorUnreadable(compartment.label))
        if not compartment.cut_off:  # else a fault of its own would say what another says already
            draft.raise_fault("door_unreadable", compartment.label)
        return
    draft.clear_fault("door_unreadable", compartment.label)
    if compartment.label in draft.box.unsettled:
        _suspended_door(draft, compartment, command)
    elif command.door is Door.OPEN:
        _opened(draft, compartment, command.seen_mono_ms)
    else:
        _closed(draft, compartment, command.seen_mono_ms)


def _suspended_door(draft: Draft, compartment: Compartment, command: cmd.DoorSensed) -> None:
    label = compartment.label
    if command.door is Door.OPEN:
        draft.emit(ev.DoorRead(label, Door.OPEN.value))
    elif compartment.door is Door.OPEN:
        draft.emit(ev.DoorClosed(label, command.seen_mono_ms))
    else:
        draft.emit(ev.DoorRead(label, Door.CLOSED.value))
    settle_suspended(draft, label, command.door)


def _opened(draft: Draft, compartment: Compartment, seen_mono_ms: int) -> None:
    opening = draft.box.opening
    if opening is not None and moved_by_a_test(opening, compartment, seen_mono_ms):
        another_door_opened(draft, opening, compartment, seen_mono_ms)
    elif opening is None or opening.compartment != compartment.label:
        # An edge after UNKNOWN was not seen; where something may be inside, that is an alarm all the same.
        if compartment.door is Door.CLOSED or compartment.deposits:
            cause = "late" if compartment.possibly_unlatched else "unexpected"
            door_opened_by_itself(draft, compartment.label, cause, seen_mono_ms)
        else:
            draft.emit(ev.DoorRead(compartment.label, Door.OPEN.value))
    elif seen_mono_ms < opening.authorised_mono_ms and compartment.door is Door.CLOSED:
        # The edge was there before anybody asked for it: the debounced news of it came later.
        door_opened_by_itself(draft, compartment.label, "unexpected", seen_mono_ms)
    elif opening.stage in WAITING and Door.CLOSED in (compartment.door, opening.door_before):
        # Closed when it was authorised and open now, even if the sensor could not be read in between.
        draft.emit(ev.DoorOpened(compartment.label, "authorised", seen_mono_ms))
        draft.clear_fault("jam", compartment.label)
    elif opening.stage is OpeningStage.CLOSED and compartment.door is Door.CLOSED:
        # Closed and not latched, or pulled open once more without being asked.
        door_opened_by_itself(draft, compartment.label, "unexpected", seen_mono_ms)
    else:
        draft.emit(ev.DoorRead(compartment.label, Door.OPEN.value))


def _closed(draft: Draft, compartment: Compartment, seen_mono_ms: int) -> None:
    opening = draft.box.opening
    ours = opening is not None and opening.compartment == compartment.label
    if compartment.door is Door.OPEN or (ours and opening is not None and opening.stage is OpeningStage.OPENED):
        draft.emit(ev.DoorClosed(compartment.label, seen_mono_ms))
    else:
        draft.emit(ev.DoorRead(compartment.label, Door.CLOSED.value))
    draft.clear_fault("left_open", compartment.label)
    if ours and opening is not None and opening.stage is OpeningStage.OPENED:
        ON_CLOSED[opening.purpose](draft, opening)


def item_sensed(draft: Draft, command: cmd.ItemSensed) -> None:
    compartment = draft.box.compartments.get(command.compartment)
    if compartment is None or compartment.item is Item.NO_SENSOR:
        raise Refused("compartment_unknown")
    if compartment.item is not command.item:
        draft.emit(ev.ItemSeen(compartment.label, command.item.value))


def pulse_finished(draft: Draft, command: cmd.PulseFinished) -> None:
    """The driver's report. A pulse of an attempt that is over (its door opened at once, say) is still noted."""
    opening = draft.box.opening
    if opening is None or opening.authorisation != command.authorisation:
        raise Refused("authorisation_over")
    if not command.code:
        draft.emit(ev.PulseSent(opening.authorisation, opening.compartment))
        draft.clear_fault("lock_failed", opening.compartment)
        return
    draft.emit(ev.PulseFailed(opening.authorisation, opening.compartment, command.code))
    draft.raise_fault("lock_failed", opening.compartment)
    if opening.stage in WAITING:
        unlock_failed(draft, opening)


def unlock_failed(draft: Draft, opening: Opening) -> None:
    rest_until = draft.after(draft.box.lock_rules.rest_ms)
    draft.emit(ev.UnlockFailed(opening.authorisation, opening.compartment, rest_until))
    ON_FAILED[opening.purpose](draft, opening)
