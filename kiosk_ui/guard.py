"""What every request and every answer has to pass: who may ask, how much, and the headers that keep a page to
itself.
"""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Nothing that a page posts is longer.
BODY_LIMIT = 4096
#: Digits of a body's length: more are no number to reckon with.
LONGEST_LENGTH = 19

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types abholfach",
    )
)

_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    # Not "no-referrer": a browser then names no origin when a form asks for a file, and the guard refuses it.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class Guard:
    """ASGI middleware. A name other than this machine's own is a rebound DNS name; a post from another origin is a
    forgery.
    """

    def __init__(self, app: ASGIApp, port: int, static_prefix: str) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"}
        self._origins = {f"http://{host}" for host in self._hosts}
        self._static_prefix = static_prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        dynamic = not scope["path"].startswith(self._static_prefix)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                immutable = not dynamic and message["status"] == 200
                headers["cache-control"] = "public, max-age=31536000, immutable" if immutable else "no-store"
            await send(message)

        refusal = refusal_of(scope, self._hosts, self._origins, BODY_LIMIT)
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def refusal_of(
    scope: Scope, hosts: Collection[str], origins: Collection[str], body_limit: int
) -> PlainTextResponse | None:
    """Why a request is not taken: another host's name (DNS rebinding), another page's origin, a body of unknown or too
    great length. None when it is.
    """
    headers = Headers(scope=scope)
    if headers.get("host", "") not in hosts:
        return PlainTextResponse("unknown host\n", 421)
    if scope["method"] in ("GET", "HEAD"):
        return None
    if headers.get("origin", "") not in origins:
        return PlainTextResponse("not from this page\n", 403)
    length = headers.get("content-length", "")
    # Beside a transfer coding a length means nothing (RFC 9112, 6.3): the body may be as long as it likes.
    if "transfer-encoding" in headers or not length.isascii() or not length.isdigit():
        return PlainTextResponse("length required\n", 411)
    if len(length) > LONGEST_LENGTH or int(length) > body_limit:
        return PlainTextResponse("too long\n", 413)
    return None
