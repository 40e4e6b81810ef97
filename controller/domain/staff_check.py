"""A person looks at the document: where the policy asks for it, and where no chip can be checked."""

from __future__ import annotations

from controller.domain import events as ev
from controller.domain import timing
from controller.domain.decision import Draft
from controller.domain.in_use import staffed
from controller.domain.model import Box
from controller.domain.moment import Moment


def staff_can_check(box: Box, at: Moment) -> bool:
    """Whether a resident may be asked to wait for a person. Without a calendar nobody knows that one would come."""
    return staffed(box, at) == "yes"


def ask_staff(draft: Draft, reason: str) -> None:
    """The page asks for a person from now on; a badge that is shown after this confirms that they have looked."""
    session = draft.session
    draft.emit(ev.StaffCheckAsked(session.id, session.right, reason, draft.after(timing.STAFF_CHECK)))
