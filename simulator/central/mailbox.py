"""The central system's end of MQTT: takes what boxes send, acknowledges what is stored, sends commands until
settled.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from paho.mqtt.subscribeoptions import SubscribeOptions

from controller.adapters.mqtt.backoff import Backoff
from controller.adapters.mqtt.connection import LOST, Connection, ConnectionOptions, Received
from controller.adapters.mqtt.topics import ROOT, Topics, split
from simulator.central.store import BoxEvent, Store, StoredCommand

_log = logging.getLogger(__name__)

#: Rejections that say "not now": the command stays open and is sent again.
TRANSIENT = frozenset({"disk_full"})
_DURABLE_S = 7 * 24 * 3600
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Pace:
    """How often stored events are acknowledged, and commands without a result are sent again."""

    acknowledge_every: int = 50
    acknowledge_after_s: float = 0.1
    resend_s: float = 5.0


@dataclass(slots=True)
class BoxView:
    """What a box said of itself last, by state topic."""

    states: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def take(self, name: str, payload: Mapping[str, Any]) -> None:
        known = self.states.get("connection", {})
        offline_after_online = payload.get("status") != "online" and known.get("status") == "online"
        if name == "connection" and offline_after_online and payload.get("connection") != known.get("connection"):
            return  # the last will of a connection before this one, that the broker was late with
        self.states[name] = payload


class Mailbox:
    """Runs on one event loop. ``on_change`` is called after anything was stored."""

    def __init__(
        self,
        store: Store,
        host: str,
        port: int,
        *,
        consumer: str = "central",
        pace: Pace | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._host = host
        self._port = port
        self._consumer = consumer
        self._pace = pace or Pace()
        self._on_change = on_change
        self._queue: asyncio.Queue[Received] = asyncio.Queue()
        self._connection: Connection | None = None
        self._unacknowledged: dict[str, int] = {}
        self._senders: dict[str, asyncio.Task[None]] = {}
        self._nudges: dict[str, asyncio.Event] = {}
        self._flush: asyncio.TimerHandle | None = None
        self.boxes: dict[str, BoxView] = {}

    @property
    def connected(self) -> bool:
        return self._connection is not None

    async def run(self) -> None:
        """Until cancelled; through the broker's absence and death."""
        tasks = [asyncio.ensure_future(self._stay_connected()), asyncio.ensure_future(self._take())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in [*tasks, *self._senders.values()]:
                task.cancel()
            await asyncio.gather(*tasks, *self._senders.values(), return_exceptions=True)

    def nudge(self, box: str) -> None:
        """There is a command for this box, or one was settled."""
        self._nudges.setdefault(box, asyncio.Event()).set()
        if box not in self._senders:
            self._senders[box] = asyncio.create_task(self._send_commands(box))

    # --- the connection -----------------------------------------------------------------------------------------------

    async def _stay_connected(self) -> None:
        backoff = Backoff(0.1, 5.0)
        while True:
            options = ConnectionOptions(self._host, self._port, self._consumer, hear_lightly=True)
            connection = Connection(options, self._queue.put_nowait)
            try:
                # Without retained copies of our own: what counts is what the boxes say.
                topics = [(f"{ROOT}/+/#", SubscribeOptions(qos=1, noLocal=True))]
                problem = await connection.open() or await connection.subscribe(topics)
                if not problem:
                    backoff.succeeded()
                    self._connection = connection
                    self._greet()
                    problem = await asyncio.shield(connection.ended)
                _log.info("broker: %s", problem)
            finally:
                self._connection = None
                await connection.close()
            await asyncio.sleep(backoff.failed())

    def _greet(self) -> None:
        """Tells every box where it stands with us: whoever waits to send again need not."""
        for box in self._store.chains():
            self._unacknowledged[box] = 1
        self._acknowledge()
        for box in self._store.boxes_with_open_commands():
            self.nudge(box)

    # --- what comes in ------------------------------------------------------------------------------------------------

    async def _take(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while not self._queue.empty() and len(batch) < _BATCH:
                batch.append(self._queue.get_nowait())
            events = []
            for message in batch:
                place = split(message.topic)
                if place is None:
                    continue
                box, rest = place
                payload = _read(message.payload)
                if payload is None:
                    _log.warning("unreadable message on %s", message.topic)
                elif rest == "event":
                    events.append(_event(box, payload))
                elif rest.startswith("state/"):
                    self._view(box).take(rest.removeprefix("state/"), payload)
                elif rest == "command/result":
                    self._result(box, payload)
            whole = [event for event in events if event is not None]
            if whole:
                self._store.take(whole)
                self._stored(whole)
            for message in batch:
                message.connection.acknowledge(message)
            self._on_change()
            # The store blocks the loop while it writes; others get their turn between two batches.
            await asyncio.sleep(0)

    def _view(self, box: str) -> BoxView:
        return self.boxes.setdefault(box, BoxView())

    def _result(self, box: str, payload: Mapping[str, Any]) -> None:
        result, code = str(payload.get("result")), str(payload.get("code", ""))
        if result in ("done", "rejected") and code not in TRANSIENT:
            self._store.settle(str(payload.get("id")), result, code)
            self.nudge(box)

    def _stored(self, events: list[BoxEvent]) -> None:
        for event in events:
            self._view(event.box)
            # Also for one that was here already: then our acknowledgement of it was lost.
            self._unacknowledged[event.box] = self._unacknowledged.get(event.box, 0) + 1
        for box in {event.box for event in events}:
            if box in self._nudges:
                self._nudges[box].set()
        if max(self._unacknowledged.values()) >= self._pace.acknowledge_every:
            self._acknowledge()
        elif self._flush is None:
            loop = asyncio.get_running_loop()
            self._flush = loop.call_later(self._pace.acknowledge_after_s, self._acknowledge)

    def _acknowledge(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        waiting, self._unacknowledged = self._unacknowledged, {}
        if self._connection is None:
            return
        chains = self._store.chains()
        for box in waiting:
            chain = chains.get(box)
            if chain is not None:
                body = {"epoch": chain.epoch, "upto": chain.upto, "hash": chain.hash}
                self._connection.publish(Topics(box).acknowledgement(self._consumer), json.dumps(body).encode())

    # --- commands -----------------------------------------------------------------------------------------------------

    async def _send_commands(self, box: str) -> None:
        """One at a time, so that their order holds whatever is lost: the next when the one before is settled."""
        nudge = self._nudges[box]
        while True:
            nudge.clear()
            command = self._store.next_command(box)
            if command is None:
                await nudge.wait()
                continue
            if self._connection is not None and await self._publish(self._connection, command) == LOST:
                await asyncio.sleep(0.1)
            await self._settled(command, nudge)

    async def _settled(self, command: StoredCommand, nudge: asyncio.Event) -> None:
        """Returns when the command is settled or it is time to send it again."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (self._pace.resend_s if self._connection is not None else 0.1)
        while (left := deadline - loop.time()) > 0:
            now = self._store.command(command.id)
            if now is None or now.state != "open":
                self._on_change()
                return
            try:
                await asyncio.wait_for(nudge.wait(), left)
            except TimeoutError:
                return
            nudge.clear()

    async def _publish(self, connection: Connection, command: StoredCommand) -> int:
        payload = {
            "id": command.id,
            "issuer": self._consumer,
            "name": command.name,
            "issued_at": command.issued_at,
            "body": command.body,
        }
        return await connection.publish(
            Topics(command.box).command, json.dumps(payload, ensure_ascii=False).encode(), expiry_s=_DURABLE_S
        )


def _read(payload: bytes) -> Mapping[str, Any] | None:
    try:
        value = json.loads(payload)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _event(box: str, payload: Mapping[str, Any]) -> BoxEvent | None:
    epoch, seq = payload.get("epoch"), payload.get("seq")
    prev, hash_, data = payload.get("prev"), payload.get("hash"), payload.get("data")
    if type(epoch) is not int or type(seq) is not int or epoch < 1 or seq < 1:
        return None
    if not isinstance(prev, str) or not isinstance(hash_, str) or not isinstance(data, str):
        return None
    return BoxEvent(box, epoch, seq, prev, hash_, data)
