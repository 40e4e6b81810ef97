"""``abholfach eid check``: the whole check of a document's chip, step by step, for whoever tries specimens."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from controller.cli import Subcommands

UNUSABLE: Final = 2

TRUST_DIRECTORY: Final = Path("/var/lib/abholfach-trust")

ASK: Final = "ask"
STANDARD_INPUT: Final = "-"


def register(subcommands: Subcommands) -> None:
    """Adds ``eid check``."""
    group = subcommands.add_parser("eid", help="documents' chips")
    commands = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = commands.add_parser(
        "check",
        help="check the document in the card reader, step by step",
        description="Check the document in the card reader as the box does, and print each step: protocol, algorithm,"
        " time, number of commands, outcome. What opens the chip is asked for, or read from standard input with -; it"
        " is never given on the command line, which every user of this computer sees. Nothing is kept. Exit code 0"
        " only when the document is verified.",
    )
    access = check.add_mutually_exclusive_group(required=True)
    access.add_argument("--can", nargs="?", const=ASK, metavar="-", help="by the six digits on the front")
    access.add_argument(
        "--mrz", nargs="?", const=ASK, metavar="-", help="by the machine readable zone, or the parts of it that count"
    )
    check.add_argument("--show", action="store_true", help="print what the document says of its holder")
    check.add_argument("--reader", default="", metavar="PART-OF-A-NAME", help="only these card readers")
    check.add_argument("--wait", type=_seconds, default=60, metavar="S", help="for a document (default: %(default)s)")
    check.add_argument("--at", type=_day, metavar="YYYY-MM-DD", help="what is valid on that day, instead of now")
    check.add_argument("--clone-proof-optional", action="store_true", help='as a policy with clone_proof = "optional"')
    check.add_argument("--revocation-optional", action="store_true", help='as a policy with revocation = "optional"')
    check.add_argument("--trust", type=Path, default=TRUST_DIRECTORY, metavar="DIR", help="default: %(default)s")
    check.set_defaults(run=run_check)


def run_check(options: argparse.Namespace) -> int:
    """Checks one document. Leaves the process at once, whatever else it does, when the card stack hangs."""
    try:
        from controller.cli_eid_run import InputError, Stuck, check, read_access
    except ImportError as error:
        return _complain(f"{error}. Install Debian's libpcsclite1 and the packages of requirements/")
    try:
        access = read_access(options.can, options.mrz, sys.stdin)
        return check(access, options, sys.stdout)
    except InputError as error:
        return _complain(str(error))
    except Stuck as error:
        # A thread is in native code that does not return: Python would wait for it.
        code = _complain(str(error))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _complain(message: str) -> int:
    sys.stderr.write(f"abholfach: {message}\n")
    return UNUSABLE


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(hour=12, tzinfo=UTC)


def _seconds(text: str) -> int:
    seconds = int(text)
    if not 1 <= seconds <= 3600:
        raise ValueError("1 to 3600")
    return seconds
