"""This box's salt and key, for typed pickup numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from controller.adapters.number_tag import number_tag
from controller.domain.pickup_number import keyed_digest
from controller.identity import Identity, load_device_key


@dataclass(frozen=True, slots=True)
class NumberKeys:
    """``device_key`` never leaves the process, and stands in no ``repr``."""

    salt: bytes
    device_key: bytes = field(repr=False)

    @classmethod
    def of(cls, identity: Identity, data: Path) -> NumberKeys:
        """Raises ``ConfigurationError`` when the device's key is missing or others may read it."""
        return cls(bytes.fromhex(identity.salt), load_device_key(data))

    def tag_of(self, number: str) -> bytes:
        """Slow: any thread."""
        return number_tag(number, self.salt)

    def stored_digest(self, digest: bytes) -> bytes:
        """What is stored of the digest that a number's creator sent."""
        return keyed_digest(self.device_key, digest)
