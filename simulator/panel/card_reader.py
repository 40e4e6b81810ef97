"""The card reader in the panel: what somebody puts into it, genuine or not, and pulls out."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from simulator.card.chip import Chip
from simulator.card.issuing_state import IssuingState
from simulator.card.pcscd import CardStackError, connect
from simulator.card.personalisation import personalise, printed_zone
from simulator.card.scenario import Forgery, Scenario
from simulator.card.vpcd import Insertion, put_in
from simulator.panel.requests import Insert
from simulator.panel.sources import Away
from simulator.townsfolk import OwnedDocument

SLOW_S = 0.4
"""A slow chip takes so long for an answer: a hand has time to pull it out in the middle."""

_LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class _Inside:
    title: str
    insertion: Insertion


class PanelCardReader:
    """One slot of the town's reader. One event loop."""

    def __init__(self, directory: Path | None, changed: Callable[[], None]) -> None:
        """``directory``: of the town's `CardStack`; None when there is no reader."""
        self._directory = directory
        self._changed = changed
        self._inside: _Inside | None = None
        self._last = ""
        self._turn = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None

    @property
    def state(self) -> dict[str, Any]:
        """``{"there", "inside", "last"}``: whether there is a reader, what lies in it, and how the last one left."""
        return {
            "there": self._directory is not None,
            "inside": "" if self._inside is None else self._inside.title,
            "last": self._last,
        }

    async def insert(self, document: OwnedDocument, wanted: Insert) -> None:
        """Puts it in, in place of what lies there. Raises `Away` without a reader, ``ValueError`` for what cannot
        be.
        """
        if self._directory is None:
            raise Away("this demo has no card reader; its beginning says why")
        directory = self._directory
        scenario = variant(document.scenario, wanted)
        chip = Chip(personalise(scenario, IssuingState(datetime.now(UTC))))
        pull_at = wanted.pull_after if wanted.pull_after > 0 else None

        def reader() -> socket.socket:
            return connect(directory)

        async with self._turn:
            await self._take_out("")
            try:
                insertion = await asyncio.to_thread(put_in, reader, chip, pull_at=pull_at)
            except (CardStackError, TimeoutError) as error:
                raise Away(f"the card reader does not take it: {error}") from error
            self._inside = _Inside(document.title + _words(wanted), insertion)
            self._last = ""
            self._watching = asyncio.create_task(self._watch(self._inside))
        self._changed()

    async def remove(self) -> None:
        """Takes out what lies there."""
        async with self._turn:
            await self._take_out("taken out")
        self._changed()

    async def _take_out(self, words: str) -> None:
        inside, self._inside = self._inside, None
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        if inside is not None:
            await asyncio.to_thread(inside.insertion.remove)
            self._last = f"{inside.title}: {words} after {inside.insertion.apdus} commands" if words else ""

    async def _watch(self, inside: _Inside) -> None:
        """Sees when it slips out, or the reader dies under it."""
        while inside.insertion.inserted:  # noqa: ASYNC110 - the card's thread knows no event loop
            await asyncio.sleep(_LOOK_S)
        if self._inside is inside:
            self._inside = None
            failure = inside.insertion.failure
            how = "out" if failure is None else f"broken ({failure!r})"
            self._last = f"{inside.title}: {how} after {inside.insertion.apdus} commands"
            self._changed()


class PanelDocument:
    """A document that one of the robots carries: it lies in the panel's reader, where everybody sees it."""

    def __init__(self, reader: PanelCardReader, document: OwnedDocument) -> None:
        self._reader = reader
        self._document = document

    @property
    def can(self) -> str:
        return self._document.scenario.document.can

    @property
    def lines(self) -> str:
        return shown(self._document)["lines"]

    async def lay(self) -> None:
        """Raises as `PanelCardReader.insert`."""
        if self._reader.state["inside"] != self._document.title:
            await self._reader.insert(self._document, Insert(self._document.id))

    async def take(self) -> None:
        await self._reader.remove()


def variant(scenario: Scenario, wanted: Insert) -> Scenario:
    """The document as it is put in. Raises ``ValueError``."""
    forgery = Forgery(wanted.forgery)
    document, chip = scenario.document, scenario.chip
    if forgery is Forgery.EXPIRED:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        document = msgspec.structs.replace(document, expires=yesterday.strftime("%Y%m%d"))
    if wanted.slow:
        chip = msgspec.structs.replace(chip, delay_seconds=SLOW_S)
    return msgspec.structs.replace(scenario, document=document, chip=chip, forgery=forgery)


def _words(wanted: Insert) -> str:
    words = [] if wanted.forgery == Forgery.NONE else [wanted.forgery.replace("_", " ")]
    words += ["slow"] if wanted.slow else []
    words += [f"slips out after {wanted.pull_after}"] if wanted.pull_after > 0 else []
    return f" ({', '.join(words)})" if words else ""


def shown(document: OwnedDocument) -> dict[str, str]:
    """What can be read on the outside."""
    return {
        "id": document.id,
        "title": document.title,
        "can": document.scenario.document.can,
        "lines": "\n".join(printed_zone(document.scenario).lines),
    }
