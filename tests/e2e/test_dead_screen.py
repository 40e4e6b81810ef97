"""A renderer that dies leaves the browser alive with its last picture: no door opens before such a screen, and the
browser is started anew. What systemd's path unit does on a box is done here by hand.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable

import psutil
import pytest

from controller.config import RESTART_FILE
from tests.e2e.journeys.flows import one
from tests.e2e.journeys.person import Person
from tests.e2e.journeys.stage import Stage, stage
from tests.e2e.pages.running import browser, opened
from tests.integration.box.support import events

pytestmark = pytest.mark.e2e


def renderers() -> list[psutil.Process]:
    """The renderer processes of the browsers that this test has started."""
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if process.is_running() and "--type=renderer" in " ".join(process.cmdline())
    ]


def said(it: Stage, kind: str) -> bool:
    """Whether the screen's fault was raised, or cleared. There are others: this box has no card reader either."""
    told = [event for event in events(it.town, kind) if event["seq"] > it.since]
    return "screen_stale" in {event["data"]["code"] for event in told}


async def until(condition: Callable[[], object], what: str, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        await asyncio.sleep(0.1)


async def test_no_door_opens_before_a_dead_screen_and_the_browser_is_started_anew() -> None:
    async with stage(one("Personalausweis")) as it:
        for process in renderers():
            os.kill(process.pid, signal.SIGKILL)
        await until(lambda: said(it, "FaultRaised"), "the controller notices", 30)
        # The picture still says: hold your code to the window.
        await it.hall.hold(it.hall.phone(it.codes["R1"]))
        await asyncio.sleep(2)
        await it.hall.take_away()
        assert it.events("UnlockAuthorised", "SessionStarted") == []
        await until((it.town.run_directory / RESTART_FILE).exists, "the browser is to be started anew", 30)
        async with browser() as chrome, opened(chrome, it.town.pages_address) as screen:
            person = Person(screen, it.hall)
            await until(lambda: said(it, "FaultCleared"), "the screen is alive again", 15)
            await person.shows(it.hall.phone(it.codes["R1"]), "opening", "take")
            assert await person.empties() == ["D1"]
            await person.sees("confirm")
