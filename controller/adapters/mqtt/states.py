"""The retained state topics: published after each connection and whenever they change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from controller.adapters.mqtt.config import MqttConfig
from controller.adapters.mqtt.connection import REFUSED_FROM, Connection
from controller.adapters.mqtt.topics import STATES, Topics

HEALTH_EXPIRY_S = 300


class StatePublisher:
    """Publishes what is marked, one after another, so that at most one state message is in flight. Lives on the event
    loop.

    ``payload(name)`` makes a topic's bytes when they are sent: of ten changes in a row the last is sent.
    """

    def __init__(
        self, config: MqttConfig, topics: Topics, payload: Callable[[str], bytes], report: Callable[[str], None]
    ) -> None:
        self._config = config
        self._topics = topics
        self._payload = payload
        self._report = report
        self._marked: set[str] = set()
        self._wake = asyncio.Event()

    def mark(self, name: str) -> None:
        """This state has changed. Unknown names raise ``ValueError``."""
        if name not in STATES:
            raise ValueError(f"there is no state topic {name}")
        self._marked.add(name)
        self._wake.set()

    async def publish_all(self, connection: Connection) -> str:
        """All states, the birth first. Returns ``""``, or what was refused."""
        self._marked.clear()
        refused = [name for name in STATES if not await self._publish(connection, name)]
        return f"the broker refused state/{', state/'.join(refused)}" if refused else ""

    async def run(self, connection: Connection) -> None:
        """Publishes changes, and health at least every ``health_every_s``, until cancelled."""
        health_at = time.monotonic() + self._config.health_every_s
        while True:
            self._wake.clear()
            if time.monotonic() >= health_at:
                self._marked.add("health")
                health_at = time.monotonic() + self._config.health_every_s
            for name in [name for name in STATES if name in self._marked]:
                self._marked.discard(name)
                if not await self._publish(connection, name):
                    self._report(f"the broker refused state/{name}; check its access list")
            await asyncio.sleep(self._config.state_interval_s)
            if self._marked:
                continue
            try:
                await asyncio.wait_for(self._wake.wait(), max(0.0, health_at - time.monotonic()))
            except TimeoutError:
                pass  # it is time for health

    async def _publish(self, connection: Connection, name: str) -> bool:
        if name == "health":
            connection.publish_lightly(
                self._topics.state(name), self._payload(name), retain=True, expiry_s=HEALTH_EXPIRY_S
            )
            return True
        code = await connection.publish(self._topics.state(name), self._payload(name), retain=True)
        return code < REFUSED_FROM
