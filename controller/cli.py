"""The command ``abholfach``: the box on the command line.

Each group of subcommands is a module with a function ``register(subcommands)`` that adds its parser and sets ``run``
to a function that takes the parsed arguments and returns an exit code; `GROUPS` names these modules.

Exit codes: 0 well; 1 the answer is bad news (the log is damaged); 2 wrong usage, or nothing to look at; 130
interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING

from controller.ports import LogError

if TYPE_CHECKING:
    Subcommands = argparse._SubParsersAction[argparse.ArgumentParser]

#: Modules that bring subcommands, in the order in which the help lists them.
GROUPS = (
    "controller.cli_status",
    "controller.cli_log",
    "controller.cli_report",
    "controller.cli_support",
    "controller.cli_csca",
    "controller.cli_eid",
)

#: Where a box keeps its data.
DATA_DIRECTORY = Path("/var/lib/abholfach")

WELL = 0
BAD_NEWS = 1
UNUSABLE = 2
INTERRUPTED = 130


class _Version(argparse.Action):
    """Prints the version; the installed package is looked up only when asked for it."""

    def __init__(self, option_strings: Sequence[str], dest: str, **_: object) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help="print the version and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        print(f"abholfach {metadata.version('abholfach')}")
        parser.exit()


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """Adds ``--data``, as every subcommand that reads the data directory has it."""
    parser.add_argument(
        "--data",
        type=Path,
        default=DATA_DIRECTORY,
        metavar="DIR",
        help="the box's data directory (default: %(default)s)",
    )


def build_parser(groups: Sequence[str] = GROUPS) -> argparse.ArgumentParser:
    """The parser with the subcommands of ``groups``."""
    parser = argparse.ArgumentParser(prog="abholfach", description="The document pickup box on the command line.")
    parser.add_argument("--version", action=_Version)
    subcommands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in groups:
        import_module(group).register(subcommands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The installed command. Returns the exit code; wrong usage ends in `SystemExit` (2) as argparse does it."""
    options = build_parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        code = run(options)
        sys.stdout.flush()
    except LogError as error:
        print(f"abholfach: {error}", file=sys.stderr)
        return BAD_NEWS if error.code == "log_damaged" else UNUSABLE
    except BrokenPipeError:
        # The reader (`… | head`) has seen enough. What is still buffered must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WELL
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


if __name__ == "__main__":
    sys.exit(main())
