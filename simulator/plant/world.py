"""The physics of the cabinet. No clock and no randomness of its own: time is handed in and the dice are seeded."""

from __future__ import annotations

import random
from collections.abc import Callable

from hal.profile import Profile
from simulator.plant.coils import Coils
from simulator.plant.ledger import Handling, Ledger, Movement
from simulator.plant.parts import (
    CLOSE_MS,
    HOLDING_MS,
    POP_MS,
    PRESS_MS,
    PRESSURE_LASTS_MS,
    PULL_MS,
    Box,
    PlantFault,
    Position,
    limit_ms,
)
from simulator.plant.reeds import OnLevel, Reeds
from simulator.plant.surroundings import Surroundings
from simulator.plant.timeline import Timeline

LIGHTS = {"scanner": "the scanner light", "door": "the door light", "loudspeaker": "the loudspeaker"}
"""What each is called in the profile's outputs."""

Moved = Callable[[bool], None]
"""Called when a movement is over; ``False``: nothing moved."""


class Impossible(Exception):
    """A person wants something that cannot be done. ``code`` is for scripts."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class World:
    """A cabinet. Call ``timeline.advance(now)`` before anything else, and whenever ``timeline.next_due`` has come.

    ``on_level`` hears of every input line that changes; ``on_change`` of every compartment whose status changed,
    ``on_light`` of lights.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        seed: int = 0,
        now: float = 0.0,
        on_level: OnLevel = lambda line, level, now: None,
        on_change: Callable[[str], None] = lambda label: None,
        on_light: Callable[[], None] = lambda: None,
    ) -> None:
        self.timeline = Timeline(now)
        self.ledger = Ledger()
        self._dice = random.Random(seed)
        self._on_change = on_change
        self._on_light = on_light
        self.boxes = {
            item.label: Box(
                item.label,
                (bank := profile.bank_of(item.label)).supply,
                limit_ms(bank),
                str(profile.sensor_wire(item)),
                None if (lamp := profile.lamp_wire(item)) is None else str(lamp),
            )
            for item in profile.compartments
        }
        self._coils = Coils(
            {str(profile.lock_wire(item)): self.boxes[item.label] for item in profile.compartments},
            self.timeline,
            self.ledger,
            self._dice,
            on_pulled=self._pulled,
            on_change=lambda box: on_change(box.label),
        )
        self._reeds = Reeds(self.boxes.values(), profile, self.timeline, self._dice, on_level)
        self.surroundings = Surroundings(profile, on_level)
        self._swapped_with: dict[str, str] = {}
        self._lamp_on_line = {box.lamp: box.label for box in self.boxes.values() if box.lamp is not None}
        self.lines: dict[str, int] = {}
        self._lateness: dict[str, tuple[float, float]] = {}
        """By line: how late word of its last rise came, and when its last edge is, or was."""
        """Output lines as they were set last. They keep their level whoever comes and goes."""
        self.tones = 0
        outputs = profile.outputs()
        self._lights = {light: str(outputs[name]) for light, name in LIGHTS.items() if name in outputs}
        self._buzzer = str(outputs["the buzzer"]) if "the buzzer" in outputs else None
        self._waiting: list[tuple[Box, bool, Callable[[], None]]] = []

    def box(self, label: str) -> Box:
        """The compartment. Raises ``Impossible`` for an unknown label."""
        try:
            return self.boxes[label]
        except KeyError:
            raise Impossible("unknown_compartment", f"there is no compartment {label}") from None

    # --- lines ---------------------------------------------------------------------------------------------------

    def set_line(self, line: str, level: int) -> None:
        """Somebody drives an output line (a `hal.profile.Wire` as text). The same level again changes nothing."""
        if self.lines.get(line, 0) == level:
            self.lines[line] = level
            return
        self.lines[line] = level
        if line == self._buzzer:
            self.tones += level
        elif line in self._coils:
            self._coils.set_line(line, level)
        elif line in self._lamp_on_line:
            self._on_change(self._lamp_on_line[line])
        elif line in self._lights.values():
            self._on_light()

    def set_line_at(self, line: str, level: int, at: float) -> None:
        """As ``set_line``, by a board that says when it did it (ms on the timeline's clock). Word of it comes late on a
        busy machine, of the end of a pulse perhaps together with its beginning: an end is as late as its beginning
        was, so that a coil has its current for as long as the board meant.
        """
        now = self.timeline.now
        began_late, last = self._lateness.get(line, (0.0, now))
        late = max(0.0, now - at) if level else began_late
        due = max(at + late, last, now)
        self._lateness[line] = late, due
        if due > now:
            self.timeline.after(due - now, lambda: self.set_line(line, level))
        else:
            self.set_line(line, level)

    def lights(self) -> dict[str, int]:
        """The levels of the lights that the profile names."""
        return {name: self.lines.get(line, 0) for name, line in self._lights.items()}

    def levels(self) -> dict[str, int | None]:
        """Every input line's level now."""
        return {box.sensor: box.contact.level for box in self.boxes.values()} | self.surroundings.levels()

    # --- latches and doors ---------------------------------------------------------------------------------------

    def _pulled(self, box: Box) -> None:
        jams = PlantFault.JAM in box.faults or PlantFault.JAM_ONCE in box.faults
        unpressed = PlantFault.STICKS in box.faults and box.pressed_until < self.timeline.now
        box.faults.discard(PlantFault.JAM_ONCE)
        if jams or unpressed:
            return
        box.latched = False
        if box.position is Position.CLOSED and PlantFault.WEAK_SPRING not in box.faults:
            self.timeline.after(self._dice.uniform(*POP_MS), lambda: self._pop(box))
        self._changed(box)

    def _pop(self, box: Box) -> None:
        if box.position is Position.CLOSED and not box.latched:
            self._move(box, Position.AJAR, "spring")

    def _move(self, box: Box, position: Position, by: str) -> None:
        box.position = position
        self.ledger.add(Movement(self.ledger.next_seq(), box.label, position.value, by, self.timeline.now))
        self._changed(box)

    def _changed(self, box: Box) -> None:
        self._reeds.follow(box)
        self._on_change(box.label)
        ready = [entry for entry in self._waiting if entry[0] is box and self.is_open(box) == entry[1]]
        self._waiting = [entry for entry in self._waiting if entry not in ready]
        for _, _, done in ready:
            done()

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
        self._reeds.settle(box)

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
            self._coils.exchange(box, second)
            second.faults.add(PlantFault.SWAPPED)
            self._swapped_with.update({label: second.label, second.label: label})
        elif fault is PlantFault.BROKEN_WIRE:
            self._coils.cut(box, "line")
        chatters = PlantFault.CHATTERS in box.faults
        box.faults.add(fault)
        self._reeds.faults_changed(box, chatters_now=fault is PlantFault.CHATTERS and not chatters)
        self._on_change(label)

    def mend(self, label: str, fault: PlantFault | None = None) -> None:
        """One fault of the compartment is gone, or all. Swapped wires are put right for both compartments."""
        box = self.box(label)
        gone = {fault} if fault is not None else set(box.faults)
        if PlantFault.SWAPPED in gone & box.faults:
            other = self.boxes[self._swapped_with.pop(label)]
            del self._swapped_with[other.label]
            self._coils.exchange(box, other)
            other.faults.discard(PlantFault.SWAPPED)
            self._on_change(other.label)
        box.faults -= gone
        self._reeds.faults_changed(box)
        self._on_change(label)
