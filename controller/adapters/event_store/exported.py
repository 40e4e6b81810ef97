"""Entries in a file: one JSON object a line with the exact body (as a string) and its hash.

Whoever has the file can check it without this software: the SHA-256 of each ``body`` (in UTF-8) is its ``hash``, and
each body's ``after`` is the ``hash`` of the line before.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TextIO

import msgspec

from controller.adapters.event_store.encoding import GENESIS, decode_body, link_of
from controller.adapters.event_store.errors import damaged
from controller.adapters.event_store.verification import Chain, Row, read_chunk
from controller.ports import LogError


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the file. ``hash`` is hex."""

    seq: int
    hash: str
    body: str


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Line)


def export(connection: sqlite3.Connection, box: str, first: int, last: int | None, out: TextIO) -> Chain:
    """Writes the entries ``first`` to ``last`` (``None``: to the end), checking their chain. Returns how far it came.

    Raises `LogError` (``log_damaged``); what was written before is whole.
    """
    chain = Chain(box, first - 1, GENESIS)
    if first > 1:
        before = connection.execute("SELECT hash FROM events WHERE seq = ?", [first - 1]).fetchone()
        chain.hash = before[0] if before else GENESIS
    while rows := [row for row in read_chunk(connection, chain.seq) if last is None or row[0] <= last]:
        chain.check(rows)
        for seq, digest, body in rows:
            out.write(_encoder.encode(Line(seq, digest.hex(), body.decode())).decode() + "\n")
    return chain


def verify_file(path: Path) -> tuple[int, Chain]:
    """Checks an exported file by itself. Returns its first entry's number and how far it reaches.

    Raises `LogError` (``log_damaged`` with the entry, ``not_a_log`` for any other file) and `OSError`.
    """
    chain: Chain | None = None
    first = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            row = _row(line, number)
            if chain is None:
                first = row[0]
                chain = Chain(decode_body(row[2], first).box, first - 1, link_of(row[2], first))
            chain.check([row])
    if chain is None:
        raise LogError("not_a_log", f"{path} is empty.")
    return first, chain


def _row(line: bytes, number: int) -> Row:
    try:
        read = _decoder.decode(line)
        return read.seq, bytes.fromhex(read.hash), read.body.encode()
    except (msgspec.DecodeError, ValueError) as error:
        if number == 1:
            raise LogError("not_a_log", "The file is not an exported log.") from error
        raise damaged(0, f"line {number} of the file is not an entry") from error
