"""What happened to one compartment, read out of the log from its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from controller.adapters.event_store.encoding import decode_body
from controller.api import Story, StoryLine
from controller.ports import Entry

#: The log is read in pieces of this many entries, the newest first, and the loop is free between them.
PIECE = 500
#: How far back it is read at most: some months of a busy box.
FARTHEST = 40_000
MOST_LINES = 24

Entries = Callable[[int, int], Awaitable[tuple[Entry, ...]]]

#: Events that tell nobody anything about a compartment.
_UNTOLD = frozenset({"PulseSent", "OpeningEnded", "ReportAsked", "RoundStarted"})
#: The field that says more, by event; the first that is there and not empty.
_DETAILS = ("purpose", "reason", "cause", "end", "contents", "outcome", "stage", "code", "state", "level")
_PEOPLE = ("by", "staff")


async def story(entries: Entries, last_seq: int, compartment: str) -> Story:
    """The last events of ``compartment``. Raises `LogError`."""
    found: list[StoryLine] = []
    upto = last_seq
    # Most entries are not about this compartment: their bytes say so without being parsed.
    mark = f'"{compartment}"'.encode()
    while upto > max(0, last_seq - FARTHEST) and len(found) < MOST_LINES:
        after = max(0, upto - PIECE)
        piece = await entries(after, upto - after)
        for entry in reversed(piece):
            if mark in entry.body and (line := _line(entry, compartment)) is not None:
                found.append(line)
        upto = after
        await asyncio.sleep(0)
    lines = tuple(reversed(found[:MOST_LINES]))
    return Story(compartment, lines, complete=upto == 0 and len(found) <= MOST_LINES)


def _line(entry: Entry, compartment: str) -> StoryLine | None:
    body = decode_body(entry.body, entry.seq)
    about = body.data.get("compartment", body.data.get("subject"))
    if about != compartment or body.type in _UNTOLD or body.data.get("outcome") == "done":
        return None
    badges = body.data.get("badges")
    people = [str(body.data[name]) for name in _PEOPLE if body.data.get(name)]
    return StoryLine(
        seq=body.seq,
        wall_ms=body.at,
        clock_trusted=body.clock == "trusted",
        event=body.type,
        detail=next((str(body.data[name]) for name in _DETAILS if body.data.get(name)), ""),
        who=", ".join(map(str, badges)) if badges else people[0] if people else "",
    )
