"""What comes in: acknowledgements and commands, one after another in the order in which the broker sent them."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from controller.adapters.mqtt.command_reader import CommandReader, CommandRefused, ReceivedCommand
from controller.adapters.mqtt.config import BoxIdentity, MqttConfig
from controller.adapters.mqtt.connection import LOST, REFUSED_FROM, Received
from controller.adapters.mqtt.messages import command_result, read_acknowledgement
from controller.adapters.mqtt.sender import EventSender
from controller.adapters.mqtt.strict_json import NotStrict, read_object
from controller.adapters.mqtt.topics import Topics
from controller.ports import CentralFeed, CommandAnswer

_log = logging.getLogger(__name__)


class Inbox:
    """Handles received messages. The broker sends at most twenty ahead of our acknowledgement, which bounds the queue.

    A message is acknowledged to the broker after its effect is durable and its answer is with the broker. Whatever a
    message says, it is acknowledged in the end: one that cannot be read would otherwise come back with every
    connection. ``refused`` counts by code."""

    def __init__(
        self,
        config: MqttConfig,
        identity: BoxIdentity,
        feed: CentralFeed,
        reader: CommandReader,
        sender: EventSender,
        birth_is_hidden: Callable[[], None],
    ) -> None:
        self._identity = identity
        self._feed = feed
        self._reader = reader
        self._sender = sender
        self._birth_is_hidden = birth_is_hidden
        self._topics = Topics(identity.box)
        self._consumers = {self._topics.acknowledgement(name): name for name in config.consumers}
        self._queue: asyncio.Queue[Received] = asyncio.Queue()
        self.refused: Counter[str] = Counter()

    def put(self, message: Received) -> None:
        """Takes a message. On the event loop."""
        self._queue.put_nowait(message)

    async def run(self) -> None:
        """Handles messages until cancelled. Raises what the feed raises: the outcome of a command is then unknown, and
        its message is not acknowledged.
        """
        while True:
            message = await self._queue.get()
            if message.topic == self._topics.command:
                await self._command(message)
            elif (consumer := self._consumers.get(message.topic)) is not None:
                await self._acknowledgement(consumer, message)
            elif message.topic == self._topics.state("connection"):
                self._own_state(message)
            else:
                self._refuse("unknown_topic")
            message.connection.acknowledge(message)

    def _refuse(self, code: str) -> None:
        self.refused[code] += 1
        if self.refused[code] == 1:
            _log.warning("a message from the broker was refused: %s (counted in state/health from now on)", code)

    async def _acknowledgement(self, consumer: str, message: Received) -> None:
        received = read_acknowledgement(message.payload)
        if received is None or message.retained:
            self._refuse("acknowledgement_malformed" if received is None else "acknowledgement_retained")
            return
        if received.epoch == self._identity.epoch and received.upto == self._sender.acknowledged_by(consumer):
            self._sender.consumer_is_there(consumer)
        elif await self._feed.acknowledge(consumer, received.epoch, received.upto, received.hash):
            self._sender.acknowledged(consumer, received.upto)
        elif received.epoch != self._identity.epoch or received.upto > self._sender.acknowledged_by(consumer):
            self._refuse("acknowledgement_wrong")

    async def _command(self, message: Received) -> None:
        if message.retained:
            # It would be carried out again by whoever takes this box's place, years later.
            self._refuse("command_retained")
            return
        try:
            command = self._reader.read(message.payload)
        except CommandRefused as refusal:
            self._refuse(f"command_{refusal.code}")
            if refusal.id:
                await self._answer(
                    message, refusal.id, refusal.issuer, CommandAnswer("rejected", refusal.code, repeated=False)
                )
            return
        await self._execute(message, command)

    async def _execute(self, message: Received, command: ReceivedCommand) -> None:
        answer = await self._feed.execute(command.issuer, command.id, command.name, command.body)
        await self._answer(message, command.id, command.issuer, answer)

    async def _answer(self, message: Received, id: str, issuer: str, answer: CommandAnswer) -> None:
        code = await message.connection.publish(self._topics.command_result, command_result(id, issuer, answer))
        if code >= REFUSED_FROM:
            self._refuse("result_refused_by_broker")
        elif code == LOST:
            _log.info("the connection ended before a result was taken; the command comes again")

    def _own_state(self, message: Received) -> None:
        try:
            state = read_object(message.payload)
        except NotStrict:
            state = {}
        if state.get("status") != "online":
            # A last will that the broker was late with, of a connection before this one, now hides that we are here.
            self._birth_is_hidden()
