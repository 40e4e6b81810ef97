"""``./box crash --kills N``: kills the controller N times at random moments and checks what it makes of it.

Towns live side by side, each a process with its own plant, controller and data. Half of the kills are at kill points
inside the process (the n-th commit, pulse or sensor event of a life), half come from outside at any moment: in the
middle of a commit, at start-up, while settling. The campaign ends by itself; exit 1 when any invariant was broken.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import queue
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from simulator.crash_town import CrashTown, Tally
from simulator.processes import die_with_parent

SHARE = 250
"""Kills a town: a new one begins after so many, so that a violation is found near where it began."""
SAY_EVERY_S = 10.0

_progress: multiprocessing.queues.Queue[int] | None = None


def _joined(progress: multiprocessing.queues.Queue[int]) -> None:
    global _progress  # a pool hands it to its processes in no other way
    _progress = progress
    # However the campaign ends, its towns end with it.
    die_with_parent()


def play(root: Path, seed: int, kills: int) -> Tally:
    """One town, from its first start to its last."""

    def count() -> None:
        if _progress is not None:
            _progress.put(1)

    return CrashTown(root, seed).run(kills, count)


def campaign(kills: int, seed: int, jobs: int, data: Path) -> Tally:
    """Plays ``kills`` kills in towns under ``data``, ``jobs`` at a time, and says every ten seconds how far it is.

    Towns without violations are removed when they are over.
    """
    shares = [min(SHARE, kills - begun) for begun in range(0, kills, SHARE)]
    if len(shares) < jobs:
        shares = [kills // jobs + (number < kills % jobs) for number in range(min(jobs, kills))]
    context = multiprocessing.get_context("spawn")
    progress: multiprocessing.queues.Queue[int] = context.Queue()
    total = Tally()
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_joined, initargs=(progress,)) as pool:
        futures = {
            pool.submit(play, data / f"{seed + number}", seed + number, share): data / f"{seed + number}"
            for number, share in enumerate(shares)
        }
        _watch(list(futures), progress, kills)
        for future, root in futures.items():
            tally = future.result()
            total.add(tally)
            if not tally.violations:
                shutil.rmtree(root, ignore_errors=True)
    return total


def _watch(futures: Sequence[Future[Tally]], progress: multiprocessing.queues.Queue[int], kills: int) -> None:
    begun = said = time.monotonic()
    done = found = 0
    while not all(future.done() for future in futures):
        try:
            done += progress.get(timeout=1.0)
        except queue.Empty:
            pass
        if time.monotonic() - said >= SAY_EVERY_S:
            said = time.monotonic()
            found = sum(len(future.result().violations) for future in futures if future.done())
            rate = done / (said - begun)
            left_min = (kills - done) / rate / 60 if rate else 0
            print(f"crash: {done} of {kills} kills, {found} violations, some {left_min:.0f} min to go", flush=True)


def table(tally: Tally) -> str:
    """The report, for people."""
    events, people = tally.events, tally.people
    taken = sum(events[name] for name in ("DepositEnded",))
    lines = [
        ("kills", tally.kills),
        ("  at a kill point", tally.kills_at_points),
        ("  before the controller was ready", tally.kills_before_ready),
        ("restarts", tally.restarts),
        ("memory compared with the log's fold", tally.compared + events["CheckpointSealed"]),
        ("authorisations", events["UnlockAuthorised"]),
        ("pulses", tally.pulses),
        ("doors opened", events["DoorOpened"]),
        ("deposits stored", events["DepositStored"]),
        ("deposits ended", taken),
        ("rights ended", events["RightEnded"]),
        ("deposits unverified", events["DepositUnverified"]),
        ("quarantines", events["CompartmentQuarantined"]),
        ("  resolved by staff", events["CompartmentReleased"]),
        ("settlement rows", sum(tally.rows.values())),
        *((f"  {name}", count) for name, count in sorted(tally.rows.items())),
        ("people", sum(people.values())),
        *((f"  {name}", count) for name, count in sorted(people.items())),
        ("waited in vain", len(tally.puzzled)),
        ("violations", len(tally.violations)),
    ]
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:{width}}  {count:>8}" for name, count in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0: no violation. 1: violations, which are printed with how to see them again."""
    parser = argparse.ArgumentParser(prog="./box crash", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, required=True, metavar="N")
    parser.add_argument("--seed", type=int, default=1, help="of the first town; the others count on (default: 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="towns at a time (default: one a core)")
    parser.add_argument("--data", type=Path, help="where the towns live (default: a temporary directory)")
    options = parser.parse_args(arguments)
    if options.kills < 1 or options.jobs < 1:
        parser.error("--kills and --jobs must be at least 1")
    data = options.data or Path(tempfile.mkdtemp(prefix="crash-"))
    tally = campaign(options.kills, options.seed, options.jobs, data)
    print(table(tally))
    for text, count in Counter(tally.puzzled).most_common(5):
        print(f"waited in vain ({count} times): {text}")
    for violation in tally.violations:
        print(f"VIOLATION: {violation}")
    if tally.violations:
        print(f"The towns are kept under {data}: see each with `abholfach log show --data {data}/SEED/data`, and play")
        print("it again with `./box crash --kills 250 --jobs 1 --seed SEED` (moments differ, people do the same).")
        return 1
    if options.data is None:
        shutil.rmtree(data, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
