"""Where the panel's knowledge comes from: plant, central system, supervisor and the box's log. Each may be away."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from simulator.central import CentralClient, CentralError
from simulator.plant.client import AsyncPlantClient
from simulator.plant.protocol import PlantGone, PlantStatus

_RETRY_S = 0.3
TAIL = 40


class Away(Exception):
    """The other side does not answer; the text says who."""


class PlantWatch:
    """A connection to the plant that comes back, and how everything there stands now."""

    def __init__(self, socket: Path, changed: Callable[[], None]) -> None:
        self._socket = socket
        self._changed = changed
        self._client: AsyncPlantClient | None = None
        self.status: PlantStatus | None = None

    @property
    def client(self) -> AsyncPlantClient:
        """Raises `Away`."""
        if self._client is None:
            raise Away("the simulated cabinet does not answer")
        return self._client

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async with await AsyncPlantClient.connect(self._socket) as client:
                    self.status = await client.subscribe()
                    self._client = client
                    self._changed()
                    async for _ in client.events():
                        self.status = await client.status()
                        self._changed()
            except PlantGone:
                pass  # said below; it is tried again
            finally:
                self._client = self.status = None
                self._changed()
            await asyncio.sleep(_RETRY_S)


class Office:
    """Asks the central system; each question is a connection of its own, because it may be started anew."""

    def __init__(self, socket: Path | None) -> None:
        self._socket = socket

    @contextlib.asynccontextmanager
    async def desk(self) -> Any:
        """A `CentralClient`. Raises `Away`."""
        if self._socket is None:
            raise Away("this panel was started without a central system")
        try:
            async with CentralClient(self._socket) as client:
                yield client
        except (OSError, ConnectionError) as error:
            raise Away("the central system does not answer") from error

    async def overview(self) -> dict[str, Any]:
        """``{"connected", "boxes", "codes"}``; empty when it is away."""
        try:
            async with self.desk() as desk:
                status: dict[str, Any] = await desk.status()
                try:
                    status["codes"] = await desk.codes()
                except CentralError:
                    status["codes"] = []  # it has not heard of the box yet
                return status
        except Away:
            return {}


class Supervisor:
    """Asks the demo's supervisor for processes."""

    def __init__(self, socket: Path | None) -> None:
        self._socket = socket

    async def ask(self, verb: str, process: str = "") -> dict[str, Any]:
        """Raises `Away`, and ``ValueError`` with the supervisor's words when it refuses."""
        if self._socket is None:
            raise Away("this panel was started without a supervisor")
        try:
            reader, writer = await asyncio.open_unix_connection(self._socket)
        except OSError as error:
            raise Away("the supervisor does not answer") from error
        try:
            writer.write(json.dumps({"verb": verb, "process": process}).encode() + b"\n")
            line = await reader.readline()
        finally:
            writer.close()
        if not line:
            raise Away("the supervisor does not answer")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise ValueError(str(answer["error"]))
        return answer

    async def processes(self) -> dict[str, int]:
        """Pids by name, 0 for one that does not run; nothing when there is no supervisor."""
        try:
            found: dict[str, int] = (await self.ask("status"))["processes"]
            return found
        except Away:
            return {}


class LogTail:
    """The newest entries of the box's log, read as a bystander. Blocking; for one thread at a time."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> list[dict[str, Any]]:
        """The last `TAIL` entries, newest first: ``{"seq", "type", "data"}``."""
        if not self._file.exists():
            return []
        try:
            with contextlib.closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=1)) as database:
                rows = database.execute("SELECT seq, body FROM events ORDER BY seq DESC LIMIT ?", (TAIL,)).fetchall()
        except sqlite3.OperationalError:
            return []  # it is being made, or the box is just starting
        entries = []
        for seq, body in rows:
            event = msgspec.json.decode(body)
            entries.append({"seq": seq, "type": event["type"], "data": _short(event["data"])})
        return entries


def _short(data: dict[str, Any]) -> str:
    """What fits on a line: no digests, no deadlines."""
    said = {name: value for name, value in data.items() if value and not name.endswith(("_ms", "sha256", "hash"))}
    text = ", ".join(f"{name} {_word(value)}" for name, value in said.items())
    return text if len(text) <= 160 else f"{text[:157]}…"


def _word(value: object) -> str:
    if isinstance(value, dict):
        return f"({len(value)})"
    if isinstance(value, list):
        return "/".join(str(each) for each in value) if len(value) < 5 else f"({len(value)})"
    return str(value)
