"""What people, panels and tests say to the boards: one JSON object a line, over a unix stream socket, UTF-8.

Every request has an ``op`` and an ``id`` above 0 and is answered: ``{"re": 7, "ok": {…}}`` or ``{"re": 7, "error":
"unknown_subject", "message": "…"}``.

    {"op": "status", "id": 1}                                        → ok, see ``BoardsStatus``
    {"op": "break", "id": 2, "on": "east", "fault": "dead"}          → ok as for status
    {"op": "break", "id": 3, "on": "east", "fault": "lost_reply", "times": 1}
    {"op": "break", "id": 4, "on": "east", "fault": "swapped", "what": "lock", "first": 3, "second": 4}
    {"op": "break", "id": 5, "on": "/dev/serial/by-id/…", "fault": "unplugged"}
    {"op": "mend", "id": 6, "on": "east", "fault": null}             → ok as for status   (null: all of them)

``on`` is a bank's name or a port as the profile writes it; faults are those of `simulator.boards.faults`, of boards and
of ports. ``times``: so often, then the fault is gone by itself; without, until it is mended.
"""

from __future__ import annotations

import msgspec


class Request(msgspec.Struct, tag_field="op", forbid_unknown_fields=True, kw_only=True):
    """What every request has."""

    id: int


class Status(Request, tag="status"):
    """How everything stands."""


class Break(Request, tag="break"):
    """Something breaks."""

    on: str
    fault: str
    times: int | None = None
    what: str = "lock"
    """For ``swapped``: ``"lock"`` or ``"sensor"`` plugs."""
    first: int = 0
    second: int = 1


class Mend(Request, tag="mend"):
    """A fault, or all of one board or port, is gone."""

    on: str
    fault: str | None = None


AnyRequest = Status | Break | Mend


class BoardStatus(msgspec.Struct, frozen=True):
    """One board."""

    bank: str
    kind: str
    port: str
    """The line or bus it is on, as the profile writes it."""
    faults: list[str]


class PortStatus(msgspec.Struct, frozen=True):
    """One line."""

    port: str
    plugged: bool
    exchanges: int
    faults: list[str]


class BoardsStatus(msgspec.Struct, frozen=True):
    """Everything."""

    boards: list[BoardStatus]
    ports: list[PortStatus]


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to request ``re``: ``ok``, or ``error`` and ``message``."""

    re: int
    ok: BoardsStatus | None = None
    error: str | None = None
    message: str | None = None


class BoardsError(Exception):
    """A request was refused. ``code`` is for scripts."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class BoardsGone(ConnectionError):
    """There are no emulated boards at the other end (any more)."""
