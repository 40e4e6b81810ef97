"""``./box a11y``: axe-core and the keypad's order on every page and layer, in every language and reading mode, on every
panel. Prints what was found as a table; fails when there is anything. Takes minutes; ``--languages`` and ``--pages``
make it shorter.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from tests.e2e.accessibility.inspection import inspect
from tests.e2e.accessibility.places import LANGUAGES, MODES, PANELS, PLACES, Sight
from tests.e2e.pages.running import browser, ui
from tests.e2e.pages.scripted import ScriptedController

#: One browser for so many sights: more, and its memory grows.
AT_A_TIME = 400
MOST_LINES = 60


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("./box a11y", description="axe-core on every resident's page.")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="default: %(default)s")
    parser.add_argument("--pages", default="", help="names of pages (default: all, with their layers)")
    parser.add_argument("--workers", type=int, default=max(2, (os.cpu_count() or 2) - 1), help="default: %(default)s")
    options = parser.parse_args(arguments)
    languages = options.languages.split(",")
    pages = set(filter(None, options.pages.split(",")))
    places = [place for place in PLACES if not pages or place.page in pages]
    if not places or not set(languages) <= set(LANGUAGES):
        parser.error("no such page or language")
    sights = [Sight(*each) for each in product(places, languages, MODES, PANELS)]
    sights.sort(key=lambda sight: (sight.language, sight.place.page, sight.place.layer, sight.panel))
    began = time.monotonic()
    problems = asyncio.run(look(sights, options.workers))
    sys.stdout.write(table(problems, len(sights), time.monotonic() - began))
    return 1 if problems else 0


async def look(sights: Sequence[Sight], workers: int) -> list[str]:
    """What is wrong with these sights; several browsers look at once."""
    parts = [sights[start : start + AT_A_TIME] for start in range(0, len(sights), AT_A_TIME)]
    free = asyncio.Semaphore(workers)
    done = 0

    async def part(index: int) -> list[str]:
        nonlocal done
        async with free:
            with tempfile.TemporaryDirectory(prefix="a11y") as directory:
                socket = Path(directory, "ui.sock")
                async with ScriptedController(socket) as controller, ui(socket) as pages, browser() as chrome:
                    found = await inspect(chrome, pages.address, controller, parts[index])
            done += len(parts[index])
            sys.stderr.write(f"a11y: {done} of {len(sights)}\n")
            return found

    return [problem for each in await asyncio.gather(*map(part, range(len(parts)))) for problem in each]


def table(problems: Sequence[str], sights: int, took_s: float) -> str:
    """Rule by rule, then the first lines of what was found."""
    rules = Counter(problem.split(": ", 2)[1] if ": " in problem else problem for problem in problems)
    lines = [f"{count:6}  {rule}" for rule, count in rules.most_common()]
    lines += [f"        {problem}" for problem in problems[:MOST_LINES]]
    if len(problems) > MOST_LINES:
        lines.append(f"        … and {len(problems) - MOST_LINES} more")
    lines.append(f"{len(problems)} violations in {sights} combinations ({took_s:.0f} s)")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
