"""What the tests of the link share: a box whose log is a list, an observer that checks every message, and waiting."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from paho.mqtt.subscribeoptions import SubscribeOptions
from referencing import Registry, Resource

from controller.adapters.event_store.encoding import GENESIS, make_entry
from controller.adapters.mqtt import BoxIdentity, MqttConfig, MqttLink
from controller.adapters.mqtt.connection import Connection, ConnectionOptions, Received
from controller.adapters.mqtt.topics import ROOT, Topics, split
from controller.ports import CommandAnswer, Entry, NewEvent, Stamp
from simulator.broker import Broker

SCHEMAS = Path(__file__).parents[3] / "docs" / "mqtt" / "schemas"
BOX = "box-1"
TOPICS = Topics(BOX)
PATIENCE_S = 60.0


def _registry() -> Registry[Any]:
    files = sorted(SCHEMAS.glob("*.json"))
    return Registry().with_resources(
        (file.name, Resource.from_contents(json.loads(file.read_text("utf-8")))) for file in files
    )


def validator(name: str) -> Draft202012Validator:
    """The schema ``docs/mqtt/schemas/<name>.json``, ready to validate."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    return Draft202012Validator(schema, registry=_registry())


def schema_of(rest: str) -> str:
    """The name of the schema of a topic below the box's."""
    if rest.startswith("state/"):
        return f"state-{rest.removeprefix('state/')}"
    if rest.startswith("event/ack/"):
        return "event-ack"
    return rest.replace("/", "-")


async def until(condition: Callable[[], bool], what: str) -> None:
    """Waits for a condition, as long as a slow machine may need; fails with ``what``."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"never happened: {what}"
        await asyncio.sleep(0.01)


class ScriptedFeed:
    """A box whose log is a list. ``executed`` counts effects by command id; answers are kept as the real one keeps
    them.
    """

    def __init__(self, entries: int = 0) -> None:
        self.log: list[Entry] = []
        self.cursors: dict[str, int] = {}
        self.accepted: list[tuple[str, int]] = []
        self.executed: dict[str, int] = {}
        self.bodies: dict[str, Mapping[str, object]] = {}
        self.answers: dict[tuple[str, str], CommandAnswer] = {}
        self.fail_with: Exception | None = None
        self.faults: list[dict[str, object]] = []
        self._grown = asyncio.Event()
        self._listeners: list[Callable[[str], None]] = []
        self.grow(entries)

    def grow(self, count: int = 1, type: str = "DoorRead", data: Mapping[str, Any] | None = None) -> None:
        for _ in range(count):
            seq = len(self.log) + 1
            after = self.log[-1].hash if self.log else GENESIS
            stamp = Stamp(1_790_000_000_000 + seq, seq, "boot-1", True)
            event = NewEvent(type, 1, data or {"compartment": "A07", "level": "closed"})
            self.log.append(make_entry(event, stamp, box=BOX, epoch=1, seq=seq, after=after))
        self._grown.set()

    def change_faults(self, *codes: str) -> None:
        self.faults = [{"code": code, "subject": "", "since": 1} for code in codes]
        for listener in self._listeners:
            listener("faults")

    async def entries(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        await asyncio.sleep(0)
        return tuple(self.log[after_seq : after_seq + limit])

    def last_seq(self) -> int:
        return len(self.log)

    async def wait_for_entry_after(self, seq: int) -> None:
        while len(self.log) <= seq:
            self._grown.clear()
            await self._grown.wait()

    async def cursor(self, consumer: str) -> int:
        return self.cursors.get(consumer, 0)

    async def acknowledge(self, consumer: str, epoch: int, upto: int, hash_hex: str) -> bool:
        await asyncio.sleep(0)
        if epoch != 1 or not self.cursors.get(consumer, 0) < upto <= len(self.log):
            return False
        if self.log[upto - 1].hash.hex() != hash_hex:
            return False
        self.cursors[consumer] = upto
        self.accepted.append((consumer, upto))
        return True

    async def execute(self, issuer: str, command: str, name: str, body: Mapping[str, object]) -> CommandAnswer:
        if self.fail_with is not None:
            raise self.fail_with
        key = (issuer, command)
        if key in self.answers:
            answer = self.answers[key]
            return CommandAnswer(answer.result, answer.code, repeated=True)
        self.executed[command] = self.executed.get(command, 0) + 1
        self.bodies[command] = body
        answer = CommandAnswer("rejected", "deposit_unknown", False) if name == "order.cancel" else _DONE
        self.answers[key] = answer
        settled = {
            "issuer": issuer,
            "command": command,
            "name": name,
            "result": answer.result,
            "code": answer.code,
        }
        self.grow(1, "CommandSettled", settled)
        return answer

    def state(self, topic: str) -> Mapping[str, object]:
        states: dict[str, Mapping[str, object]] = {
            "connection": {"salt": "00" * 16, "starts": 3},
            "health": {"disk_free_bytes": 1_000_000, "clock": "trusted"},
            "compartments": {
                "counts": {"empty": 1},
                "compartments": [{"label": "A07", "state": "empty", "door": "open"}],
            },
            "faults": {"faults": self.faults, "calls": []},
            "config": {"profile": "ab", "policies": "cd", "calendar": ""},
        }
        return states[topic]

    def subscribe_state(self, listener: Callable[[str], None]) -> None:
        self._listeners.append(listener)


_DONE = CommandAnswer("done", "", False)


class Observer:
    """Hears everything on a broker, validates it against the schemas, and can speak. It does not reconnect."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.messages: list[tuple[str, dict[str, Any], bool]] = []
        self.raw: list[bytes] = []
        self.wrong: list[str] = []
        self._ignored: list[str] = []

    def ignore_next(self, rest: str) -> None:
        """The next message on this topic is wrong on purpose."""
        self._ignored.append(rest)

    def hear(self, message: Received) -> None:
        message.connection.acknowledge(message)
        self.raw.append(message.payload)
        place = split(message.topic)
        assert place is not None
        rest = place[1]
        if rest in self._ignored:
            self._ignored.remove(rest)
            return
        if rest == "command":
            return  # half of them are wrong on purpose
        payload = json.loads(message.payload)
        self.wrong += [f"{message.topic}: {error.message}" for error in validator(schema_of(rest)).iter_errors(payload)]
        self.messages.append((rest, payload, message.retained))

    def heard(self, rest: str) -> list[dict[str, Any]]:
        return [payload for topic, payload, _ in self.messages if topic == rest]

    def seqs(self) -> list[int]:
        return [int(event["seq"]) for event in self.heard("event")]

    async def say(self, topic: str, payload: object, retain: bool = False) -> int:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return await self.connection.publish(topic, data, retain=retain)

    async def acknowledge(self, feed: ScriptedFeed, upto: int, hash_hex: str = "") -> None:
        hash_hex = hash_hex or feed.log[upto - 1].hash.hex()
        await self.say(TOPICS.acknowledgement("central"), {"epoch": 1, "upto": upto, "hash": hash_hex})


