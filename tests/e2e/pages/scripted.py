"""A scripted controller: a real JSON-RPC server on a real unix socket that serves the views it is told to, and
notes what it is asked.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from controller import api
from tests.e2e.pages import staff_views, views


class Refusal(Exception):
    """What a scripted answer raises to refuse."""

    def __init__(self, reason: str, code: int = api.REFUSED, **details: str | int) -> None:
        super().__init__(reason)
        self.error = {"code": code, "message": reason, "data": {"reason": reason, **details}}


class ScriptedController:
    """Serves ``kiosk``, ``staff`` and ``technician``; `show` changes one and tells everybody who listens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kiosk = views.kiosk("start")
        self.staff = staff_views.staff("badge")
        self.technician = views.TECHNICIAN
        self.requests: list[tuple[str, dict[str, Any]]] = []
        #: The revisions that a page said it had painted: its heartbeat, not among ``requests``.
        self.shown: list[int] = []
        #: Method → what happens when it is asked. Without one the answer is an empty result.
        self.answers: dict[str, Callable[[dict[str, Any]], None]] = {}
        #: Method → its result, for what is asked and not done. None is a refusal.
        self.results: dict[str, Callable[[dict[str, Any]], object]] = dict(staff_views.RESULTS)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self.path)

    async def stop(self) -> None:
        """Dies: every line breaks."""
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._writers):
            writer.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.path.unlink(missing_ok=True)

    async def __aenter__(self) -> ScriptedController:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def show(self, view: str, new: api.KioskView | api.StaffView | api.TechnicianView) -> int:
        """Puts ``new`` in place with the next revision and notifies. Returns the revision."""
        revision: int = getattr(self, view).revision + 1
        setattr(self, view, msgspec.structs.replace(new, revision=revision))
        self.notify(view, revision)
        return revision

    def notify(self, view: str, revision: int) -> None:
        line = json.dumps({"jsonrpc": "2.0", "method": "view.changed", "params": {"view": view, "revision": revision}})
        for writer in self._writers:
            writer.write(line.encode() + b"\n")

    def asked(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every request of ``method`` so far."""
        return [params for name, params in self.requests if name == method]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            while line := await reader.readline():
                writer.write(self._answer(json.loads(line)))
        except ConnectionError:
            pass  # whoever asked has gone; that is its own business
        finally:
            self._writers.discard(writer)
            self._tasks.discard(task)
            writer.close()

    def _answer(self, message: dict[str, Any]) -> bytes:
        method, params = message["method"], message.get("params", {})
        if method.startswith("view."):
            return self._line(message["id"], {"result": getattr(self, method.removeprefix("view."))})
        if method == api.ScreenShown.METHOD:
            self.shown.append(params["revision"])
        else:
            self.requests.append((method, params))
        try:
            if method in self.answers:
                self.answers[method](params)
        except Refusal as refusal:
            return self._line(message["id"], {"error": refusal.error})
        result = self.results[method](params) if method in self.results else {}
        if result is None:
            return self._line(message["id"], {"error": Refusal("not_found").error})
        return self._line(message["id"], {"result": result})

    def _line(self, number: int, body: dict[str, object]) -> bytes:
        return msgspec.json.encode({"jsonrpc": "2.0", "id": number, **body}) + b"\n"
