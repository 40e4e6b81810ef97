"""What the staff page at the box shows: a pure function of the state. The keys are those of docs/pages.md."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from controller.adapters.control.help_views import help_calls, outage
from controller.adapters.control.task_views import task_views
from controller.adapters.control.work_lists import work_counts
from controller.api import (
    DoubtfulCompartment,
    LoadingQuestion,
    RoundView,
    ShiftLine,
    ShiftView,
    StaffNotice,
    StaffView,
    WorkCounts,
)
from controller.domain import timing
from controller.domain.decide_report import as_booked
from controller.domain.decide_scan import SCANNED_OUT
from controller.domain.model import Box, Contents, DepositStatus, Opening, OpeningStage, Purpose, StaffSession
from controller.domain.moment import Moment
from controller.ports import FrontState, ShiftItem, ShiftReport

#: A session that ends because nobody does anything says so this long before.
WARN_BEFORE_MS = 30_000


@dataclass(frozen=True, slots=True)
class StaffShown:
    """A view and the instant at which it ends by itself, so that two views can be compared whatever the time."""

    view: StaffView
    ends_mono_ms: int = 0

    def timeless(self) -> tuple[StaffView, int]:
        return msgspec.structs.replace(self.view, ends_in_ms=0, warns_in_ms=0), self.ends_mono_ms


def staff_view(box: Box, front: FrontState, now: Moment, front_revision: int = 0) -> StaffShown:
    """``revision`` is 0: the board numbers it. Before a login nothing of the contents is shown."""
    view, ends = _page(box, front, now)
    if view.session:
        view = msgspec.structs.replace(view, front_revision=front_revision)
    if not ends:
        return StaffShown(view)
    left = max(1, ends - now.mono_ms)
    warns = max(1, left - WARN_BEFORE_MS) if view.session else 0
    return StaffShown(msgspec.structs.replace(view, ends_in_ms=left, warns_in_ms=warns), ends)


def _page(box: Box, front: FrontState, now: Moment) -> tuple[StaffView, int]:
    simulated = box.kind == "simulated"
    notice = _notice(front)
    if front.halted:
        return StaffView(revision=0, page="out_of_order", reason=front.halted, simulated=simulated), 0
    session = box.staff_session
    if session is not None:
        at_a_door = box.opening is not None and box.opening.stage is not OpeningStage.CLOSED
        return _logged_in(box, session, front, now, notice), 0 if at_a_door else session.deadline_mono_ms
    lent = box.suspended is not None
    view = StaffView(revision=0, page="badge", notice=notice, simulated=simulated, suspended=lent)
    if box.badge is not None and now.mono_ms - box.badge.mono_ms < timing.BADGE_VALID:
        member = box.badge.staff
        return msgspec.structs.replace(view, page="pin", staff=member), box.badge.mono_ms + timing.BADGE_VALID
    if box.session is not None or front.notice is not None:
        # Somebody has shown a code: the box's own screen is theirs, even if it still tells what the shift did.
        return msgspec.structs.replace(view, page="busy"), 0
    if front.staff_notice is not None and front.staff_notice.page == "staff_locked":
        return msgspec.structs.replace(view, page="locked"), front.staff_notice.until_mono_ms
    if front.shift is not None:
        return msgspec.structs.replace(view, page="load_end", shift=_shift(front.shift)), front.shift.until_mono_ms
    return view, 0


def _notice(front: FrontState) -> StaffNotice | None:
    notice = front.staff_notice
    if notice is None:
        return None
    return StaffNotice(
        code="obstructed" if notice.page == "load_obstructed" else notice.page,
        compartment=str(notice.details.get("compartment", "")),
        order=str(notice.details.get("order", "")),
        tries_left=int(notice.details.get("tries_left", 0)),
        place=str(notice.details.get("place", "")),
        news=str(notice.details.get("news", "")),
    )


def _shift(report: ShiftReport) -> ShiftView:
    def lines(items: tuple[ShiftItem, ...]) -> tuple[ShiftLine, ...]:
        return tuple(ShiftLine(item.order, item.compartment, item.what) for item in items)

    return ShiftView(report.ended_wall_ms, lines(report.stored), lines(report.taken), lines(report.aside))


def _page_at(box: Box, session: StaffSession, opening: Opening) -> str:
    """The page of an opening under way."""
    if session.reporting:
        # With the last envelope scanned out, what else lies there is asked like anywhere.
        to_scan = opening.purpose in SCANNED_OUT and box.compartments[opening.compartment].deposits
        return "scan_out" if to_scan else "report"
    if opening.purpose is not Purpose.LOADING:
        return "open"
    return "load_swap" if box.compartments[opening.compartment].old_document else "load_open"


def _logged_in(
    box: Box, session: StaffSession, front: FrontState, now: Moment, notice: StaffNotice | None
) -> StaffView:
    opening, requested, walk = box.opening, session.requested, session.round
    page, compartment, purpose, reason, deposit, needed = "load_ready", "", "", "", "", 0
    if requested is not None:
        page, compartment, purpose = "show_badge", requested.compartment, requested.purpose.value
        reason, deposit = requested.reason, requested.deposit
        needed = 2 if requested.purpose is Purpose.EMERGENCY else 1
        page = "four_eyes" if requested.badges else page
    elif opening is not None:
        page, compartment, purpose = _page_at(box, session, opening), opening.compartment, opening.purpose.value
        reason, deposit = opening.reason, opening.deposit
    elif walk is not None and not walk.paused:
        page, compartment, purpose = "round", walk.waiting[0], walk.purpose.value
    inside = box.compartments[compartment].deposits if compartment else ()
    about = (deposit,) if deposit else inside
    states = list(box.compartments.values())
    return StaffView(
        revision=0,
        page=page,
        session=front.staff_token,
        staff=session.staff,
        roles=tuple(role.value for role in session.roles),
        compartment=compartment,
        purpose=purpose,
        reason=reason,
        badges_needed=needed,
        badges_seen=len(requested.badges) if requested is not None else 0,
        look_inside=bool(compartment) and box.compartments[compartment].contents is Contents.PRESUMED_EMPTY,
        notice=notice,
        questions=_questions(box),
        doubtful=_doubtful(box),
        calls=help_calls(box),
        outage=outage(box),
        expected=sum(1 for d in box.deposits.values() if d.status is DepositStatus.EXPECTED),
        occupied=sum(1 for c in states if c.deposits),
        vacant=sum(1 for c in states if c.allottable),
        stored_now=session.stored,
        waiting=front.waiting,
        tasks=task_views(box),
        simulated=box.kind == "simulated",
        round=_round(session),
        counts=work_counts(box, now) if page == "load_ready" else WorkCounts(),
        orders=tuple(order for name in about if name in box.deposits for order in box.deposits[name].orders),
        booked=as_booked(box.compartments[compartment]) if compartment else "",
        undo=_undo(box, session) if page == "load_ready" else "",
        missing=_missing(box) if page == "load_ready" else (),
    )


def _round(session: StaffSession) -> RoundView | None:
    walk = session.round
    if walk is None or not walk.waiting:
        return None
    return RoundView(walk.purpose.value, walk.number, walk.total, walk.waiting[0], walk.paused)


def _undo(box: Box, session: StaffSession) -> str:
    deposit = box.deposits.get(session.last_stored)
    return deposit.compartment if deposit is not None and deposit.status is DepositStatus.STORED else ""


def _missing(box: Box) -> tuple[str, ...]:
    """Orders of envelopes that staff could not find."""
    gone = (deposit for deposit in box.deposits.values() if deposit.status is DepositStatus.MISSING)
    return tuple(deposit.orders[0] for deposit in gone)


def _questions(box: Box) -> tuple[LoadingQuestion, ...]:
    return tuple(
        LoadingQuestion(deposit.id, deposit.orders[0], deposit.compartment)
        for deposit in box.deposits.values()
        if deposit.status is DepositStatus.UNVERIFIED and deposit.reason == "loading"
    )


def _doubtful(box: Box) -> tuple[DoubtfulCompartment, ...]:
    return tuple(
        DoubtfulCompartment(
            label=label,
            reasons=compartment.quarantine,
            orders=tuple(order for name in compartment.deposits for order in box.deposits[name].orders),
            contents=compartment.contents.value,
            door=compartment.door.value,
        )
        for label, compartment in sorted(box.compartments.items())
        if compartment.quarantine
    )
