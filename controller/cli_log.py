"""``abholfach log verify|show|export``: the log for people. Read-only; the controller may run meanwhile."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from controller.adapters.event_store import exported
from controller.adapters.event_store.connections import connect_reader
from controller.adapters.event_store.damage import DamageMark
from controller.adapters.event_store.disk import DATABASE_NAME
from controller.adapters.event_store.encoding import Body, decode_body
from controller.adapters.event_store.errors import reading_error
from controller.adapters.event_store.migrating import check_version, newest_version
from controller.adapters.event_store.verification import Row, box_of, read_chunk, verify
from controller.cli import BAD_NEWS, UNUSABLE, WELL, add_data_option
from controller.ports import LogError

if TYPE_CHECKING:
    from controller.cli import Subcommands

_SELECT_BEFORE = "SELECT seq, hash, body FROM events WHERE seq < ? ORDER BY seq DESC LIMIT 1000"


def register(subcommands: Subcommands) -> None:
    """Adds ``log`` and what is below it."""
    log = subcommands.add_parser("log", help="verify, show and export the log", description=__doc__)
    below = log.add_subparsers(title="commands", metavar="COMMAND", required=True)

    verifying = below.add_parser(
        "verify",
        help="check the whole chain",
        description="Check that no entry is missing or changed. Exit 0: the chain is whole. Exit 1: it is damaged.",
    )
    add_data_option(verifying)
    verifying.add_argument("--file", type=Path, metavar="FILE", help="check an exported file instead of the box's log")
    verifying.set_defaults(run=run_verify)

    showing = below.add_parser("show", help="print entries", description="Print entries, one a line, oldest first.")
    add_data_option(showing)
    which = showing.add_mutually_exclusive_group()
    which.add_argument("--last", type=_positive, default=20, metavar="N", help="the last N (default: %(default)s)")
    which.add_argument("--from", type=_positive, dest="first", metavar="SEQ", help="all from entry SEQ on")
    showing.add_argument("--type", metavar="TYPE", help="only events of this type")
    showing.set_defaults(run=run_show)

    exporting = below.add_parser(
        "export",
        help="write entries to a file",
        description="Write the exact entries and their hashes to FILE, one JSON object a line, and check them.",
    )
    add_data_option(exporting)
    exporting.add_argument("--from", type=_positive, dest="first", default=1, metavar="SEQ", help="default: the first")
    exporting.add_argument("--to", type=_positive, dest="last", metavar="SEQ", help="default: the last")
    exporting.add_argument("file", type=Path, metavar="FILE", help="must not exist yet; - for the terminal or a pipe")
    exporting.set_defaults(run=run_export)


def run_verify(options: argparse.Namespace, out: TextIO | None = None) -> int:
    """Prints how many entries were checked in what time, and where the chain ends."""
    out = out or sys.stdout
    started = time.monotonic()
    first = 1
    if options.file is not None:
        try:
            first, chain = exported.verify_file(options.file)
        except OSError as error:
            raise LogError("permission_denied", f"{options.file} cannot be read: {error.strerror}") from error
    else:
        with reading_log(options.data) as connection:
            *_, chain = verify(connection)
    seconds = time.monotonic() - started
    count = chain.seq - first + 1
    out.write(f"The chain of box {chain.box} is whole: {count} entries in {seconds:.2f} s.\n")
    if count:
        out.write(f"Last entry: {chain.seq}, hash {chain.hash.hex()}\n")
    return WELL if options.file is not None else _take_mark_away(options.data, out)


def _take_mark_away(directory: Path, out: TextIO) -> int:
    """The log was found damaged once, and is whole now: the box may serve again."""
    mark = DamageMark(directory)
    if mark.read() is None:
        return WELL
    try:
        mark.clear()
    except OSError as error:
        out.write(f"It was found damaged before, and the mark stays: {error.strerror}. Run this as the box's user.\n")
        return BAD_NEWS
    out.write("It was found damaged before; the mark is taken away. Restart the controller to serve again.\n")
    return WELL


def run_show(options: argparse.Namespace, out: TextIO | None = None) -> int:
    """Prints entries as local time, number, type and data. They are shown as they are stored, without checking the
    chain.
    """
    out = out or sys.stdout
    with reading_log(options.data) as connection:
        rows = _from(connection, options.first - 1) if options.first else _before_the_end(connection, options)
        for seq, _, stored in rows:
            body = decode_body(stored, seq)
            if options.type in (None, body.type):
                out.write(_line(body))
    return WELL


def run_export(options: argparse.Namespace, out: TextIO | None = None) -> int:
    """Writes the entries; the file appears under its name only when it is whole."""
    with reading_log(options.data) as connection:
        box, _ = box_of(connection)
        if str(options.file) == "-":
            exported.export(connection, box, options.first, options.last, out or sys.stdout)
            return WELL
        if options.file.exists():
            sys.stderr.write(f"abholfach: {options.file} exists already: choose another name\n")
            return UNUSABLE
        part = options.file.with_name(options.file.name + ".part")
        try:
            with part.open("w", encoding="utf-8", newline="\n") as file:
                chain = exported.export(connection, box, options.first, options.last, file)
                file.flush()
                os.fsync(file.fileno())
            part.rename(options.file)
        except OSError as error:
            part.unlink(missing_ok=True)
            sys.stderr.write(f"abholfach: {options.file} cannot be written: {error.strerror}\n")
            return UNUSABLE
        except LogError:
            part.unlink(missing_ok=True)
            raise
    if chain.seq < options.first:
        options.file.unlink()
        sys.stderr.write(f"abholfach: there is no entry {options.first}: nothing was written\n")
        return BAD_NEWS
    (out or sys.stdout).write(f"Entries {options.first} to {chain.seq} are in {options.file}.\n")
    return WELL


@contextmanager
def reading_log(directory: Path) -> Iterator[sqlite3.Connection]:
    """The log in ``directory`` on a connection that cannot write.

    Raises `LogError`, before anything is touched, when there is none.
    """
    path = directory / DATABASE_NAME
    with closing(connect_reader(path)) as connection:
        try:
            if check_version(connection, path, newest_version()) == 0:
                raise LogError("no_database", f"{path} is empty: the box has not been started yet.")
            yield connection
        except sqlite3.Error as error:
            raise reading_error(error) from error


def _from(connection: sqlite3.Connection, after: int) -> Iterator[Row]:
    while rows := read_chunk(connection, after):
        yield from rows
        after = rows[-1][0]


def _before_the_end(connection: sqlite3.Connection, options: argparse.Namespace) -> list[Row]:
    """The last entries of the type asked for, oldest first."""
    found: list[Row] = []
    before = sys.maxsize
    while len(found) < options.last:
        rows = connection.execute(_SELECT_BEFORE, [before]).fetchall()
        if not rows:
            break
        found += [row for row in rows if options.type is None or decode_body(row[2], row[0]).type == options.type]
        before = rows[-1][0]
    return found[: options.last][::-1]


def _line(body: Body) -> str:
    at = datetime.fromtimestamp(body.at / 1000, UTC).astimezone().isoformat(sep=" ", timespec="milliseconds")
    doubt = " (clock not trusted)" if body.clock != "trusted" else ""
    data = json.dumps(body.data, ensure_ascii=False, separators=(", ", "="))
    return f"{at}{doubt}  {body.seq}  {body.type}  {_printable(data)}\n"


def _printable(text: str) -> str:
    """``text`` without what a terminal would obey."""
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in text)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
