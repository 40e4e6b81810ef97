"""Server-sent events: the number of the newest revision of one view, nothing else. No personal data is ever on this
stream.
"""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send

from kiosk_ui.link import Link

#: Besides every change, the tag is repeated this often: the page hears that the server lives, and mends itself if
#: it missed one.
HEARTBEAT_S = 10.0

_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")],
}


class EventStream:
    """An ASGI application for ``GET``; written against ASGI itself because the time from revision to event counts."""

    def __init__(self, link: Link, view: str, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._link = link
        self._topic = link.topics[view]
        self._heartbeat_s = heartbeat_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ends when the browser has gone or the process stops."""
        bell = asyncio.Event()
        browser = asyncio.create_task(_until_gone(receive, bell))
        self._topic.bells.add(bell)
        try:
            await send(_START)
            await self._tell(bell, browser, send)
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._topic.bells.discard(bell)
            browser.cancel()

    async def _tell(self, bell: asyncio.Event, browser: asyncio.Task[None], send: Send) -> None:
        intro = b"retry: 500\n"
        while not self._link.stopping and not browser.done():
            bell.clear()
            await send(_body(intro + b"data: " + self._topic.tag.encode() + b"\n\n"))
            try:
                async with asyncio.timeout(self._heartbeat_s):
                    await bell.wait()
                intro = b""
            except TimeoutError:
                intro = b": beat\n"


async def _until_gone(receive: Receive, bell: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    bell.set()


def _body(data: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": data, "more_body": True}
