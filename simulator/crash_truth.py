"""What really happens in the hall of a crash campaign, whatever the log says of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from simulator.plant.protocol import BoxStatus
from simulator.preload import Badge, Slip, new_code

STAFF = "staff"
ANNA = Badge("anna", new_code("B"), "4711", ("loader", "supervisor"))
OTTO = Badge("otto", new_code("B"), "1234", ("loader",))


class WalksAway(Exception):
    """Somebody has had enough."""


@dataclass
class Person:
    """Who stands at a door that was opened for them: a resident's slip, or staff (None) with an envelope or none."""

    label: str
    slip: Slip | None
    envelope: str = ""


@dataclass
class Truth:
    """What really happened, whatever the log says. ``hands``: who holds what is not inside; ``left``: what its holder
    left inside knowingly.
    """

    orders: dict[str, str] = field(default_factory=dict)
    hands: dict[str, str] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    """Envelopes in staff's hands whose deposit has ended: they do not come back."""
    walked_from: dict[str, frozenset[str]] = field(default_factory=dict)
    """Doors whose holders walked away with the box at work: what they did not take they left, whoever closes."""
    violations: list[str] = field(default_factory=list)

    def to_be_loaded(self) -> list[str]:
        """Envelopes in staff's hands that the box expects."""
        return [item for item, who in self.hands.items() if who == STAFF and item not in self.done]


class Scene:
    """What the people share: dice, truth, and who stands at which door."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.truth = Truth()
        self.at_door: Person | None = None
        self.counts: Counter[str] = Counter()

    def perhaps(self, chance: float) -> bool:
        return self.dice.random() < chance

    def nobody_at_door(self) -> None:
        person, self.at_door = self.at_door, None
        if person is not None and person.slip is not None:
            self.truth.walked_from[person.label] = frozenset(person.slip.deposits)

    def resident_has(self, item: str, slip: Slip) -> None:
        self.truth.hands[item] = slip.right
        self.truth.left.discard(item)
        if item not in slip.deposits:
            self.truth.violations.append(f"{slip.right} got {item}, which is somebody else's")

    def leaves_inside(self, items: Iterable[str], mine: Iterable[str]) -> None:
        self.truth.left.update(set(items) & set(mine))

    def passer_by_closes(self, box: BoxStatus) -> None:
        self.leaves_inside(box.contents, self.truth.walked_from.get(box.compartment, ()))
