"""How a protocol step speaks with the card, whether in the clear or protected."""

from __future__ import annotations

from typing import Protocol

from hal.eid.apdu import (
    EXTENDED_DATA,
    EXTENDED_EXPECTED,
    SHORT_DATA,
    SHORT_EXPECTED,
    ApduError,
    CommandApdu,
    ResponseApdu,
)
from hal.eid.channel import CardChannel
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.tally import Tally


class Messaging(Protocol):
    """One command, one answer. For one thread."""

    def exchange(self, command: CommandApdu) -> ResponseApdu:
        """Send a command and return its answer, whatever its status.

        Raises `NotAccepted` (``secure_messaging_failed``) for an answer that is malformed or not authentic,
        `ChannelError` when the line breaks, `ValueError` when the command needs extended length and there is none.
        """
        ...

    @property
    def extended_length(self) -> bool:
        """Whether commands may ask for or carry more than a short APDU holds."""
        ...

    @property
    def largest_answer(self) -> int:
        """The most bytes that one command may expect (Ne), protection already taken off."""
        ...

    @property
    def largest_command(self) -> int:
        """The most bytes of data that one command may carry, protection already taken off."""
        ...


class PlainMessaging:
    """APDUs as they are: before PACE or BAC, and below secure messaging."""

    def __init__(self, channel: CardChannel, tally: Tally | None = None) -> None:
        self._channel = channel
        self._tally = tally if tally is not None else Tally()

    @property
    def tally(self) -> Tally:
        """What went over this line so far."""
        return self._tally

    @property
    def extended_length(self) -> bool:
        return self._channel.extended_length

    @property
    def largest_answer(self) -> int:
        return EXTENDED_EXPECTED if self.extended_length else SHORT_EXPECTED

    @property
    def largest_command(self) -> int:
        return EXTENDED_DATA if self.extended_length else SHORT_DATA

    def exchange(self, command: CommandApdu) -> ResponseApdu:
        raw = command.encode(self.extended_length)
        answer = self._channel.transmit(raw)
        self._tally.count(len(raw), len(answer))
        try:
            return ResponseApdu.from_bytes(answer)
        except ApduError as error:
            raise NotAccepted(Reason.SECURE_MESSAGING_FAILED, str(error)) from None
