"""The electrical side: lines, the one-shots behind them, supplies that sag, solenoids that heat up."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from simulator.plant.ledger import CoilPulse, Ledger
from simulator.plant.parts import BURNS_OUT_AT_MS, TRAVEL_MS, Box, PlantFault
from simulator.plant.timeline import Timeline


class Coils:
    """All solenoids of a cabinet and the lines that drive them.

    ``on_pulled`` is called when a plunger has travelled all the way, ``on_change`` when current begins or ends.
    """

    def __init__(
        self,
        wiring: Mapping[str, Box],
        timeline: Timeline,
        ledger: Ledger,
        dice: random.Random,
        *,
        on_pulled: Callable[[Box], None],
        on_change: Callable[[Box], None],
    ) -> None:
        """``wiring``: which line leads to which coil."""
        self._wiring = dict(wiring)
        self._timeline = timeline
        self._ledger = ledger
        self._dice = dice
        self._on_pulled = on_pulled
        self._on_change = on_change
        self._drawing: dict[str, list[Box]] = {box.supply: [] for box in wiring.values()}

    def __contains__(self, line: str) -> bool:
        return line in self._wiring

    def set_line(self, line: str, level: int) -> None:
        """A line changes: a rising edge triggers the one-shot, a falling one ends the pulse."""
        box = self._wiring[line]
        box.coil.line_high = bool(level)
        if level:
            self._energise(box)
        else:
            self.cut(box, "line")

    def exchange(self, box: Box, other: Box) -> None:
        """Somebody exchanges the wires of two locks."""
        lines = {wired.label: line for line, wired in self._wiring.items()}
        levels = {box.label: other.coil.line_high, other.label: box.coil.line_high}
        for wired in (box, other):
            self.cut(wired, "line")
        self._wiring[lines[box.label]], self._wiring[lines[other.label]] = other, box
        for wired in (box, other):
            wired.coil.line_high = levels[wired.label]
            if wired.coil.line_high:
                self._energise(wired)

    def _energise(self, box: Box) -> None:
        coil = box.coil
        if PlantFault.BROKEN_WIRE in box.faults or coil.since is not None:
            return
        coil.cool(self._timeline.now)
        coil.since = self._timeline.now
        coil.limit = self._timeline.after(box.one_shot_ms, lambda: self.cut(box, "one_shot"))
        drawing = self._drawing[box.supply]
        drawing.append(box)
        self._ledger.coils(box.supply, len(drawing))
        if len(drawing) == 1:
            self._travel(box)
        else:
            for weak in drawing:  # the supply sags: no plunger moves on
                if weak.coil.travel is not None:
                    weak.coil.travel.call_off()
                    weak.coil.travel = None
        self._on_change(box)

    def _travel(self, box: Box) -> None:
        if not box.coil.burned and not box.coil.pulled:
            box.coil.travel = self._timeline.after(self._dice.uniform(*TRAVEL_MS), lambda: self._arrive(box))

    def _arrive(self, box: Box) -> None:
        box.coil.travel = None
        box.coil.pulled = True
        self._on_pulled(box)

    def cut(self, box: Box, ended_by: str) -> None:
        """No more current through this coil. Without effect if there is none."""
        coil = box.coil
        if coil.since is None:
            return
        now = self._timeline.now
        for planned in (coil.travel, coil.limit):
            if planned is not None:
                planned.call_off()
        coil.travel = coil.limit = None
        coil.heat += now - coil.since
        coil.heat_at = now
        coil.burned = coil.burned or coil.heat > BURNS_OUT_AT_MS
        unlatched = coil.pulled and not box.latched
        self._ledger.add(CoilPulse(self._ledger.next_seq(), box.label, coil.since, now, ended_by, unlatched))
        coil.since = None
        coil.pulled = False
        drawing = self._drawing[box.supply]
        drawing.remove(box)
        if len(drawing) == 1:
            self._travel(drawing[0])
        self._on_change(box)
