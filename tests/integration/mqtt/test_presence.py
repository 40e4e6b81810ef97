"""Who is there: birth, goodbye, last will, a will that comes late, and the other states."""

from __future__ import annotations

import asyncio

from simulator.broker import Broker
from tests.integration.mqtt.support import (
    TOPICS,
    Cable,
    Observer,
    ScriptedFeed,
    configuration,
    observing,
    running,
    until,
)


def presence(observer: Observer) -> list[str]:
    return [state["status"] for state in observer.heard("state/connection")]


async def test_birth_states_and_goodbye(broker: Broker) -> None:
    async with observing(broker) as observer:
        async with running(configuration(broker), ScriptedFeed()) as box:
            await box.connected()
            await until(lambda: len({topic for topic, _, _ in observer.messages}) == 5, "five states")
            birth = observer.heard("state/connection")[0]
            assert birth["status"] == "online"
            assert birth["boot"] == "boot-1"
            assert birth["salt"] == "00" * 16
        await until(lambda: presence(observer)[-1:] == ["offline"], "the goodbye")
        goodbye = observer.heard("state/connection")[-1]
        assert goodbye["reason"] == "stopped"
        assert goodbye["connection"] == birth["connection"]
    # Retained: who comes later sees the same.
    async with observing(broker, "later") as later:
        await until(lambda: presence(later) == ["offline"], "the retained goodbye")
        await until(lambda: len(later.heard("state/compartments")) == 1, "the retained compartments")


async def test_the_will_speaks_when_the_connection_is_lost(broker: Broker) -> None:
    async with (
        observing(broker) as observer,
        Cable(broker) as cable,
        running(configuration(broker, port=cable.port), ScriptedFeed()) as box,
    ):
        await box.connected()
        await until(lambda: presence(observer) == ["online"], "birth")
        cable.pull()
        await until(lambda: presence(observer)[:3] == ["online", "offline", "online"], "will and second birth")
        birth, will, again = observer.heard("state/connection")[:3]
        assert will["reason"] == "lost"
        assert will["connection"] == birth["connection"] != again["connection"]
        assert will["boot"] == birth["boot"]
        await until(lambda: [connected for connected, _ in box.told] == [True, False, True], "all of it is told")


async def test_a_late_will_cannot_hide_a_newer_birth(broker: Broker) -> None:
    async with observing(broker) as observer, running(configuration(broker), ScriptedFeed()) as box:
        await box.connected()
        await until(lambda: presence(observer) == ["online"], "birth")
        late = observer.heard("state/connection")[0] | {"status": "offline", "reason": "lost", "connection": "0" * 16}
        await observer.say(TOPICS.state("connection"), late, retain=True)
        await until(lambda: presence(observer) == ["online", "offline", "online"], "the birth again")
    async with observing(broker, "later") as later:
        await until(lambda: bool(later.heard("state/connection")), "the retained state")


async def test_ten_changes_are_sent_as_the_last(broker: Broker) -> None:
    feed = ScriptedFeed()
    async with observing(broker) as observer, running(configuration(broker, state_interval_s=0.3), feed) as box:
        await box.connected()
        await until(lambda: len(observer.heard("state/faults")) == 1, "the first state")
        for number in range(50):
            feed.change_faults(f"fault_{number}")
            await asyncio.sleep(0.001)
        last = [{"code": "fault_49", "subject": "", "since": 1}]
        await until(lambda: observer.heard("state/faults")[-1]["faults"] == last, "the last change")
        assert len(observer.heard("state/faults")) < 10


async def test_health_comes_by_itself_and_says_how_far_the_log_is(broker: Broker) -> None:
    feed = ScriptedFeed(3)
    async with observing(broker) as observer, running(configuration(broker, health_every_s=0.1), feed) as box:
        await box.connected()
        await until(lambda: len(observer.heard("state/health")) >= 3, "three healths")
        health = observer.heard("state/health")[-1]
        assert (health["log_seq"], health["acknowledged_seq"], health["last_ack_age_ms"]) == (3, 0, -1)
        assert health["disk_free_bytes"] == 1_000_000
