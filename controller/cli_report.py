"""``abholfach report`` and ``abholfach note``: the monthly report out of the log, and the two figures that people type.

The report reads the log without the controller, which may run meanwhile. What is noted goes to the controller over the
admin socket, for only it writes.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from controller.adapters.reports import feed, local_zone, view_of
from controller.api import (
    AdminNoteCost,
    AdminNoteIssued,
    ControlError,
    Disconnected,
    Nothing,
    ReportView,
    Request,
    connected,
)
from controller.cli import BAD_NEWS, UNUSABLE, WELL, add_data_option
from controller.cli_log import reading_log
from controller.cli_status import ADMIN_SOCKET
from controller.reporting import Ledger, Month, MonthError

if TYPE_CHECKING:
    from controller.cli import Subcommands

#: Entries a read transaction.
CHUNK = 2_000
#: The pages' languages, each with its row in the report whether it was used or not.
LANGUAGES = ("ar", "bg", "de", "de-simple", "en", "fa", "fr", "ku", "pl", "ro", "ru", "sq", "ti", "tr", "uk")


def register(subcommands: Subcommands) -> None:
    """Adds ``report`` and ``note``."""
    report = subcommands.add_parser(
        "report",
        help="the monthly report",
        description="Print the report on a month, or write it as a file. It holds figures of the box, of no person.",
    )
    add_data_option(report)
    report.add_argument("--month", default="", metavar="YYYY-MM", help="default: the last month that is over")
    report.add_argument(
        "--zone", metavar="ZONE", help="time zone while the box has no calendar (default: this machine's)"
    )
    form = report.add_mutually_exclusive_group()
    form.add_argument("--csv", type=Path, metavar="FILE", help="for a spreadsheet")
    form.add_argument("--pdf", type=Path, metavar="FILE", help="two pages for the printer")
    form.add_argument("--json", action="store_true", help="for a program, on the terminal")
    report.set_defaults(run=run_report)

    note = subcommands.add_parser(
        "note",
        help="note documents issued or running cost for the report",
        description="Note figures that the box cannot count. The last word on a month counts.",
    )
    note.add_argument("--socket", type=Path, default=ADMIN_SOCKET, metavar="PATH", help="default: %(default)s")
    note.add_argument("--month", metavar="YYYY-MM")
    note.add_argument("--issued", type=_count, metavar="N", help="documents that the office issued in the month")
    note.add_argument("--cost", type=_cents, metavar="EUR", help="running cost of the box in the month, as in 412,50")
    note.add_argument(
        "--file", type=Path, metavar="FILE", help="many months at once: lines of month;issued;cost, either may be empty"
    )
    note.set_defaults(run=run_note)


def run_report(options: argparse.Namespace, out: TextIO | None = None) -> int:
    """Prints or writes the report."""
    out = out or sys.stdout
    try:
        zone = ZoneInfo(options.zone) if options.zone else local_zone()
        view = read_report(options.data, options.month, zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        what = f"--zone {options.zone}: no such time zone" if not isinstance(error, MonthError) else str(error)
        sys.stderr.write(f"abholfach: {what}\n")
        return UNUSABLE
    if options.json:
        out.write(msgspec.json.format(msgspec.json.encode(view)).decode() + "\n")
        return WELL
    # The words of the report belong to the pages; a box without them has no use for words.
    from kiosk_ui.report import facts_of

    if options.csv is not None:
        from kiosk_ui.report.csv_file import csv_of

        return _write(options.csv, csv_of(facts_of(view)).encode("utf-8"), out)
    if options.pdf is not None:
        from kiosk_ui import languages
        from kiosk_ui.paper import PaperError, render
        from kiosk_ui.report.paper import document

        german = languages.load(languages.SOURCE_LANGUAGE, {})
        try:
            pdf = asyncio.run(render(document(german.environment, view)))
        except PaperError as error:
            sys.stderr.write(f"abholfach: {error}\n")
            return BAD_NEWS
        return _write(options.pdf, pdf, out)
    facts = facts_of(view)
    out.write(f"{facts.title}\n")
    out.writelines(f"{line}\n" for line in (facts.coverage, *facts.notes) if line)
    out.writelines(f"{row.now:>16}  {row.before:>16}  {row.label}\n" for row in facts.rows)
    for uses in (facts.languages, facts.modes):
        out.writelines(f"{use.text:>16}  {use.before:>16}  {use.name}\n" for use in uses)
    return WELL


def read_report(data: Path, month: str, zone: ZoneInfo) -> ReportView:
    """The report on ``month`` as far as the log in ``data`` goes. Raises `LogError` and `MonthError`.

    The log says nothing of the time after its last entry: whether the box runs is not known here.
    """
    ledger = Ledger(zone, LANGUAGES)
    with reading_log(data) as connection:
        while feed(ledger, connection, CHUNK):
            pass
    ledger.close()
    return view_of(ledger, month, ledger.last_ms, max(ledger.last_ms, time.time_ns() // 1_000_000))


def run_note(options: argparse.Namespace, out: TextIO | None = None) -> int:
    """Sends what is to be noted; stops at the first refusal."""
    out = out or sys.stdout
    try:
        requests = list(_from_file(options.file) if options.file is not None else _from_options(options))
    except (OSError, ValueError, argparse.ArgumentTypeError) as error:
        sys.stderr.write(f"abholfach: {error}\n")
        return UNUSABLE
    if not requests:
        sys.stderr.write("abholfach: nothing to note: give --month with --issued or --cost, or --file\n")
        return UNUSABLE
    try:
        asyncio.run(_note(options.socket, requests))
    except ControlError as error:
        sys.stderr.write(f"abholfach: {error}\n")
        return BAD_NEWS
    except Disconnected as error:
        sys.stderr.write(f"abholfach: {error}\n")
        return UNUSABLE
    out.write(f"Noted: {len(requests)}.\n")
    return WELL


async def _note(socket: Path, requests: list[Request[Nothing]]) -> None:
    async with connected(str(socket)) as client:
        for request in requests:
            await client.call(request)


def _from_options(options: argparse.Namespace) -> Iterator[Request[Nothing]]:
    if options.month is None:
        return
    yield from _of(options.month, options.issued, options.cost)


def _from_file(path: Path) -> Iterator[Request[Nothing]]:
    """As a German spreadsheet saves it, or a program writes it: with ``;`` or ``,`` and perhaps a heading."""
    text = path.read_text(encoding="utf-8-sig")
    delimiter = ";" if ";" in text else ","
    for number, cells in enumerate(csv.reader(text.splitlines(), delimiter=delimiter), start=1):
        if not any(cells) or (number == 1 and not cells[0][:1].isdigit()):
            continue
        month, issued, cost = (cell.strip() for cell in (*cells, "", "")[:3])
        try:
            yield from _of(month, _count(issued) if issued else None, _cents(cost) if cost else None)
        except (argparse.ArgumentTypeError, MonthError) as error:
            raise ValueError(f"{path}, line {number}: {error}") from error


def _of(month: str, issued: int | None, cents: int | None) -> Iterator[Request[Nothing]]:
    Month.parse(month)
    if issued is not None:
        yield AdminNoteIssued(month, issued)
    if cents is not None:
        yield AdminNoteCost(month, cents)


def _write(path: Path, content: bytes, out: TextIO) -> int:
    """The file appears under its name only when it is whole; one that is there is not overwritten."""
    part = path.with_name(path.name + ".part")
    try:
        if path.exists():
            raise FileExistsError(17, "exists already: choose another name")
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        sys.stderr.write(f"abholfach: {path}: {error.strerror}\n")
        return UNUSABLE
    out.write(f"The report is in {path}.\n")
    return WELL


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _cents(text: str) -> int:
    """Euros with a decimal comma or point, without separators of thousands."""
    euros, _, cents = text.replace(",", ".").partition(".")
    if not (euros.isascii() and euros.isdigit() and (not cents or (cents.isdigit() and len(cents) <= 2))):
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount such as 412,50")
    return int(euros) * 100 + int(cents.ljust(2, "0") or "0")
