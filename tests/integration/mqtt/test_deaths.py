"""Nothing is lost and nothing is believed falsely, whoever dies: the broker, the network, the central system."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from simulator.broker import Broker
from simulator.central import CentralClient
from tests.integration.mqtt.support import (
    BOX,
    Cable,
    ScriptedFeed,
    configuration,
    observing,
    running,
    until,
)


class Central:
    """The reference central system as a process of its own, on one data directory."""

    def __init__(self, broker: Broker, directory: Path) -> None:
        self._broker = broker
        self.directory = directory
        self.socket = directory / "desk.sock"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self.directory.mkdir(exist_ok=True)
        self.socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "simulator.central"),
                *("--broker", f"127.0.0.1:{self._broker.port}"),
                *("--data", str(self.directory), "--socket", str(self.socket)),
                *("--acknowledge-every", "7", "--acknowledge-after-ms", "10", "--resend-s", "0.5"),
            ],
            stderr=subprocess.DEVNULL,
        )
        await until(self.socket.exists, "the central system's desk")

    async def kill(self, number: int = signal.SIGKILL) -> None:
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, number)
            await asyncio.to_thread(self._process.wait)


@asynccontextmanager
async def central_system(broker: Broker, directory: Path) -> AsyncIterator[Central]:
    central = Central(broker, directory)
    await central.start()
    try:
        yield central
    finally:
        await central.kill()


def stored(central: Central) -> list[tuple[int, str]]:
    database = sqlite3.connect(f"file:{central.directory}/central.db?mode=ro", uri=True)
    try:
        rows = database.execute("SELECT seq, hash FROM events WHERE box = ? ORDER BY seq", (BOX,)).fetchall()
        assert database.execute("SELECT count(*) FROM alarms").fetchone() == (0,)
    finally:
        database.close()
    return [(seq, hash_) for seq, hash_ in rows]


def check(feed: ScriptedFeed, central: Central) -> None:
    """Everything is there, and at no time more was acknowledged than was stored (a right hash is required for it)."""
    assert stored(central) == [(entry.seq, entry.hash.hex()) for entry in feed.log]
    taken = [upto for _, upto in feed.accepted]
    assert taken == sorted(set(taken))
    assert feed.cursors == {"central": len(feed.log)}


async def test_the_broker_may_be_absent_at_start_and_die_at_any_moment(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "broker")
    await broker.start()
    await broker.kill()
    chance = random.Random(os.urandom(8))
    feed = ScriptedFeed(50)
    try:
        async with running(configuration(broker), feed) as box:
            await until(lambda: len(box.told) >= 1, "the absence is told")
            assert not box.told[0][0]
            assert not box.link.connected
            await broker.start()
            async with central_system(broker, tmp_path / "central") as central:
                for _ in range(5):
                    feed.grow(chance.randrange(1, 120))
                    await asyncio.sleep(chance.uniform(0, 0.25))
                    before = feed.cursors.get("central", 0)
                    await broker.kill()
                    feed.grow(chance.randrange(1, 20))
                    assert before <= feed.cursors.get("central", 0) <= len(feed.log)
                    await broker.start()
                await until(lambda: feed.cursors.get("central") == len(feed.log), "everything is acknowledged")
                check(feed, central)
    finally:
        await broker.kill()


async def test_the_central_system_may_die_at_any_moment(broker: Broker, tmp_path: Path) -> None:
    chance = random.Random(os.urandom(8))
    feed = ScriptedFeed(20)
    async with running(configuration(broker), feed), central_system(broker, tmp_path / "central") as central:
        for _ in range(4):
            feed.grow(chance.randrange(1, 200))
            await asyncio.sleep(chance.uniform(0, 0.3))
            await central.kill()
            seen = stored(central)
            assert feed.cursors.get("central", 0) <= len(seen)
            feed.grow(chance.randrange(1, 20))
            await central.start()
        await until(lambda: feed.cursors.get("central") == len(feed.log), "everything is acknowledged")
        check(feed, central)


async def test_the_network_may_fail_at_any_moment(broker: Broker, tmp_path: Path) -> None:
    chance = random.Random(os.urandom(8))
    feed = ScriptedFeed(20)
    async with (
        Cable(broker) as cable,
        central_system(broker, tmp_path / "central") as central,
        running(configuration(broker, port=cable.port), feed),
        CentralClient(central.socket) as desk,
    ):
        for number in range(20):
            feed.grow(chance.randrange(1, 30))
            asking = asyncio.create_task(desk.hold(f"d{number}", True, box=BOX))
            await asyncio.sleep(chance.uniform(0, 0.05))
            cable.pull()
            assert (await asking)["result"] == "done"
        await until(lambda: feed.cursors.get("central") == len(feed.log), "everything is acknowledged")
        check(feed, central)
    assert sorted(feed.executed.values()) == [1] * 20


async def test_two_cards_with_one_name_raise_an_alarm(broker: Broker, tmp_path: Path) -> None:
    feed = ScriptedFeed(5)
    clone = ScriptedFeed(3)
    clone.grow(2, data={"compartment": "A08", "level": "open"})
    async with central_system(broker, tmp_path / "central") as central, CentralClient(central.socket) as desk:
        async with running(configuration(broker), feed):
            await until(lambda: feed.cursors.get("central") == 5, "the log")
        async with running(configuration(broker), clone):
            for _ in range(400):
                alarms = (await desk.status())["boxes"][BOX]["alarms"]
                if alarms:
                    break
                await asyncio.sleep(0.02)
    assert {"epoch": 1, "seq": 4, "code": "other_history"} in alarms
    # Up to where both tell the same it may be acknowledged, beyond that never.
    assert clone.cursors.get("central", 0) <= 3


async def test_a_short_soak_grows_nothing(broker: Broker) -> None:
    """Thousands of events nobody acknowledges, and dozens of connections: memory, threads and files stay what they
    were.
    """
    feed = ScriptedFeed(5000)
    process = psutil.Process()
    async with observing(broker) as observer, Cable(broker) as cable:
        config = configuration(broker, port=cable.port, ahead=200, resend_after_s=0.05, resend_max_s=0.05)
        async with running(config, feed) as box:
            await box.connected()
            files, threads = 0, 0
            for number in range(40):
                await until(lambda: box.link.connected, "connected")
                await asyncio.sleep(0.02)
                cable.pull()
                observer.messages.clear()
                observer.raw.clear()
                if number == 10:
                    files, threads = process.num_fds(), process.num_threads()
            await box.connected()
            assert process.num_threads() <= threads + 2
            assert process.num_fds() <= files + 20
            assert feed.cursors == {}
