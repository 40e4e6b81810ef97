"""What calls for help mean for the state."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import apply, with_entry, without_entry
from controller.domain.model import Box, HelpCall
from controller.domain.moment import Moment


@apply.register
def _(event: ev.HelpCalled, box: Box, at: Moment) -> Box:
    call = HelpCall(
        id=event.call,
        reference=event.reference,
        reason=event.reason,
        compartment=event.compartment,
        session=event.session,
        staffed=event.staffed,
        since_wall_ms=at.wall_ms,
        deadline_mono_ms=event.deadline_mono_ms,
    )
    return replace(box, help_calls=with_entry(box.help_calls, event.call, call))


@apply.register
def _(event: ev.HelpAcknowledged, box: Box, at: Moment) -> Box:
    call = replace(box.help_calls[event.call], acknowledged_by=event.by, deadline_mono_ms=event.deadline_mono_ms)
    return replace(box, help_calls=with_entry(box.help_calls, event.call, call))


@apply.register
def _(event: ev.HelpEnded, box: Box, at: Moment) -> Box:
    return replace(box, help_calls=without_entry(box.help_calls, event.call))
