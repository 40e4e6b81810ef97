"""What checks of a document mean for the state."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import apply, change_session
from controller.domain.model import Box
from controller.domain.moment import Moment

#: The reason of a check whose digits or photo page did not open the chip.
ACCESS_KEY_WRONG = "access_key_wrong"


@apply.register
def _(event: ev.ChipCheckBegan, box: Box, at: Moment) -> Box:
    return change_session(
        box,
        lambda s: replace(
            s,
            chip_checks=s.chip_checks + 1,
            checking=True,
            deadline_mono_ms=max(s.deadline_mono_ms, event.deadline_mono_ms),
        ),
    )


@apply.register
def _(event: ev.ChipChecked, box: Box, at: Moment) -> Box:
    wrong = 1 if event.reason == ACCESS_KEY_WRONG else 0
    return change_session(
        box,
        lambda s: replace(
            s, checking=False, access_tries=s.access_tries + wrong, deadline_mono_ms=event.deadline_mono_ms
        ),
    )


@apply.register
def _(event: ev.StaffCheckAsked, box: Box, at: Moment) -> Box:
    return change_session(
        box,
        lambda s: replace(
            s,
            checking=False,
            handed_over=event.reason,
            handed_over_mono_ms=at.mono_ms,
            deadline_mono_ms=event.deadline_mono_ms,
        ),
    )


@apply.register
def _(event: ev.DocumentInspected, box: Box, at: Moment) -> Box:
    box = change_session(box, lambda s: replace(s, inspected_by=event.staff, inspected_mono_ms=event.seen_mono_ms))
    # One presentation is one authorisation: what was shown before does not begin a login.
    return replace(box, badge=None)
