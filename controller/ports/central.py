"""What the link to the central system needs from the box."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from controller.ports.event_log import Entry


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """What became of a command from the central system: ``done`` or ``rejected`` with a code. ``repeated``: it was
    stored before.
    """

    result: str
    code: str
    repeated: bool


class CentralFeed(Protocol):
    """What the link to the central system (MQTT) needs from the box. Called on the controller's event loop."""

    async def entries(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        """The log after ``after_seq``."""
        ...

    def last_seq(self) -> int: ...

    async def wait_for_entry_after(self, seq: int) -> None:
        """Returns as soon as the log is longer than ``seq``."""
        ...

    async def cursor(self, consumer: str) -> int:
        """The last sequence number that ``consumer`` has acknowledged, 0 if none."""
        ...

    async def acknowledge(self, consumer: str, epoch: int, upto: int, hash_hex: str) -> bool:
        """Moves the consumer's cursor durably, if the hash is the box's at ``upto`` and it moves forward. False
        otherwise.
        """
        ...

    async def execute(self, issuer: str, command: str, name: str, body: Mapping[str, object]) -> CommandAnswer:
        """Decides and carries out a durable command; effect and result are one commit. A repeated id gets the stored
        answer.

        ``body`` is what the central system sent, not yet validated: anything wrong with it is a ``rejected`` answer
        with a code.
        """
        ...

    def state(self, topic: str) -> Mapping[str, object]:
        """The payload of ``connection``, ``health``, ``compartments``, ``faults`` or ``config`` now."""
        ...

    def subscribe_state(self, listener: Callable[[str], None]) -> None:
        """``listener(topic)`` is called on the loop when that state's payload has changed."""
        ...
