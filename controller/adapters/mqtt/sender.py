"""The log on its way to its consumers: from a cursor on, paced, and never believed to have arrived before a consumer
says so.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable, Iterable

from controller.adapters.mqtt.config import BoxIdentity, MqttConfig
from controller.adapters.mqtt.connection import LOST, REFUSED_FROM, Connection
from controller.adapters.mqtt.messages import CLOUD_EVENT_TYPE, cloud_event
from controller.adapters.mqtt.topics import Topics
from controller.ports import CentralFeed

#: Pause before asking again for entries that the log announced and did not yet show.
_READ_AGAIN_S = 0.05


class EventSender:
    """Publishes the log's entries in order, behind the slowest consumer's cursor. Lives on the event loop.

    Two bounds pace it: ``window`` events not yet taken by the broker (PUBACK), ``ahead`` events not yet acknowledged by
    the slowest consumer. Nothing is held in memory but sequence numbers: whatever has to be sent again is read from the
    log again.

    ``report`` is called with what is wrong with publishing, or ``""`` when the broker takes events again.
    """

    def __init__(
        self,
        config: MqttConfig,
        identity: BoxIdentity,
        feed: CentralFeed,
        report: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._identity = identity
        self._feed = feed
        self._report = report
        self._clock = clock
        self._topic = Topics(identity.box).event
        self._acknowledged: dict[str, int] = {}
        self._last_acknowledgement: float | None = None
        self._wake = asyncio.Event()
        self._position = 0
        #: Sent and not yet taken by the broker, with when it was sent, oldest first.
        self._in_flight: dict[asyncio.Future[int], float] = {}
        self._progress_at = 0.0
        self._patience_s = config.resend_after_s
        self._paused = False

    async def load(self) -> None:
        """Reads the cursors."""
        for consumer in self._config.consumers:
            self._acknowledged[consumer] = await self._feed.cursor(consumer)

    @property
    def acknowledged_seq(self) -> int:
        """Up to where every consumer has the log."""
        return min(self._acknowledged.values(), default=0)

    def acknowledged_by(self, consumer: str) -> int:
        return self._acknowledged[consumer]

    @property
    def last_ack_age_ms(self) -> int:
        """Age of the last acknowledgement that was right, -1 if there was none since the start."""
        if self._last_acknowledgement is None:
            return -1
        return int((self._clock() - self._last_acknowledgement) * 1000)

    def acknowledged(self, consumer: str, upto: int) -> None:
        """The consumer's cursor has moved, durably."""
        before = self.acknowledged_seq
        self._acknowledged[consumer] = upto
        self._last_acknowledgement = self._clock()
        if self.acknowledged_seq > before:
            self._progressed()

    def consumer_is_there(self, consumer: str) -> None:
        """The consumer said again what it has: it has just started, so waiting longer is of no use."""
        self._last_acknowledgement = self._clock()
        if self._patience_s > self._config.resend_after_s or self._paused:
            self._rewind()
            self._progressed()

    async def run(self, connection: Connection) -> None:
        """Sends until cancelled. Raises what the feed raises."""
        self._in_flight.clear()
        self._paused = False
        self._position = self.acknowledged_seq
        self._progressed()
        while True:
            self._wake.clear()
            now = self._clock()
            if now >= self._deadline():
                self._impatient(connection, now)
            room = self._room()
            if room > 0 and self._feed.last_seq() > self._position:
                await self._send(connection, room)
            else:
                await self._wait(now, growth=room > 0)

    def _room(self) -> int:
        if self._paused:
            return 0
        return min(
            self._config.window - len(self._in_flight), self._config.ahead - (self._position - self.acknowledged_seq)
        )

    async def _send(self, connection: Connection, room: int) -> None:
        sent_before = self._position > self.acknowledged_seq
        after = self._position
        entries = await self._feed.entries(after, room)
        if not entries:
            await asyncio.sleep(_READ_AGAIN_S)
            return
        if self._position != after:
            # While the log was read, sending was set back.
            return
        if not sent_before:
            self._progress_at = self._clock()
        for entry in entries:
            taken = connection.publish(self._topic, cloud_event(self._identity, entry), content_type=CLOUD_EVENT_TYPE)
            self._in_flight[taken] = self._clock()
            taken.add_done_callback(functools.partial(self._taken, connection))
            self._position = entry.seq

    def _taken(self, connection: Connection, taken: asyncio.Future[int]) -> None:
        self._in_flight.pop(taken, None)
        code = taken.result()
        if code >= REFUSED_FROM and not self._paused:
            self._report(f"the broker refused an event (reason code 0x{code:02x}); check its access list")
            self._paused = True
            self._rewind()
            self._progress_at = self._clock()
        elif code == LOST and not connection.ended.done():
            # The client dropped it, without the connection having ended: start over rather than leave a hole.
            connection.abort("the client dropped an event")
        elif 0 <= code < REFUSED_FROM and not self._paused:
            self._report("")
        self._wake.set()

    def _deadline(self) -> float:
        """When patience ends: with the broker for the oldest event in flight, with the consumers for their next
        acknowledgement.
        """
        deadlines = []
        if self._in_flight:
            deadlines.append(next(iter(self._in_flight.values())) + self._config.resend_after_s)
        if self._paused or self._position > self.acknowledged_seq:
            deadlines.append(self._progress_at + self._patience_s)
        return min(deadlines, default=float("inf"))

    def _impatient(self, connection: Connection, now: float) -> None:
        if self._in_flight and now >= next(iter(self._in_flight.values())) + self._config.resend_after_s:
            # The connection looks alive and nothing is taken any more.
            connection.abort("the broker takes no events any more")
            self._in_flight.clear()
        self._patience_s = min(self._patience_s * 2, self._config.resend_max_s)
        self._progress_at = now
        self._paused = False
        self._rewind()

    def _progressed(self) -> None:
        self._progress_at = self._clock()
        self._patience_s = self._config.resend_after_s
        self._position = max(self._position, self.acknowledged_seq)
        self._paused = False
        self._wake.set()

    def _rewind(self) -> None:
        self._position = self.acknowledged_seq

    async def _wait(self, now: float, *, growth: bool) -> None:
        waits: list[asyncio.Task[object]] = [asyncio.ensure_future(self._wake.wait())]
        if growth:
            waits.append(asyncio.ensure_future(self._feed.wait_for_entry_after(self._position)))
        deadline = self._deadline()
        try:
            done, _ = await asyncio.wait(
                waits,
                timeout=None if deadline == float("inf") else max(0.0, deadline - now),
                return_when=asyncio.FIRST_COMPLETED,
            )
            _raise_first(done)
        finally:
            for task in waits:
                task.cancel()


def _raise_first(tasks: Iterable[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.result()