@asynccontextmanager
async def observing(broker: Broker, client_id: str = "observer", username: str = "") -> AsyncIterator[Observer]:
    options = ConnectionOptions(broker.host, broker.port, client_id, username=username, hear_lightly=True)
    observer: Observer
    connection = Connection(options, lambda message: observer.hear(message))
    observer = Observer(connection)
    assert await connection.open() == ""
    assert await connection.subscribe([(f"{ROOT}/#", SubscribeOptions(qos=1))]) == ""
    try:
        yield observer
    finally:
        await connection.close()
        assert observer.wrong == []


class Cable:
    """A cable between a box and its broker that can be pulled: forwards one port to another."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def __aenter__(self) -> Cable:
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.pull()

    def pull(self) -> None:
        """Every connection through it is gone; the next one works."""
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(self._broker.host, self._broker.port)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, far_writer}
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass  # pulled
        writer.close()


def configuration(broker: Broker, **changes: Any) -> MqttConfig:
    values: dict[str, Any] = {
        "host": broker.host,
        "port": broker.port,
        "commands": "unsigned",
        "reconnect_min_s": 0.05,
        "reconnect_max_s": 0.2,
        "resend_after_s": 0.5,
        "resend_max_s": 1.0,
        "state_interval_s": 0.02,
        "keepalive_s": 5,
    }
    return MqttConfig(**(values | changes))


def identity(boot: str = "boot-1") -> BoxIdentity:
    return BoxIdentity(box=BOX, epoch=1, boot=boot, software="0.1.0", hardware="simulated")


class Running:
    """A link that runs. ``told`` holds every call of ``on_link_state``."""

    def __init__(self, config: MqttConfig, feed: ScriptedFeed, who: BoxIdentity | None = None) -> None:
        self.told: list[tuple[bool, str]] = []
        self.link = MqttLink(
            config,
            feed,
            who or identity(),
            on_link_state=lambda connected, detail: self.told.append((connected, detail)),
        )
        self.task = asyncio.create_task(self.link.run())

    async def stop(self) -> None:
        self.link.stop()
        await self.task

    async def connected(self) -> None:
        await until(lambda: self.link.connected or self.task.done(), "the link is connected")
        if self.task.done():
            self.task.result()


@asynccontextmanager
async def running(config: MqttConfig, feed: ScriptedFeed, who: BoxIdentity | None = None) -> AsyncIterator[Running]:
    link = Running(config, feed, who)
    try:
        yield link
        await link.stop()
    finally:
        link.task.cancel()
        await asyncio.gather(link.task, return_exceptions=True)
