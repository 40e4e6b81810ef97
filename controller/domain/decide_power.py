"""What follows when the mains are gone and the box runs on what its uninterruptible supply has left.

No door is authorised for anybody then (`controller.domain.openings.authorise`): a pulse on a supply that ends may leave
a door unlatched that nobody closes. Whoever stands at an open door takes the envelope and closes it; what is not
settled when the box goes off is settled as after a crash.
"""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain.decide_pickup import end_session
from controller.domain.decide_screen import BEFORE_A_DOOR
from controller.domain.decide_staff import end_staff_session
from controller.domain.decision import Draft
from controller.domain.model import Phase, SessionEnd
from controller.domain.openings import POWER_FAIL

#: A session in one of these has no door in hand: nothing is lost by ending it.
WITHOUT_A_DOOR = (*BEFORE_A_DOOR, Phase.UNLOCK_FAILED)


def judge_power(draft: Draft, command: cmd.JudgePower) -> None:
    if command.mains:
        draft.clear_fault(POWER_FAIL)
        return
    draft.raise_fault(POWER_FAIL)
    session = draft.box.session
    if session is not None and session.phase in WITHOUT_A_DOOR:
        end_session(draft, SessionEnd.DONE if session.collected else SessionEnd.ABORTED, POWER_FAIL)
    if draft.box.staff_session is not None and draft.box.opening is None:
        end_staff_session(draft, POWER_FAIL)
