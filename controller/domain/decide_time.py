"""What is due when time has passed, and when to look next."""

from __future__ import annotations

from controller.domain import decide_help, decide_map, decide_pickup, decide_staff, decide_suspension, timing
from controller.domain import events as ev
from controller.domain.decide_doors import ON_UNWITNESSED, WAITING, unlock_failed
from controller.domain.decision import Draft
from controller.domain.model import Box, Door, Opening, OpeningStage, Phase, Purpose
from controller.domain.openings import POWER_FAIL, authorise_again, end_opening
from controller.domain.pauses import count_downtime
from controller.domain.rights import EXPIRING, expire_if_due


def tick(draft: Draft) -> None:
    """Acts on everything that is due. Nothing due: no event."""
    count_downtime(draft, draft.box)
    opening = draft.box.opening
    if opening is not None and opening.stage in WAITING and draft.at.mono_ms >= opening.deadline_mono_ms:
        _not_opened_in_time(draft, opening)
    elif opening is not None and opening.stage is OpeningStage.OPENED:
        _left_open(draft, opening)
    deadline = _session_deadline(draft.box)
    if deadline is not None and draft.at.mono_ms >= deadline:
        decide_pickup.session_due(draft)
    _staff_due(draft)
    decide_help.calls_due(draft)
    for name in tuple(draft.box.rights):
        expire_if_due(draft, name)


def _session_deadline(box: Box) -> int | None:
    """When the resident's session is due by itself. At a door it is the door that counts, not a session's patience."""
    session = box.session
    if session is None or not session.deadline_mono_ms:
        return None
    at_a_door = session.phase in (Phase.UNLOCKING, Phase.DOOR_OPEN, Phase.LEFT_OPEN)
    return None if at_a_door else session.deadline_mono_ms


def _not_opened_in_time(draft: Draft, opening: Opening) -> None:
    if opening.others:
        end_opening(draft, opening, "other_door")  # Once more would open that other door once more.
    elif Door.CLOSED is not opening.door_before or draft.box.compartments[opening.compartment].door is not Door.CLOSED:
        # Nobody can say whether it opened, and a second pulse could not be told from the first.
        ON_UNWITNESSED[opening.purpose](draft, opening)
    elif opening.attempt < draft.box.lock_rules.attempts and _may_retry(draft, opening):
        authorise_again(draft, opening)
    else:
        unlock_failed(draft, opening)


def _may_retry(draft: Draft, opening: Opening) -> bool:
    """Nobody is told to push against a door by a page that may not be on the screen, nor is a coil fired on
    a supply that ends: it then counts as not opened.
    """
    if POWER_FAIL in draft.box.faults:
        return False
    return opening.purpose is not Purpose.PICKUP or draft.at.screen_fresh


def _left_open(draft: Draft, opening: Opening) -> None:
    elapsed = draft.at.mono_ms - opening.opened_mono_ms
    stages = timing.LEFT_OPEN_STAGES
    for stage, after_ms in stages[opening.reminders :]:
        if elapsed < after_ms:
            return
        draft.emit(ev.DoorLeftOpen(opening.compartment, stage))
        if stage == "staff":
            draft.raise_fault("left_open", opening.compartment)
    if elapsed >= timing.LEFT_OPEN_ABANDONED:
        if opening.purpose is Purpose.PICKUP:
            decide_pickup.door_abandoned(draft, opening)
        else:
            decide_staff.opening_interrupted(draft, opening, "abandoned")


def _staff_due(draft: Draft) -> None:
    suspended = draft.box.suspended
    if suspended is not None and draft.at.mono_ms >= suspended.until_mono_ms:
        decide_suspension.end_suspended(draft, "suspended_too_long")
    session = draft.box.staff_session
    if session is None:
        return
    decide_map.due(draft)
    requested = session.requested
    if requested is not None and draft.at.mono_ms >= decide_staff.request_over_mono_ms(requested):
        draft.emit(ev.OpeningRequestDropped(session.id, requested.compartment, "timeout"))
    opening = draft.box.opening
    at_a_door = opening is not None and opening.stage is not OpeningStage.CLOSED
    if not at_a_door and draft.at.mono_ms >= session.deadline_mono_ms:
        decide_staff.end_staff_session(draft, "idle")


def next_due(box: Box) -> int | None:
    """The monotonic instant (ms) at which `tick` has something to do next, or None. Rights expire by the wall clock:
    tick once a minute for them besides.
    """
    due: list[int] = []
    opening = box.opening
    if opening is not None and opening.stage in WAITING:
        due.append(opening.deadline_mono_ms)
    elif opening is not None and opening.stage is OpeningStage.OPENED:
        stages = (*(after for _, after in timing.LEFT_OPEN_STAGES), timing.LEFT_OPEN_ABANDONED)
        due.append(opening.opened_mono_ms + stages[opening.reminders])
    deadline = _session_deadline(box)
    if deadline is not None:
        due.append(deadline)
    if box.suspended is not None:
        due.append(box.suspended.until_mono_ms)
    if box.staff_session is not None:
        if opening is None or opening.stage is OpeningStage.CLOSED:
            due.append(box.staff_session.deadline_mono_ms)
        if box.staff_session.requested is not None:
            due.append(decide_staff.request_over_mono_ms(box.staff_session.requested))
        if box.map_correction is not None and not box.map_correction.accepted:
            due.append(decide_map.over_mono_ms(box.map_correction))
    call_due = decide_help.next_call_due(box)
    if call_due is not None:
        due.append(call_due)
    return min(due, default=None)


def expiring(box: Box) -> bool:
    """Whether any right may expire by itself, so that a minute's tick is worth its while."""
    return any(r.status in EXPIRING and r.expires_wall_ms for r in box.rights.values())
