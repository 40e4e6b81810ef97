"""Who is in the hall during a crash campaign: residents, staff, passers-by, and what goes wrong by itself.

They act through the box's real sockets and the plant's real doors, and they know the truth that the log has to live
up to: who has which envelope in hand, and what somebody left inside. They answer truthfully; they forget, hesitate and
walk away, but steal nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable

from controller.api import ControlError
from simulator.crash_residents import Residents
from simulator.crash_staff import Shift
from simulator.crash_truth import ANNA, OTTO, STAFF, Person, Scene, WalksAway
from simulator.people import Hall, NotSoon
from simulator.plant.client import PlantClient
from simulator.plant.protocol import PlantError
from simulator.preload import Envelope, Preload, Slip, new_code

STOCK = 12
"""Envelopes that wait to be loaded are kept at about this many."""


class People:
    """The people of one town, over all lives of its controller."""

    def __init__(self, dice: random.Random) -> None:
        self.scene = Scene(dice)
        self._residents = Residents(self.scene)
        self._shift = Shift(self.scene)
        self.slips: dict[str, Slip] = {}
        self.puzzled: list[str] = []
        """Where somebody waited in vain while the controller lived: for whoever looks after the campaign."""
        self._number = 0

    # --- what the central system sends

    def new_orders(self) -> Preload:
        """A batch of announced envelopes and rights over one to three of them. The first brings the staff."""
        badges = () if self._number else (ANNA, OTTO)
        envelopes: list[Envelope] = []
        slips: list[Slip] = []
        waiting = self.scene.truth.to_be_loaded()
        while len(envelopes) + len(waiting) < STOCK:
            count = self.scene.dice.choice((1, 1, 1, 2, 3))
            mine = []
            for _ in range(count):
                self._number += 1
                mine.append(Envelope(f"D{self._number}", f"AUF-{self._number:06}"))
            envelopes += mine
            slips.append(Slip(f"R{self._number}", new_code("P"), tuple(one.deposit for one in mine)))
        for envelope in envelopes:
            self.scene.truth.orders[envelope.deposit] = envelope.order
            self.scene.truth.hands[envelope.deposit] = STAFF
        self.slips.update((slip.right, slip) for slip in slips)
        return Preload(envelopes=envelopes, slips=slips, badges=badges)

    # --- one life

    async def live(self, hall: Hall, running: Callable[[], bool]) -> None:
        """Comes and goes until the controller has gone."""
        over = asyncio.Event()
        accidents = asyncio.create_task(self._accidents(hall, over))
        try:
            while running():
                await self._calm(self._somebody(hall), running)
                await asyncio.sleep(self.scene.dice.uniform(0, 0.1))
        finally:
            # Not cancelled: a door that somebody is closing would close after everybody has looked at it.
            over.set()
            await accidents

    async def _calm(self, doing: Awaitable[None], running: Callable[[], bool]) -> None:
        try:
            await doing
        except (ConnectionError, PlantError, WalksAway):
            await asyncio.sleep(0.02)
        except ControlError as error:
            self.scene.counts[f"refused {error.reason}"] += 1
        except NotSoon as error:
            if running():
                self.puzzled.append(str(error)[:400])

    async def _somebody(self, hall: Hall) -> None:
        self.scene.nobody_at_door()
        draw = self.scene.dice.random()
        if draw < 0.6 and self.slips:
            await self._residents.collect(hall, self._some_slip())
        elif draw < 0.97:
            await self._shift.work(hall)
        else:
            await hall.scanner.show(new_code("P"))
            self.scene.counts["wrong codes"] += 1

    def _some_slip(self) -> Slip:
        """Mostly one that there is something to collect with."""
        slips = list(self.slips.values())
        full = [slip for slip in slips if any(deposit not in self.scene.truth.hands for deposit in slip.deposits)]
        return (
            self.scene.dice.choice(full) if full and self.scene.perhaps(0.85) else self.scene.dice.choice(slips[-20:])
        )

    # --- what goes wrong by itself

    async def _accidents(self, hall: Hall, over: asyncio.Event) -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), self.scene.dice.uniform(0.2, 2.0))
                return
            with contextlib.suppress(PlantError, ConnectionError):
                await self._accident(hall)

    async def _accident(self, hall: Hall) -> None:
        box = self.scene.dice.choice((await hall.plant.status()).compartments)
        draw = self.scene.dice.random()
        if draw < 0.25:
            self.scene.counts["doors that opened by themselves"] += 1
            await hall.plant.fault(box.compartment, "pops_open")
        elif draw < 0.45:
            await hall.plant.fault(box.compartment, "jam_once")
        elif draw < 0.55:
            self.scene.counts["sensors that failed"] += 1
            await hall.plant.fault(box.compartment, "dead_sensor")
            await asyncio.sleep(self.scene.dice.uniform(0.1, 1.0))
            await hall.plant.clear_fault(box.compartment, "dead_sensor")
        elif box.door != "closed" and (self.scene.at_door is None or self.scene.at_door.label != box.compartment):
            self.scene.passer_by_closes(box)
            await hall.plant.close_door(box.compartment)

    # --- while nobody is there to decide

    def finish(self, plant: PlantClient) -> None:
        """The controller is dead. Who stands at an open door takes or puts, closes it or walks away; passers-by close
        doors; now and then one opens by itself.
        """
        person, self.scene.at_door = self.scene.at_door, None
        if person is not None and plant.box(person.label).door != "closed":
            self._finish_at_door(plant, person)
        for box in plant.status().compartments:
            if box.door != "closed" and self.scene.perhaps(0.3):
                self.scene.passer_by_closes(box)
                plant.close_door(box.compartment)
            elif box.door == "closed" and self.scene.perhaps(0.01):
                plant.fault(box.compartment, "pops_open")
        for box in plant.status().compartments:
            if "dead_sensor" in box.faults and self.scene.perhaps(0.7):
                plant.clear_fault(box.compartment, "dead_sensor")

    def _finish_at_door(self, plant: PlantClient, person: Person) -> None:
        label = person.label
        plant.pull(label)
        if person.slip is not None and self.scene.perhaps(0.7):
            for item in plant.take(label):
                self.scene.resident_has(item, person.slip)
        elif person.envelope in self.scene.truth.hands and not plant.box(label).contents and self.scene.perhaps(0.5):
            plant.put(label, person.envelope)
            del self.scene.truth.hands[person.envelope]
        if person.slip is not None:
            self.scene.leaves_inside(plant.box(label).contents, person.slip.deposits)
        if self.scene.perhaps(0.7):
            plant.close_door(label)
