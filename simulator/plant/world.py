"""The physics of the cabinet. No clock and no randomness of its own: time is handed in and the dice are seeded."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from hal.profile import ClosedLevel, Profile, Senses
from simulator.plant.ledger import CoilPulse, Handling, Ledger, Movement
from simulator.plant.parts import (
    BOUNCE_MS,
    BURNS_OUT_AT_MS,
    CHATTER_EVERY_MS,
    CLOSE_MS,
    HOLDING_MS,
    POP_MS,
    PRESS_MS,
    PRESSURE_LASTS_MS,
    PULL_MS,
    TRAVEL_MS,
    Box,
    PlantFault,
    Position,
)
from simulator.plant.timeline import Timeline

OnLevel = Callable[[int, int | None, float], None]
"""Pin, level (``None``: unreadable), time."""
Moved = Callable[[bool], None]
"""Called when a movement is over; ``False``: nothing moved."""


class Impossible(Exception):
    """A person wants something that cannot be done. ``code`` is for scripts."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class World:
    """A cabinet. Call ``timeline.advance(now)`` before anything else, and whenever ``timeline.next_due`` has come.

    ``on_level`` hears of every input pin that changes; ``on_change`` of every compartment whose status changed.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        seed: int = 0,
        now: float = 0.0,
        on_level: OnLevel = lambda pin, level, now: None,
        on_change: Callable[[str], None] = lambda label: None,
    ) -> None:
        self.timeline = Timeline(now)
        self.ledger = Ledger()
        self._dice = random.Random(seed)
        self._on_level = on_level
        self._on_change = on_change
        self._senses = profile.sensors.senses
        self._closed_high = profile.sensors.closed_level is ClosedLevel.HIGH
        self.boxes = {
            item.label: Box(
                item.label,
                (bank := profile.bank_of(item.label)).supply,
                float(bank.one_shot_ms or 0),
                item.sensor_pin,
                item.lamp_pin,
            )
            for item in profile.compartments
        }
        self._coil_on_pin = {item.lock_pin: item.label for item in profile.compartments}
        self._swapped_with: dict[str, str] = {}
        self._lamp_on_pin = {item.lamp_pin: item.label for item in profile.compartments if item.lamp_pin is not None}
        self.lines: dict[int, int] = {}
        """Output lines as they were set last. They keep their level whoever comes and goes."""
        self.tones = 0
        self._buzzer_pin = profile.indicators.buzzer_pin
        self._energised: dict[str, list[Box]] = {box.supply: [] for box in self.boxes.values()}
        self._waiting: list[tuple[Box, bool, Callable[[], None]]] = []
        for box in self.boxes.values():
            box.contact.level = self._level(box, True)

    def box(self, label: str) -> Box:
        """The compartment. Raises ``Impossible`` for an unknown label."""
        try:
            return self.boxes[label]
        except KeyError:
            raise Impossible("unknown_compartment", f"there is no compartment {label}") from None

    # --- lines ---------------------------------------------------------------------------------------------------

    def set_line(self, pin: int, level: int) -> None:
        """Somebody drives an output line. The same level again changes nothing."""
        if self.lines.get(pin, 0) == level:
            self.lines[pin] = level
            return
        self.lines[pin] = level
        if pin == self._buzzer_pin:
            self.tones += level
        elif pin in self._coil_on_pin:
            box = self.boxes[self._coil_on_pin[pin]]
            box.coil.line_high = bool(level)
            if level:
                self._energise(box)
            else:
                self._cut(box, "line")
        elif pin in self._lamp_on_pin:
            self._on_change(self._lamp_on_pin[pin])

    def levels(self) -> dict[int, int | None]:
        """Every input pin's level now."""
        return {box.sensor_pin: box.contact.level for box in self.boxes.values()}

    # --- coils ---------------------------------------------------------------------------------------------------

    def _energise(self, box: Box) -> None:
        coil = box.coil
        if PlantFault.BROKEN_WIRE in box.faults or coil.since is not None:
            return
        coil.cool(self.timeline.now)
        coil.since = self.timeline.now
        coil.limit = self.timeline.after(box.one_shot_ms, lambda: self._cut(box, "one_shot"))
        drawing = self._energised[box.supply]
        drawing.append(box)
        self.ledger.coils(box.supply, len(drawing))
        if len(drawing) == 1:
            self._travel(box)
        else:
            for weak in drawing:  # the supply sags: no plunger moves on
                if weak.coil.travel is not None:
                    weak.coil.travel.call_off()
                    weak.coil.travel = None
        self._on_change(box.label)

    def _travel(self, box: Box) -> None:
        if not box.coil.burned and not box.coil.pulled:
            box.coil.travel = self.timeline.after(self._dice.uniform(*TRAVEL_MS), lambda: self._pulled(box))

    def _pulled(self, box: Box) -> None:
        box.coil.travel = None
        box.coil.pulled = True
        jams = PlantFault.JAM in box.faults or PlantFault.JAM_ONCE in box.faults
        unpressed = PlantFault.STICKS in box.faults and box.pressed_until < self.timeline.now
        box.faults.discard(PlantFault.JAM_ONCE)
        if jams or unpressed:
            return
        box.latched = False
        if box.position is Position.CLOSED and PlantFault.WEAK_SPRING not in box.faults:
            self.timeline.after(self._dice.uniform(*POP_MS), lambda: self._pop(box, "spring"))
        self._changed(box)

    def _pop(self, box: Box, by: str) -> None:
        if box.position is Position.CLOSED and not box.latched:
            self._move(box, Position.AJAR, by)

    def _cut(self, box: Box, ended_by: str) -> None:
        coil = box.coil
        if coil.since is None:
            return
        now = self.timeline.now
        for planned in (coil.travel, coil.limit):
            if planned is not None:
                planned.call_off()
        coil.travel = coil.limit = None
        coil.heat += now - coil.since
        coil.heat_at = now
        coil.burned = coil.burned or coil.heat > BURNS_OUT_AT_MS
        unlatched = coil.pulled and not box.latched
        pulse = CoilPulse(self.ledger.next_seq(), box.label, coil.since, now, ended_by, unlatched)
        coil.since = None
        coil.pulled = False
        drawing = self._energised[box.supply]
        drawing.remove(box)
        self.ledger.add(pulse)
        if len(drawing) == 1:
            self._travel(drawing[0])
        self._on_change(box.label)

    # --- doors and contacts --------------------------------------------------------------------------------------

    def _move(self, box: Box, position: Position, by: str) -> None:
        box.position = position
        self.ledger.add(Movement(self.ledger.next_seq(), box.label, position.value, by, self.timeline.now))
        self._changed(box)

    def _changed(self, box: Box) -> None:
        door = box.position is Position.CLOSED
        closed = door if self._senses is Senses.DOOR else door and box.latched
        if closed != box.contact.closed:
            box.contact.closed = closed
            self._bounce(box)
        self._on_change(box.label)
        ready = [entry for entry in self._waiting if entry[0] is box and self.is_open(box) == entry[1]]
        self._waiting = [entry for entry in self._waiting if entry not in ready]
        for _, _, done in ready:
            done()

    def _bounce(self, box: Box) -> None:
        for planned in box.contact.bounces:
            planned.call_off()
        closed = box.contact.closed
        lasts = self._dice.uniform(*BOUNCE_MS)
        times = sorted(self._dice.uniform(0.2, lasts) for _ in range(2 * self._dice.randint(1, 3)))
        self._show(box, closed)
        away_and_back = [partial(self._show, box, not closed), partial(self._show, box, closed)]
        box.contact.bounces = [self.timeline.after(at, away_and_back[index % 2]) for index, at in enumerate(times)]

    def _chatter(self, box: Box, closed: bool) -> None:
        if PlantFault.CHATTERS in box.faults:
            self._show(box, closed)
            self.timeline.after(CHATTER_EVERY_MS, lambda: self._chatter(box, not closed))
        else:
            self._show(box, box.contact.closed)

    def _show(self, box: Box, closed: bool) -> None:
        level = self._level(box, closed)
        if level != box.contact.level:
            box.contact.level = level
            self._on_level(box.sensor_pin, level, self.timeline.now)

    def _level(self, box: Box, closed: bool) -> int | None:
        if PlantFault.DEAD_SENSOR in box.faults:
            return None
        if PlantFault.BROKEN_REED_WIRE in box.faults:
            return 1
        if PlantFault.STUCK_REED_CLOSED in box.faults:
            closed = True
        elif PlantFault.STUCK_REED_OPEN in box.faults:
            closed = False
        return int(closed == self._closed_high)

    @staticmethod
    def is_open(box: Box) -> bool:
        """Does the door stand out of its frame?"""
        return box.position is not Position.CLOSED

    # --- people --------------------------------------------------------------------------------------------------

    def pull(self, label: str, done: Moved) -> None:
        """A person pulls the door. A latched one does not move."""
        box = self.box(label)

        def arrive() -> None:
            free = box.position is Position.AJAR or (box.position is Position.CLOSED and not box.latched)
            if free:
                self._move(box, Position.OPEN, "person")
            done(free)

        self.timeline.after(PULL_MS, arrive)

    def close(self, label: str, done: Moved) -> None:
        """A person closes the door, and holds it shut until it latches if the plunger is still pulled."""
        box = self.box(label)
        self.timeline.after(CLOSE_MS, lambda: self._hold_shut(box, done))

    def press(self, label: str, done: Moved) -> None:
        """A person pushes the door. An ajar one closes; on a closed one the pressure helps a latch that sticks."""
        box = self.box(label)
        box.pressed_until = self.timeline.now + PRESS_MS + PRESSURE_LASTS_MS
        was_ajar = box.position is Position.AJAR

        def arrive() -> None:
            if was_ajar and box.position is Position.AJAR:  # not one that has come loose under the hand
                self._hold_shut(box, done)
            else:
                done(False)

        self.timeline.after(PRESS_MS, arrive)

    def _hold_shut(self, box: Box, done: Moved) -> None:
        if box.position is Position.CLOSED or PlantFault.NEVER_CLOSES in box.faults:
            done(False)
        elif box.coil.pulled:
            self.timeline.after(HOLDING_MS, lambda: self._hold_shut(box, done))
        else:
            box.latched = True
            self._move(box, Position.CLOSED, "person")
            done(True)

    def take(self, label: str, item: str | None) -> list[str]:
        """A person takes ``item``, or all there is. Raises ``Impossible`` unless the door is open and it is there."""
        box = self._reach_in(label)
        if item is not None and item not in box.contents:
            raise Impossible("not_there", f"{item} does not lie in {label}")
        taken = [item] if item is not None else list(box.contents)
        for one in taken:
            box.contents.remove(one)
            self._handled(box, "took", one)
        self._on_change(label)
        return taken

    def put(self, label: str, item: str) -> None:
        """A person puts ``item`` in. Raises ``Impossible`` unless the door is open."""
        box = self._reach_in(label)
        box.contents.append(item)
        self._handled(box, "put", item)
        self._on_change(label)

    def _reach_in(self, label: str) -> Box:
        box = self.box(label)
        if box.position is not Position.OPEN:
            raise Impossible("door_not_open", f"the door of {label} is {box.position}: nobody can reach in")
        return box

    def _handled(self, box: Box, what: str, item: str) -> None:
        self.ledger.add(Handling(self.ledger.next_seq(), box.label, what, item, self.timeline.now))

    def when(self, label: str, *, is_open: bool, done: Callable[[], None]) -> Callable[[], None]:
        """Call ``done`` as soon as the door is open (or ajar), or closed. Gives a function that stops waiting."""
        box = self.box(label)
        entry = (box, is_open, done)
        if self.is_open(box) == is_open:
            done()
            return lambda: None
        self._waiting.append(entry)

        def stop() -> None:
            self._waiting = [other for other in self._waiting if other is not entry]

        return stop

    def place(self, label: str, position: Position, *, latched: bool, contents: list[str]) -> None:
        """Put a compartment as it was, without a movement: for a plant that is started again."""
        box = self.box(label)
        box.position, box.latched, box.contents = position, latched, list(contents)
        door = position is Position.CLOSED
        box.contact.closed = door if self._senses is Senses.DOOR else door and latched
        box.contact.level = self._level(box, box.contact.closed)

    # --- faults --------------------------------------------------------------------------------------------------

    def break_it(self, label: str, fault: PlantFault, other: str | None = None) -> None:
        """Something breaks. ``other`` is the second compartment of ``SWAPPED``."""
        box = self.box(label)
        if fault is PlantFault.POPS_OPEN:
            box.latched = False
            if box.position is Position.CLOSED:
                self._move(box, Position.AJAR, "itself")
            return
        if fault is PlantFault.SWAPPED:
            second = self.box(other or "")
            if second is box or PlantFault.SWAPPED in box.faults | second.faults:
                raise Impossible(
                    "cannot_swap", f"{label} cannot be swapped with {other}: it needs two that are not yet"
                )
            self._exchange(box, second)
            second.faults.add(PlantFault.SWAPPED)
            self._swapped_with.update({label: second.label, second.label: label})
        elif fault is PlantFault.BROKEN_WIRE:
            self._cut(box, "line")
        chatters = PlantFault.CHATTERS in box.faults
        box.faults.add(fault)
        if fault is PlantFault.CHATTERS and not chatters:
            self._chatter(box, not box.contact.closed)
        self._show(box, box.contact.closed)
        self._on_change(label)

    def mend(self, label: str, fault: PlantFault | None = None) -> None:
        """One fault of the compartment is gone, or all. Swapped wires are put right for both compartments."""
        box = self.box(label)
        gone = {fault} if fault is not None else set(box.faults)
        if PlantFault.SWAPPED in gone & box.faults:
            other = self.boxes[self._swapped_with.pop(label)]
            del self._swapped_with[other.label]
            self._exchange(box, other)
            other.faults.discard(PlantFault.SWAPPED)
            self._on_change(other.label)
        box.faults -= gone
        self._show(box, box.contact.closed)
        self._on_change(label)

    def _exchange(self, box: Box, other: Box) -> None:
        pins = {label: pin for pin, label in self._coil_on_pin.items()}
        pair = {pins[box.label]: other, pins[other.label]: box}
        for connected in pair.values():
            self._cut(connected, "line")
        for pin, connected in pair.items():
            self._coil_on_pin[pin] = connected.label
            connected.coil.line_high = bool(self.lines.get(pin, 0))
            if connected.coil.line_high:
                self._energise(connected)
