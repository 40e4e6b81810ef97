"""What the central system knows, in one SQLite file: events of all boxes, how far each chain is whole, commands,
codes.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GENESIS = "0" * 64

_SHAPE = """
CREATE TABLE IF NOT EXISTS events (
    box TEXT, epoch INTEGER, seq INTEGER, prev TEXT, hash TEXT, type TEXT, data TEXT,
    PRIMARY KEY (box, epoch, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chains (
    box TEXT, epoch INTEGER, upto INTEGER, hash TEXT, PRIMARY KEY (box, epoch)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alarms (
    number INTEGER PRIMARY KEY, box TEXT, epoch INTEGER, seq INTEGER, code TEXT, UNIQUE (box, epoch, seq, code)
);
CREATE TABLE IF NOT EXISTS commands (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE, box TEXT, name TEXT, body TEXT, issued_at INTEGER,
    state TEXT DEFAULT 'open', code TEXT DEFAULT ''
);
CREATE INDEX IF NOT EXISTS open_commands ON commands (box, number) WHERE state = 'open';
CREATE TABLE IF NOT EXISTS codes (box TEXT, right TEXT, token TEXT, PRIMARY KEY (box, right)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS numbers (box TEXT, right TEXT, number TEXT, PRIMARY KEY (box, right)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class BoxEvent:
    """An event as it arrived: nothing in it is believed before `Store.take` has checked it."""

    box: str
    epoch: int
    seq: int
    prev: str
    hash: str
    data: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Up to ``upto`` the log of this box and epoch is here without a gap; ``hash`` is that entry's."""

    epoch: int
    upto: int
    hash: str


@dataclass(frozen=True, slots=True)
class StoredCommand:
    """``state`` is ``open``, ``done`` or ``rejected`` (with ``code``)."""

    id: str
    box: str
    name: str
    body: Mapping[str, Any]
    issued_at: int
    state: str
    code: str


class Store:
    """The file. It holds codes that open doors, so that only its owner may read it. One thread."""

    def __init__(self, directory: Path, issuer: str) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = directory / "central.db"
        file.touch(mode=0o600)
        os.chmod(file, 0o600)  # noqa: PTH101 - also when it was there before
        self._issuer = issuer
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(_SHAPE)

    def close(self) -> None:
        self._database.close()

    # --- events -------------------------------------------------------------------------------------------------------

    def take(self, events: Iterable[BoxEvent]) -> None:
        """Inserts or ignores, checks, and moves each chain forward as far as it is whole: one transaction."""
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            touched: dict[tuple[str, int], None] = {}
            for event in events:
                self._insert(event)
                touched[event.box, event.epoch] = None
            for box, epoch in touched:
                self._advance(box, epoch)

    def _insert(self, event: BoxEvent) -> None:
        problem = _problem(event)
        if problem:
            self._alarm(event.box, event.epoch, event.seq, problem)
            return
        type_name = json.loads(event.data)["type"]
        done = self._database.execute(
            "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
            (event.box, event.epoch, event.seq, event.prev, event.hash, type_name, event.data),
        )
        if done.rowcount == 0:
            known = self._one("SELECT hash FROM events WHERE box = ? AND epoch = ? AND seq = ?", event)
            if known != event.hash:
                # Two logs of one box: a card was cloned, or restored without a new epoch.
                self._alarm(event.box, event.epoch, event.seq, "other_history")

    def _one(self, query: str, event: BoxEvent) -> str:
        row = self._database.execute(query, (event.box, event.epoch, event.seq)).fetchone()
        return str(row[0])

    def _advance(self, box: str, epoch: int) -> None:
        chain = self.chain(box, epoch)
        upto, last = chain.upto, chain.hash
        rows = self._database.execute(
            "SELECT seq, prev, hash, type, data FROM events WHERE box = ? AND epoch = ? AND seq > ? ORDER BY seq",
            (box, epoch, upto),
        )
        with closing(rows):
            for seq, prev, hash_, type_name, data in rows.fetchall():
                if seq != upto + 1:
                    break
                if prev != last:
                    self._alarm(box, epoch, seq, "chain_broken")
                    break
                upto, last = seq, hash_
                if type_name == "CommandSettled":
                    self._settled_by_event(json.loads(data)["data"])
        if upto != chain.upto:
            self._database.execute("INSERT OR REPLACE INTO chains VALUES (?, ?, ?, ?)", (box, epoch, upto, last))

    def _settled_by_event(self, data: Mapping[str, Any]) -> None:
        if data.get("issuer") == self._issuer:
            self._settle(str(data.get("command")), str(data.get("result")), str(data.get("code", "")))

    def _alarm(self, box: str, epoch: int, seq: int, code: str) -> None:
        self._database.execute(
            "INSERT OR IGNORE INTO alarms (box, epoch, seq, code) VALUES (?, ?, ?, ?)", (box, epoch, seq, code)
        )

    def chain(self, box: str, epoch: int) -> Chain:
        row = self._database.execute(
            "SELECT upto, hash FROM chains WHERE box = ? AND epoch = ?", (box, epoch)
        ).fetchone()
        return Chain(epoch, row[0], row[1]) if row else Chain(epoch, 0, GENESIS)

    def chains(self) -> dict[str, Chain]:
        """The newest epoch's chain of each box."""
        rows = self._database.execute("SELECT box, epoch, upto, hash FROM chains ORDER BY box, epoch").fetchall()
        return {box: Chain(epoch, upto, hash_) for box, epoch, upto, hash_ in rows}

    def count(self, box: str) -> int:
        """Events stored of this box, all epochs."""
        return int(self._database.execute("SELECT count(*) FROM events WHERE box = ?", (box,)).fetchone()[0])

    def events(self, box: str, since: int, limit: int, types: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """Events of the newest epoch after ``since``, oldest first, as far as the chain is whole."""
        chain = self.chains().get(box)
        if chain is None:
            return []
        wanted = json.dumps(types)
        rows = self._database.execute(
            "SELECT seq, hash, data FROM events WHERE box = ? AND epoch = ? AND seq > ? AND seq <= ?"
            " AND (? = '[]' OR type IN (SELECT value FROM json_each(?))) ORDER BY seq LIMIT ?",
            (box, chain.epoch, since, chain.upto, wanted, wanted, limit),
        )
        return [
            {"epoch": chain.epoch, "seq": seq, "hash": hash_, **_content(data)} for seq, hash_, data in rows.fetchall()
        ]

    def alarms(self, box: str) -> list[dict[str, Any]]:
        rows = self._database.execute("SELECT epoch, seq, code FROM alarms WHERE box = ? ORDER BY number", (box,))
        return [{"epoch": epoch, "seq": seq, "code": code} for epoch, seq, code in rows.fetchall()]

    # --- commands -----------------------------------------------------------------------------------------------------

    def add_command(self, command: StoredCommand, right: str = "", token: str = "", number: str = "") -> None:
        """Keeps a command until it is settled, together with the code and the number that it makes valid."""
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute(
                "INSERT INTO commands (id, box, name, body, issued_at) VALUES (?, ?, ?, ?, ?)",
                (command.id, command.box, command.name, json.dumps(command.body), command.issued_at),
            )
            if token:
                self._database.execute("INSERT OR REPLACE INTO codes VALUES (?, ?, ?)", (command.box, right, token))
            if number:
                self._database.execute("INSERT OR REPLACE INTO numbers VALUES (?, ?, ?)", (command.box, right, number))

    def command(self, id: str) -> StoredCommand | None:
        return self._command("WHERE id = ?", id)

    def next_command(self, box: str) -> StoredCommand | None:
        """The oldest command of this box that is not settled."""
        return self._command("WHERE box = ? AND state = 'open' ORDER BY number LIMIT 1", box)

    def codes(self, box: str) -> list[dict[str, Any]]:
        """The codes that were made for this box, oldest first, each with what it is for. Whoever reads them can open
        doors.
        """
        rows = self._database.execute(
            "SELECT codes.right, codes.token, coalesce(numbers.number, ''), commands.body FROM codes"
            " LEFT JOIN numbers ON numbers.box = codes.box AND numbers.right = codes.right"
            " JOIN commands ON commands.box = codes.box"
            " AND commands.name = 'right.issue' AND json_extract(commands.body, '$.right') = codes.right"
            " WHERE codes.box = ? GROUP BY codes.right ORDER BY max(commands.number)",
            (box,),
        )
        found = []
        for right, token, number, text in rows.fetchall():
            body = json.loads(text)
            found.append(
                {
                    "right": right,
                    "token": token,
                    "number": number,
                    "deposits": body["deposits"],
                    "language": body["language"],
                }
            )
        return found

    def digests(self, right: str) -> tuple[str, list[dict[str, str]]] | None:
        """For which box the codes of ``right`` were made last, and what that box was sent of them: ``{"kind",
        "digest"}``. None when none were made.
        """
        row = self._database.execute(
            "SELECT box, body FROM commands WHERE name = 'right.issue' AND json_extract(body, '$.right') = ?"
            " ORDER BY number DESC LIMIT 1",
            (right,),
        ).fetchone()
        if row is None:
            return None
        credentials = json.loads(row[1])["credentials"]
        return str(row[0]), [{"kind": each["kind"], "digest": each["digest"]} for each in credentials]

    def boxes_with_open_commands(self) -> list[str]:
        rows = self._database.execute("SELECT DISTINCT box FROM commands WHERE state = 'open'").fetchall()
        return [str(row[0]) for row in rows]

    def settle(self, id: str, result: str, code: str) -> None:
        """A result arrived. The event in the log says the same; whichever comes first counts."""
        with self._database:
            self._settle(id, result, code)

    def _settle(self, id: str, result: str, code: str) -> None:
        self._database.execute(
            "UPDATE commands SET state = ?, code = ? WHERE id = ? AND state = 'open'", (result, code, id)
        )

    def _command(self, condition: str, value: str) -> StoredCommand | None:
        row = self._database.execute(
            f"SELECT id, box, name, body, issued_at, state, code FROM commands {condition}",  # noqa: S608 - ours
            (value,),
        ).fetchone()
        if row is None:
            return None
        return StoredCommand(row[0], row[1], row[2], json.loads(row[3]), row[4], row[5], row[6])


def _content(data: str) -> dict[str, Any]:
    body = json.loads(data)
    return {"type": body["type"], "at": body["at"], "clock": body["clock"], "data": body["data"]}


def _problem(event: BoxEvent) -> str:
    """What is wrong with an event by itself."""
    if hashlib.sha256(event.data.encode()).hexdigest() != event.hash:
        return "wrong_hash"
    try:
        body = json.loads(event.data)
        says = (body["box"], body["epoch"], body["seq"], body["after"], type(body["type"]))
    except (ValueError, KeyError, TypeError):
        return "unreadable"
    if says != (event.box, event.epoch, event.seq, event.prev, str):
        return "envelope_differs"
    return ""
