"""What the monthly report costs: a month of a hundred thousand entries, read out of the log and counted.

The floor is reading the same entries and parsing them, and counting nothing.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from controller.adapters.event_codec import EventCodec, stamp_of
from controller.adapters.event_store import open_log
from controller.adapters.event_store.connections import connect_reader
from controller.adapters.event_store.encoding import GENESIS, decode_body, make_entry
from controller.adapters.event_store.verification import read_chunk
from controller.adapters.reports import feed, view_of
from controller.adapters.reports.desk import CHUNK
from controller.domain import events as ev
from controller.domain.moment import Moment
from controller.reporting import Ledger
from tests.unit.domain.builder import Scenario, plan

ZONE = ZoneInfo("Europe/Berlin")
#: A cabinet of a hundred compartments.
CABINET = tuple(plan(f"{row}{number:02}") for row in "ABCD" for number in range(1, 26))
MONTH_MS = 30 * 86_400_000


def history(entries: int) -> Iterator[tuple[ev.Event, Moment]]:
    """A month of pickups by the real rules, as dense as need be; forty envelopes always lie inside."""
    box = Scenario(cabinet=CABINET)
    waiting = 40
    for number in range(waiting):
        box.stored(f"D{number}", right=f"R{number}")
    told = 0
    for number in count():
        box.stored(f"D{number + waiting}", right=f"R{number + waiting}")
        box.present(f"R{number}").take().says("everything")
        each = len(box.log) - told
        yield from box.log[told:]
        told = len(box.log)
        if told >= entries:
            return
        box.at(max(0, MONTH_MS * each // entries - 30_000))


def make_log(path: Path, entries: int) -> int:
    """Writes the history to a log at ``path`` and returns how many entries there are."""
    import asyncio
    import sqlite3

    store, _ = open_log(path, "box-1", fold_version=1)
    asyncio.run(store.close())
    codec, link, written = EventCodec(), GENESIS, []
    for seq, (event, at) in enumerate(history(entries), start=1):
        entry = make_entry(codec.encode(event), stamp_of(at), box="box-1", epoch=1, seq=seq, after=link)
        link = entry.hash
        written.append((seq, entry.hash, entry.body))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO events (seq, hash, body) VALUES (?, ?, ?)", written)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return len(written)


def reporting(path: Path) -> float:
    """Seconds for the report on the last month of the log, in the steps in which the controller reads it."""
    started = time.perf_counter()
    ledger = Ledger(ZONE, ("de",))
    with closing(connect_reader(path)) as connection:
        while feed(ledger, connection, CHUNK):
            pass
    view_of(ledger, "", ledger.last_ms, ledger.last_ms)
    return time.perf_counter() - started


def reading_and_parsing(path: Path) -> float:
    """The floor: seconds to read and parse the same entries."""
    started = time.perf_counter()
    after = 0
    with closing(connect_reader(path)) as connection:
        while rows := read_chunk(connection, after, CHUNK):
            for seq, _, body in rows:
                decode_body(body, seq)
            after = rows[-1][0]
    return time.perf_counter() - started


def asking_again(path: Path) -> float:
    """Seconds for a report when everything has been read: finished months are sums."""
    ledger = Ledger(ZONE, ("de",))
    with closing(connect_reader(path)) as connection:
        while feed(ledger, connection, CHUNK):
            pass
        started = time.perf_counter()
        feed(ledger, connection, CHUNK)
        view_of(ledger, "", ledger.last_ms, ledger.last_ms)
        return time.perf_counter() - started


def figures(entries: int = 100_000, rounds: int = 3) -> dict[str, dict[str, float | str]]:
    """``report.thousand_events_ms`` (floor: reading and parsing them) and ``report.again_ms``."""
    with tempfile.TemporaryDirectory(prefix="bench-report-") as directory:
        path = Path(directory) / "log.db"
        written = make_log(path, entries)
        pairs = [(reporting(path), reading_and_parsing(path)) for _ in range(rounds)]
        again = statistics.median(asking_again(path) for _ in range(1))
    value, floor = (1e6 * statistics.median(side) / written for side in zip(*pairs, strict=True))
    return {
        "report.thousand_events_ms": {
            "value": round(value, 2),
            "unit": "ms",
            "floor": round(floor, 2),
            "ratio": round(value / floor, 2),
        },
        "report.again_ms": {"value": round(1e3 * again, 2), "unit": "ms", "floor": 0, "ratio": 0},
    }
