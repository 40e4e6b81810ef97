"""``python -m simulator.scanner --port PATH [--end cr] [--identifier ]Q1]``: a serial scanner to type at.

It links a pty at PATH and sends each line of standard input as one code, until the input ends.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from simulator.scanner.pty_scanner import ENDINGS, PtyScanner


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point. A code that nobody takes away in time is lost, as with a real one."""
    parser = argparse.ArgumentParser(prog="simulator.scanner", description="A serial scanner at the end of a pty.")
    parser.add_argument("--port", type=Path, required=True, metavar="PATH", help="where the port is to appear")
    parser.add_argument("--end", choices=tuple(ENDINGS), default="cr", help="what follows each code (default: cr)")
    parser.add_argument("--identifier", default="", metavar="]Q1", help="an AIM identifier before each code")
    given = parser.parse_args(arguments)
    scanner = PtyScanner(given.port, given.end, identifier=given.identifier)
    try:
        print(f"scanner ready {given.port}", flush=True)
        for line in sys.stdin:
            try:
                scanner.scan(line.rstrip("\n"))
            except BlockingIOError:
                print("nobody reads: lost", file=sys.stderr)
    finally:
        scanner.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
