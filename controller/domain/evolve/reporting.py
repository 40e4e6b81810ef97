"""What is noted for the monthly report changes nothing at the box: the report reads it out of the log."""

from __future__ import annotations

from controller.domain import events as ev
from controller.domain.evolve.changes import apply
from controller.domain.model import Box
from controller.domain.moment import Moment


@apply.register(ev.DocumentsIssuedNoted)
@apply.register(ev.RunningCostNoted)
@apply.register(ev.PageUseNoted)
def _(event: ev.Event, box: Box, at: Moment) -> Box:
    return box
