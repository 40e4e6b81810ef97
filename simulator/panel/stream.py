"""Server-sent events: the whole state, each time it changed. It is a few kilobytes, and the page is on this machine."""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send

from simulator.panel.state import PanelState

HEARTBEAT_S = 10.0

_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream; charset=utf-8")],
}


class Stream:
    """An ASGI application. Ends when the browser has gone or the process stops."""

    def __init__(self, state: PanelState, stopping: asyncio.Event) -> None:
        self._state = state
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        bell = asyncio.Event()
        gone = asyncio.create_task(_until_gone(receive, bell))
        stopped = asyncio.create_task(_ring_when(self._stopping, bell))
        self._state.bells.add(bell)
        try:
            await send(_START)
            while not self._stopping.is_set() and not gone.done():
                bell.clear()
                await send(_body(b"retry: 500\ndata: " + self._state.text.encode() + b"\n\n"))
                try:
                    async with asyncio.timeout(HEARTBEAT_S):
                        await bell.wait()
                except TimeoutError:
                    pass  # said again, so that the page knows that somebody is there
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._state.bells.discard(bell)
            gone.cancel()
            stopped.cancel()


async def _until_gone(receive: Receive, bell: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    bell.set()


async def _ring_when(event: asyncio.Event, bell: asyncio.Event) -> None:
    await event.wait()
    bell.set()


def _body(data: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": data, "more_body": True}
