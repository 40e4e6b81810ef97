"""Everything the page shows, as one JSON object that is made anew when something changed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec

from hal.profile import ClosedLevel, Profile
from simulator.panel.boards import BoardPlugs
from simulator.panel.card_reader import PanelCardReader, shown
from simulator.panel.robots import Robots
from simulator.panel.sources import LogTail, Office, PlantWatch, Supervisor
from simulator.pickup_codes import spoken
from simulator.plant.protocol import BoxStatus
from simulator.townsfolk import People, read_people

_LOOK_EVERY_S = 0.4
_SETTLE_S = 0.03


class PanelState:
    """Gathers, compares, and rings the bells of whoever shows it. One event loop; `run` is its task."""

    def __init__(self, town: Path, profile: Profile, plant: PlantWatch, office: Office, supervisor: Supervisor) -> None:
        self._town = town
        self._places = {each.label: each for each in profile.compartments}
        # Contacts close to ground or not, as the board wants it: the page is told what they say, not their level.
        self._closed = {
            each.label: int(profile.closed_level(profile.sensor_wire(each).bank) is ClosedLevel.HIGH)
            for each in profile.compartments
        }
        self._plant = plant
        self._office = office
        self._supervisor = supervisor
        self._log = LogTail(town / "data" / "log.db")
        self._nudge = asyncio.Event()
        self.robots: Robots | None = None
        self.card_reader: PanelCardReader | None = None
        self.boards: BoardPlugs | None = None
        self.hand: list[str] = []
        """What the person in front of the box has in the hand."""
        self.codes: dict[str, dict[str, Any]] = {}
        """By right, with its token, which stays on this side."""
        self.text = "{}"
        self.bells: set[asyncio.Event] = set()

    def people(self) -> People:
        """Read each time: the demo writes the file, and so does `office`."""
        return read_people(self._town)

    def changed(self) -> None:
        """Something happened that the page should show soon."""
        self._nudge.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._nudge.clear()
            text = json.dumps(await self.gather(), ensure_ascii=False)
            if text != self.text:
                self.text = text
                for bell in self.bells:
                    bell.set()
            try:
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._nudge.wait()
                # A door that springs open is several changes at once.
                await asyncio.sleep(_SETTLE_S)
            except TimeoutError:
                pass  # nobody said anything: the others are asked again

    async def gather(self) -> dict[str, Any]:
        """What stands now."""
        overview, processes, log, boards = await asyncio.gather(
            self._office.overview(), self._supervisor.processes(), asyncio.to_thread(self._log.read), self._boards()
        )
        status = self._plant.status
        people = self.people()
        self.codes = {code["right"]: code for code in overview.get("codes", ())}
        inside = {item: box.compartment for box in (status.compartments if status else ()) for item in box.contents}
        boxes = list(overview.get("boxes", {}).values())
        robots = self.robots
        return {
            "compartments": [self._compartment(box) for box in status.compartments] if status else [],
            "camera": _camera(status.scene.scene if status else None, status.scene.revision if status else -1),
            "hand": self.hand,
            "tones": status.tones if status else 0,
            "around": {
                "contacts": status.contacts if status else {},
                "gauges": status.gauges if status else {},
                "lights": status.lights if status else {},
                "things": status.things if status else {},
            },
            "processes": processes,
            "central": {
                "there": bool(overview),
                "connected": overview.get("connected", False),
                "online": any(box["online"] for box in boxes),
                "last_seq": max((box["last_seq"] for box in boxes), default=0),
                "faults": [fault.get("code", "") for box in boxes for fault in box["faults"]],
            },
            "codes": [self._code(code, people) for code in self.codes.values()],
            "letters": [
                {
                    **msgspec.to_builtins(letter),
                    "where": inside.get(letter.deposit, self._where(letter.deposit)),
                }
                for letter in people.letters
            ],
            "staff": [{"id": member.id, "pin": member.pin, "roles": member.roles} for member in people.staff],
            "robots": {"busy": robots is not None and robots.busy, "said": list(robots.said) if robots else []},
            "card_reader": self.card_reader.state if self.card_reader is not None else {"there": False},
            "documents": [shown(document) for document in people.documents],
            "boards": boards,
            "log": log,
        }

    async def _boards(self) -> dict[str, Any]:
        return await self.boards.state() if self.boards is not None else {"boards": [], "ports": []}

    def _where(self, deposit: str) -> str:
        if deposit in self.hand:
            return "hand"
        ended = [code for code in self.codes.values() if deposit in code["deposits"] and code["state"] == "spent"]
        return "collected" if ended else ""

    def _compartment(self, box: BoxStatus) -> dict[str, Any]:
        place = self._places[box.compartment]
        return {
            **msgspec.to_builtins(box),
            "says_open": box.sensor is not None and box.sensor != self._closed[box.compartment],
            "column": place.column,
            "row": place.row,
            "size": place.size.value,
        }

    @staticmethod
    def _code(code: dict[str, Any], people: People) -> dict[str, Any]:
        who = people.resident(code["right"])
        return {
            "right": code["right"],
            "deposits": code["deposits"],
            "language": code["language"],
            "state": code["state"],
            "number": spoken(code["number"]),
            "name": who.name if who else code["right"],
            "birth_date": who.birth_date if who else "",
            "pin": who.pin if who else "",
        }


def _camera(scene: dict[str, Any] | None, revision: int) -> dict[str, Any]:
    """Without the text: a code that is shown is nobody's business but the reader's."""
    kind = (scene or {}).get("kind", "nothing")
    return {"revision": revision, "kind": kind}
