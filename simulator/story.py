"""The whole story of one box, played by itself: from an empty data directory to a log that verifies.

Every step uses what a person or an office would use: the installed commands, the camera, the pages, the doors, the
central system's desk. What has to be true is checked; a step that finds it is not raises `StoryFailed`.
"""

from __future__ import annotations

import asyncio
import base64
import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import qrcode

from controller.api import GetStatus, connected
from hal.profile import load_profile
from simulator import story_boards, story_passports
from simulator.boards.client import CONTROL
from simulator.central import CentralClient
from simulator.demo_provision import add_staff, verify_log
from simulator.demo_town import DemoTown
from simulator.plant.ledger import CoilPulse
from simulator.story_check import StoryFailed, check
from simulator.townsfolk import People, write_people
from simulator.visitors import Hall, read_card

STRANGER = "https://musterstadt.example/veranstaltungen/ticket?nr=20261122"
NOBODYS_CODE = "ABHOLFACH-P-" + "A" * 26
LETTERS = {"D-1": "PA-2026-0001", "D-2": "PA-2026-0002", "D-3": "PA-2026-0003", "D-4": "PA-2026-0004"}
NOT_LOADED = ("D-9", "PA-2026-0009")


@dataclass
class Story:
    """Plays on a town that was not started yet. ``say`` gets a line for each step."""

    demo: DemoTown
    say: Callable[[str], None]
    people: People = field(default_factory=People)
    codes: dict[str, str] = field(default_factory=dict)
    badge: str = ""
    pin: str = ""

    async def play(self) -> str:
        """The summary. Raises `StoryFailed` and what the people and processes raise."""
        await self._begin()
        async with (
            CentralClient(self.demo.central_socket) as central,
            Hall(self.demo.town.plant_socket, lambda: self.demo.pages_address) as hall,
        ):
            await self._office(central)
            await self._boards(hall, central)
            await self._loading(hall)
            await self._first_pickup(hall)
            await self._wrong_codes(hall)
            await self._passports(hall)
            await self._without_broker(hall, central)
            await self._killed_in_the_middle(hall)
            await self._clarification(hall)
            await self._central_has_all(central)
            summary = await self._accounts(hall)
        await self._end()
        return summary

    # --- before anybody comes -----------------------------------------------------------------------------------------

    async def _begin(self) -> None:
        await self.demo.start()
        count = len(self.demo.status())
        if self.demo.town.card_reader is not None:
            await asyncio.to_thread(self.demo.town.card_reader.wait_for_line, "INFO card_readers: ok")
        self.say(f"provisioned, and {count} processes run; the pages are at {self.demo.pages_address}")
        await asyncio.to_thread(add_staff, self.demo.town, self.people)
        write_people(self.demo.root, self.people)
        anna = self.people.member("anna")
        self.badge, self.pin = read_card(Path(anna.badge)), anna.pin
        self.say(f"abholfach-provision made badges for {' and '.join(member.id for member in self.people.staff)}")

    @property
    def _letters(self) -> dict[str, str]:
        return (
            LETTERS
            if self.demo.town.card_reader is None
            else LETTERS | {story_passports.DEPOSIT: story_passports.ORDER}
        )

    async def _office(self, central: CentralClient) -> None:
        box = self.demo.town.box
        if self.demo.town.card_reader is not None:
            self.codes["R-chip"] = await story_passports.office(central, box)
        for deposit, order in (*LETTERS.items(), NOT_LOADED):
            answer = await central.announce(deposit, [order], ["Personalausweis"], box=box)
            check(answer["result"] == "done", f"the box refused the order {order}: {answer['code']}")
        for right, deposits, language in (
            ("R-one", ["D-1"], "de"),
            ("R-two", ["D-2", "D-3"], "en"),
            ("R-cut", ["D-4"], "de"),
            ("R-later", [NOT_LOADED[0]], "de"),
        ):
            answer = await central.issue_right(deposits, right=right, language=language, box=box)
            check(answer["result"] == "done", f"the box refused the right {right}: {answer['code']}")
            self.codes[right] = answer["token"]
        self.say(f"central system: {len(self._letters) + 1} orders announced, {len(self.codes)} pickup codes issued")

    async def _boards(self, hall: Hall, central: CentralClient) -> None:
        town = self.demo.town
        profile, ben = load_profile(town.config / "cabinet.toml"), self.people.member("ben")
        await hall.kiosk.until_page("start")
        await hall.log_in(read_card(Path(ben.badge)), ben.pin)
        await story_boards.every_board(hall, profile, self.say)
        plugs = story_boards.Plugs(hall, central, town.box, profile, town.ports / CONTROL, self.say)
        await plugs.pull_one_of_each()
        await hall.log_out()

    # --- people -------------------------------------------------------------------------------------------------------

    async def _loading(self, hall: Hall) -> None:
        await hall.log_in(self.badge, self.pin)
        self.say("staff: badge held to the camera, PIN typed, logged in")
        for deposit, order in self._letters.items():
            began = time.monotonic()
            label = await hall.load(order, deposit)
            self.say(f"staff: {order} scanned, {label} opened, envelope in, booked ({time.monotonic() - began:.1f} s)")
        await hall.log_out()
        self.say("staff: logged out; the screen shows the start page")

    async def _first_pickup(self, hall: Hall) -> None:
        began = time.monotonic()
        taken = await hall.collect(hall.phone(self.codes["R-one"]), say=self.say)
        check(taken == ["D-1"], f"the first resident took {taken}")
        self.say(f"resident: phone shown, envelope taken, confirmed, done ({time.monotonic() - began:.1f} s)")

    async def _wrong_codes(self, hall: Hall) -> None:
        for what, text, expected in (
            ("a code whose envelope is not there yet", self.codes["R-later"], "not_yet"),
            ("a ticket's QR code", STRANGER, "code_foreign"),
            ("a code that nobody issued", NOBODYS_CODE, "code_unknown"),
            ("the code of before once more", self.codes["R-one"], "collected"),
        ):
            page = await hall.show(hall.phone(text), expected)
            self.say(f"{what}: »{page.headline}« – nothing opens")
        await hall.kiosk.tap((await hall.kiosk.look()).form("dismiss"))

    async def _passports(self, hall: Hall) -> None:
        if self.demo.town.card_reader is None:
            self.say("no card reader on this machine: nobody lays down a passport")
            return
        await story_passports.play(hall, self.codes["R-chip"], self.demo.town.cards.connect, self.say)

    async def _without_broker(self, hall: Hall, central: CentralClient) -> None:
        await self.demo.kill("broker")
        self.say("the broker is killed: no network from now on")
        taken = await hall.collect(hall.phone(self.codes["R-two"]), say=self.say)
        check(taken == ["D-2", "D-3"], f"the second resident took {taken}")
        self.say("resident: two envelopes from two compartments with one code, in English, without a network")
        before = (await central.status())["boxes"][self.demo.town.box]["last_seq"]
        check(before < self._last_seq(), "the central system has events that it cannot have")
        await self.demo.start_broker()
        event = await central.wait("RightEnded", match={"right": "R-two"}, since=before, box=self.demo.town.box)
        self.say(f"the broker is back: event {event['seq']} arrived, as did all before it")

    async def _killed_in_the_middle(self, hall: Hall) -> None:
        await hall.hold(_picture(self.codes["R-cut"]))
        page = await hall.kiosk.until_page("opening", "take")
        await hall.take_away()
        label = page.compartment
        self.say(f"a PNG picture of a code is enough: »{page.headline}«")
        await hall.pull(label)
        await hall.kiosk.until_page("take")
        await self.demo.kill("controller")
        self.say(f"the controller is killed with SIGKILL while door {label} stands open")
        check(await hall.plant.take(label) == ["D-4"], f"the envelope was not in {label}")
        page = await hall.kiosk.until_page("close")
        self.say(f"after the restart the screen says: »{page.headline}«")
        await hall.plant.close_door(label)
        end = await self._how_it_ended("D-4")
        check(end == "collected_unconfirmed", f"settled as {end}")
        self.say(f"door closed; settled as {end}, and {label} stays shut until somebody has looked")

    async def _clarification(self, hall: Hall) -> None:
        page = await hall.show(hall.phone(self.codes["R-cut"]), "collected", "counter", "not_yet", "opening")
        check(page.name != "opening", "a code opened a second time after the settlement")
        await hall.log_in(self.badge, self.pin)
        page = await hall.staff_page.look("clarification")
        requests = [form for form in page.forms if form.action.endswith("/request_opening")]
        check(len(requests) == 1, f"{len(requests)} compartments are in doubt, not one")
        label = requests[0].fields["compartment"]
        inside = await hall.look_into(label, self.badge)
        check(inside == [], f"{inside} still lies in {label}")
        await hall.report("empty")
        await hall.log_out()
        self.say(f"staff: looked into {label} with a badge for just that; it is empty and in use again")

    # --- accounts -----------------------------------------------------------------------------------------------------

    async def _central_has_all(self, central: CentralClient) -> None:
        deadline = time.monotonic() + 20
        while True:
            last = self._last_seq()
            seen = (await central.status())["boxes"][self.demo.town.box]
            acknowledged = await self._acknowledged()
            if seen["last_seq"] == last == acknowledged:
                break
            if time.monotonic() > deadline:
                raise StoryFailed(f"central has {seen['last_seq']}, acknowledged {acknowledged}, of {last} events")
            await asyncio.sleep(0.1)
        check(not seen["alarms"], f"the central system raised alarms: {seen['alarms']}")
        self.say(f"central system: all {last} events are there, their chain is whole, and the box knows it")

    async def _accounts(self, hall: Hall) -> str:
        """Compares what the plant saw with what the log says."""
        ledger = await hall.plant.ledger()
        pulses = [entry for entry in ledger.entries if isinstance(entry, CoilPulse)]
        authorised = [event["data"]["compartment"] for event in self._events("UnlockAuthorised")]
        check([pulse.compartment for pulse in pulses] == authorised, "pulses and authorisations differ")
        check(all(most == 1 for most in ledger.most_coils.values()), "two coils drew current at a time")
        inside = [item for box in (await hall.plant.status()).compartments for item in box.contents]
        check(inside == [], f"something was left inside: {inside}")
        ends = [event["data"]["end"] for event in self._events("DepositEnded")]
        check(len(ends) == len(self._letters), f"{len(ends)} of {len(self._letters)} deposits ended")
        longest = max(pulse.end_ms - pulse.start_ms for pulse in pulses)
        return (
            f"{self._last_seq()} events · {len(ends)} envelopes collected · {len(pulses)} pulses for"
            f" {len(authorised)} authorisations, the longest {longest:.0f} ms"
        )

    async def _end(self) -> None:
        code = await self.demo.stop_box()
        check(code == 0, f"the controller ended with {code}")
        await self.demo.stop()
        self.say("everything is stopped; no process is left")
        self.say(await asyncio.to_thread(verify_log, self.demo.town))

    def _events(self, type: str) -> list[dict[str, Any]]:
        rows = self.demo.town.query("SELECT body FROM events ORDER BY seq")
        events = [msgspec.json.decode(row[0]) for row in rows if isinstance(row[0], bytes | str)]
        return [event for event in events if event["type"] == type]

    async def _how_it_ended(self, deposit: str) -> str:
        for _ in range(200):
            for event in self._events("DepositEnded"):
                if event["data"]["deposit"] == deposit:
                    return str(event["data"]["end"])
            await asyncio.sleep(0.05)
        return "nothing yet"

    def _last_seq(self) -> int:
        return int(str(self.demo.town.query("SELECT max(seq) FROM events")[0][0]))

    async def _acknowledged(self) -> int:
        """What the box itself says over its admin socket."""
        async with connected(str(self.demo.town.sockets.paths["admin"])) as client:
            return (await client.call(GetStatus())).central_acknowledged_seq


def _picture(text: str) -> dict[str, Any]:
    """A PNG of a code, as somebody would drop it into the panel."""
    stream = io.BytesIO()
    qrcode.make(text).save(stream)
    return {"kind": "picture", "data": base64.b64encode(stream.getvalue()).decode("ascii")}
