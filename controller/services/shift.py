"""What was done between a login and a logout: kept while it goes on, shown once, then forgotten.

By order and compartment, so that the pile on the table can be checked against it; whose work it was is not in it, and
nothing of it is in the log but the bookings themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from controller.domain import events as ev
from controller.domain.moment import Moment
from controller.ports import ShiftItem, ShiftReport
from controller.services.actor import Actor
from controller.services.front import Front

#: How long the report stands when nobody puts it away.
SHOWN_MS = 60_000
MOST_LINES = 500

#: Refusals after which the envelope stays on the table.
ASIDE = frozenset({"load_unknown", "load_held", "load_duplicate", "load_other_site", "load_full", "no_larger"})
TAKEN = frozenset({"recalled", "handed_over_at_counter"})


class ShiftBook:
    """Follows a staff session. One event loop."""

    def __init__(self, actor: Actor, front: Front) -> None:
        self._actor = actor
        self._front = front
        self._stored: dict[str, ShiftItem] = {}
        self._taken: dict[str, ShiftItem] = {}
        self._aside: dict[str, ShiftItem] = {}
        #: Orders of the envelopes behind the door that is being opened: they leave the books with their envelope.
        self._orders: dict[str, tuple[str, ...]] = {}
        self._loading = ""
        front.on_staff_refusal(self._refused)
        actor.on_event(self._happened)

    def _forget(self) -> None:
        for kept in (self._stored, self._taken, self._aside):
            kept.clear()
        self._orders = {}
        self._loading = ""

    def _refused(self, code: str, details: Mapping[str, str | int]) -> None:
        order = str(details.get("order", ""))
        if code in ASIDE and order and len(self._aside) < MOST_LINES:
            self._aside[order] = ShiftItem(order, str(details.get("compartment", "")), code)

    def _happened(self, event: ev.Event, at: Moment) -> None:
        match event:
            case ev.StaffLoggedIn():
                self._forget()
                self._front.show(replace(self._front.state, shift=None))
            case ev.UnlockAuthorised() if event.purpose != "pickup":
                self._loading = event.deposit if event.purpose == "loading" else ""
                self._orders = self._orders_behind(event.compartment, event.deposit)
            case ev.SwapBegun():
                self._loading = event.deposit
                self._orders |= self._orders_behind("", event.deposit)
            case ev.DepositStored() if event.deposit == self._loading:
                for order in self._orders.get(event.deposit, ()):
                    self._stored[order] = ShiftItem(order, event.compartment, "stored")
                    self._aside.pop(order, None)
            case ev.DepositReturnedToExpected():
                for order in self._orders.get(event.deposit, ()):
                    self._stored.pop(order, None)
            case ev.DepositEnded() if event.end in TAKEN:
                for order in self._orders.get(event.deposit, ()):
                    self._taken[order] = ShiftItem(order, event.compartment, event.end)
            case ev.StaffLoggedOut():
                self._end(at)
            case _:
                pass

    def _orders_behind(self, compartment: str, deposit: str) -> dict[str, tuple[str, ...]]:
        box = self._actor.box
        inside = box.compartments[compartment].deposits if compartment else ()
        return {name: box.deposits[name].orders for name in (*inside, deposit) if name in box.deposits}

    def _end(self, at: Moment) -> None:
        if self._stored or self._taken or self._aside:
            report = ShiftReport(
                at.wall_ms,
                at.mono_ms + SHOWN_MS,
                tuple(self._stored.values()),
                tuple(self._taken.values()),
                tuple(self._aside.values()),
            )
            self._front.show(replace(self._front.state, shift=report))
        self._forget()
