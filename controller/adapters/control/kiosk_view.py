"""What the resident's page shows: a pure function of the state. The keys are those of docs/pages.md."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from controller.adapters.control.chip_views import chip_page, orders_of, tries_left
from controller.adapters.control.front_plan import front_plan
from controller.adapters.control.help_views import with_help
from controller.adapters.control.number_views import with_number
from controller.api import KioskView
from controller.domain import timing
from controller.domain.decide_pickup import OLD_DOCUMENTS, OLD_DOCUMENTS_NONE, PIN_LETTER, SEVERAL
from controller.domain.in_use import box_open, opens_wall_ms, staffed
from controller.domain.model import Box, Door, Factor, Item, Opening, Phase, Role, Session
from controller.domain.moment import Moment
from controller.domain.openings import POWER_FAIL
from controller.domain.words import spoken_reference
from controller.ports import FrontState, Notice

#: A page that ends by itself warns this long before.
WARN_BEFORE_MS = 20_000

DECLARATION_PAGES = {
    SEVERAL: "several",
    OLD_DOCUMENTS: "old_ask",
    OLD_DOCUMENTS_NONE: "old_none_allow",
    PIN_LETTER: "pin_letter",
}
#: What a jammed door's page says, by whether staff are there.
STUCK_PAGES = {"yes": "stuck_staffed", "no": "stuck_unstaffed", "unknown": "stuck"}
FACTOR_PAGES = {Factor.BIRTH_DATE: "birth", Factor.PIN: "pin"}
_TAKING = frozenset({"take", "take_return"})
_TYPED_WRONG = frozenset({"birth_wrong", "pin_wrong", "proxy_wrong"})


#: A door that has stood open for so long: a badge shown to the box is that of whoever came to help, and the screen
#: becomes their login. In every other phase the page stays with the resident, whoever's badge passes the window: behind
#: a jam the next door may be about to open, and its page must be there.
LEFT_TO_STAFF = (Phase.LEFT_OPEN,)


@dataclass(frozen=True, slots=True)
class Shown:
    """A view and the instants it depends on, so that two views can be compared whatever the time."""

    view: KioskView
    ends_mono_ms: int


def kiosk_view(box: Box, front: FrontState, now: Moment) -> Shown:
    """The page that stands now. ``revision`` is 0: the board numbers it."""
    shown = _page(box, front, now)
    view = with_number(shown.view, front)
    view = msgspec.structs.replace(view, headphones=front.headphones)
    return Shown(with_help(view, box, now, bool(front.halted)), shown.ends_mono_ms)


def _page(box: Box, front: FrontState, now: Moment) -> Shown:
    simulated = box.kind == "simulated"
    if front.halted:
        return _plain("out_of_order", front, simulated, reference=front.halted.rpartition(":")[2])
    badge = box.badge is not None and now.mono_ms - box.badge.mono_ms < timing.BADGE_VALID
    if box.session is not None and not (badge and box.session.phase in LEFT_TO_STAFF):
        return _in_session(box, box.session, front, now, simulated)
    if badge and box.staff_session is None:
        return _plain("staff_login", front, simulated)
    if box.staff_session is not None and now.mono_ms < front.to_staff_until_mono_ms:
        # A badge has resumed their session: the screen goes back to the staff page.
        return _plain("staff_login", front, simulated)
    if box.staff_session is not None:
        page = "maintenance" if box.staff_session.roles == (Role.TECHNICIAN,) else "staff_busy"
        return _plain(page, front, simulated, date_wall_ms=box.staff_session.back_wall_ms)
    if front.staff_notice is not None and front.staff_notice.page == "staff_locked" and front.notice is None:
        # A locked badge was shown here: the staff page tells why nothing happens.
        return _plain("staff_login", front, simulated)
    suspended = next((label for label in box.unsettled if box.compartments[label].door is Door.OPEN), "")
    if suspended:
        # The box was restarted while somebody stood at this door: it is theirs, and it wants closing.
        return _at_door("close", suspended, box, front, simulated)
    if POWER_FAIL in box.faults:
        return _plain("power_fail", front, simulated)
    if front.notice is not None:
        return _notice(front.notice, front, now, simulated)
    open_door = next((c.label for c in box.compartments.values() if c.door is Door.OPEN), "")
    if open_door:
        return _at_door("unexpected_open", open_door, box, front, simulated)
    if "disk_full" in box.faults:
        return _plain("out_of_order", front, simulated, reference="disk")
    if box.outage is not None:
        return _plain("out_of_order", front, simulated)
    if not box_open(box, now):
        return _plain("closed", front, simulated, date_wall_ms=opens_wall_ms(box, now))
    if "scanner_down" in box.faults:
        return _plain("scanner_down", front, simulated)
    return _plain("start", front, simulated)


def _at_door(page: str, compartment: str, box: Box, front: FrontState, simulated: bool) -> Shown:
    """A page about a door that belongs to no session."""
    view = KioskView(
        revision=0,
        page=page,
        language=front.language,
        compartment=compartment,
        front=front_plan(box, compartment),
        actions=("language",),
        simulated=simulated,
    )
    return Shown(view, 0)


def _plain(page: str, front: FrontState, simulated: bool, reference: str = "", date_wall_ms: int = 0) -> Shown:
    actions = () if page in ("staff_login", "power_fail") else ("language",)
    if page == "staff_busy" and not front.waiting:
        actions = ("knock", *actions)
    return Shown(
        KioskView(
            revision=0,
            page=page,
            language=front.language,
            reference=reference,
            date_wall_ms=date_wall_ms,
            actions=actions,
            simulated=simulated,
        ),
        0,
    )


def _notice(notice: Notice, front: FrontState, now: Moment, simulated: bool) -> Shown:
    actions = ("language",) if notice.page == "slow_down" else ("dismiss", "language")
    view = KioskView(
        revision=0,
        page=notice.page,
        language=front.language,
        wait_s=int(notice.details.get("wait_s", 0)),
        date_wall_ms=int(notice.details.get("date_wall_ms", 0)),
        tries_left=int(notice.details.get("tries_left", 0)),
        reference=str(notice.details.get("reference", "")),
        place=str(notice.details.get("place", "")),
        ends_in_ms=max(1, notice.until_mono_ms - now.mono_ms),
        actions=actions,
        simulated=simulated,
    )
    return Shown(view, notice.until_mono_ms)


def _in_session(box: Box, session: Session, front: FrontState, now: Moment, simulated: bool) -> Shown:
    # A try that is counted and not compared yet is not wrong yet: the page stays as it is until it is answered.
    wrong = session.failed_factors - (1 if front.comparing else 0)
    page, actions = _page_and_actions(box, session, wrong, front, now)
    left = timing.FACTORS_PER_SESSION - wrong if page in _TYPED_WRONG else tries_left(page, session, front.chip)
    if page == "stuck":
        page = STUCK_PAGES[staffed(box, now)]
    compartment = box.opening.compartment if box.opening is not None else ""
    if session.phase is Phase.UNLOCK_FAILED:
        deposit = box.deposits.get(session.deposit)
        compartment = deposit.compartment if deposit is not None else ""
    ends = session.deadline_mono_ms if session.phase in _TIMED else 0
    ends_in = max(1, ends - now.mono_ms) if ends else 0
    view = KioskView(
        revision=0,
        page=page,
        session=front.kiosk_token,
        language=front.language,
        compartment=compartment,
        number=session.total - len(session.queue) if session.deposit else 0,
        total=session.total,
        reference=spoken_reference(session.id),
        tries_left=left,
        orders=orders_of(box, session) if page == "staff_check" else (),
        ends_in_ms=ends_in,
        warns_in_ms=max(1, ends_in - WARN_BEFORE_MS) if "more_time" in actions and ends else 0,
        declaration=_asked(session),
        date_wall_ms=session.return_until_wall_ms if page == "old_none_allow" else 0,
        actions=actions,
        front=front_plan(box, compartment) if compartment else (),
        simulated=simulated,
    )
    return Shown(view, ends)


_TIMED = (Phase.IDENTIFYING, Phase.VERIFYING, Phase.DECLARING, Phase.CONFIRMING, Phase.UNLOCK_FAILED)


def _asked(session: Session) -> str:
    if session.phase is not Phase.DECLARING or len(session.declared) >= len(session.declarations):
        return ""
    return session.declarations[len(session.declared)]


def _page_and_actions(
    box: Box, session: Session, wrong: int, front: FrontState, now: Moment
) -> tuple[str, tuple[str, ...]]:
    more = ("more_time",) if session.extensions < timing.MAX_EXTENSIONS else ()
    match session.phase:
        case Phase.VERIFYING if session.factor not in FACTOR_PAGES:
            return chip_page(box, session, front.chip, now, more)
        case Phase.VERIFYING:
            page = FACTOR_PAGES[session.factor]
            if page == "pin" and box.rights[session.right].proxy:
                page = "proxy"
            return (f"{page}_wrong" if wrong > 0 else page), ("factor", *more, "cancel", "language")
        case Phase.DECLARING:
            return DECLARATION_PAGES.get(_asked(session), "counter"), ("declare", *more, "cancel", "language")
        case Phase.CONFIRMING:
            may_again = session.reopened < timing.REOPENINGS and POWER_FAIL not in box.faults
            again = ("open_again",) if may_again else ()
            inside = box.opening is not None and box.compartments[box.opening.compartment].item is Item.PRESENT
            return ("not_taken" if inside else "confirm"), ("confirm", *again, *more, "language")
        case Phase.UNLOCKING:
            return _unlocking_page(box.opening, session), ("language",)
        case Phase.DOOR_OPEN | Phase.LEFT_OPEN:
            page = _open_page(box.opening, session)
            # Whoever stands at the door is told why to be quick; one who left it open is told that first.
            return "power_fail" if page in _TAKING and POWER_FAIL in box.faults else page, ("language",)
        case Phase.UNLOCK_FAILED:
            return "stuck", ("language",)
        case _:
            return "checking", ("language",)


def _unlocking_page(opening: Opening | None, session: Session) -> str:
    if opening is not None and opening.attempt > 1:
        return "stuck_retry"
    if session.problem == "foreign":
        return "problem_foreign"
    later = session.total > 1 and session.total - len(session.queue) > 1
    return "next" if later and not session.reopened else "opening"


def _open_page(opening: Opening | None, session: Session) -> str:
    reminders = opening.reminders if opening is not None else len(timing.LEFT_OPEN_STAGES)
    if reminders >= 2 or session.phase is Phase.LEFT_OPEN:
        return "close_alarm"
    if reminders == 1:
        return "close"
    if session.problem == "foreign":
        return "problem_foreign"
    return "take_return" if session.returning else "take"
