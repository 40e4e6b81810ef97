"""What the page's buttons send. Unknown names are refused."""

from __future__ import annotations

from typing import TypeVar

import msgspec


class Malformed(Exception):
    """A body is not what the page sends; the text says where."""


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Hold(_Body, frozen=True):
    """Hold something before the camera. ``what``: code, badge, order, text; ``name``: the right, the staff member, the
    deposit or the text itself. ``on``: phone or slip. ``pose`` as in `simulator.scene.model.Pose`.
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


class Announce(_Body, frozen=True):
    order: str
    document_type: str
    size: str = "S"


class Issue(_Body, frozen=True):
    """``birth_date`` as YYYYMMDD or empty, ``pin`` or empty."""

    deposits: list[str]
    name: str = ""
    language: str = "de"
    birth_date: str = ""
    pin: str = ""


class Revoke(_Body, frozen=True):
    right: str


class Collect(_Body, frozen=True):
    right: str


class Load(_Body, frozen=True):
    deposits: list[str]


Wanted = TypeVar("Wanted", Hold, Door, Announce, Issue, Revoke, Collect, Load)
