"""The log searched for people: a page from the newest, or everything that fits, piece by piece.

Reads go through the log's read-only connections in pieces; between two of them the loop is free, so that neither the
writer nor a resident waits for somebody who looks something up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from controller.adapters.event_codec import EVENT_TYPES
from controller.adapters.event_store.encoding import Body, decode_body
from controller.api import EventExport, EventFilter, EventLine, EventPage, ExportLine
from controller.ports import Entry

Entries = Callable[[int, int], Awaitable[tuple[Entry, ...]]]
"""``(after_seq, limit)`` → entries, the oldest first."""

PAGE = 50
PIECE = 500
#: Entries looked through for one page or one piece of an export; then the caller asks on.
FARTHEST = 20_000
#: Entries and bytes that one piece of an export holds at most: it has to fit into one answer.
EXPORT_LINES = 500
EXPORT_BYTES = 500_000
LONGEST_DETAIL = 60
MOST_DETAILS = 400

#: Module of the events → the group under which people look for them.
_GROUPS = {
    "doors": "doors",
    "service": "doors",
    "commissioning": "doors",
    "sessions": "pickup",
    "chips": "pickup",
    "rights": "pickup",
    "deposits": "pickup",
    "declarations": "pickup",
    "staff": "staff",
    "loading": "staff",
    "rounds": "staff",
    "suspension": "staff",
    "office": "office",
    "reporting": "office",
    "hours": "hours",
    "help": "hours",
    "box": "box",
    "technician": "box",
}
#: What its module does not tell.
_CENTRAL = frozenset({"CommandSettled", "DepositAnnounced", "DepositHeld", "RightElsewhere"})
#: Where an event says which compartment it is about.
_PLACES = ("compartment", "subject")


def group_of(event: str) -> str:
    """doors, pickup, staff, office, box, hours or central; empty for an event of another version."""
    if event in _CENTRAL:
        return "central"
    kind = EVENT_TYPES.get(event)
    return _GROUPS.get(kind.__module__.rpartition(".")[2], "box") if kind is not None else ""


GROUPS = ("doors", "pickup", "staff", "office", "box", "hours", "central")


async def page(entries: Entries, last_seq: int, before: int, only: EventFilter) -> EventPage:
    """The fifty newest entries before ``before`` (0: the end) that fit. Raises `LogError`."""
    upto = min(before - 1, last_seq) if before else last_seq
    begun, found = upto, list[EventLine]()
    while upto > 0 and begun - upto < FARTHEST:
        after = max(0, upto - PIECE)
        for entry in reversed(await entries(after, upto - after)):
            line = _fitting(entry, only)
            if line is None:
                continue
            found.append(line)
            if len(found) == PAGE:
                return EventPage(tuple(found), entry.seq if entry.seq > 1 else 0, begun - entry.seq + 1)
        upto = after
        await asyncio.sleep(0)
    return EventPage(tuple(found), upto + 1 if upto else 0, begun - upto)


async def export(entries: Entries, last_seq: int, after: int, only: EventFilter) -> EventExport:
    """The next entries after ``after`` that fit, as they are stored. Raises `LogError`."""
    found: list[ExportLine] = []
    size, begun = 0, after
    while after < last_seq and after - begun < FARTHEST:
        piece = await entries(after, PIECE)
        if not piece:
            return EventExport(tuple(found), 0)
        for entry in piece:
            if len(found) == EXPORT_LINES or size + len(entry.body) > EXPORT_BYTES:
                return EventExport(tuple(found), after)
            after = entry.seq
            if _fitting(entry, only) is not None:
                found.append(ExportLine(entry.seq, entry.hash.hex(), entry.body.decode()))
                size += len(entry.body)
        await asyncio.sleep(0)
    return EventExport(tuple(found), after if after < last_seq else 0)


def _fitting(entry: Entry, only: EventFilter) -> EventLine | None:
    """The entry for eyes, if it is one of those looked for."""
    # Most entries are not: their bytes say so without being parsed.
    if only.compartment and f'"{only.compartment}"'.encode() not in entry.body:
        return None
    body = decode_body(entry.body, entry.seq)
    if (only.from_wall_ms and body.at < only.from_wall_ms) or (only.to_wall_ms and body.at >= only.to_wall_ms):
        return None
    if only.group and group_of(body.type) != only.group:
        return None
    compartment = next((str(body.data[name]) for name in _PLACES if body.data.get(name)), "")
    if only.compartment and compartment != only.compartment:
        return None
    if only.text and only.text.casefold() not in f"{body.type} {_text(body)}".casefold():
        return None
    return EventLine(
        seq=body.seq,
        wall_ms=body.at,
        clock_trusted=body.clock == "trusted",
        type=body.type,
        group=group_of(body.type),
        compartment=compartment,
        details=details(body.data),
    )


def _text(body: Body) -> str:
    return msgspec.json.encode(body.data).decode()


def details(data: Mapping[str, object]) -> str:
    """An event's data in a line: what is empty is left out, what is long is cut."""
    words = [f"{name}={_short(value)}" for name, value in data.items() if value not in ("", [], 0)]
    return " ".join(words)[:MOST_DETAILS]


def _short(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST_DETAIL else f"{text[:LONGEST_DETAIL]}…"
