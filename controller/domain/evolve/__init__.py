"""What an event means for the state. Pure, total over all events ever written, and free of rules: `decide` has
decided.
"""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve import (  # each registers its rules
    box,
    deposits,
    doors,
    reporting,
    rights,
    sessions,
    staff,
)
from controller.domain.evolve.changes import apply
from controller.domain.model import Box
from controller.domain.moment import Moment

#: Changes whenever the same events would fold into a different state: older snapshots are then not used.
FOLD_VERSION = 1

#: The modules whose rules `evolve` follows.
RULES = (box, deposits, doors, reporting, rights, sessions, staff)


def evolve(box: Box, event: ev.Event, at: Moment) -> Box:
    """The state after ``event``, which was appended at ``at``."""
    if isinstance(event, ev.CheckpointSealed):
        # The snapshot it seals is the state before it, and only the count moves on: so a start needs the snapshot
        # alone.
        return replace(box, seq=box.seq + 1)
    after = apply(event, box, at)
    high_water = max(box.high_water_wall_ms, at.wall_ms) if at.clock_trusted else box.high_water_wall_ms
    return replace(after, seq=box.seq + 1, high_water_wall_ms=high_water)
