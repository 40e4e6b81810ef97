"""Staff of a crash campaign: they log in, answer, load, and look into what is in doubt; truthfully."""

from __future__ import annotations

import asyncio
import contextlib

from controller.api import (
    ControlError,
    StaffAnswerLoading,
    StaffDropRequest,
    StaffLogin,
    StaffLogout,
    StaffObstructed,
    StaffReport,
    StaffRequestOpening,
    StaffView,
)
from simulator.crash_truth import ANNA, OTTO, STAFF, Person, Scene
from simulator.people import Hall, NotSoon
from simulator.preload import Badge


class Shift:
    """Who is on duty."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def work(self, hall: Hall) -> None:
        """Logs in, answers what is asked, loads, looks into what is in doubt."""
        view = await hall.staff()
        if not view.session:
            badge = self.scene.dice.choice((ANNA, OTTO))
            refused = await hall.scanner.show(badge.text)
            if refused:
                self.scene.counts[f"badge {refused}"] += 1
                return
            await self._type_pin(hall, badge)
            view = await hall.until_staff(lambda view: bool(view.session), "logged in", 3.0)
        for question in view.questions:
            await self._answer(hall, view, question.deposit, question.compartment)
        for _ in range(self.scene.dice.randrange(4)):
            await self._load_one(hall)
        view = await hall.staff()
        for doubtful in view.doubtful[: self.scene.dice.randrange(6)]:
            await self._clarify(hall, doubtful.label)
        if self.scene.perhaps(0.95):
            await hall.page.call(StaffLogout(view.session))

    async def _type_pin(self, hall: Hall, badge: Badge) -> None:
        if self.scene.perhaps(0.05):
            with contextlib.suppress(ControlError):
                await hall.page.call(StaffLogin("0000"))
        await hall.page.call(StaffLogin(badge.pin))

    async def _answer(self, hall: Hall, view: StaffView, deposit: str, label: str) -> None:
        """ "Is the envelope in A07?" The loader remembers."""
        await self._close(hall, label)
        inside = self.scene.truth.hands.get(deposit) is None
        await hall.page.call(StaffAnswerLoading(view.session, deposit, "yes" if inside else "no"))
        self.scene.counts["questions answered"] += 1

    async def _close(self, hall: Hall, label: str) -> None:
        """Closes a door that stands open, and waits until the box has seen it."""
        box = await hall.plant.box(label)
        if box.door != "closed":
            self.scene.passer_by_closes(box)
            await hall.plant.close_door(label)
            await asyncio.sleep(0.1)

    async def _load_one(self, hall: Hall) -> None:
        waiting = self.scene.truth.to_be_loaded()
        if not waiting:
            return
        item = self.scene.dice.choice(waiting)
        refused = await hall.scanner.show(self.scene.truth.orders[item], "code_128")
        if refused:
            self.scene.counts[f"order {refused}"] += 1
            return
        view = await hall.until_staff(
            lambda view: view.page in ("load_open", "show_badge"), "a compartment opens, or asks for a badge", 3.0
        )
        if view.page == "show_badge":
            # Only an old document would make room: this loader puts the envelope back on the pile.
            await hall.page.call(StaffDropRequest(view.session))
            self.scene.counts["swap declined"] += 1
            return
        label = view.compartment
        self.scene.at_door = Person(label, None, item)
        self.scene.truth.walked_from.pop(label, None)
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
            del self.scene.truth.hands[item]
        if self.scene.perhaps(0.1):
            await asyncio.sleep(self.scene.dice.uniform(0.05, 0.4))
        await hall.plant.close_door(label)
        self.scene.at_door = None
        await hall.until_staff(lambda view: view.page == "load_ready", "booked", 3.0)
        self.scene.counts["loaded"] += 1

    def _found(self, items: list[str], label: str) -> None:
        self.scene.counts["not empty"] += 1
        for item in set(items) - self.scene.truth.left:
            self.scene.truth.violations.append(f"{label} was allotted while {item} lay inside")

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
        await self._close(hall, label)
        view = await hall.staff()
        here = next((one for one in view.doubtful if one.label == label), None)
        if here is None or here.door != "closed":
            return
        await hall.page.call(StaffRequestOpening(view.session, label, "clarification"))
        await asyncio.sleep(0.005)  # a badge read in the very millisecond of the request does not count
        self.scene.at_door = Person(label, None)
        refused = await hall.scanner.show(self.scene.dice.choice((ANNA, OTTO)).text)
        if refused:
            self.scene.counts[f"clarification {refused}"] += 1
            return
        while not await hall.plant.wait(label, open=True, timeout_ms=400):
            if (await hall.staff()).page != "open":
                return
        await hall.plant.pull(label)
        belongs = [deposit for deposit, order in self.scene.truth.orders.items() if order in here.orders]
        for item in (await hall.plant.box(label)).contents:
            if item not in belongs:
                await hall.plant.take(label, item)
                self.scene.truth.hands[item] = STAFF
                self.scene.truth.left.discard(item)
        inside = (await hall.plant.box(label)).contents
        await hall.plant.close_door(label)
        self.scene.at_door = None
        await hall.until_staff(lambda view: view.page == "report", f"asks what lies in {label}", 3.0)
        contents, end = ("envelope", "") if inside else ("empty", "")
        if belongs and not inside:
            holder = self.scene.truth.hands.get(belongs[0])
            if holder is None:
                self.scene.truth.violations.append(f"{belongs[0]} should lie in {label}, and nobody has it")
            end = "expected" if holder == STAFF else "collected_unconfirmed"
        await hall.page.call(StaffReport(view.session, contents, end))
        self.scene.truth.left.difference_update(inside)
        self.scene.counts["clarified"] += 1
