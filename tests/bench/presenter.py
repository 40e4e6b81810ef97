"""``python -m tests.bench.presenter SOCKET``: shows each code it reads from its input to the controller.

It prints when it sent it (ns of the monotonic clock, which is the same in all processes) and whether it was accepted.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.bench.line import Line, scan


def main() -> None:
    line = Line(Path(sys.argv[1]))
    for text in sys.stdin:
        sent = line.send("scan.report", scan(text.strip()))
        print(sent, line.answer()["result"]["accepted"], flush=True)


if __name__ == "__main__":
    main()
