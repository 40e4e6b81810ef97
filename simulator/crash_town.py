"""One town of a crash campaign: a box that lives, is killed and starts again, and what is found out about it each time.

Every life begins with a start on what the death before left behind. The settlement is held against the table, the log
against the plant's ledger, what the controller shows against the fold of its log, and the books against what people
really hold in their hands.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from controller.adapters.control.front_plan import front_plan
from controller.api import ControlError, GetTechnician
from controller.domain.model import Box, DepositStatus
from controller.ports import LogError
from simulator.crash_people import STOCK, People
from simulator.crash_table import expected_rows, misses, read_door
from simulator.crash_truth import STAFF, Truth
from simulator.crash_witness import Outsider, Told, acted_before_start, settlements
from simulator.people import Hall, while_running
from simulator.plant.client import PlantClient
from simulator.plant.protocol import PlantGone, PlantStatus
from simulator.preload import preload
from simulator.processes import ProcessFailed, wait_for
from simulator.town import Town

LONGEST_LIFE_S = 8.0
"""A life whose kill point does not come is ended from outside."""
LONGEST_DOWNTIME_S = 4.0
"""Longer than an attempt lasts: what was due in the meantime must not be done by a restart."""
MOST_PASSES = 200
"""Kill points are drawn up to the so many-th pass."""
POPPING_S = 0.1
"""A door whose latch let go in the last instant has moved by then."""
EARLY = 0.25
"""So many of the kills are meant for the start and the settlement."""


class Tally(msgspec.Struct):
    """What a campaign comes to. ``violations`` is what must stay empty."""

    kills: int = 0
    kills_at_points: int = 0
    kills_before_ready: int = 0
    restarts: int = 0
    pulses: int = 0
    events: Counter[str] = msgspec.field(default_factory=Counter)
    people: Counter[str] = msgspec.field(default_factory=Counter)
    rows: Counter[str] = msgspec.field(default_factory=Counter)
    compared: int = 0
    puzzled: list[str] = msgspec.field(default_factory=list)
    violations: list[str] = msgspec.field(default_factory=list)

    def add(self, other: Tally) -> None:
        for name in ("kills", "kills_at_points", "kills_before_ready", "restarts", "pulses", "compared"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for counter in ("events", "people", "rows"):
            getattr(self, counter).update(getattr(other, counter))
        self.puzzled += other.puzzled
        self.violations += other.violations


class CrashTown:
    """A town, its people, and the outsider who looks on. One thread."""

    def __init__(self, root: Path, seed: int, longest_life_s: float = LONGEST_LIFE_S) -> None:
        self.dice = random.Random(seed)
        self.people = People(random.Random(seed + 1))
        self.town = Town(root)
        self.tally = Tally()
        self.seed = seed
        self.longest_life_s = longest_life_s
        self._read: list[Told] = []
        self._died_at_point = False
        self.outsider: Outsider
        self.plant: PlantClient

    def run(self, kills: int, progress: Callable[[], None] = lambda: None) -> Tally:
        """Kills the controller ``kills`` times; ends early at the first violation, with everything left as it is."""
        try:
            self.town.provision()
            self.town.start_plant(self.seed)
            self.plant = self.town.plant()
            self.town.start_controller()
            self.town.stop_controller()
            self.outsider = Outsider(self.town.log_file, self.plant)
            self.outsider.look()
            self._more_orders()
            while self.tally.kills < kills and not self.tally.violations:
                self._life()
                progress()
            if not self.tally.violations:
                self._last_start()
        except (LogError, ProcessFailed, PlantGone) as error:
            self._violated([f"{type(error).__name__}: {error}"])
        finally:
            self.town.stop()
            self._sum_up()
        return self.tally

    def _sum_up(self) -> None:
        self.tally.people = self.people.scene.counts
        self.tally.puzzled = self.people.puzzled
        if hasattr(self, "outsider"):
            self.tally.events = self.outsider.log.counts
            self.tally.pulses = self.outsider.ledger.pulses

    def _violated(self, found: list[str]) -> None:
        self.tally.violations += [f"{wrong}  (seed {self.seed}, after kill {self.tally.kills})" for wrong in found]

    # --- a life

    def _life(self) -> None:
        """Start, people, death, what people do meanwhile."""
        if len(self.people.scene.truth.to_be_loaded()) < STOCK // 2:
            self._orderly_day()
        at_point = self.dice.random() < 0.5
        early = self.dice.random() < EARLY
        kill = f"*:{self.dice.randint(1, 12 if early else MOST_PASSES)}" if at_point else ""
        delay_s = self.longest_life_s if at_point else self.dice.uniform(0, 0.7 if early else self.longest_life_s)
        if self.dice.random() < 0.5:
            self.town.safe_outputs()
        self._wait_for_one_shots()
        if self.dice.random() < 0.3:
            time.sleep(self.dice.uniform(0, LONGEST_DOWNTIME_S))
        before = self.plant.status()
        self.town.start_controller(kill, wait=False)
        self.tally.restarts += 1
        asyncio.run(self._live(delay_s))
        controller = self.town.started_controller()
        if controller.wait(5.0) != -signal.SIGKILL:
            self._violated([f"the controller ended by itself with {controller.exit_code}\n{controller.tail()}"])
        self.tally.kills += 1
        self.tally.kills_at_points += self._died_at_point
        self._examine(before)
        self.people.finish(self.plant)

    async def _live(self, delay_s: float) -> None:
        """People come when the controller is ready; after ``delay_s`` it is killed from outside, if it still lives."""
        controller = self.town.started_controller()
        self._died_at_point = True

        def kill() -> None:
            if controller.running:
                self._died_at_point = False
                os.kill(controller.pid, signal.SIGKILL)

        timer = asyncio.get_running_loop().call_later(delay_s, kill)
        try:
            if not await asyncio.to_thread(self.town.wait_ready):
                self.tally.kills_before_ready += 1
                return
            await while_running(self._with_people(lambda: controller.running), lambda: controller.running)
        except (ConnectionError, ControlError):
            await asyncio.to_thread(controller.wait, LONGEST_LIFE_S)
        finally:
            timer.cancel()

    async def _with_people(self, running: Callable[[], bool]) -> None:
        async with Hall(self.town.sockets.paths, self.town.plant_socket) as hall:
            await self._compare(hall)
            await self.people.live(hall, running)

    def _wait_for_one_shots(self) -> None:
        """What was energised at death ends by itself: the controller that starts must find the coils at rest, as it
        would after systemd's delay.
        """
        wait_for(lambda: not any(box.energised for box in self.plant.status().compartments), 5.0, "coils at rest")
        time.sleep(POPPING_S)

    def _orderly_day(self) -> None:
        """A start and a stop in order (which seals the state), and new orders while the controller is down."""
        before = self.plant.status()
        self.town.start_controller()
        self.tally.restarts += 1
        asyncio.run(self._only_compare())
        code = self.town.stop_controller()
        if code != 0:
            self._violated([f"an orderly stop ended with {code}"])
        self._examine(before)
        self._more_orders()

    async def _only_compare(self) -> None:
        async with Hall(self.town.sockets.paths, self.town.plant_socket) as hall:
            await self._compare(hall)

    def _last_start(self) -> None:
        self._orderly_day()
        whole = Outsider(self.town.log_file, self.plant)
        whole.look()
        if whole.log.box != self.outsider.log.box:
            self._violated(["the log folded as a whole is not the log folded bit by bit (6)"])

    def _more_orders(self) -> None:
        truth, box = self.people.scene.truth, self.outsider.log.box
        truth.done = {item for item, who in truth.hands.items() if who == STAFF and item not in box.deposits}
        preload(self.town.data, self.people.new_orders())
        self.outsider.look()

    # --- what is found out

    def _examine(self, before: PlantStatus) -> None:
        """After a death: log, ledger and settlement."""
        doors = {box.compartment: read_door(box) for box in before.compartments}
        told = self._read + self.outsider.look()
        self._read.clear()
        self._violated(acted_before_start(told))
        for settled in settlements(told):
            self.tally.rows.update(row.name for row in expected_rows(settled.before, doors))
            self._violated(misses(settled, doors))
        self._violated(self.outsider.violations)
        self._violated(self.people.scene.truth.violations)

    async def _compare(self, hall: Hall) -> None:
        """The controller is ready and nobody does anything: what it shows is what its log folds to (6), and what its
        books say is true.
        """
        for _ in range(20):
            view = await hall.page.call(GetTechnician())
            status = await hall.plant.status()
            self._read += self.outsider.look()
            if view.log_seq == self.outsider.log.box.seq:
                break
        else:
            self._violated(
                [f"the controller shows entry {view.log_seq}, the log ends at {self.outsider.log.box.seq} (6)"]
            )
            return
        box = self.outsider.log.box
        shown = (view.front, {(fault.code, fault.subject) for fault in view.faults}, view.lease, view.starts)
        folded = (
            front_plan(box, with_states=True),
            {(fault.code, fault.subject) for fault in box.faults.values()},
            box.lease.value,
            box.starts,
        )
        if shown != folded:
            self._violated([f"the controller shows {shown}, its log folds to {folded} (6)"])
        self._violated(untruths(box, status, self.people.scene.truth))
        self.tally.compared += 1


def untruths(box: Box, status: PlantStatus, truth: Truth) -> list[str]:
    """Where the books of ``box``, at rest after a settlement, do not agree with what people know and what lies inside.

    Their own doubt is no untruth: what is UNVERIFIED may be anywhere.
    """
    inside = {item: one.compartment for one in status.compartments for item in one.contents}
    found: list[str] = []
    for item in truth.orders:
        deposit = box.deposits.get(item)
        where = inside.get(item, "")
        if deposit is None:
            if where and where not in box.unsettled and item not in truth.left:
                found.append(f"{item} has left the books, and lies in {where}")
        elif deposit.status is DepositStatus.STORED and deposit.compartment not in box.unsettled:
            if where != deposit.compartment:
                found.append(f"{item} is stored in {deposit.compartment}, and {truth.hands.get(item, where)} has it")
        elif deposit.status is DepositStatus.EXPECTED and where:
            found.append(f"{item} is expected, and lies in {where}")
    for one in status.compartments:
        compartment = box.compartments[one.compartment]
        strange = set(one.contents) - truth.left
        if compartment.allottable and strange:
            found.append(f"{one.compartment} may be allotted, and {strange} lies inside (4)")
    return found
