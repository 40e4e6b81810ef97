"""Hours of use, reported outages, and when whoever works at the box will be done."""

from __future__ import annotations

from typing import Final

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import hours
from controller.domain.decision import Draft, Refused
from controller.domain.known_time import known_wall_ms
from controller.domain.model import Role
from controller.domain.staff_sessions import keep_active, staff_session

#: Why a box is reported out of order: codes, for pages, messages and the monthly report.
OUTAGE_REASONS: Final = ("defective", "building_closed", "maintenance", "other")
OUTAGE_ROLES: Final = frozenset({Role.LOADER, Role.SUPERVISOR, Role.TECHNICIAN})
MAX_BACK_MINUTES: Final = 1440


def activate_calendar(draft: Draft, command: cmd.ActivateCalendar) -> None:
    if bool(command.sha256) is (command.calendar is None):
        raise Refused("calendar_wrong")
    if command.sha256 == draft.box.calendar_sha256:
        return
    if command.calendar is None:
        draft.emit(ev.CalendarWithdrawn(draft.box.calendar_sha256))
        return
    calendar = command.calendar
    draft.emit(ev.CalendarActivated(command.sha256, calendar.zone, calendar.box, calendar.staff))


def report_outage(draft: Draft, command: cmd.ReportOutage) -> None:
    member = draft.box.staff.get(command.by)
    if member is not None and not OUTAGE_ROLES & set(member.roles):
        raise Refused("role_missing")
    _begin(draft, command.reason, command.by)


def end_outage(draft: Draft, command: cmd.EndOutage) -> None:
    member = draft.box.staff.get(command.by)
    if member is not None and not OUTAGE_ROLES & set(member.roles):
        raise Refused("role_missing")
    _end(draft, command.by)


def central_report_outage(draft: Draft, command: cmd.CentralReportOutage) -> None:
    _begin(draft, command.reason, command.issuer)


def central_end_outage(draft: Draft, command: cmd.CentralEndOutage) -> None:
    _end(draft, command.issuer)


def _begin(draft: Draft, reason: str, by: str) -> None:
    """Reporting it twice changes nothing: the first report counts from its own time."""
    if reason not in OUTAGE_REASONS:
        raise Refused("reason_unknown")
    if draft.box.outage is not None:
        return
    draft.emit(ev.OutageBegan(reason, by, known_wall_ms(draft.box, draft.at)))
    draft.raise_fault("outage", reason)


def _end(draft: Draft, by: str) -> None:
    outage = draft.box.outage
    if outage is None:
        return
    until = known_wall_ms(draft.box, draft.at)
    draft.emit(ev.OutageEnded(outage.reason, by, outage.since_wall_ms, until))
    draft.clear_fault("outage", outage.reason)


def set_back_at(draft: Draft, command: cmd.SetBackAt) -> None:
    session = staff_session(draft, command.session)
    if not 0 <= command.minutes <= MAX_BACK_MINUTES:
        raise Refused("wrong_choice")
    back = known_wall_ms(draft.box, draft.at) + command.minutes * hours.MINUTE if command.minutes else 0
    draft.emit(ev.BackAtSet(session.id, back))
    keep_active(draft, session)
