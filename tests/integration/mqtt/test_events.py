"""The log on its way: in order, paced, again after every loss, and a cursor that only the consumer moves."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from controller.adapters.mqtt.connection import Connection
from simulator.broker import Broker
from tests.integration.mqtt.support import (
    BOX,
    TOPICS,
    ScriptedFeed,
    configuration,
    observing,
    running,
    until,
)


async def test_every_entry_arrives_in_order_with_the_bytes_that_were_hashed(broker: Broker) -> None:
    feed = ScriptedFeed(100)
    async with observing(broker) as observer, running(configuration(broker, resend_after_s=30, resend_max_s=30), feed):
        await until(lambda: len(observer.seqs()) == 100, "the log so far")
        feed.grow(20)
        await until(lambda: len(observer.seqs()) == 120, "what came later")
        assert observer.seqs() == list(range(1, 121))
        for event, entry in zip(observer.heard("event"), feed.log, strict=True):
            data = event["data"].encode()
            assert data == entry.body
            assert hashlib.sha256(data).hexdigest() == event["hash"]
            assert json.loads(data)["after"] == event["prev"]
            assert event["type"] == "abholfach.DoorRead"
        assert observer.heard("event")[0]["time"] == "2026-09-21T14:13:20.001Z"


async def test_only_a_right_acknowledgement_moves_the_cursor(broker: Broker) -> None:
    feed = ScriptedFeed(30)
    async with observing(broker) as observer, running(configuration(broker), feed) as box:
        await until(lambda: 30 in observer.seqs(), "the log")
        assert feed.cursors == {}
        acknowledgement = TOPICS.acknowledgement("central")
        right = feed.log[9].hash.hex()
        for wrong in (
            {"epoch": 1, "upto": 10, "hash": "0" * 64},
            {"epoch": 2, "upto": 10, "hash": right},
            {"epoch": 1, "upto": 11, "hash": right},
            {"epoch": 1, "upto": 9999, "hash": right},
            {"epoch": 1, "upto": 10, "hash": right, "more": 1},
            {"epoch": "1", "upto": 10, "hash": right},
            b'{"epoch":1,"upto":10,"upto":20,"hash":"%s"}' % right.encode(),
            b"\xff\xfe",
        ):
            if isinstance(wrong, bytes) or wrong.keys() != {"epoch", "upto", "hash"} or wrong["epoch"] == "1":
                # The observer would rightly complain about a message that is not as documented.
                observer.ignore_next("event/ack/central")
            await observer.say(acknowledgement, wrong)
        await observer.acknowledge(feed, 20)
        await until(lambda: feed.cursors == {"central": 20}, "the cursor")
        assert feed.accepted == [("central", 20)]
        assert box.link.acknowledged_seq == 20
        assert 0 <= box.link.last_ack_age_ms < 20_000
        assert box.link.refused_messages == {"acknowledgement_wrong": 4, "acknowledgement_malformed": 4}
        # Backwards it never goes.
        await observer.acknowledge(feed, 5)
        await observer.acknowledge(feed, 25)
        await until(lambda: box.link.acknowledged_seq == 25, "the next acknowledgement")
        assert feed.accepted == [("central", 20), ("central", 25)]


async def test_without_progress_sending_starts_again_behind_the_cursor(broker: Broker) -> None:
    feed = ScriptedFeed(10)
    async with observing(broker) as observer, running(configuration(broker, resend_after_s=0.2), feed):
        await until(lambda: 10 in observer.seqs(), "the log")
        await observer.acknowledge(feed, 4)
        await until(lambda: observer.seqs().count(10) >= 3, "the rest twice more")
        assert observer.seqs().count(4) < observer.seqs().count(5)


async def test_no_more_is_sent_than_the_consumer_can_have_acknowledged(broker: Broker) -> None:
    feed = ScriptedFeed(500)
    config = configuration(broker, ahead=50, resend_after_s=30, resend_max_s=30)
    async with observing(broker) as observer, running(config, feed) as box:
        await until(lambda: 50 in observer.seqs(), "fifty")
        await observer.acknowledge(feed, 10)
        await until(lambda: 60 in observer.seqs(), "ten more")
        assert max(observer.seqs()) == 60
        assert box.link.acknowledged_seq == 10


async def test_the_slowest_of_two_consumers_sets_the_pace(broker: Broker) -> None:
    feed = ScriptedFeed(20)
    feed.cursors = {"central": 15, "archive": 5}
    config = configuration(broker, consumers=("central", "archive"), resend_after_s=30, resend_max_s=30)
    async with observing(broker) as observer, running(config, feed) as box:
        await until(lambda: 20 in observer.seqs(), "the log")
        assert observer.seqs()[0] == 6
        await observer.acknowledge(feed, 20)
        await until(lambda: feed.cursors["central"] == 20, "one of them")
        assert box.link.acknowledged_seq == 5


async def test_a_consumer_that_is_back_is_served_at_once(broker: Broker) -> None:
    feed = ScriptedFeed(10)
    feed.cursors = {"central": 4}
    config = configuration(broker, resend_after_s=0.05, resend_max_s=3600)
    async with observing(broker) as observer, running(config, feed):
        # Nobody answers: the pauses double.
        await until(lambda: observer.seqs().count(10) >= 4, "some tries")
        before = observer.seqs().count(10)
        await observer.acknowledge(feed, 4)
        await until(lambda: observer.seqs().count(10) > before, "sent again")


async def test_what_an_access_list_refuses_is_not_delivered(tmp_path: Path) -> None:
    acl = tmp_path / "acl"
    rules = f"topic readwrite {TOPICS.base}/state/#\ntopic read {TOPICS.base}/#\n"
    acl.write_text(rules, "utf-8")
    acl.chmod(0o600)
    feed = ScriptedFeed(30)
    async with (
        Broker(tmp_path / "broker", acl_file=acl) as broker,
        observing(broker) as observer,
        running(configuration(broker, resend_after_s=0.1), feed) as box,
    ):
        await until(lambda: any("refused an event" in detail for _, detail in box.told), "the refusal is told")
        assert box.link.connected
        assert observer.seqs() == []
        assert feed.cursors == {}
        assert box.link.acknowledged_seq == 0
        # The office corrects the list and the broker reads it: it goes on by itself.
        acl.write_text("topic readwrite abholfach/#\n", "utf-8")
        broker.reload()
        await until(lambda: set(observer.seqs()) == set(range(1, 31)), "everything")
        await until(lambda: box.told[-1] == (True, ""), "the all-clear")


async def test_an_event_that_the_client_drops_is_sent_again(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """paho answers "queue full" and forgets the message: nothing that was dropped may be skipped."""
    feed = ScriptedFeed(40)
    make = Connection._make_client
    made = 0

    def small_queue(self: Connection, options: object) -> object:
        nonlocal made
        client = make(self, options)  # type: ignore[arg-type]
        made += 1
        if made == 2:  # the first is the observer's
            client.max_queued_messages_set(3)
        return client

    monkeypatch.setattr(Connection, "_make_client", small_queue)
    async with observing(broker) as observer, running(configuration(broker), feed):
        await until(lambda: set(observer.seqs()) == set(range(1, 41)), "everything")
        assert made > 2


async def test_an_exception_on_the_network_thread_ends_the_connection_not_the_link(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """paho's thread dies of an exception in a callback and `is_connected()` stays true: we notice, and connect anew."""
    feed = ScriptedFeed(5)
    original = Connection._on_publish
    failures = 0

    def failing(self: Connection, client: object, data: object, mid: int, reason: object, properties: object) -> None:
        nonlocal failures
        if self._options.client_id == BOX and failures == 0:
            failures += 1
            raise RuntimeError("a fault in a callback")
        original(self, client, data, mid, reason, properties)  # type: ignore[arg-type]

    monkeypatch.setattr(Connection, "_on_publish", failing)
    async with observing(broker) as observer, running(configuration(broker), feed) as box:
        await until(lambda: set(observer.seqs()) == {1, 2, 3, 4, 5}, "everything")
        assert (False, "RuntimeError: a fault in a callback") in box.told
