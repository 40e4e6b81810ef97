"""The ways through the box that are counted: seconds and touches of a resident by second factor, seconds of a loader a
document. The journeys' tests walk them with infinitely fast hands, the benchmark with a person's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from simulator.preload import Badge, Envelope, Preload, Slip, new_code
from tests.e2e.journeys.person import PRACTISED, READ_S, Counted
from tests.e2e.journeys.stage import Stage, logs_in

LOADER = Badge("anna", new_code("B"), "4711", ("loader", "supervisor"))
BIRTH = "19901231"
PIN = "482951"


@dataclass(frozen=True)
class Flow:
    """One way: what has to lie inside, how it is walked, and at most how long it may take (s) a ``unit``."""

    what: Preload
    walk: Callable[[Stage], Awaitable[Counted]]
    most_s: float
    units: int = 1
    touches: int = 3


def one(document_type: str, *, birth_date: str = "", pin: str = "", language: str = "de") -> Preload:
    """An envelope ``D1`` that lies inside, and the slip ``R1`` of its holder."""
    slip = Slip("R1", new_code("P"), ("D1",), birth_date=birth_date, pin=pin, language=language)
    return Preload((), (slip,), (LOADER,), stored=(Envelope("D1", "AUF-0001", document_type),))


async def done(stage: Stage) -> Counted:
    """Says that everything is there; the end of the count."""
    person = stage.person
    await person.sees("confirm")
    await person.need(READ_S)
    await person.tap("confirmeverything")
    await person.sees("done")
    counted = person.end()
    await person.tap("dismiss")
    await person.sees("start")
    return counted


async def begins(stage: Stage, *pages: str) -> str:
    """Reads the start page, shows the code; what comes."""
    person = stage.person
    person.begin()
    await person.need(READ_S)
    return await person.shows(stage.hall.phone(stage.codes["R1"]), *pages)


async def no_factor(stage: Stage) -> Counted:
    """A code, a door, an envelope."""
    await begins(stage, "opening", "take")
    assert await stage.person.empties() == ["D1"]
    return await done(stage)


async def birth_date(stage: Stage) -> Counted:
    """The birth date besides."""
    await begins(stage, "birth")
    await stage.person.need(READ_S)
    await stage.person.type(f"{BIRTH[6:]}{BIRTH[4:6]}{BIRTH[:4]}")
    await stage.person.sees("opening", "take")
    assert await stage.person.empties() == ["D1"]
    return await done(stage)


async def pin(stage: Stage) -> Counted:
    """The pickup PIN besides."""
    await begins(stage, "pin")
    await stage.person.need(READ_S)
    await stage.person.type(PIN)
    await stage.person.sees("opening", "take")
    assert await stage.person.empties() == ["D1"]
    return await done(stage)


async def old_document(stage: Stage) -> Counted:
    """Birth date, and the old card into the compartment."""
    await begins(stage, "birth")
    await stage.person.need(READ_S)
    await stage.person.type(f"{BIRTH[6:]}{BIRTH[4:6]}{BIRTH[:4]}")
    await stage.person.sees("old_ask")
    await stage.person.need(READ_S)
    await stage.person.tap("declareold_documents-yes")
    await stage.person.sees("opening", "take_return")
    assert await stage.person.empties(leaves="old-card") == ["D1"]
    return await done(stage)


DOCUMENTS = 5


async def loading(stage: Stage) -> Counted:
    """Five envelopes in a row, without a touch."""
    person = stage.person
    await logs_in(stage, LOADER)
    person.begin()
    for number in range(1, DOCUMENTS + 1):
        await person.need(0.5 * PRACTISED)
        await person.shows(stage.hall.label(f"AUF-{number:04}"), "load_open")
        label = (await stage.hall.staff_page.look()).compartment
        await person.fills(label, f"D{number}")
        await person.sees("load_ready")
    return person.end()


def _loading() -> Preload:
    return Preload([Envelope(f"D{n}", f"AUF-{n:04}") for n in range(1, DOCUMENTS + 1)], (), (LOADER,))


FLOWS: dict[str, Flow] = {
    "no_factor": Flow(one("Personalausweis"), no_factor, 20),
    "birth_date": Flow(one("Reisepass", birth_date=BIRTH), birth_date, 30),
    "pin": Flow(one("Reiseausweis", pin=PIN), pin, 30),
    "old_document": Flow(one("eAT", birth_date=BIRTH), old_document, 40),
    "loading": Flow(_loading(), loading, 8, units=DOCUMENTS, touches=0),
}
