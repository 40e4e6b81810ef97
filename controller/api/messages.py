"""What goes over the line beside requests and views: the notification, errors and their codes."""

from __future__ import annotations

from typing import ClassVar

import msgspec

LINE_LIMIT = 65_536


class ViewChanged(msgspec.Struct, frozen=True):
    """The controller's notification: the view (``kiosk``, ``staff``, ``technician``) has this revision now."""

    METHOD: ClassVar[str] = "view.changed"
    view: str
    revision: int


class ErrorObject(msgspec.Struct, frozen=True):
    """JSON-RPC error. ``data`` holds ``reason`` (a stable code) and details."""

    code: int
    message: str
    data: dict[str, str | int] = {}


PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
#: The request was understood and refused; ``data.reason`` says why.
REFUSED = -32000
#: The page that asked was stale: fetch the view and let the person look again (HTTP 409).
STALE = -32001
#: The box is out of order and refuses everything.
OUT_OF_ORDER = -32002


class Incoming(msgspec.Struct, frozen=True):
    """What a client may get on the line: an answer (``id``, ``result`` or ``error``) or a notification (``method``)."""

    id: int | None = None
    method: str = ""
    params: msgspec.Raw = msgspec.Raw(b"")
    result: msgspec.Raw = msgspec.Raw(b"")
    error: ErrorObject | None = None


class ControlError(Exception):
    """The controller refused. ``reason`` is a stable code, ``details`` what a page needs to say it."""

    def __init__(self, error: ErrorObject) -> None:
        details = dict(error.data)
        self.code = error.code
        self.reason = str(details.pop("reason", "error"))
        self.details = details
        super().__init__(f"{self.reason}: {error.message}")

    @property
    def stale(self) -> bool:
        return self.code == STALE


class Disconnected(ConnectionError):
    """The controller is not there, or went away while it was asked. Whether the request had an effect is shown by the
    view.
    """
