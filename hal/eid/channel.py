"""A line to one card: what the protocols need from a reader, and how it can fail."""

from __future__ import annotations

from typing import Protocol


class CardChannel(Protocol):
    """Exclusive access to one card. Not for more than one thread, except `cancel`.

    Every method may raise one of the errors of this module. A channel that raised is of no further use but to be
    closed by whoever opened it.
    """

    def transmit(self, command: bytes) -> bytes:
        """Send one command APDU as it stands and return the response APDU with its two status bytes (ISO/IEC 7816-4).

        61xx and 6Cxx are answered by the channel (GET RESPONSE, repeated with the right Le), so that callers never
        see them.
        """
        ...

    @property
    def extended_length(self) -> bool:
        """Whether reader and card are known to take APDUs of extended length."""
        ...


class ChannelError(Exception):
    """The line to the card is broken. ``reason`` is a stable code; no message ever holds what was sent or received."""

    reason = "channel_failed"


class CardRemoved(ChannelError):
    """The card left the field, or its power failed."""

    reason = "card_removed"


class ReaderGone(ChannelError):
    """The reader was unplugged, or pcscd ended."""

    reason = "reader_gone"


class DeadlineExceeded(ChannelError):
    """The time that the controller gave is over."""

    reason = "deadline_exceeded"


class Cancelled(ChannelError):
    """The session that this was for has ended."""

    reason = "cancelled"
