"""What the page's buttons send. Unknown names are refused."""

from __future__ import annotations

from typing import TypeVar

import msgspec


class Malformed(Exception):
    """A body is not what the page sends; the text says where."""


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Hold(_Body, frozen=True):
    """Hold something before the camera. ``what``: code, badge, order, page, text; ``name``: the right, the staff
    member, the deposit, the document or the text itself. ``on``: phone or slip. ``pose`` as in
    `simulator.scene.model.Pose`.
    """

    what: str
    name: str
    on: str = "phone"
    inverted: bool = False
    pose: dict[str, float] = {}


class Door(_Body, frozen=True):
    """``item`` to put in; ``fault`` to break or mend (empty: all); ``other``: the compartment it is swapped with."""

    item: str = ""
    fault: str = ""
    other: str = ""


class Board(_Body, frozen=True):
    """``on``: a bank's name or a port; ``action`` as `simulator.panel.boards.BoardPlugs.act` takes them."""

    on: str
    action: str


class Contact(_Body, frozen=True):
    """The mains go or come back (``power_fail``), the housing is opened or closed (``tamper``), headphones are put
    in.
    """

    name: str
    active: bool


class Thing(_Body, frozen=True):
    """Plug in or pull out: ``keypad``, ``loudspeaker``, ``headphones`` (sound cards), ``socket``."""

    name: str
    there: bool


class Gauge(_Body, frozen=True):
    """``temperature`` in thousandths of a degree, ``supply_voltage`` in mV; null: it cannot be read."""

    name: str
    value: int | None


class Insert(_Body, frozen=True):
    """Put a document into the card reader. ``forgery``: one of `simulator.card.scenario.Forgery`. ``pull_after``: it
    slips out after so many commands; 0: it stays.
    """

    document: str
    forgery: str = "none"
    slow: bool = False
    pull_after: int = 0


class Announce(_Body, frozen=True):
    order: str
    document_type: str
    size: str = "S"


class Issue(_Body, frozen=True):
    """``birth_date`` as YYYYMMDD or empty, ``pin`` or empty; ``surname`` and ``given_names`` as in a document."""

    deposits: list[str]
    name: str = ""
    language: str = "de"
    birth_date: str = ""
    pin: str = ""
    surname: str = ""
    given_names: str = ""


class Revoke(_Body, frozen=True):
    right: str


class Collect(_Body, frozen=True):
    right: str


class Load(_Body, frozen=True):
    deposits: list[str]


Wanted = TypeVar("Wanted", Hold, Door, Board, Contact, Thing, Gauge, Insert, Announce, Issue, Revoke, Collect, Load)
