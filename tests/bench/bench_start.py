"""From nothing to a box that serves, with a short log and with a million events: whole processes, spawn to READY=1.

The floor is the same start with a thousand events, turn by turn.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from controller.adapters.event_store.encoding import make_entry
from controller.ports import NewEvent, Stamp
from simulator.preload import Preload, preload
from simulator.town import Town
from tests.bench.as_on_a_box import environment

#: Half of the 5,000 events between two checkpoints: what a start finds after the newest one, on average.
TAIL = 2_500
_STAMP = Stamp(
    wall_ms=1_795_305_600_000, mono_ms=123_456_789, boot="0b1c2d3e-1111-2222-3333-0123456789ab", clock_trusted=True
)
_EVENT = NewEvent("RefusalsNoted", 1, {"code": "code_unknown", "count": 1})


def grow(log: Path, box: str, count: int) -> None:
    """Appends ``count`` entries to a log that nobody holds, without syncing each: exactly those that the store would
    write.
    """
    with closing(sqlite3.connect(log, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        last, link = connection.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO events (seq, hash, body) VALUES (?, ?, ?)", _entries(box, last + 1, last + count, link)
        )
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _entries(box: str, first: int, last: int, link: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    model = make_entry(_EVENT, _STAMP, box=box, epoch=1, seq=7, after=link).body
    before, after = model.split(link.hex().encode())
    middle, end = after.split(b'"seq":7')
    for seq in range(first, last + 1):
        body = b'%b%b%b"seq":%d%b' % (before, link.hex().encode(), middle, seq, end)
        link = hashlib.sha256(body).digest()
        yield seq, link, body


def town_with(root: Path, events: int) -> Town:
    """A box with about ``events`` entries in its log, the newest checkpoint `TAIL` before the end."""
    town = Town(root)
    town.provision()
    town.start_plant()
    town.start_controller()
    town.stop_controller()
    tail = min(TAIL, events // 2)
    grow(town.log_file, town.box, events - tail)
    preload(town.data, Preload(), seal=True)
    grow(town.log_file, town.box, tail)
    return town


def start(town: Town) -> float:
    """Seconds from spawn to READY=1. The log is left as it was: the process is killed, and what it appended is
    removed.
    """
    kept = town.log_file.read_bytes()
    begun = time.perf_counter()
    town.start_controller()
    seconds = time.perf_counter() - begun
    if town.controller is not None:
        town.controller.kill()
    for suffix in ("-wal", "-shm"):
        town.log_file.with_name(town.log_file.name + suffix).unlink(missing_ok=True)
    town.log_file.write_bytes(kept)
    return seconds


def figures(count: int = 1_000_000, few: int = 1_000, rounds: int = 5) -> dict[str, dict[str, float | str]]:
    """``start.million_events`` in seconds."""
    with tempfile.TemporaryDirectory(prefix="bench-start-") as directory:
        os.environ.update(environment(Path(directory)))
        long, short = town_with(Path(directory) / "long", count), town_with(Path(directory) / "short", few)
        try:
            pairs = [(start(long), start(short)) for _ in range(rounds + 1)][1:]
        finally:
            long.stop()
            short.stop()
    value, floor = (statistics.median(side) for side in zip(*pairs, strict=True))
    return {
        "start.million_events": {
            "value": round(value, 3),
            "unit": "s",
            "floor": round(floor, 3),
            "ratio": round(value / floor, 3),
        }
    }
