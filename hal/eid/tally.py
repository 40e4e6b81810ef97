"""How much was said to a card: what the bench holds and a technician reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """Command APDUs that went to the card, and bytes both ways. For one thread."""

    commands: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0

    def count(self, sent: int, received: int) -> None:
        """One command of ``sent`` bytes was answered by ``received`` bytes."""
        self.commands += 1
        self.bytes_sent += sent
        self.bytes_received += received
