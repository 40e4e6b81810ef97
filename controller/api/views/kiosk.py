"""What a resident's page shows."""

from __future__ import annotations

import msgspec

from controller.api.views.front import CompartmentView


class KioskView(msgspec.Struct, frozen=True):
    """What a resident's page shows now. No name, no document type: only compartments.

    ``page`` is a key of the pages (start, code_unknown, opening, take, …). ``session`` is the token that actions carry;
    empty on pages without a session. ``ends_in_ms`` is how long the page lasts, counted at the moment of the answer (0:
    it does not end by itself). ``number`` of ``total``: which of several envelopes. ``actions`` are the requests the
    page may offer, by name. ``help`` is how a call for help stands: empty (none can be made here), offered, pending,
    acknowledged or unstaffed; ``help_reference`` is what to say on the telephone. ``place`` names another site.
    ``languages`` are those that are offered here; empty: every one. ``orders``: which cases the person who looks at the
    document has before them (only ``staff_check``). ``headphones``: ``in`` or ``out`` of the box's socket; empty where
    no contact tells.
    """

    revision: int
    page: str
    session: str = ""
    language: str = "de"
    compartment: str = ""
    number: int = 0
    total: int = 0
    reference: str = ""
    tries_left: int = 0
    wait_s: int = 0
    date_wall_ms: int = 0
    ends_in_ms: int = 0
    warns_in_ms: int = 0
    declaration: str = ""
    actions: tuple[str, ...] = ()
    front: tuple[CompartmentView, ...] = ()
    simulated: bool = False
    help: str = ""
    help_reference: str = ""
    place: str = ""
    languages: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    headphones: str = ""
