"""Who is in the hall during a crash campaign: residents, staff, passers-by, and what goes wrong by itself.

They act through the box's real sockets and the plant's real doors, and they know the truth that the log has to live
up to: who has which envelope in hand, and what somebody left inside. They answer truthfully; they forget, hesitate and
walk away, but steal nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from controller.api import (
    Confirm,
    ControlError,
    Declare,
    Dismiss,
    KioskView,
    StaffAnswerLoading,
    StaffLogin,
    StaffLogout,
    StaffObstructed,
    StaffReport,
    StaffRequestOpening,
    StaffView,
)
from simulator.people import Hall, NotSoon, Scanner
from simulator.plant.client import PlantClient
from simulator.plant.protocol import BoxStatus, PlantError
from simulator.preload import Badge, Envelope, Preload, Slip, new_code

STAFF = "staff"
STOCK = 12
"""Envelopes that wait to be loaded are kept at about this many."""
PATIENCE_S = 4.0
"""A resident waits so long for a page to change before walking away."""

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


class People:
    """The people of one town, over all lives of its controller."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.truth = Truth()
        self.slips: dict[str, Slip] = {}
        self.at_door: Person | None = None
        self.counts: Counter[str] = Counter()
        self.puzzled: list[str] = []
        """Where somebody waited in vain while the controller lived: for whoever looks after the campaign."""
        self._number = 0

    def _perhaps(self, chance: float) -> bool:
        return self.dice.random() < chance

    # --- what the central system sends

    def new_orders(self) -> Preload:
        """A batch of announced envelopes and rights over one to three of them. The first brings the staff."""
        badges = () if self._number else (ANNA, OTTO)
        envelopes: list[Envelope] = []
        slips: list[Slip] = []
        waiting = sum(1 for who in self.truth.hands.values() if who == STAFF)
        while len(envelopes) + waiting < STOCK:
            count = self.dice.choice((1, 1, 1, 2, 3))
            mine = []
            for _ in range(count):
                self._number += 1
                mine.append(Envelope(f"D{self._number}", f"AUF-{self._number:06}"))
            envelopes += mine
            slips.append(Slip(f"R{self._number}", new_code("P"), tuple(one.deposit for one in mine)))
        for envelope in envelopes:
            self.truth.orders[envelope.deposit] = envelope.order
            self.truth.hands[envelope.deposit] = STAFF
        self.slips.update((slip.right, slip) for slip in slips)
        return Preload(envelopes=envelopes, slips=slips, badges=badges)

    # --- one life

    async def live(self, hall: Hall, running: Callable[[], bool]) -> None:
        """Comes and goes until the controller has gone."""
        accidents = asyncio.create_task(self._accidents(hall, running))
        try:
            while running():
                await self._calm(self._somebody(hall), running)
                await asyncio.sleep(self.dice.uniform(0, 0.1))
        finally:
            accidents.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await accidents

    async def _calm(self, doing: Awaitable[None], running: Callable[[], bool]) -> None:
        try:
            await doing
        except (ConnectionError, PlantError, WalksAway):
            await asyncio.sleep(0.02)
        except ControlError as error:
            self.counts[f"refused {error.reason}"] += 1
        except NotSoon as error:
            if running():
                self.puzzled.append(str(error)[:400])

    async def _somebody(self, hall: Hall) -> None:
        self._nobody_at_door()
        draw = self.dice.random()
        if draw < 0.6 and self.slips:
            await self._resident(hall, self._some_slip())
        elif draw < 0.97:
            await self._shift(hall)
        else:
            await hall.scanner.show(new_code("P"))
            self.counts["wrong codes"] += 1

    def _nobody_at_door(self) -> None:
        person, self.at_door = self.at_door, None
        if person is not None and person.slip is not None:
            self.truth.walked_from[person.label] = frozenset(person.slip.deposits)

    def _some_slip(self) -> Slip:
        """Mostly one that there is something to collect with."""
        slips = list(self.slips.values())
        full = [slip for slip in slips if any(deposit not in self.truth.hands for deposit in slip.deposits)]
        return self.dice.choice(full) if full and self._perhaps(0.85) else self.dice.choice(slips[-20:])

    # --- residents

    async def _resident(self, hall: Hall, slip: Slip) -> None:
        if self._perhaps(0.15):
            refused = await self._two_scanners(hall, slip)
        else:
            refused = await hall.scanner.show(slip.text)
        self.counts[f"code {refused or 'taken'}"] += 1
        if refused:
            if self._perhaps(0.5):
                await hall.page.call(Dismiss((await hall.kiosk()).revision))
            return
        if self._perhaps(0.1):
            await hall.scanner.show(slip.text)  # held before the scanner a little too long
        took: set[str] = set()
        seen = ""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while asyncio.get_running_loop().time() < deadline:
            view = await hall.kiosk()
            if not view.session:
                return
            if view.page == "several":
                await hall.page.call(Declare(view.session, view.revision, view.declaration, "yes"))
            elif view.page in ("opening", "take", "next") and view.compartment:
                if await self._at_door(hall, view.compartment, slip, took):
                    deadline = asyncio.get_running_loop().time() + PATIENCE_S
            elif view.page == "confirm" and view.compartment != seen:
                seen = view.compartment if await self._confirm(hall, view, slip, took) else ""
                deadline = asyncio.get_running_loop().time() + PATIENCE_S
            await asyncio.sleep(0.02)

    async def _two_scanners(self, hall: Hall, slip: Slip) -> str:
        """The same code before two scanners at once: at most one of them is told that it was taken."""
        second = await Scanner.connect(hall.sockets["reader-qr"])
        try:
            answers = await asyncio.gather(hall.scanner.show(slip.text), second.show(slip.text))
        finally:
            await second.close()
        if not all(answers) and not any(answers):
            self.truth.violations.append(f"the code of {slip.right} was taken twice at once")
        return min(answers)

    async def _at_door(self, hall: Hall, label: str, slip: Slip, took: set[str]) -> bool:
        """Takes what is inside, or not. False when the door does not open."""
        self.at_door = Person(label, slip)
        self.truth.walked_from.pop(label, None)
        if not await hall.plant.wait(label, open=True, timeout_ms=400):
            return False
        await hall.plant.pull(label)
        if self._perhaps(0.15):
            await asyncio.sleep(self.dice.uniform(0.05, 0.5))
        if self._perhaps(0.93):
            for item in await hall.plant.take(label):
                self._resident_has(item, slip)
                took.add(item)
        if self._perhaps(0.05):
            self.counts["doors left open"] += 1
            raise WalksAway
        self._leaves_inside((await hall.plant.box(label)).contents, slip.deposits)
        await hall.plant.close_door(label)
        self.at_door = None
        for _ in range(30):  # until the page has seen it closed
            if (await hall.kiosk()).page not in ("opening", "take", "next"):
                break
            await asyncio.sleep(0.02)
        return True

    def _resident_has(self, item: str, slip: Slip) -> None:
        self.truth.hands[item] = slip.right
        self.truth.left.discard(item)
        if item not in slip.deposits:
            self.truth.violations.append(f"{slip.right} got {item}, which is somebody else's")

    def _leaves_inside(self, items: Iterable[str], mine: Iterable[str]) -> None:
        self.truth.left.update(set(items) & set(mine))

    async def _confirm(self, hall: Hall, view: KioskView, slip: Slip, took: set[str]) -> bool:
        """Says something about what was found. False when the door is asked to open again."""
        if self._perhaps(0.12):
            raise WalksAway
        await asyncio.sleep(self.dice.uniform(0, 0.2))
        if took & set(slip.deposits):
            choice = self.dice.choices(("everything", "open_again", "error", "missing"), (20, 2, 1, 1))[0]
        else:
            choice = self.dice.choices(("open_again", "missing", "everything"), (8, 3, 1))[0]
        self.counts[f"says {choice}"] += 1
        await hall.page.call(Confirm(view.session, view.revision, choice))
        return choice != "open_again"

    # --- staff

    async def _shift(self, hall: Hall) -> None:
        """Logs in, answers what is asked, loads, looks into what is in doubt."""
        view = await hall.staff()
        if not view.session:
            badge = self.dice.choice((ANNA, OTTO))
            refused = await hall.scanner.show(badge.text)
            if refused:
                self.counts[f"badge {refused}"] += 1
                return
            await self._type_pin(hall, badge)
            view = await hall.until_staff(lambda view: bool(view.session), "logged in", 3.0)
        for question in view.questions:
            await self._answer(hall, view, question.deposit, question.compartment)
        for _ in range(self.dice.randrange(4)):
            await self._load_one(hall)
        view = await hall.staff()
        for doubtful in view.doubtful[: self.dice.randrange(6)]:
            await self._clarify(hall, doubtful.label)
        if self._perhaps(0.95):
            await hall.page.call(StaffLogout(view.session))

    async def _type_pin(self, hall: Hall, badge: Badge) -> None:
        if self._perhaps(0.05):
            with contextlib.suppress(ControlError):
                await hall.page.call(StaffLogin("0000"))
        await hall.page.call(StaffLogin(badge.pin))

    async def _answer(self, hall: Hall, view: StaffView, deposit: str, label: str) -> None:
        """ "Is the envelope in A07?" The loader remembers."""
        await self._staff_close(hall, label)
        inside = self.truth.hands.get(deposit) is None
        await hall.page.call(StaffAnswerLoading(view.session, deposit, "yes" if inside else "no"))
        self.counts["questions answered"] += 1

    async def _staff_close(self, hall: Hall, label: str) -> None:
        """Closes a door that stands open, and waits until the box has seen it."""
        box = await hall.plant.box(label)
        if box.door != "closed":
            self._passer_by_closes(box)
            await hall.plant.close_door(label)
            await asyncio.sleep(0.1)

    async def _load_one(self, hall: Hall) -> None:
        waiting = [item for item, who in self.truth.hands.items() if who == STAFF and item not in self.truth.done]
        if not waiting:
            return
        item = self.dice.choice(waiting)
        refused = await hall.scanner.show(self.truth.orders[item], "code_128")
        if refused:
            self.counts[f"order {refused}"] += 1
            return
        view = await hall.until_staff(lambda view: view.page == "load_open", "a compartment opens", 3.0)
        label = view.compartment
        self.at_door = Person(label, None, item)
        self.truth.walked_from.pop(label, None)
        while not await hall.plant.wait(label, open=True, timeout_ms=400):
            if (await hall.staff()).page != "load_open":
                return
        await hall.plant.pull(label)
        strange = (await hall.plant.box(label)).contents
        if strange:
            self._found(strange, label)
            await self._says_not_empty(hall)
        else:
            await hall.plant.put(label, item)
            del self.truth.hands[item]
        if self._perhaps(0.1):
            await asyncio.sleep(self.dice.uniform(0.05, 0.4))
        await hall.plant.close_door(label)
        self.at_door = None
        await hall.until_staff(lambda view: view.page == "load_ready", "booked", 3.0)
        self.counts["loaded"] += 1

    def _found(self, items: list[str], label: str) -> None:
        self.counts["not empty"] += 1
        for item in set(items) - self.truth.left:
            self.truth.violations.append(f"{label} was allotted while {item} lay inside")

    async def _says_not_empty(self, hall: Hall) -> None:
        """Again until it is taken: the page may not have seen the door open yet."""
        for _ in range(100):
            try:
                await hall.page.call(StaffObstructed((await hall.staff()).session))
                return
            except ControlError:
                await asyncio.sleep(0.02)
        raise NotSoon("nobody hears that the compartment is not empty")

    async def _clarify(self, hall: Hall, label: str) -> None:
        """Opens with a badge, looks, takes out what does not belong there, and says what is inside."""
        await self._staff_close(hall, label)
        view = await hall.staff()
        here = next((one for one in view.doubtful if one.label == label), None)
        if here is None or here.door != "closed":
            return
        await hall.page.call(StaffRequestOpening(view.session, label, "clarification"))
        self.at_door = Person(label, None)
        refused = await hall.scanner.show(self.dice.choice((ANNA, OTTO)).text)
        if refused:
            self.counts[f"clarification {refused}"] += 1
            return
        while not await hall.plant.wait(label, open=True, timeout_ms=400):
            if (await hall.staff()).page != "open":
                return
        await hall.plant.pull(label)
        belongs = [deposit for deposit, order in self.truth.orders.items() if order in here.orders]
        for item in (await hall.plant.box(label)).contents:
            if item not in belongs:
                await hall.plant.take(label, item)
                self.truth.hands[item] = STAFF
                self.truth.left.discard(item)
        inside = (await hall.plant.box(label)).contents
        await hall.plant.close_door(label)
        self.at_door = None
        await hall.until_staff(lambda view: view.page == "report", f"asks what lies in {label}", 3.0)
        contents, end = ("envelope", "") if inside else ("empty", "")
        if belongs and not inside:
            holder = self.truth.hands.get(belongs[0])
            if holder is None:
                self.truth.violations.append(f"{belongs[0]} should lie in {label}, and nobody has it")
            end = "expected" if holder == STAFF else "collected_unconfirmed"
        await hall.page.call(StaffReport(view.session, contents, end))
        self.truth.left.difference_update(inside)
        self.counts["clarified"] += 1

    # --- what goes wrong by itself

    async def _accidents(self, hall: Hall, running: Callable[[], bool]) -> None:
        while running():
            await asyncio.sleep(self.dice.uniform(0.2, 2.0))
            with contextlib.suppress(PlantError, ConnectionError):
                await self._accident(hall)

    async def _accident(self, hall: Hall) -> None:
        box = self.dice.choice((await hall.plant.status()).compartments)
        draw = self.dice.random()
        if draw < 0.25:
            self.counts["doors that opened by themselves"] += 1
            await hall.plant.fault(box.compartment, "pops_open")
        elif draw < 0.45:
            await hall.plant.fault(box.compartment, "jam_once")
        elif draw < 0.55:
            self.counts["sensors that failed"] += 1
            await hall.plant.fault(box.compartment, "dead_sensor")
            await asyncio.sleep(self.dice.uniform(0.1, 1.0))
            await hall.plant.clear_fault(box.compartment, "dead_sensor")
        elif box.door != "closed" and (self.at_door is None or self.at_door.label != box.compartment):
            self._passer_by_closes(box)
            await hall.plant.close_door(box.compartment)

    def _passer_by_closes(self, box: BoxStatus) -> None:
        self._leaves_inside(box.contents, self.truth.walked_from.get(box.compartment, ()))

    # --- while nobody is there to decide

    def finish(self, plant: PlantClient) -> None:
        """The controller is dead. Who stands at an open door takes or puts, closes it or walks away; passers-by close
        doors; now and then one opens by itself.
        """
        person, self.at_door = self.at_door, None
        if person is not None and plant.box(person.label).door != "closed":
            self._finish_at_door(plant, person)
        for box in plant.status().compartments:
            if box.door != "closed" and self._perhaps(0.3):
                self._passer_by_closes(box)
                plant.close_door(box.compartment)
            elif box.door == "closed" and self._perhaps(0.01):
                plant.fault(box.compartment, "pops_open")
        for box in plant.status().compartments:
            if "dead_sensor" in box.faults and self._perhaps(0.7):
                plant.clear_fault(box.compartment, "dead_sensor")

    def _finish_at_door(self, plant: PlantClient, person: Person) -> None:
        label = person.label
        plant.pull(label)
        if person.slip is not None and self._perhaps(0.7):
            for item in plant.take(label):
                self._resident_has(item, person.slip)
        elif person.envelope in self.truth.hands and not plant.box(label).contents and self._perhaps(0.5):
            plant.put(label, person.envelope)
            del self.truth.hands[person.envelope]
        if person.slip is not None:
            self._leaves_inside(plant.box(label).contents, person.slip.deposits)
        if self._perhaps(0.7):
            plant.close_door(label)
