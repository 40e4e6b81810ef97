"""The link to the central system over MQTT: connects, says who is there, sends the log, takes commands. See
docs/mqtt/.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import ssl
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from paho.mqtt.subscribeoptions import SubscribeOptions

from controller.adapters.mqtt.backoff import Backoff
from controller.adapters.mqtt.command_reader import CommandReader, NoCommands, UnsignedCommandReader
from controller.adapters.mqtt.config import BoxIdentity, MqttConfig
from controller.adapters.mqtt.connection import Connection, ConnectionOptions, Will, tls_context
from controller.adapters.mqtt.inbox import Inbox
from controller.adapters.mqtt.messages import as_json, connection_state
from controller.adapters.mqtt.sender import EventSender
from controller.adapters.mqtt.states import StatePublisher
from controller.adapters.mqtt.topics import Topics
from controller.ports import CentralFeed

_log = logging.getLogger(__name__)

#: How long an orderly stop waits for the goodbye to reach the broker.
_GOODBYE_S = 1.0
#: A connection that stood this many times ``reconnect_min_s`` counts as a success: the next failure waits shortly
#: again.
_STOOD = 10


class MqttLink:
    """The box's end of the link. Everything but the network itself runs on the event loop that calls `run`.

    The controller works without it: a broker that is absent, dies or refuses costs a little memory and no progress.
    ``on_link_state(connected, detail)`` is called on the loop at each change; ``detail`` says what is wrong, also while
    connected (the broker refuses our messages), and never holds a secret. ``reader`` replaces what reads commands;
    without it the configuration decides."""

    def __init__(
        self,
        config: MqttConfig,
        feed: CentralFeed,
        identity: BoxIdentity,
        *,
        on_link_state: Callable[[bool, str], None] = lambda connected, detail: None,
        reader: CommandReader | None = None,
    ) -> None:
        self._config = config
        self._feed = feed
        self._identity = identity
        self._on_link_state = on_link_state
        self._topics = Topics(identity.box)
        if reader is None:
            reader = (UnsignedCommandReader if config.commands == "unsigned" else NoCommands)(config.authority)
        self._sender = EventSender(config, identity, feed, self._publishing)
        self._states = StatePublisher(config, self._topics, self._state, self._publishing)
        self._inbox = Inbox(config, identity, feed, reader, self._sender, lambda: self._states.mark("connection"))
        self._backoff = Backoff(config.reconnect_min_s, config.reconnect_max_s)
        self._stopping = asyncio.Event()
        self._told: tuple[bool, str] | None = None
        self._connected = False
        self._connection_id = ""
        self._dropped = 0

    # --- for health --------------------------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether the broker has taken our birth on the present connection."""
        return self._connected

    @property
    def acknowledged_seq(self) -> int:
        """Up to where every consumer has acknowledged the log."""
        return self._sender.acknowledged_seq

    @property
    def last_ack_age_ms(self) -> int:
        """Milliseconds since the last right acknowledgement, -1 if there was none since the start."""
        return self._sender.last_ack_age_ms

    @property
    def refused_messages(self) -> dict[str, int]:
        """Messages from the broker that were refused, by code."""
        refused = dict(self._inbox.refused)
        if self._dropped:
            refused["quality_of_service_0"] = self._dropped
        return refused

    # --- life --------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keeps the link up until `stop` or cancellation; says goodbye then. Raises what the feed raises: the owner
        must end the process, since the outcome of a command is unknown.
        """
        await self._sender.load()
        self._feed.subscribe_state(self._states.mark)
        await _first_ends(self._inbox.run(), self._keep_connected(), self._stopping.wait())

    def stop(self) -> None:
        """Makes `run` say goodbye and return."""
        self._stopping.set()

    async def _keep_connected(self) -> None:
        while True:
            started = time.monotonic()
            self._tell(False, await self._one_connection())
            if time.monotonic() - started >= self._config.reconnect_min_s * _STOOD:
                self._backoff.succeeded()
            await asyncio.sleep(self._backoff.failed())

    async def _one_connection(self) -> str:
        """Connects and stays connected as long as it goes. Returns why it ended."""
        self._connection_id = secrets.token_hex(8)
        try:
            options = await asyncio.to_thread(self._options)
        except (OSError, ssl.SSLError, ValueError) as error:
            return f"configuration: {error}"
        connection = Connection(options, self._inbox.put)
        try:
            problem = await connection.open() or await self._introduce(connection)
            if problem:
                return problem
            self._connected = True
            self._tell(True, "")
            await _first_ends(
                self._sender.run(connection), self._states.run(connection), asyncio.shield(connection.ended)
            )
            return connection.ended.result()
        finally:
            self._dropped += connection.dropped
            await self._goodbye(connection)

    async def _introduce(self, connection: Connection) -> str:
        """Subscribes, then publishes the birth and the other states. Returns what went wrong, or ``""``."""
        listen = SubscribeOptions(qos=1, retainAsPublished=True)
        # Retained state of ours is no news; a will that comes late is.
        watch = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
        problem = await connection.subscribe(
            [
                (self._topics.command, listen),
                *((self._topics.acknowledgement(consumer), listen) for consumer in self._config.consumers),
                (self._topics.state("connection"), watch),
            ]
        )
        if not problem:
            problem = await self._states.publish_all(connection)
        if not problem and connection.ended.done():
            problem = connection.ended.result()
        return problem

    async def _goodbye(self, connection: Connection) -> None:
        was_connected, self._connected = self._connected, False
        if was_connected and not connection.ended.done():
            farewell = connection.publish(
                self._topics.state("connection"), self._presence("offline", "stopped"), retain=True
            )
            await asyncio.wait({farewell}, timeout=_GOODBYE_S)
        await connection.close()

    def _options(self) -> ConnectionOptions:
        """Reads the files anew for each connection: certificates and passwords are replaced while the box runs. In a
        worker thread.
        """
        config = self._config
        tls = config.tls
        return ConnectionOptions(
            host=config.host,
            port=config.port,
            client_id=self._identity.box,
            keepalive_s=config.keepalive_s,
            connect_timeout_s=config.connect_timeout_s,
            username=config.username,
            password=Path(config.password_file).read_text("utf-8").strip() if config.password_file else "",
            tls=tls_context(tls.ca_file, tls.certificate_file, tls.key_file) if tls else None,
            will=Will(self._topics.state("connection"), self._presence("offline", "lost")),
        )

    # --- what is said ------------------------------------------------------------------------------------------------

    def _presence(self, status: str, reason: str) -> bytes:
        more = self._feed.state("connection") if status == "online" else {}
        return connection_state(self._identity, status, reason, self._connection_id, more)

    def _state(self, name: str) -> bytes:
        if name == "connection":
            return self._presence("online", "")
        payload = dict(self._feed.state(name))
        if name == "health":
            payload |= {
                "log_seq": self._feed.last_seq(),
                "acknowledged_seq": self.acknowledged_seq,
                "last_ack_age_ms": self.last_ack_age_ms,
                "refused_messages": self.refused_messages,
            }
        return as_json(payload)

    def _publishing(self, problem: str) -> None:
        if self._connected:
            self._tell(True, problem)

    def _tell(self, connected: bool, detail: str) -> None:
        if (connected, detail) != self._told:
            self._told = (connected, detail)
            _log.log(
                logging.INFO if connected and not detail else logging.WARNING,
                "central link: %s%s",
                "connected" if connected else "not connected",
                f" ({detail})" if detail else "",
            )
            self._on_link_state(connected, detail)


async def _first_ends(*parts: Coroutine[Any, Any, Any] | asyncio.Future[Any]) -> None:
    """Runs all parts until the first ends; then ends the others and waits for them. Raises what the first raised."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
