"""What follows when the resident's page is not known to show what stands: the browser may be dead with its last picture
on the screen.

No door is authorised for a resident then (`controller.domain.openings.authorise`). What is open is waited for as usual.
"""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain.decide_pickup import SCREEN_STALE, end_session
from controller.domain.decision import Draft
from controller.domain.model import Phase, SessionEnd

#: A session that has not reached a door yet ends; the others go on as doors and deadlines tell.
BEFORE_A_DOOR = (Phase.IDENTIFYING, Phase.VERIFYING, Phase.DECLARING)


def judge_screen(draft: Draft, command: cmd.JudgeScreen) -> None:
    if command.fresh:
        draft.clear_fault(SCREEN_STALE)
        return
    draft.raise_fault(SCREEN_STALE)
    session = draft.box.session
    if session is not None and session.phase in BEFORE_A_DOOR:
        end_session(draft, SessionEnd.ABORTED, SCREEN_STALE)
