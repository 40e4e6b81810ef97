"""Commands over a real broker: carried out once, answered always, and acknowledged only after that."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from simulator.broker import Broker
from tests.integration.mqtt.support import (
    TOPICS,
    Cable,
    Observer,
    Running,
    ScriptedFeed,
    configuration,
    observing,
    running,
    until,
    validator,
)


def hold(id: str, **changes: Any) -> dict[str, Any]:
    command = {
        "id": id,
        "issuer": "central",
        "name": "deposit.hold",
        "issued_at": 1_790_000_000_000,
        "body": {"deposit": "d1", "held": True},
    }
    return command | changes


async def answered(observer: Observer, count: int) -> list[dict[str, Any]]:
    await until(lambda: len(observer.heard("command/result")) >= count, f"{count} results")
    return observer.heard("command/result")


async def test_a_command_is_carried_out_once_and_answered_each_time(broker: Broker) -> None:
    feed = ScriptedFeed()
    validator("command").validate(hold("c1"))
    async with observing(broker) as observer, running(configuration(broker), feed) as box:
        await box.connected()
        await observer.say(TOPICS.command, hold("c1"))
        await observer.say(TOPICS.command, hold("c1"))
        await observer.say(TOPICS.command, hold("c2", name="order.cancel", body={"deposit": "d9"}))
        assert await answered(observer, 3) == [
            {"id": "c1", "issuer": "central", "result": "done"},
            {"id": "c1", "issuer": "central", "result": "done", "repeated": True},
            {"id": "c2", "issuer": "central", "result": "rejected", "code": "deposit_unknown"},
        ]
        assert feed.executed == {"c1": 1, "c2": 1}
        assert feed.bodies["c1"] == {"deposit": "d1", "held": True}


async def test_bad_commands_are_answered_where_possible_and_never_come_again(broker: Broker) -> None:
    feed = ScriptedFeed()
    async with (
        observing(broker) as observer,
        Cable(broker) as cable,
        running(configuration(broker, port=cable.port), feed) as box,
    ):
        await box.connected()
        for bad in (
            b"",
            b"nonsense",
            b"[]",
            b'{"id":"c0","id":"c1"}',
            b"x" * 70_000,
            b"\xff",
        ):
            await observer.say(TOPICS.command, bad)
        await observer.say(TOPICS.command, hold("c1", more=1))
        await observer.say(TOPICS.command, hold("c2", issuer="somebody"))
        await observer.say(TOPICS.command, hold("c3", issued_at="now"))
        await observer.say(TOPICS.command, hold("c4", body=[]))
        results = await answered(observer, 4)
        assert [(result["id"], result["code"]) for result in results] == [
            ("c1", "unknown_field"),
            ("c2", "issuer_not_allowed"),
            ("c3", "malformed"),
            ("c4", "malformed"),
        ]
        counted = box.link.refused_messages
        assert sum(counted.values()) == 10
        assert counted["command_too_large"] == 1
        assert counted["command_duplicate_key"] == 1
        # The answer to a good one comes after the acknowledgement of all before it: the broker has been told of
        # each, and none comes back with the next connection.
        await observer.say(TOPICS.command, hold("c5"))
        await answered(observer, 5)
        cable.pull()
        await until(lambda: [connected for connected, _ in box.told] == [True, False, True], "connected again")
        await observer.say(TOPICS.command, hold("c6"))
        await until(lambda: "c6" in feed.executed, "the next one")
        assert box.link.refused_messages == counted
    assert feed.executed == {"c5": 1, "c6": 1}


async def test_a_retained_command_is_refused(broker: Broker) -> None:
    feed = ScriptedFeed()
    async with observing(broker) as observer:
        await observer.say(TOPICS.command, hold("old"), retain=True)
        async with running(configuration(broker), feed) as box:
            await until(lambda: box.link.refused_messages == {"command_retained": 1}, "the one that lay there")
            # Also one that comes while we are there, marked as to be kept.
            await observer.say(TOPICS.command, hold("new"), retain=True)
            await until(lambda: box.link.refused_messages == {"command_retained": 2}, "the one that came")
        assert feed.executed == {}


async def test_a_box_that_takes_no_unsigned_commands_says_so(broker: Broker) -> None:
    feed = ScriptedFeed()
    async with observing(broker) as observer, running(configuration(broker, commands="refused"), feed) as box:
        await box.connected()
        await observer.say(TOPICS.command, hold("c1"))
        assert (await answered(observer, 1))[0]["code"] == "commands_refused"
        assert feed.executed == {}


async def test_a_command_of_quality_0_is_dropped_and_counted(broker: Broker) -> None:
    feed = ScriptedFeed()
    async with (
        observing(broker) as observer,
        Cable(broker) as cable,
        running(configuration(broker, port=cable.port), feed) as box,
    ):
        await box.connected()
        observer.connection.publish_lightly(TOPICS.command, b"{}", retain=False, expiry_s=60)
        await observer.say(TOPICS.command, hold("c1"))
        await answered(observer, 1)
        cable.pull()
        await until(lambda: box.link.refused_messages == {"quality_of_service_0": 1}, "counted")


async def test_a_command_given_while_the_box_is_away_waits(broker: Broker) -> None:
    feed = ScriptedFeed()
    async with observing(broker) as observer:
        async with running(configuration(broker), feed) as box:
            await box.connected()
        await observer.say(TOPICS.command, hold("c1"))
        async with running(configuration(broker), feed):
            await answered(observer, 1)
    assert feed.executed == {"c1": 1}


async def test_when_a_commands_outcome_is_unknown_the_link_ends_and_the_command_comes_again(broker: Broker) -> None:
    feed = ScriptedFeed()
    async with observing(broker) as observer:
        failing = Running(configuration(broker), feed)
        await failing.connected()
        feed.fail_with = OSError("the commit failed")
        await observer.say(TOPICS.command, hold("c1"))
        with pytest.raises(OSError, match="the commit failed"):
            await asyncio.wait_for(failing.task, 20)
        assert observer.heard("command/result") == []
        # The process has ended and starts again: the broker still has the command.
        feed.fail_with = None
        async with running(configuration(broker), feed):
            await answered(observer, 1)
        assert feed.executed == {"c1": 1}


async def test_a_failing_log_ends_the_link(broker: Broker) -> None:
    class Failing(ScriptedFeed):
        async def entries(self, after_seq: int, limit: int) -> Any:
            raise OSError("the log cannot be read")

    link = Running(configuration(broker), Failing(3))
    with pytest.raises(OSError, match="the log cannot be read"):
        await asyncio.wait_for(link.task, 20)
