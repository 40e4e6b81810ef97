"""The story's part about boards: the technician opens a door on each kind of board that the cabinet has, a plug is
pulled, and what hangs on the other boards goes on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hal.profile import Bank, Compartment, GpioBank, KerongBank, Mcp23017Bank, Profile, WaveshareBank
from simulator.boards.cabinet import line_of
from simulator.boards.client import BoardsClient
from simulator.boards.faults import PortFault
from simulator.browser import Page
from simulator.central import CentralClient
from simulator.story_check import StoryFailed
from simulator.visitors import Hall

Say = Callable[[str], None]

Faults = frozenset[tuple[str, str]]
"""Code and subject of each."""

NOTICED_WITHIN_S = 30.0
"""That is patience with a busy machine; how long it took is said."""
OF_BOARDS = ("port_gone", "board_silent", "board_noise")


def one_of_each(profile: Profile) -> list[Compartment]:
    """The first compartment of every way in which this cabinet's compartments are wired: by the kind of board that
    drives the lock, that board's supply and size, and the kind of board that the contact is on.
    """
    found: dict[tuple[str, ...], Compartment] = {}
    for each in profile.compartments:
        contact = profile.sensor_wire(each).bank
        beside = contact == profile.lock_wire(each).bank
        found.setdefault((*_sort(profile.bank_of(each.label)), "" if beside else contact), each)
    return list(found.values())


def _sort(bank: Bank) -> tuple[str, ...]:
    match bank:
        case GpioBank():
            return ("the computer's pins", bank.supply)
        case KerongBank():
            return (f"a CU{bank.locks}", bank.supply)
        case WaveshareBank():
            return (f"a board of {bank.relays} relays", bank.supply)
        case Mcp23017Bank():
            return ("an expander", bank.supply)


def lines(profile: Profile) -> dict[str, list[Compartment]]:
    """The first line of each kind of board → the compartments of which lock or contact hang on it."""
    found: dict[type, str] = {}
    for bank in profile.banks:
        if not isinstance(bank, GpioBank):
            found.setdefault(type(bank), line_of(bank))
    return {line: [each for each in profile.compartments if line in _ends(profile, each)] for line in found.values()}


def _ends(profile: Profile, compartment: Compartment) -> set[str]:
    """The lines on which a compartment's lock and contact are."""
    banks = {bank.name: bank for bank in profile.banks}
    ends = {banks.get(wire.bank) for wire in (profile.lock_wire(compartment), profile.sensor_wire(compartment))}
    return {line_of(bank) for bank in ends if bank is not None and not isinstance(bank, GpioBank)}


def column(profile: Profile, compartment: Compartment) -> int:
    """Which of the front's columns it is in, from 0 on the left."""
    return sorted({each.column for each in profile.compartments}).index(compartment.column)


async def every_board(hall: Hall, profile: Profile, say: Say) -> None:
    """A technician, logged in, opens a door on each. Raises what the people raise."""
    for each in one_of_each(profile):
        began = time.monotonic()
        await hall.test_lock(each.label, column(profile, each))
        board, supply = _sort(profile.bank_of(each.label))
        contact = profile.sensor_wire(each).bank
        beside = "" if contact == profile.lock_wire(each).bank else f", its contact on {contact}"
        took = time.monotonic() - began
        say(f"technician: {each.label} opened and closed; {board}, supply {supply}{beside} ({took:.1f} s)")


@dataclass(frozen=True, slots=True)
class Plugs:
    """The plugs of a cabinet's boards, and who hears of it when one is pulled."""

    hall: Hall
    central: CentralClient
    box: str
    profile: Profile
    control: Path
    say: Say

    async def pull_one_of_each(self) -> None:
        """Of a line of each kind of board: it is pulled and put back, a technician being logged in. Raises
        `StoryFailed`, and what the people raise.
        """
        if not lines(self.profile):
            self.say("this cabinet has no board but the computer's own: there is no plug to pull")
        for line, lost in lines(self.profile).items():
            await self._pull(line, lost)

    async def _pull(self, line: str, lost: list[Compartment]) -> None:
        began = time.monotonic()
        await asyncio.to_thread(_unplug, self.control, line)
        on_page, at_central = await self._until_heard(_faults(self.profile, line), began)
        self.say(
            f"the plug of {line} is pulled: on the technician's page after {on_page:.1f} s, at the central system"
            f" after {at_central:.1f} s; {len(lost)} of {len(self.profile.compartments)} compartments are lost"
        )
        for other in [each for each in one_of_each(self.profile) if each not in lost][-1:]:
            await self.hall.test_lock(other.label, column(self.profile, other))
            self.say(f"meanwhile {other.label} opens as ever")
        began = time.monotonic()
        await asyncio.to_thread(_put_back, self.control, line)
        on_page, _ = await self._until_heard(frozenset(), began)
        await self.hall.test_lock(lost[0].label, column(self.profile, lost[0]))
        self.say(f"the plug is back: the fault is over after {on_page:.1f} s, and {lost[0].label} opens again")

    async def _until_heard(self, wanted: Faults, began: float) -> tuple[float, float]:
        """The seconds since ``began`` until these are the boards' faults on the technician's page, and at the central
        system.
        """
        return await asyncio.gather(self._until_page(wanted, began), self._until_central(wanted, began))

    async def _until_page(self, wanted: Faults, began: float) -> float:
        what = f"page with {_words(wanted)}"
        await self.hall.technician_page.until(lambda page: _shows(page, wanted), what, NOTICED_WITHIN_S)
        return time.monotonic() - began

    async def _until_central(self, wanted: Faults, began: float) -> float:
        while True:
            heard = (await self.central.status())["boxes"][self.box]["faults"]
            if {(each["code"], each["subject"]) for each in heard if each["code"] in OF_BOARDS} == wanted:
                return time.monotonic() - began
            if time.monotonic() - began > NOTICED_WITHIN_S:
                raise StoryFailed(f"the central system hears of {heard}, not of {_words(wanted)}")
            await asyncio.sleep(0.05)


def _faults(profile: Profile, line: str) -> Faults:
    """What a box says when a line is gone. A bus is the computer's own and stays; its chips fall silent."""
    chips = [bank.name for bank in profile.banks if isinstance(bank, Mcp23017Bank) and line_of(bank) == line]
    return frozenset(("board_silent", name) for name in chips) or frozenset([("port_gone", line)])


def _shows(page: Page, wanted: Faults) -> bool:
    if not wanted:
        return page.name == "technician" and not any(code in page.words for code in OF_BOARDS)
    return all(f"{subject} {code}" in page.words for code, subject in wanted)


def _words(wanted: Faults) -> str:
    return ", ".join(f"{code} of {subject}" for code, subject in sorted(wanted)) or "no fault of a board"


def _unplug(control: Path, line: str) -> None:
    with BoardsClient(control) as boards:
        boards.port_fault(line, PortFault.UNPLUGGED)


def _put_back(control: Path, line: str) -> None:
    with BoardsClient(control) as boards:
        boards.mend(line)
