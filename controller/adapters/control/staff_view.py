"""What the staff page at the box shows: a pure function of the state. The keys are those of docs/pages.md."""

from __future__ import annotations

from controller.adapters.control.front_plan import front_plan
from controller.adapters.control.help_views import help_calls, outage
from controller.adapters.control.task_views import task_views
from controller.api import DoubtfulCompartment, LoadingQuestion, StaffNotice, StaffView
from controller.domain import timing
from controller.domain.model import Box, Contents, DepositStatus, Purpose, StaffSession
from controller.domain.moment import Moment
from controller.ports import FrontState


def staff_view(box: Box, front: FrontState, now: Moment) -> StaffView:
    """``revision`` is 0: the board numbers it. Before a login nothing of the contents is shown."""
    simulated = box.kind == "simulated"
    notice = _notice(front)
    if front.halted:
        return StaffView(revision=0, page="out_of_order", reason=front.halted, simulated=simulated)
    session = box.staff_session
    if session is None:
        fresh = box.badge is not None and now.mono_ms - box.badge.mono_ms < timing.BADGE_VALID
        if fresh and box.badge is not None:
            return StaffView(revision=0, page="pin", staff=box.badge.staff, notice=notice, simulated=simulated)
        page = "busy" if box.session is not None else "badge"
        lent = box.suspended is not None
        return StaffView(revision=0, page=page, notice=notice, simulated=simulated, suspended=lent)
    return _logged_in(box, session, front, notice, simulated)


def _notice(front: FrontState) -> StaffNotice | None:
    notice = front.staff_notice
    if notice is None:
        return None
    return StaffNotice(
        code="obstructed" if notice.page == "load_obstructed" else notice.page,
        compartment=str(notice.details.get("compartment", "")),
        order=str(notice.details.get("order", "")),
        tries_left=int(notice.details.get("tries_left", 0)),
    )


def _logged_in(
    box: Box, session: StaffSession, front: FrontState, notice: StaffNotice | None, simulated: bool
) -> StaffView:
    opening, requested = box.opening, session.requested
    page, compartment, purpose, reason, needed = "load_ready", "", "", "", 0
    if requested is not None:
        page, compartment, purpose, reason = (
            "show_badge",
            requested.compartment,
            requested.purpose.value,
            requested.reason,
        )
        needed = 2 if requested.purpose is Purpose.EMERGENCY else 1
    elif opening is not None:
        compartment, purpose = opening.compartment, opening.purpose.value
        loading = opening.purpose is Purpose.LOADING
        page = "report" if session.reporting else "load_open" if loading else "open"
    look_inside = bool(compartment) and box.compartments[compartment].contents is Contents.PRESUMED_EMPTY
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
        look_inside=look_inside,
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
        front=front_plan(box, compartment, with_states=True),
        simulated=simulated,
    )


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
