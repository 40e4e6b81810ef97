"""A town whose document types ask for a document's chip or for a person who looks, and people with documents."""

from __future__ import annotations

from dataclasses import replace

from controller import api
from hal.wire.holder import spellings
from simulator.people import Hall
from simulator.people_chip import ChipReader
from simulator.preload import Envelope, Slip, new_code
from simulator.town import Town

_TYPE = """
[[types]]
name = "{name}"
factor = "{factor}"
declarations = []
holding_days = 28
reason = "to try it"
paragraph = "simulation"
legal_basis = "simulation"
approved_by = "the simulated town's data protection officer"
approved_on = 2026-11-22
"""
TYPES = "".join(
    _TYPE.format(name=name, factor=factor)
    for name, factor in (("ChipDokument", "emrtd"), ("OnlineDokument", "eid"), ("SichtDokument", "staff"))
)
ERIKA = ("Mustermann", "Erika", "12.08.1964")
MAX = ("Mustermann", "Max", "12.08.1964")
CAN = "500540"


def holder(person: tuple[str, str, str]) -> str:
    """As a reader writes the holder of this person's document."""
    surname, given, born = person
    day, month, year = born.split(".")
    return spellings(surname, given, year + month + day)[0]


def envelope(number: int, kind: str = "ChipDokument") -> Envelope:
    return Envelope(f"D{number}", f"AUF-{number:04}", kind)


def slip(number: int, person: tuple[str, str, str] = ERIKA) -> Slip:
    made = Slip(f"R{number}", new_code("P"), (f"D{number}",), birth_date=person[2])
    return replace(made, surname=person[0], given_names=person[1])


async def reader(of: Town, source: str = "desk") -> ChipReader:
    return await ChipReader.connect(of.sockets.paths["reader-eid"], source)


async def types_digits(people: Hall, digits: str = CAN) -> None:
    view = await people.until_kiosk("chip_can", "chip_can_wrong")
    await people.page.call(api.EnterFactor(view.session, view.revision, digits))


async def shows(people: Hall, of: Slip) -> None:
    refused = await people.scanner.show(of.text)
    assert not refused, refused
