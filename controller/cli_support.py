"""``abholfach support-bundle``: a file for those who look after boxes from afar, asked over the admin socket."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from controller.api import AdminBundle, Bundle, ControlError, Disconnected, connected
from controller.cli_status import ADMIN_SOCKET, UNUSABLE, WELL

if TYPE_CHECKING:
    from controller.cli import Subcommands

JOURNAL_LINES = 2_000
#: A journal that takes longer than this (s) is left out.
JOURNAL_S = 20.0


def register(subcommands: Subcommands) -> None:
    """Adds the subcommand."""
    parser = subcommands.add_parser(
        "support-bundle",
        help="write a support bundle",
        description="Write a ZIP file with versions, configuration without secrets, faults, trends, the last 500 events"
        " and journal lines. Where this user may read the journals of the box's other units, they are added.",
    )
    parser.add_argument("--socket", type=Path, default=ADMIN_SOCKET, metavar="PATH", help="default: %(default)s")
    parser.add_argument("--output", type=Path, default=Path(), metavar="PLACE", help="a directory, or a new file")
    parser.set_defaults(run=run_bundle)


def run_bundle(options: argparse.Namespace) -> int:
    try:
        made = asyncio.run(_ask(options.socket))
    except (Disconnected, ControlError) as error:
        sys.stderr.write(f"abholfach: {error}\n")
        return UNUSABLE
    path: Path = options.output / made.name if options.output.is_dir() else options.output
    try:
        with path.open("xb") as file:
            file.write(made.content)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("journal-units.txt", units_journal())
    except OSError as error:
        sys.stderr.write(f"abholfach: {path} cannot be written: {error.strerror}\n")
        return UNUSABLE
    sys.stdout.write(f"{path}\n")
    return WELL


async def _ask(socket: Path) -> Bundle:
    async with connected(str(socket)) as client:
        return await client.call(AdminBundle())


def units_journal() -> str:
    """The last lines of all units of the box, or why there are none."""
    tool = shutil.which("journalctl")
    if tool is None:
        return "there is no journalctl here\n"
    command = [tool, "--unit=abholfach-*", f"--lines={JOURNAL_LINES}", "--no-pager", "--output=short-iso"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=JOURNAL_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"the journal was not read: {type(error).__name__}\n"
    return done.stdout.decode(errors="replace") or done.stderr.decode(errors="replace") or "empty\n"
