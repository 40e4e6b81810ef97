"""Who lives in the simulated town: staff with their badges and PINs, residents and what they have in their heads.

Kept in ``people.json`` beside the box, never in it: a box knows hashes and pseudonyms, these are the people. The codes
of the residents' slips are the central system's.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from simulator.card.scenario import Scenario

NAME = "people.json"


class StaffMember(msgspec.Struct, frozen=True):
    """``badge`` is the file of the printed card, ``password`` the one for the office's pages."""

    id: str
    pin: str
    roles: tuple[str, ...]
    badge: str
    password: str = ""


class Resident(msgspec.Struct, frozen=True):
    """Holder of the right ``right``. ``birth_date`` is YYYYMMDD. ``surname`` and ``given_names`` as in their documents,
    where the right asks for one.
    """

    right: str
    name: str
    deposits: tuple[str, ...]
    birth_date: str = ""
    pin: str = ""
    surname: str = ""
    given_names: str = ""


class OwnedDocument(msgspec.Struct, frozen=True):
    """A passport or card that somebody carries. ``right``: whose, where they collect something."""

    id: str
    title: str
    scenario: Scenario
    right: str = ""


class Letter(msgspec.Struct, frozen=True):
    """An envelope: its deposit, the order's barcode on it, and the type of document inside."""

    deposit: str
    order: str
    document_type: str


class People(msgspec.Struct):
    """Everybody. ``letters`` are all envelopes that were ever announced, wherever they are; ``documents`` what
    people carry in their pockets."""

    staff: list[StaffMember] = []
    residents: list[Resident] = []
    letters: list[Letter] = []
    documents: list[OwnedDocument] = []

    def member(self, id: str) -> StaffMember:
        """Raises ``KeyError``."""
        for member in self.staff:
            if member.id == id:
                return member
        raise KeyError(id)

    def resident(self, right: str) -> Resident | None:
        return next((each for each in self.residents if each.right == right), None)

    def document(self, id: str) -> OwnedDocument | None:
        return next((each for each in self.documents if each.id == id), None)

    def carried_by(self, right: str) -> OwnedDocument | None:
        """What the holder of ``right`` carries: it is known whose it is, or it bears the name of the right's holder."""
        who = self.resident(right)
        names = (who.surname, who.given_names) if who is not None and who.surname else None
        for each in self.documents:
            holder = each.scenario.holder
            if each.right == right or (holder.primary, holder.given) == names:
                return each
        return None

    def letter(self, deposit: str) -> Letter | None:
        return next((each for each in self.letters if each.deposit == deposit), None)


def read_people(root: Path) -> People:
    """The people of the town at ``root``; nobody when it is new. Raises ``msgspec.DecodeError``."""
    file = root / NAME
    return msgspec.json.decode(file.read_bytes(), type=People) if file.exists() else People()


def write_people(root: Path, people: People) -> None:
    """Atomically, and readable by its owner only: PINs and birth dates are in it."""
    fresh = root / f".{NAME}.{os.getpid()}"
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(people)))
    fresh.replace(root / NAME)
