"""What an event means for the state. Pure, total over all events ever written, and free of rules: `decide` has
decided.
"""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve import (  # each registers its rules
    box,
    chips,
    commissioning,
    declarations,
    deposits,
    doors,
    help,
    hours,
    loading,
    office,
    reporting,
    rights,
    rounds,
    sessions,
    staff,
    suspension,
    technician,
)
from controller.domain.evolve.changes import apply
from controller.domain.model import Box, KnownTime
from controller.domain.moment import Moment

#: Changes whenever the same events would fold into a different state: older snapshots are then not used.
FOLD_VERSION = 5

#: The modules whose rules `evolve` follows.
RULES = (
    box,
    chips,
    commissioning,
    declarations,
    deposits,
    doors,
    help,
    hours,
    loading,
    office,
    reporting,
    rights,
    rounds,
    sessions,
    staff,
    suspension,
    technician,
)


def evolve(box: Box, event: ev.Event, at: Moment) -> Box:
    """The state after ``event``, which was appended at ``at``."""
    if isinstance(event, ev.CheckpointSealed):
        # The snapshot it seals is the state before it, and only the count moves on: so a start needs the snapshot
        # alone.
        return replace(box, seq=box.seq + 1)
    after = apply(event, box, at)
    if not at.clock_trusted:
        return replace(after, seq=box.seq + 1)
    return replace(
        after,
        seq=box.seq + 1,
        high_water_wall_ms=max(box.high_water_wall_ms, at.wall_ms),
        known_time=KnownTime(at.wall_ms, at.mono_ms, at.boot),
    )
