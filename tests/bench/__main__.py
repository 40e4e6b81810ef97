"""``./box bench``: the figures of docs/bench.md as a table, and as JSON with ``--json FILE``.

Figures are never assertions: machines differ and are shared. Each stands beside a floor that was measured in the same
run, and the ratio of the two is what can be compared.

``./box bench decode`` with ``--images``, ``--each`` or ``--seed`` prints a table of its own: `bench_decode`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

#: Modules with a function ``figures``, in the order of the table.
MODULES = (
    "bench_pickup",
    "bench_start",
    "bench_log",
    "bench_report",
    "bench_ui",
    "bench_pages",
    "bench_flows",
    "bench_technician",
    "bench_memory",
    "bench_locks",
    "bench_decode",
    "bench_eid",
    "bench_trust",
)

Figure = Mapping[str, float | str]


def main(arguments: Sequence[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["decode"] and len(given) > 1 and "--json" not in given:
        main_of_decode: Callable[[Sequence[str]], int] = import_module("tests.bench.bench_decode").main
        return main_of_decode(given[1:])
    parser = argparse.ArgumentParser(prog="./box bench", description="Measures the box and prints a table.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"of {', '.join(name[6:] for name in MODULES)}")
    options = parser.parse_args(given)
    wanted = [name for name in MODULES if not options.only or name[6:] in options.only]
    if not wanted:
        parser.error(f"there is no benchmark {', '.join(options.only)}")
    found: dict[str, Figure] = {}
    print(f"{'figure':28} {'value':>10} {'unit':5} {'floor':>10} {'ratio':>7}")
    for name in wanted:
        measure: Callable[[], dict[str, Figure]] = import_module(f"tests.bench.{name}").figures
        for figure, row in measure().items():
            found[figure] = row
            print(f"{figure:28} {row['value']:>10} {row['unit']:5} {row['floor']:>10} {row['ratio']:>7}", flush=True)
    if options.json is not None:
        options.json.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
