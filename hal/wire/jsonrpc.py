"""The line protocol: JSON-RPC 2.0, one message a line, UTF-8, at most ``MAX_LINE_BYTES`` with the line feed.

Everything that comes from the other side is checked for its exact type; what is wrong raises ``WireError`` with a
stable ``reason``. Neither its text nor any ``repr`` here ever quotes what was received: it may be a code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

MAX_LINE_BYTES: Final = 64 * 1024
"""The longest line either side accepts, with its line feed."""

MAX_INTEGER: Final = 2**53 - 1
"""The largest integer that every JSON implementation keeps exactly."""

_METHOD = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", re.ASCII)
_REASON = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


class WireError(ValueError):
    """Something that the protocol does not allow. ``reason`` is stable, snake_case, and safe to log and to send."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def is_reason(text: str) -> bool:
    """Whether this is a reason code: snake_case, at most 64 characters, and therefore safe to log."""
    return _REASON.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Request:
    """A call that wants an answer. ``params`` may hold a code, so it stays out of the ``repr``."""

    id: int
    method: str
    params: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Notification:
    """A call without an answer."""

    method: str
    params: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to the request with this ``id``."""

    id: int
    result: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """A request that failed. ``id`` is ``None`` when the other side could not read which one. ``reason`` is a code."""

    id: int | None
    code: int
    reason: str


Message = Request | Notification | Response | ErrorResponse


def encode(message: Message) -> bytes:
    """The message as one line with its line feed. Raises ``WireError`` if it is too long or holds no plain JSON."""
    body: dict[str, Any] = {"jsonrpc": "2.0"}
    if isinstance(message, Request | Notification):
        body["method"] = message.method
        body["params"] = dict(message.params)
    if isinstance(message, Response):
        body["result"] = message.result
    if isinstance(message, ErrorResponse):
        body["error"] = {"code": message.code, "message": message.reason, "data": {"reason": message.reason}}
    if not isinstance(message, Notification):
        body["id"] = message.id
    try:
        line = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8") + b"\n"
    except (TypeError, ValueError, RecursionError):
        raise WireError("not_json", "the message holds something that JSON cannot carry") from None
    if len(line) > MAX_LINE_BYTES:
        raise WireError("line_too_long", f"the message has more than {MAX_LINE_BYTES} bytes")
    return line


def decode(line: bytes) -> Message:
    """The message in one line (with or without its line feed). Raises ``WireError`` for anything that is not one."""
    if len(line) > MAX_LINE_BYTES:
        raise WireError("line_too_long", f"the line has more than {MAX_LINE_BYTES} bytes")
    try:
        body = json.loads(line.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_unique)
    except WireError:
        raise
    except (ValueError, RecursionError):
        # Chained, the original would quote the line.
        raise WireError("not_json", "the line is no JSON in UTF-8") from None
    if not isinstance(body, dict) or body.get("jsonrpc") != "2.0":
        raise WireError("not_json_rpc", "the line is no JSON-RPC 2.0 object")
    if "method" in body:
        return _decode_call(body)
    return _decode_answer(body)


class LineSplitter:
    """Cuts a byte stream into lines. Not safe for several threads: one per connection.

    ``feed`` raises ``WireError("line_too_long")`` as soon as a line cannot end within the limit any more, so that a
    peer that never sends a line feed costs at most ``MAX_LINE_BYTES``. The connection is to be closed then.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The lines that ``data`` completes, without line feeds."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in (*lines, self._rest):
            if len(line) >= MAX_LINE_BYTES:
                self._rest = b""
                raise WireError("line_too_long", f"the line has more than {MAX_LINE_BYTES} bytes")
        return iter(lines)


def _decode_call(body: dict[str, Any]) -> Request | Notification:
    method, params = body["method"], body.get("params", {})
    if type(method) is not str or len(method) > 64 or _METHOD.fullmatch(method) is None:
        raise WireError("bad_method", "the method must be a dotted name in lower case")
    if not isinstance(params, dict):
        raise WireError("bad_params", "params must be an object")
    if not body.keys() <= {"jsonrpc", "method", "params", "id"}:
        raise WireError("not_json_rpc", "a call has jsonrpc, method, params and id, and nothing else")
    if "id" not in body:
        return Notification(method, params)
    return Request(_identity(body), method, params)


def _decode_answer(body: dict[str, Any]) -> Response | ErrorResponse:
    if body.keys() == {"jsonrpc", "id", "result"}:
        return Response(_identity(body), body["result"])
    error = body.get("error")
    if body.keys() != {"jsonrpc", "id", "error"} or not isinstance(error, dict):
        raise WireError("not_json_rpc", "the line is neither a call nor an answer")
    data = error.get("data")
    reason = data.get("reason") if isinstance(data, dict) else None
    code = error.get("code")
    if type(code) is not int or abs(code) > MAX_INTEGER:
        raise WireError("bad_error", "an error must have a whole number as its code")
    if type(reason) is not str or _REASON.fullmatch(reason) is None:
        # The free text of a stranger's error may quote what it got. It is not kept.
        reason = "unspecified"
    return ErrorResponse(None if body["id"] is None else _identity(body), code, reason)


def _identity(body: dict[str, Any]) -> int:
    identity = body["id"]
    if type(identity) is not int or not 0 <= identity <= MAX_INTEGER:
        raise WireError("bad_id", "the id must be a whole number, 0 or more")
    return identity


def _no_constant(_name: str) -> NoReturn:
    raise WireError("not_json", "NaN and infinities are no JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise WireError("not_json", "a name stands twice in one object")
    return unique
