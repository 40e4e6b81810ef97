"""What a long log costs: the start with a million entries, and the verification of all of them.

`figures` needs about a gigabyte of disk and a minute. Both figures stand beside a floor measured in the same run, so
that a slow machine is not mistaken for slow code.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from controller.adapters.event_store import open_log
from controller.adapters.event_store.connections import connect_reader
from controller.adapters.event_store.encoding import GENESIS, make_entry
from controller.adapters.event_store.verification import CHUNK, SELECT_AFTER, verify
from controller.ports import NewEvent, Stamp

BOX = "bench"
FOLD_VERSION = 1

#: Entries after the newest checkpoint: half of the 5,000 between two checkpoints, as a start finds them on average.
TAIL = 2_500

#: About what a cabinet of a hundred compartments folds to.
STATE = json.dumps({f"compartment-{n}": {"holds": "x" * 300} for n in range(100)}).encode()

_STAMP = Stamp(
    wall_ms=1_795_305_600_000, mono_ms=123_456_789, boot="0b1c2d3e-1111-2222-3333-0123456789ab", clock_trusted=True
)

_EVENT = NewEvent(
    "UnlockAuthorised",
    1,
    {
        "compartment": "A07",
        "deposit": "deposit-0123456789abcdef",
        "door_before": "closed",
        "purpose": "pickup",
        "session": "session-0123456789abcdef",
    },
)


def make_log(path: Path, count: int, *, tail: int = TAIL, state: bytes = STATE) -> None:
    """Makes a log of ``count`` entries at ``path`` (closed, checkpointed, never synced): a checkpoint with ``state``
    stands ``tail`` entries before the end. The entries are exactly those that `EventStore.append` would have written.
    """
    store, _ = open_log(path, BOX, fold_version=FOLD_VERSION)
    asyncio.run(store.close())
    sealed_at = count - tail
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA wal_autocheckpoint = 100000")
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO events (seq, hash, body) VALUES (?, ?, ?)", _entries(count, sealed_at, state)
        )
        if sealed_at > 0:
            row = (sealed_at, FOLD_VERSION, state)
            connection.execute("INSERT INTO snapshots (seq, fold_version, state) VALUES (?, ?, ?)", row)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _entries(count: int, sealed_at: int, state: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    # One body is encoded properly; in the others only the link and the number differ.
    seal = NewEvent(
        "CheckpointSealed", 1, {"fold_version": FOLD_VERSION, "state_sha256": hashlib.sha256(state).hexdigest()}
    )
    model = make_entry(_EVENT, _STAMP, box=BOX, epoch=1, seq=7, after=GENESIS).body
    before, after = model.split(GENESIS.hex().encode())
    middle, end = after.split(b'"seq":7')
    link = GENESIS
    for seq in range(1, count + 1):
        if seq == sealed_at:
            body = make_entry(seal, _STAMP, box=BOX, epoch=1, seq=seq, after=link).body
        else:
            body = b'%b%b%b"seq":%d%b' % (before, link.hex().encode(), middle, seq, end)
        link = hashlib.sha256(body).digest()
        yield seq, link, body


def start(path: Path) -> float:
    """Seconds from nothing to a log that has been opened and whose tail has been read, in a fresh process that has
    its imports.
    """
    command = [sys.executable, "-m", "tests.bench.bench_log", str(path)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout)


def _start_here(path: Path) -> float:
    started = time.perf_counter()
    store, opened = open_log(path, BOX, fold_version=FOLD_VERSION)
    for _ in opened.tail:
        pass
    seconds = time.perf_counter() - started
    asyncio.run(store.close())
    return seconds


def verification(path: Path) -> float:
    """Seconds for the whole chain."""
    started = time.perf_counter()
    with closing(connect_reader(path)) as connection:
        for _ in verify(connection):
            pass
    return time.perf_counter() - started


def reading_and_hashing(path: Path) -> float:
    """The floor of `verification`: seconds to read and hash the same entries and look at nothing."""
    started = time.perf_counter()
    after, sha256 = 0, hashlib.sha256
    with closing(connect_reader(path)) as connection:
        while rows := connection.execute(SELECT_AFTER, (after, CHUNK)).fetchall():
            for _, _, body in rows:
                sha256(body).digest()
            after = rows[-1][0]
    return time.perf_counter() - started


def figures(count: int = 1_000_000, few: int = 1_000, rounds: int = 5) -> dict[str, dict[str, float | str]]:
    """``log.open_million`` (floor: the same with a thousand entries) and ``log.verify_million``, both in
    seconds.
    """
    with tempfile.TemporaryDirectory(prefix="bench-log-") as directory:
        long, short = Path(directory) / "long.db", Path(directory) / "short.db"
        tail = min(TAIL, few // 2)
        make_log(long, count, tail=tail)
        make_log(short, few, tail=tail)
        starts = _interleaved(rounds, lambda: start(long), lambda: start(short))
        checks = _interleaved(max(1, rounds // 2), lambda: verification(long), lambda: reading_and_hashing(long))
    return {"log.open_million": starts, "log.verify_million": checks}


def _interleaved(rounds: int, measure: Callable[[], float], floor: Callable[[], float]) -> dict[str, float | str]:
    """Medians of both, taken turn by turn so that both see the same machine."""
    pairs = [(measure(), floor()) for _ in range(rounds)]
    value, least = (statistics.median(side) for side in zip(*pairs, strict=True))
    return {"value": round(value, 4), "unit": "s", "floor": round(least, 4), "ratio": round(value / least, 3)}


if __name__ == "__main__":
    print(_start_here(Path(sys.argv[1])))
