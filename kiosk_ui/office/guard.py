"""What every request to the office pages and every answer has to pass."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk_ui.guard import CONTENT_SECURITY_POLICY, refusal_of

#: Nothing that a page posts is longer, but a file with orders.
BODY_LIMIT = 8_192
FILE_LIMIT = 131_072
FILE_PATH = "/import/preview"

HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    # Not "no-referrer": with that a browser sends no usable Origin along with a form.
    "referrer-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class Guard:
    """ASGI middleware: known names only, posts of our own pages only, nothing kept by browsers."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], origins: Collection[str], static_prefix: str) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = origins
        self._static_prefix = static_prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        static = scope["path"].startswith(self._static_prefix)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                keep = static and message["status"] == 200
                headers["cache-control"] = "public, max-age=31536000, immutable" if keep else "no-store"
            await send(message)

        limit = FILE_LIMIT if scope["path"] == FILE_PATH else BODY_LIMIT
        refusal = refusal_of(scope, self._hosts, self._origins, limit)
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)
