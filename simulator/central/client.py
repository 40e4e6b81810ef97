"""A client of the desk (`simulator.central.desk`), for the demonstration and for tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

LONGEST_LINE = 4 * 1024 * 1024


class CentralError(Exception):
    """The central system refused a request. ``code`` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class CentralClient:
    """One connection; requests go one after another. Use as an asynchronous context manager.

    Methods that command a box return ``{"command", "result", "code"}``: ``result`` is ``done``, ``rejected`` or, when
    the box did not answer within ``wait_s``, ``open``: the central system goes on trying."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._turn = asyncio.Lock()
        self._last = 0

    async def __aenter__(self) -> CentralClient:
        self._reader, self._writer = await asyncio.open_unix_connection(self._path, limit=LONGEST_LINE)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()
            try:
                await self._writer.wait_closed()
            except ConnectionError:
                pass  # it was killed: that is what some tests are about

    async def call(self, verb: str, **fields: Any) -> dict[str, Any]:
        """One request. Raises `CentralError`, or ``ConnectionError`` when the central system is gone."""
        if self._reader is None or self._writer is None:
            raise ConnectionError("not connected: use `async with CentralClient(path)`")
        async with self._turn:
            self._last += 1
            request = {"id": self._last, "verb": verb, **fields}
            self._writer.write(json.dumps(request, ensure_ascii=False).encode() + b"\n")
            await self._writer.drain()
            line = await self._reader.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("the central system is gone")
        answer: dict[str, Any] = json.loads(line)
        if not answer.pop("ok"):
            raise CentralError(answer["error"], answer["message"])
        answer.pop("id")
        return answer

    async def announce(
        self,
        deposit: str,
        orders: Sequence[str],
        document_types: Sequence[str],
        *,
        size: str = "S",
        language: str = "de",
        low: bool = False,
        group: str = "",
        box: str = "",
        wait_s: float = 10.0,
    ) -> dict[str, Any]:
        """An envelope will come."""
        return await self.call(
            "announce",
            box=box,
            deposit=deposit,
            orders=list(orders),
            document_types=list(document_types),
            size=size,
            language=language,
            low=low,
            group=group,
            wait_s=wait_s,
        )

    async def issue_right(
        self,
        deposits: Sequence[str],
        *,
        right: str = "",
        language: str = "de",
        not_before_wall_ms: int = 0,
        expires_wall_ms: int = 0,
        birth_date: str = "",
        pin: str = "",
        surname: str = "",
        given_names: str = "",
        number: bool = False,
        checked_by: str = "",
        box: str = "",
        wait_s: float = 10.0,
    ) -> dict[str, Any]:
        """Makes a pickup code; ``token`` in the answer is its text, ``right`` the right's id. With ``number`` there is
        one to type, too (``number``). With a name, as it stands in a document, its chip can be asked; ``checked_by``
        makes it the right of somebody who collects for somebody else.
        """
        return await self.call(
            "issue_right",
            box=box,
            right=right,
            deposits=list(deposits),
            language=language,
            not_before_wall_ms=not_before_wall_ms,
            expires_wall_ms=expires_wall_ms,
            birth_date=birth_date,
            pin=pin,
            surname=surname,
            given_names=given_names,
            number=number,
            checked_by=checked_by,
            wait_s=wait_s,
        )

    async def revoke(self, right: str, *, box: str = "", wait_s: float = 10.0) -> dict[str, Any]:
        return await self.call("revoke", box=box, right=right, wait_s=wait_s)

    async def elsewhere(
        self, right: str, place: str, *, orders: Sequence[str] = (), box: str = "", wait_s: float = 10.0
    ) -> dict[str, Any]:
        """Who shows the code of ``right`` at ``box``, or scans one of ``orders`` there, is sent to ``place``."""
        return await self.call("elsewhere", box=box, right=right, place=place, orders=list(orders), wait_s=wait_s)

    async def cancel(self, deposit: str, *, box: str = "", wait_s: float = 10.0) -> dict[str, Any]:
        return await self.call("cancel", box=box, deposit=deposit, wait_s=wait_s)

    async def hold(self, deposit: str, held: bool, *, box: str = "", wait_s: float = 10.0) -> dict[str, Any]:
        return await self.call("hold", box=box, deposit=deposit, held=held, wait_s=wait_s)

    async def status(self) -> dict[str, Any]:
        """``{"connected", "boxes": {box: {"online", "epoch", "last_seq", "events", "alarms", "faults",
        "states"}}}``.
        """
        return await self.call("status")

    async def events(self, since: int = 0, *, box: str = "", limit: int = 500) -> list[dict[str, Any]]:
        """Events after ``since``: ``{"epoch", "seq", "hash", "type", "at", "clock", "data"}``."""
        answer = await self.call("events", box=box, since=since, limit=limit)
        events: list[dict[str, Any]] = answer["events"]
        return events

    async def codes(self, *, box: str = "") -> list[dict[str, Any]]:
        """The pickup codes that were made here: ``{"right", "token", "number", "deposits", "language", "state"}``,
        oldest first.

        ``state``: ``prepared`` (not all is inside yet), ``issued`` (can be collected), or how the right ended.
        """
        answer = await self.call("codes", box=box)
        codes: list[dict[str, Any]] = answer["codes"]
        return codes

    async def wait(
        self,
        type: str | Sequence[str],
        *,
        since: int = 0,
        match: dict[str, Any] | None = None,
        box: str = "",
        wait_s: float = 30.0,
    ) -> dict[str, Any]:
        """The first event of this type after ``since`` whose data hold ``match``. Raises `CentralError`
        (``timeout``).
        """
        types = type if isinstance(type, str) else list(type)
        answer = await self.call("wait", box=box, type=types, since=since, match=match or {}, wait_s=wait_s)
        event: dict[str, Any] = answer["event"]
        return event
