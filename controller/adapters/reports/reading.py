"""From entries of the log to the report's view."""

from __future__ import annotations

import sqlite3

from controller.adapters.event_codec import EventCodec, moment_of
from controller.adapters.event_store import UPCASTERS
from controller.adapters.event_store.encoding import decode_body, recorded
from controller.adapters.event_store.verification import read_chunk
from controller.api import ReportView
from controller.reporting import Ledger, Month, MonthError

#: Months in the row of a plot: the one asked for, and a year before it.
TREND_MONTHS = 13

_codec = EventCodec()


def feed(ledger: Ledger, connection: sqlite3.Connection, limit: int) -> int:
    """Adds the next entries of the log, at most ``limit``, and returns how many there were. One read transaction.

    Raises `LogError`; the entries before the one at fault are in the ledger then.
    """
    rows = read_chunk(connection, ledger.seq, limit)
    for seq, _, body in rows:
        event = UPCASTERS.newest(recorded(decode_body(body, seq)))
        ledger.add(_codec.decode(event), moment_of(event.stamp))
    return len(rows)


def view_of(ledger: Ledger, wanted: str, known_to_ms: int, now_ms: int) -> ReportView:
    """The report on ``wanted`` (empty: the last month that is over, else the running one).

    Raises `MonthError` when it is no month, or one of which the log knows nothing.
    """
    months = ledger.months(known_to_ms, now_ms)
    if not months:
        raise MonthError("the log is empty")
    month = Month.parse(wanted) if wanted else _last_finished(ledger, months, now_ms)
    if not months[0] <= month <= months[-1]:
        raise MonthError(f"the log knows {months[0]} to {months[-1]}")
    before = month.before()
    return ReportView(
        state="ready",
        box=ledger.box,
        simulated=ledger.simulated,
        made_wall_ms=now_ms,
        month=ledger.figures(month, known_to_ms, now_ms),
        previous=ledger.figures(before, known_to_ms, now_ms) if before >= months[0] else None,
        trend=ledger.trend(month, TREND_MONTHS, known_to_ms, now_ms),
        months=tuple(str(each) for each in reversed(months)),
    )


def _last_finished(ledger: Ledger, months: tuple[Month, ...], now_ms: int) -> Month:
    over = [month for month in months if month.bounds(ledger.zone)[1] <= now_ms]
    return over[-1] if over else months[-1]
