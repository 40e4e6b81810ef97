"""What the eID application of a card remembers without power: PIN, tries, whether it is switched on (TR-03110-2/-4)."""

from __future__ import annotations

from simulator.card.command import Refusal, Status
from simulator.card.image import EidImage
from simulator.card.pace import Password

FULL_TRIES = 3
PIN_LENGTHS = (5, 6)


class EidState:
    """Survives a reset; a new card is a new object."""

    def __init__(self, image: EidImage) -> None:
        self.tries = image.tries
        self.active = image.active
        self._pin = image.transport_pin or image.pin
        self._puk = image.puk

    def secret(self, password: Password) -> str:
        """The digits of PIN or PUK."""
        return self._pin if password is Password.PIN else self._puk

    @property
    def pin_status(self) -> int:
        """What MSE:Set AT says of the PIN."""
        if not self.active:
            return Status.DEACTIVATED
        return Status.OK if self.tries == FULL_TRIES else Status.TRIES + self.tries

    def require_pin_usable(self, *, resumed: bool) -> None:
        """Raises `Refusal` when the PIN is switched off, blocked, or suspended and not ``resumed`` by the CAN."""
        if not self.active:
            raise Refusal(Status.CONDITIONS)
        if not self.tries:
            raise Refusal(Status.BLOCKED)
        if self.tries == 1 and not resumed:
            raise Refusal(Status.CONDITIONS)

    def pin_failed(self) -> Refusal:
        """Counts; gives the status to answer."""
        self.tries -= 1
        return Refusal(Status.TRIES + self.tries)

    def pin_succeeded(self) -> None:
        """All tries again."""
        self.tries = FULL_TRIES

    def unblock(self) -> None:
        """RESET RETRY COUNTER without data, with the PUK."""
        self.tries = FULL_TRIES

    def change(self, digits: bytes) -> None:
        """RESET RETRY COUNTER with a new PIN: six digits (five would be a transport PIN)."""
        if len(digits) not in PIN_LENGTHS or not digits.isdigit():
            raise Refusal(Status.DATA_WRONG)
        self._pin = digits.decode("ascii")
        self.tries = FULL_TRIES
