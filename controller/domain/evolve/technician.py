"""What technicians decide, in the state."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import apply
from controller.domain.model import Box
from controller.domain.moment import Moment


@apply.register
def _(event: ev.LanguagesOffered, box: Box, at: Moment) -> Box:
    return replace(box, languages=event.tags)
