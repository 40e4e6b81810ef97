"""How one envelope was handed over, read out of the log: for the case file. No name is in it, for none is in the
log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from controller.ports import Entry, EventLog, HandoverProof, ProofLine, RecordedEvent

#: Entries read at once; the loop is free between them.
PIECE = 500
#: Ends of an envelope that are handovers.
HANDED_OVER = frozenset({"collected_confirmed", "collected_unconfirmed", "handed_over_at_counter"})
#: Openings that begin what is told anew: only the visit in which it was taken belongs into the file.
_BY_STAFF = frozenset({"handover", "clarification", "stocktake"})


@dataclass
class _Trail:
    """What is being followed: the envelope, the rights over it, their session and the compartment."""

    deposit: str
    document_types: tuple[str, ...]
    began: list[ProofLine]
    visit: list[ProofLine] = field(default_factory=list)
    #: Right → who checked the authorisation; empty for the holder's own.
    rights: dict[str, str] = field(default_factory=dict)
    session: str = ""
    compartment: str = ""
    at_the_door: bool = False


class OfficeProof:
    """Reads the log. One event loop; one search at a time."""

    def __init__(self, log: EventLog, last_seq: Callable[[], int], recorded: Callable[[Entry], RecordedEvent]) -> None:
        self._log = log
        self._last_seq = last_seq
        self._recorded = recorded
        self._searching = asyncio.Lock()

    async def of(self, order: str) -> HandoverProof | None:
        """The last handover of the envelope that ``order`` stood on; None when there was none."""
        async with self._searching:
            announced = await self._announced(order)
            return await self._followed(order, announced) if announced is not None else None

    async def _announced(self, order: str) -> RecordedEvent | None:
        """The last time that the order was announced, from the log's end."""
        mark, upto = f'"{order}"'.encode(), self._last_seq()
        while upto > 0:
            after = max(0, upto - PIECE)
            for entry in reversed(await self._log.read(after, upto - after)):
                if mark in entry.body and b'"type":"DepositAnnounced"' in entry.body:
                    event = self._recorded(entry)
                    if order in _texts(event.data.get("orders")):
                        return event
            upto = after
            await asyncio.sleep(0)
        return None

    async def _followed(self, order: str, announced: RecordedEvent) -> HandoverProof | None:
        trail = _Trail(
            str(announced.data["deposit"]),
            _texts(announced.data.get("document_types")),
            [_line(announced, "announced")],
        )
        after = announced.seq
        while entries := await self._log.read(after, PIECE):
            for entry in entries:
                if not any(mark in entry.body for mark in _marks(trail)):
                    continue
                event = self._recorded(entry)
                _follow(trail, event)
                if event.type == "DepositEnded" and event.data.get("deposit") == trail.deposit:
                    return _ended(trail, event, order, entry)
            after = entries[-1].seq
            await asyncio.sleep(0)
        return None


def _ended(trail: _Trail, event: RecordedEvent, order: str, entry: Entry) -> HandoverProof | None:
    end = _text(event.data, "end")
    if end not in HANDED_OVER:
        return None
    lines = (*trail.began, *trail.visit, _line(event, "ended", end))
    return HandoverProof(order, trail.document_types, lines, end, event.seq, entry.hash.hex())


def _marks(trail: _Trail) -> tuple[bytes, ...]:
    """What an entry's bytes hold if it may be about any of it: most are about something else, and are not parsed."""
    names = (trail.deposit, *trail.rights, trail.session, trail.compartment)
    return tuple(f'"{name}"'.encode() for name in names if name)


def _follow(trail: _Trail, event: RecordedEvent) -> None:
    data = event.data
    mine = data.get("deposit") == trail.deposit
    in_session = bool(trail.session) and data.get("session") == trail.session
    here = trail.at_the_door and data.get("compartment") == trail.compartment
    match event.type:
        case "RightPrepared" if trail.deposit in _texts(data.get("deposits")):
            trail.rights[str(data["right"])] = str(data.get("checked_by", ""))
        case "DepositStored" if mine:
            trail.visit, trail.compartment, trail.at_the_door = [], _text(data, "compartment"), False
            trail.began = [*trail.began[:1], _line(event, "stored", trail.compartment, _text(data, "by"))]
        case "SessionStarted" if data.get("right") in trail.rights:
            trail.session, trail.at_the_door = str(data["session"]), False
            checked_by = trail.rights[str(data["right"])]
            trail.visit = [_line(event, "proxy" if checked_by else "presented", _text(data, "via"), checked_by)]
        case "FactorVerified" if in_session:
            trail.visit.append(_line(event, "verified", _text(data, "factor")))
        case "DocumentInspected" if in_session:
            trail.visit.append(_line(event, "inspected", "", _text(data, "staff")))
        case "DeclarationMade" if in_session:
            trail.visit.append(_line(event, "declared", f"{data.get('declaration')}:{data.get('answer')}"))
        case "UnlockAuthorised" if _is_at(trail, data) and (mine or data.get("purpose") in _BY_STAFF):
            trail.at_the_door = True
            if data.get("purpose") in _BY_STAFF:
                trail.visit = []
            badges = ", ".join(_texts(data.get("badges")))
            trail.visit.append(_line(event, "opening", trail.compartment, badges))
        case "DoorOpened" if here:
            trail.visit.append(_line(event, "opened", trail.compartment))
        case "DoorClosed" if here:
            trail.visit.append(_line(event, "closed", trail.compartment))
        case _:
            pass


def _is_at(trail: _Trail, data: Mapping[str, object]) -> bool:
    """Whether an opening is of the compartment that the envelope lies in."""
    return bool(trail.compartment) and data.get("compartment") == trail.compartment


def _line(event: RecordedEvent, what: str, detail: str = "", who: str = "") -> ProofLine:
    return ProofLine(event.stamp.wall_ms, event.stamp.clock_trusted, what, detail, who)


def _text(data: Mapping[str, object], name: str) -> str:
    return str(data.get(name, ""))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else ()
