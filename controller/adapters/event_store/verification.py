"""Checks the chain: no gap, every hash is that of its body, every body names the hash of the entry before.

A million entries take seconds, so the loop compares bytes and parses nothing: the link is a fixed slice of the body,
and the entry's own number is looked for near the body's end (`encoding` says why that is enough). Box and epoch are
parsed at the ends of each chunk only: inside it a foreign entry cannot stand, because its link would be broken.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from controller.adapters.event_store.encoding import GENESIS, LINK_END, LINK_START, decode_body
from controller.adapters.event_store.errors import damaged, reading_error
from controller.ports import LogError

#: Rows a chunk: the read transaction ends after each.
CHUNK = 1024

#: ``,"seq":N,"type":"T","v":V}`` is at most this long.
_ENDING = 128

#: (seq, hash, body) as it is stored.
Row = tuple[int, bytes, bytes]

SELECT_AFTER = "SELECT seq, hash, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
SELECT_HIGHEST = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)"


@dataclass(slots=True)
class Chain:
    """How far the chain has been checked: the last good entry and its hash. ``epoch`` is 0 until one has been seen."""

    box: str
    seq: int = 0
    hash: bytes = GENESIS
    epoch: int = 0

    def check(self, rows: Sequence[Row]) -> None:
        """Checks the entries that follow and moves on to the last of them. Raises `LogError` (``log_damaged``) at the
        first at fault.
        """
        if not rows:
            return
        expected, link = self.seq, self.hash.hex().encode()
        sha256 = hashlib.sha256
        try:
            for seq, digest, body in rows:
                expected += 1
                if (
                    seq != expected
                    or sha256(body).digest() != digest
                    or body[LINK_START:LINK_END] != link
                    or body.find(b',"seq":%d,"type":"' % seq, -_ENDING) < 0
                ):
                    raise self._fault(expected, link, seq, digest, body)
                link = digest.hex().encode()
        except TypeError as error:
            raise damaged(expected, "what is stored is not even bytes") from error
        for row in (rows[0], rows[-1]):
            self._check_identity(row)
        self.seq, self.hash = expected, rows[-1][1]

    def _fault(self, expected: int, link: bytes, seq: int, digest: bytes, body: bytes) -> LogError:
        if seq != expected:
            return damaged(expected, f"it is missing; the next that is there is {seq}")
        if hashlib.sha256(body).digest() != digest:
            return damaged(seq, "its hash is not that of its content")
        if body[LINK_START:LINK_END] != link:
            return damaged(seq, f"it does not follow entry {seq - 1} as that is stored")
        return damaged(seq, "its content carries another number")

    def _check_identity(self, row: Row) -> None:
        seq, _, stored = row
        body = decode_body(stored, seq)
        if body.box != self.box:
            raise damaged(seq, f"it belongs to box {body.box}, not to {self.box}")
        if body.epoch < self.epoch:
            raise damaged(seq, f"its epoch {body.epoch} is older than that of the entries before ({self.epoch})")
        self.epoch = body.epoch


def box_of(connection: sqlite3.Connection) -> tuple[str, int]:
    """Whose log it is and its current epoch. Raises `LogError` (``log_damaged``) when that is not stored."""
    row = connection.execute("SELECT box, epoch FROM log").fetchone()
    if row is None:
        raise damaged(0, "it does not say to which box it belongs")
    return str(row[0]), int(row[1])


def read_chunk(connection: sqlite3.Connection, after: int, limit: int = CHUNK) -> list[Row]:
    """The entries after ``after``, at most ``limit``, in one read transaction. Where SQLite finds a damaged page, the
    readable ones before it.

    Raises `LogError` (``log_damaged``) naming the first that cannot be read.
    """
    try:
        return connection.execute(SELECT_AFTER, (after, limit)).fetchall()
    except sqlite3.Error as error:
        if limit == 1:
            raise reading_error(error, after + 1) from error
        rows = read_chunk(connection, after, 1)
    return rows


def highest_ever(connection: sqlite3.Connection) -> int:
    """The highest number that was ever written, as SQLite remembers it apart from the entries themselves."""
    return int(connection.execute(SELECT_HIGHEST).fetchone()[0])


def check_chunk(connection: sqlite3.Connection, chain: Chain, limit: int = CHUNK) -> bool:
    """Reads and checks the next entries. Returns whether there were any. Raises `LogError`."""
    rows = read_chunk(connection, chain.seq, limit)
    chain.check(rows)
    return bool(rows)


def verify(connection: sqlite3.Connection, limit: int = CHUNK) -> Iterator[Chain]:
    """Checks the whole chain from the beginning, yielding how far it is (the same object each time) after every
    chunk; an empty log yields once.

    Entries that are appended meanwhile are checked too. Raises `LogError` (``log_damaged``) with the first entry at
    fault.
    """
    try:
        box, _ = box_of(connection)
        highest = highest_ever(connection)
    except sqlite3.Error as error:
        raise reading_error(error) from error
    chain = Chain(box)
    while check_chunk(connection, chain, limit):
        yield chain
    check_end(chain, highest)
    yield chain


def check_end(chain: Chain, highest: int) -> None:
    """Raises `LogError` (``log_damaged``) when entries up to ``highest`` were written once, and the chain ends
    before.
    """
    if chain.seq < highest:
        raise damaged(chain.seq + 1, f"the log ends before it, though entries up to {highest} have been written")
