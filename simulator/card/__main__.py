"""``python -m simulator.card SCENARIO.toml --cards DIRECTORY``: lays a document onto a town's card reader, until
Ctrl-C.

DIRECTORY is that of the town's card service: ``run/cards`` below the demo's data. The state that issues it is the one
which the demo trusts. With ``--alone`` a card service of its own is started, for clients that are given what it prints.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from simulator.card.chip import Chip
from simulator.card.issuing_state import IssuingState
from simulator.card.pcscd import CardStack, CardStackError, connect
from simulator.card.personalisation import personalise, printed_zone
from simulator.card.scenario import Forgery, read_scenario
from simulator.card.vpcd import put_in


def main(arguments: Sequence[str] | None = None) -> int:
    """0: taken out by Ctrl-C or SIGTERM; 1: it cannot be put in, and the reason was printed."""
    parser = argparse.ArgumentParser(prog="python -m simulator.card", description="Lays a document onto a card reader.")
    parser.add_argument("scenario", type=Path, help="as in simulator/card/scenarios")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--cards", type=Path, metavar="DIRECTORY", help="of a town's card service (demo-data/run/cards)")
    where.add_argument("--alone", action="store_true", help="start a card service for it")
    parser.add_argument("--forgery", type=Forgery, choices=tuple(Forgery), help="in place of the scenario's")
    options = parser.parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        with ExitStack() as stack:
            _lay(options, stack)
            signal.pause()
    except (CardStackError, OSError, ValueError, msgspec.DecodeError) as error:
        print(f"simulator.card: {error}", file=sys.stderr)
        return 1
    return 0


def _lay(options: argparse.Namespace, stack: ExitStack) -> None:
    scenario = read_scenario(options.scenario)
    if options.forgery is not None:
        scenario = msgspec.structs.replace(scenario, forgery=options.forgery)
    directory: Path = options.cards
    if options.alone:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="abh-")))
        for name, value in stack.enter_context(CardStack(directory)).environment.items():
            print(f"{name}={value}")
    chip = Chip(personalise(scenario, IssuingState(datetime.now(UTC))))
    stack.enter_context(put_in(lambda: connect(directory), chip))
    print("\n".join(printed_zone(scenario).lines))
    print(f"CAN {scenario.document.can or '(none)'}; it lies there until Ctrl-C", flush=True)


if __name__ == "__main__":
    sys.exit(main())
