"""What is noted for the monthly report. Nothing here concerns a resident, a deposit or a door."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decision import Draft, Refused
from controller.domain.model import Role
from controller.domain.staff_sessions import staff_session

#: More documents than this are not issued in a month, by whatever town.
MOST_DOCUMENTS = 1_000_000
#: Ten million euros: a typing error.
MOST_CENTS = 1_000_000_000
#: Counters of fewer sessions could be laid beside one person's visit, and are never written.
LEAST_SESSIONS = 5
#: The modes that a page can tell of.
MODES = ("larger", "contrast", "speech", "keypad")

_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)
#: The farthest east that a calendar month begins before the one of UTC.
_FARTHEST_EAST_MS = 14 * 3_600_000


def note_documents_issued(draft: Draft, command: cmd.NoteDocumentsIssued) -> None:
    by = _who(draft, command.session, command.by)
    _check_month(draft, command.month)
    if not 0 <= command.count <= MOST_DOCUMENTS:
        raise Refused("count_wrong")
    draft.emit(ev.DocumentsIssuedNoted(command.month, command.count, by))


def note_running_cost(draft: Draft, command: cmd.NoteRunningCost) -> None:
    by = _who(draft, command.session, command.by)
    _check_month(draft, command.month)
    if not 0 <= command.cents <= MOST_CENTS:
        raise Refused("count_wrong")
    draft.emit(ev.RunningCostNoted(command.month, command.cents, by))


def note_page_use(draft: Draft, command: cmd.NotePageUse) -> None:
    _check_month(draft, command.month)
    if command.sessions < LEAST_SESSIONS:
        raise Refused("too_few_sessions")
    _check_counts(command.languages, command.sessions)
    _check_counts(command.modes, command.sessions)
    if sum(use.count for use in command.languages) != command.sessions:
        raise Refused("count_wrong")
    if any(use.name not in MODES for use in command.modes):
        raise Refused("mode_unknown")
    draft.emit(ev.PageUseNoted(command.month, command.sessions, command.languages, command.modes))


def _who(draft: Draft, session: str, by: str) -> str:
    if session:
        return staff_session(draft, session, Role.SUPERVISOR).staff
    if not by:
        raise Refused("id_missing")
    return by


def _check_month(draft: Draft, month: str) -> None:
    if not _MONTH.fullmatch(month):
        raise Refused("month_wrong")
    if draft.at.clock_trusted and month > _latest_month(draft.at.wall_ms):
        raise Refused("month_to_come")


def _latest_month(wall_ms: int) -> str:
    return f"{datetime.fromtimestamp((wall_ms + _FARTHEST_EAST_MS) / 1000, UTC):%Y-%m}"


def _check_counts(uses: Sequence[ev.UseCount], sessions: int) -> None:
    names = [use.name for use in uses]
    if len(set(names)) != len(names) or not all(names):
        raise Refused("count_wrong")
    if any(not 1 <= use.count <= sessions for use in uses):
        raise Refused("count_wrong")
