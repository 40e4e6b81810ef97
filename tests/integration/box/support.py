"""A town for tests: provisioned, started, filled; and what a bystander can see of it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from controller.api import Confirm, ControlClient
from simulator.first_start import first_start
from simulator.people import Hall
from simulator.plant.ledger import CoilPulse
from simulator.preload import Badge, Envelope, Preload, Slip, new_code, preload
from simulator.processes import Process
from simulator.town import ALWAYS_OPEN, DEFAULT_PROFILE, Town

ANNA = Badge("anna", new_code("B"), "4711", ("loader", "supervisor"))
BERTA = Badge("berta", new_code("B"), "0815", ("loader",))
TOM = Badge("tom", new_code("B"), "1234", ("technician",))
STAFF = (ANNA, BERTA, TOM)


def envelopes(count: int, document_type: str = "Personalausweis") -> list[Envelope]:
    """``D0`` … with the orders ``AUF-0000`` …"""
    return [Envelope(f"D{number}", f"AUF-{number:04}", document_type) for number in range(count)]


def slips(count: int, **extra: Any) -> list[Slip]:
    """A slip for each envelope: ``R0`` for ``D0`` …"""
    return [Slip(f"R{number}", new_code("P"), (f"D{number}",), **extra) for number in range(count)]


@contextmanager
def town(
    what: Preload | None = None,
    *,
    start: bool = True,
    calendar: Path = ALWAYS_OPEN,
    broker_port: int = 0,
    heartbeat: bool = False,
    more_types: str = "",
    profile: str = DEFAULT_PROFILE,
) -> Iterator[Town]:
    """A box with its cabinet; the controller has run once (so that plan and policies are in force) and, with ``start``,
    runs now. It is always open and staffed unless another calendar is given. ``more_types``: document types (TOML)
    beside the town's own. ``profile``: a shipped cabinet's name, or a file.
    """
    root = Path(tempfile.mkdtemp(prefix="town-"))
    made = Town(root, heartbeat=heartbeat, profile=profile)
    try:
        made.provision(broker_port, calendar=calendar)
        with (made.config / "policies.toml").open("a", encoding="utf-8") as policies:
            policies.write(more_types)
        made.start_plant()
        if what is not None or not start:
            first_start(made.config / "abholfach.toml")
            preload(made.data, what or Preload())
        if start:
            made.start_controller()
        yield made
    finally:
        made.stop()
        shutil.rmtree(root)


@asynccontextmanager
async def hall(of: Town) -> AsyncIterator[Hall]:
    async with Hall(of.sockets.paths, of.plant_socket) as made:
        yield made


@asynccontextmanager
async def page(of: Town, role: str = "ui") -> AsyncIterator[ControlClient]:
    client = await ControlClient.connect(str(of.sockets.paths[role]))
    try:
        yield client
    finally:
        await client.close()


async def load(people: Hall, badge: Badge, *items: Envelope) -> list[str]:
    """Loads ``items`` and logs out; the compartments."""
    await people.log_in(badge)
    labels = [await people.load(item.order, item.deposit) for item in items]
    await people.log_out()
    return labels


async def finish(people: Hall, choice: str = "everything") -> None:
    """The person in front of an opening door takes everything, closes it and says ``choice``."""
    view = await people.until_kiosk("opening", "take")
    await people.take(view.compartment)
    view = await people.until_kiosk("confirm")
    await people.page.call(Confirm(view.session, view.revision, choice))


def events(of: Town, *names: str) -> list[dict[str, Any]]:
    """The log as a bystander reads it: ``{"seq", "type", "data"}``, those named only."""
    found = [json.loads(str(bytes(body), "utf-8") if isinstance(body, bytes) else str(body)) for (body,) in rows(of)]
    return [event for event in found if not names or event["type"] in names]


def rows(of: Town) -> list[tuple[object, ...]]:
    return of.query("SELECT body FROM events ORDER BY seq")


def pulses(of: Town, label: str = "") -> list[CoilPulse]:
    """Every current that really flowed through a coil."""
    with of.plant() as person:
        entries = person.ledger().entries
    return [entry for entry in entries if isinstance(entry, CoilPulse) and label in ("", entry.compartment)]


def authorised(of: Town) -> int:
    return len(events(of, "UnlockAuthorised"))


async def until(condition: Callable[[], object], what: str, within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        await asyncio.sleep(0.02)


def start_other(of: Town, *arguments: str, code: str = "", environment: dict[str, str] | None = None) -> Process:
    """Another controller process than the one the town starts: with the sockets, and arguments (or a program) of its
    own.
    """
    python = [sys.executable, *(("-c", code) if code else ()), *arguments]
    return of.sockets.start("other", python, of.logs / "other.log", environment or {})


def arguments(of: Town) -> tuple[str, ...]:
    """What `python -m simulator.controller` is started with."""
    return ("--config", str(of.config / "abholfach.toml"), "--plant", str(of.plant_socket))
