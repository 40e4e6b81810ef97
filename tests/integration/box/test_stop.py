"""How the controller ends: in order, in time, with every output off; and what it does when a part of it hangs."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator

import pytest

from simulator.preload import Preload
from simulator.processes import Process
from simulator.town import Town
from tests.integration.box.support import (
    ANNA,
    STAFF,
    arguments,
    envelopes,
    events,
    finish,
    hall,
    load,
    page,
    pulses,
    slips,
    start_other,
    town,
    until,
)

ITEMS, SLIPS = envelopes(2), slips(2)


@pytest.fixture
def box() -> Iterator[Town]:
    with town(Preload(ITEMS, SLIPS, STAFF)) as made:
        yield made


def lines(box: Town) -> set[int]:
    """The levels of all lock lines."""
    with box.plant() as person:
        return {one.line for one in person.status().compartments}


async def test_it_stops_in_order_though_pages_listen_and_a_door_is_open(box: Town) -> None:
    async with hall(box) as people, page(box) as stream, page(box, "admin"):
        await load(people, ANNA, *ITEMS)
        deaf, writer = await asyncio.open_unix_connection(str(box.sockets.paths["ui"]))
        assert await people.scanner.show(SLIPS[0].text) == ""
        label = (await people.until_kiosk("opening", "take")).compartment
        await people.open_door(label)
        await people.until_kiosk("take")
        assert await asyncio.to_thread(box.stop_controller) == 0, "0: neither killed nor cut short"
        await asyncio.wait_for(stream.closed.wait(), 5)
        assert (await deaf.read()).count(b"view.changed") >= 3
        writer.close()
    # No checkpoint is sealed over an open door: the next start folds the tail since the last one and settles.
    assert events(box)[-1]["type"] == "BoxStopped"
    assert lines(box) == {0}
    fired = len(pulses(box))
    box.start_controller()
    async with hall(box) as people:
        assert len(pulses(box)) == fired, "no restart opens a door"
        await people.plant.take(label)
        await people.plant.close_door(label)
        await until(lambda: events(box, "DepositEnded"), "the restart settles what was open")
        assert await people.scanner.show(SLIPS[0].text) == "collected"
        assert await people.scanner.show(SLIPS[1].text) == ""
        await finish(people)


async def test_a_pulse_that_is_running_ends_with_the_process(box: Town) -> None:
    async with hall(box) as people:
        (label,) = await load(people, ANNA, ITEMS[0])
        await people.plant.fault(label, "jam")
        fired = len(pulses(box, label))
        assert await people.scanner.show(SLIPS[0].text) == ""
        assert await asyncio.to_thread(box.stop_controller) == 0
        assert lines(box) == {0}
        assert all(entry.end_ms - entry.start_ms < 700 for entry in pulses(box, label)[fired:])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_either_signal_is_an_orderly_end(box: Town, number: signal.Signals) -> None:
    assert box.controller is not None
    box.controller._popen.send_signal(number)
    assert await asyncio.to_thread(box.controller.wait, 10) == 0
    assert [event["type"] for event in events(box)[-2:]] == ["BoxStopped", "CheckpointSealed"]


async def test_a_clean_end_is_where_the_next_start_begins(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[0])
    box.stop_controller()
    last = int(events(box)[-1]["seq"])
    assert box.query("SELECT seq FROM snapshots") == [(last,)]
    box.start_controller()
    assert events(box)[last]["type"] == "BoxStarted"


# --- the watchdog ---

HANGS = """
import logging, sys, threading, time
from pathlib import Path
import controller.__main__ as entry
import controller.services.watchkeeping as watchkeeping
from controller.adapters.event_store.appending import Appender
from hal.doors.watch import DoorWatch

what, sign = sys.argv.pop(1), Path(sys.argv.pop(1))
watchkeeping.STUCK_MS = 1_500
entry.STOP_WITHIN_S = 1.0

def hanging(work):
    def hang(*arguments):
        while sign.exists():
            time.sleep(0.01)
        return work(*arguments)
    return hang

if what == "writer":
    Appender.append = hanging(Appender.append)
elif what == "doors":
    DoorWatch._poll = hanging(DoorWatch._poll)
else:
    watchkeeping.Watchkeeper._look = hanging(watchkeeping.Watchkeeper._look)

from simulator.controller import main
sys.exit(main(sys.argv[1:]))
"""


def hear(box: Town, within_s: float) -> bytes:
    """The next thing the process says to systemd; empty when it says nothing for so long."""
    box._notify._socket.settimeout(within_s)
    try:
        return box._notify._socket.recv(4096)
    except TimeoutError:
        return b""


def started(box: Town, what: str) -> Process:
    """A controller in which ``what`` hangs while the file ``hang`` is there."""
    environment = {"NOTIFY_SOCKET": str(box._notify.path), "WATCHDOG_USEC": "200000"}
    options = (what, str(box.root / "hang"), *arguments(box))
    process = start_other(box, *options, code=HANGS, environment=environment)
    assert box._notify.wait_ready(process, 30)
    return process


@pytest.fixture
def idle() -> Iterator[Town]:
    with town(start=False) as made:
        yield made


@pytest.mark.parametrize("what", ["writer", "doors"])
async def test_a_part_that_hangs_ends_the_process_by_itself(idle: Town, what: str) -> None:
    """Even where the part that hangs cannot be closed: systemd starts it again, and safe_outputs runs in between."""
    process = started(idle, what)
    try:
        assert hear(idle, 10) == b"WATCHDOG=1"
        (idle.root / "hang").touch()
        if what == "writer":
            async with hall(idle) as people:
                asked = asyncio.create_task(people.scanner.ask("scan.foreign", source="hall"))
                await asyncio.gather(asked, return_exceptions=True)
        code = await asyncio.to_thread(process.wait, 20)
    finally:
        (idle.root / "hang").unlink(missing_ok=True)
        process.stop()
    assert code in (1, 3), process.tail(60)
    assert "ProgressLost" in process.tail(200) or code == 3
    assert lines(idle) == {0}


async def test_a_loop_that_hangs_says_nothing_more(idle: Town) -> None:
    """Then it is systemd that ends it."""
    process = started(idle, "loop")
    try:
        assert hear(idle, 10) == b"WATCHDOG=1"
        (idle.root / "hang").touch()
        await asyncio.sleep(1.5)
        idle._notify.drain()
        assert hear(idle, 1) == b""
        assert process.running
        (idle.root / "hang").unlink()
        assert hear(idle, 10) == b"WATCHDOG=1"
    finally:
        (idle.root / "hang").unlink(missing_ok=True)
        assert process.stop() == 0
