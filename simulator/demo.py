"""``python -m simulator.demo`` (``./box demo``): a whole town hall on this machine, until Ctrl-C.

Real processes throughout: mosquitto, the controller, a reader process, the pages, a central system; only the cabinet
and the people are simulated. ``--auto`` plays the whole story by itself, as a check and as something to watch.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hal.profile import shipped_profiles
from simulator import demo_words
from simulator.broker import BrokerError
from simulator.demo_furnish import furnish
from simulator.demo_supervisor import supervisor_socket
from simulator.demo_town import DemoError, DemoTown
from simulator.people import NotSoon
from simulator.plant.protocol import PlantError, PlantGone
from simulator.processes import ProcessFailed
from simulator.story import Story
from simulator.story_check import StoryFailed
from simulator.town import DEFAULT_PROFILE

PAGES_PORT = 8701
PANEL_PORT = 8702
OFFICE_PORT = 8703
STORY_WITHIN_S = 150.0

FAILURES = (DemoError, BrokerError, ProcessFailed, StoryFailed, NotSoon, PlantError, PlantGone, OSError)


class Lines:
    """Prints lines with the seconds since the beginning."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def say(self, line: str) -> None:
        print(f"{self.seconds:6.1f} s  {line}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """0: well, or ended by Ctrl-C; 1: it failed, and the reason was printed; 2: wrong usage."""
    options = _parser().parse_args(arguments)
    if options.auto and options.standalone:
        print("demo: the story of --auto has a central system in it; leave --standalone out", file=sys.stderr)
        return 2
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        return asyncio.run(_auto(options) if options.auto else _until_interrupted(options))
    except FAILURES as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("./box demo", description="A whole simulated box on this machine.")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where everything is kept (default: demo-data)")
    parser.add_argument("--auto", action="store_true", help="play the whole story and end")
    parser.add_argument(
        "--standalone", action="store_true", help="a box without a central system: orders by the office"
    )
    parser.add_argument("--profile", default=DEFAULT_PROFILE, metavar="NAME|FILE", help=f"the cabinet: {_shipped()}")
    parser.add_argument("--keep", action="store_true", help="with --auto: keep the temporary data directory")
    parser.add_argument("--port", type=int, metavar="N", help=f"of the kiosk page (default: {PAGES_PORT} if free)")
    parser.add_argument("--panel-port", type=int, metavar="N", help=f"of the panel (default: {PANEL_PORT} if free)")
    parser.add_argument("--office-port", type=int, metavar="N", help=f"of the office's pages (default: {OFFICE_PORT})")
    return parser


def _shipped() -> str:
    return ", ".join(sorted(shipped_profiles())) + ", or a file"


# --- by hand ----------------------------------------------------------------------------------------------------------


async def _until_interrupted(options: argparse.Namespace) -> int:
    lines = Lines()
    name = "demo-data-standalone" if options.standalone else "demo-data"
    name += "" if options.profile == DEFAULT_PROFILE else f"-{Path(options.profile).stem}"
    root: Path = options.data or Path(__file__).parents[1] / name
    ports = _port(options.port, PAGES_PORT, lines.say), _port(options.panel_port, PANEL_PORT, lines.say)
    office = _port(options.office_port, OFFICE_PORT, lines.say)
    demo = DemoTown(
        root,
        lines.say,
        pages_port=ports[0],
        panel_port=ports[1],
        office_port=office,
        standalone=options.standalone,
        profile=options.profile,
    )
    ended = _Ending(demo, lines.say)
    try:
        running = asyncio.create_task(_run(demo, lines.say))
        await asyncio.wait({running, ended.asked}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()  # only ever a failure
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    except FAILURES:
        print(demo.tails(), file=sys.stderr)
        raise
    finally:
        await demo.stop()
    lines.say(f"everything is stopped; the data stay in {root}")
    return 0


async def _run(demo: DemoTown, say: Callable[[str], None]) -> None:
    say("starting mosquitto, cabinet, controller, reader, pages, central system …")
    await demo.start()
    people = await furnish(demo, say)
    async with supervisor_socket(demo, demo.supervisor_socket):
        await demo.start_panel()
        print(await demo_words.introduction(demo, people), flush=True)
        await demo.until_it_fails()


class _Ending:
    """Ctrl-C and SIGTERM: once in order, twice in a hurry."""

    def __init__(self, demo: DemoTown, say: Callable[[str], None]) -> None:
        loop = asyncio.get_running_loop()
        self.asked: asyncio.Future[None] = loop.create_future()
        self._demo = demo
        self._say = say
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._ask)

    def _ask(self) -> None:
        if not self.asked.done():
            self._say("stopping (once more: at once)")
            self.asked.set_result(None)
        else:
            self._demo.hurry()


def _port(asked: int | None, usual: int, say: Callable[[str], None]) -> int:
    """The port to use; 0 for any. Raises `DemoError` when the one that was asked for is taken."""
    port = usual if asked is None else asked
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if asked is not None:
                words = f"port {port} cannot be used ({error.strerror}); name another one, or leave it out"
                raise DemoError(words) from None
            say(f"port {port} is taken by another program; a free one is used instead")
            return 0
    return port


# --- by itself --------------------------------------------------------------------------------------------------------


async def _auto(options: argparse.Namespace) -> int:
    lines = Lines()
    temporary = options.data is None
    root = Path(tempfile.mkdtemp(prefix="abholfach-")) if temporary else options.data
    if (root / "data").exists():
        raise DemoError(f"{root} holds a box already: the story begins with an empty directory; name another one")
    ports = options.port or 0, options.panel_port or 0
    demo = DemoTown(root, lines.say, pages_port=ports[0], panel_port=ports[1], profile=options.profile)
    ended = _Ending(demo, lines.say)
    well = False
    try:
        playing = asyncio.ensure_future(Story(demo, lines.say).play())
        either: set[asyncio.Future[Any]] = {playing, ended.asked}
        await asyncio.wait(either, timeout=STORY_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        if not playing.done():
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
            raise StoryFailed("interrupted" if ended.asked.done() else f"not over after {STORY_WITHIN_S:.0f} s")
        summary = playing.result()
        well = True
    except FAILURES as failure:
        print(demo.tails(), file=sys.stderr)
        lines.say(f"failed: {failure}")
        return 1
    finally:
        await demo.stop()
        if temporary and well and not options.keep:
            shutil.rmtree(root)
        else:
            lines.say(f"the data are in {root}")
    lines.say(f"{summary} · all well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
