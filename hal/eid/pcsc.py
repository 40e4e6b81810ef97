"""One card in a PC/SC reader as a `CardChannel`: deadlines, cancelling, and its release on every path.

A command that a card works on cannot be interrupted. So there are two limits: between commands this thread looks at the
clock itself; and whoever started it gives up on it (and ends the process) when it does not come back: see
`hal.eid.service`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from smartcard import scard

from hal.eid.channel import Cancelled, CardRemoved, DeadlineExceeded, ReaderGone
from hal.eid.scard import CardBusy, Context, Handle
from hal.interfaces import monotonic_ms

_log = logging.getLogger(__name__)

MAX_RESPONSE: Final = 65536 + 2
"""Data and status of the longest response of ISO/IEC 7816-4."""

_BUSY_PAUSE_S: Final = 0.05
_GET_RESPONSE: Final = 0xC0
_MORE_DATA: Final = 0x61
_WRONG_LE: Final = 0x6C
_WRONG_LENGTH: Final = b"\x67\x00"
_NO_DIAGNOSIS: Final = b"\x6f\x00"
_ASK_FEATURES: Final = scard.SCARD_CTL_CODE(3400)
_FEATURE_PROPERTIES: Final = 0x12
_PROPERTY_MAX_APDU: Final = 0x0A


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a card may take, in ms.

    ``exchange``: for one command. ISO/IEC 14443-4 lets a card ask for 4.95 s; one that takes longer is given up after
    its answer. ``whole``: for everything from the first command to the last; past it the reading is given up even when
    the card never answers.
    """

    exchange: int = 5_000
    whole: int = 15_000


class Deadline:
    """Until when, and whether anybody still wants to know. `cancel` and `ends_at_ms` are for any thread, the rest for
    one.
    """

    def __init__(self, ends_at_ms: int, now_ms: Callable[[], int] = monotonic_ms) -> None:
        self._ends_at_ms = ends_at_ms
        self._now_ms = now_ms
        self._part_ends_at_ms: int | None = None
        self._cancelled_at_ms: int | None = None
        self._cancelled = threading.Event()

    @property
    def ends_at_ms(self) -> int:
        """``CLOCK_MONOTONIC``: of the part that goes on now, or of the whole."""
        part = self._part_ends_at_ms
        return self._ends_at_ms if part is None else min(part, self._ends_at_ms)

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def cancelled_at_ms(self) -> int | None:
        """``CLOCK_MONOTONIC``."""
        return self._cancelled_at_ms

    def cancel(self) -> None:
        """Nobody wants to know any more."""
        if not self.cancelled:
            self._cancelled_at_ms = self._now_ms()
            self._cancelled.set()

    def begin(self, most_ms: int) -> None:
        """A part begins that may take so long."""
        self._part_ends_at_ms = self._now_ms() + most_ms

    def rest(self) -> None:
        """That part is over."""
        self._part_ends_at_ms = None

    def left_ms(self) -> int:
        """0 when it is over."""
        return max(0, self.ends_at_ms - self._now_ms())

    def check(self) -> None:
        """Raises `Cancelled` or `DeadlineExceeded`."""
        if self._cancelled.is_set():
            raise Cancelled("nobody waits for it any more")
        if self.left_ms() == 0:
            raise DeadlineExceeded("the time is over")

    def pause(self, seconds: float) -> None:
        """Wait so long, or until cancelled or over; then as `check`."""
        self._cancelled.wait(min(seconds, self.left_ms() / 1000))
        self.check()


class PcscCard:
    """A `CardChannel` over PC/SC: made by `card_in`, used up with it."""

    def __init__(
        self, handle: Handle, context: Context, reader: str, deadline: Deadline, limits: Limits, max_data: int | None
    ) -> None:
        self._handle = handle
        self._context = context
        self._reader = reader
        self._deadline = deadline
        self._limits = limits
        self._max_data = max_data
        self._extended = says_extended_length(handle.atr()) and (max_data is None or max_data > 256)

    @property
    def extended_length(self) -> bool:
        """Whether the card says in its answer to reset that it takes them, and the reader does not say otherwise."""
        return self._extended

    def transmit(self, command: bytes) -> bytes:
        """As `CardChannel.transmit`. What is longer than the reader takes is answered 6700 (wrong length) in the card's
        place: the reader would have failed, and with it the line.
        """
        if self._max_data is not None and _data_length(command) > max(self._max_data, 256):
            return _WRONG_LENGTH
        answer = self._exchange(command)
        if len(answer) == 2 and answer[0] == _WRONG_LE:
            answer = self._exchange(with_expected_length(command, answer[1]))
        if answer[-2] == _MORE_DATA:
            answer = self._rest(command[0], answer)
        return answer

    def cancel(self) -> None:
        """The next command is not sent. Any thread."""
        self._deadline.cancel()

    def _rest(self, cla: int, answer: bytes) -> bytes:
        data = bytearray(answer[:-2])
        while answer[-2] == _MORE_DATA:
            if len(data) + 2 > MAX_RESPONSE:
                return _NO_DIAGNOSIS  # It would go on for ever.
            answer = self._exchange(bytes((cla & 0x03, _GET_RESPONSE, 0, 0, answer[-1])))
            if len(answer) == 2 and answer[0] == _MORE_DATA:
                return _NO_DIAGNOSIS
            data += answer[:-2]
        return bytes(data) + answer[-2:]

    def _exchange(self, command: bytes) -> bytes:
        self._deadline.check()
        before_ms = monotonic_ms()
        try:
            answer = self._handle.transmit(command)
        except CardRemoved as error:
            if self._reader not in self._context.readers():
                raise ReaderGone(str(error)) from None
            raise
        if len(answer) < 2:
            # Some drivers report a card that was pulled while it worked as an answer of nothing.
            raise CardRemoved("an answer without a status")
        self._deadline.check()
        if monotonic_ms() - before_ms > self._limits.exchange:
            raise DeadlineExceeded(f"the card took more than {self._limits.exchange} ms for one command")
        return answer


@contextmanager
def card_in(reader: str, deadline: Deadline, limits: Limits | None = None) -> Iterator[PcscCard]:
    """Exclusive access to the card in this reader, powered on afresh, and let go of on every path.

    Raises the errors of `hal.eid.channel`. A card that another program holds is waited for until the deadline.
    """
    limits = limits or Limits()
    deadline.check()
    context = Context()
    try:
        handle = _connect(context, reader, deadline)
        try:
            yield PcscCard(handle, context, reader, deadline, limits, max_data_of(handle))
        finally:
            handle.close()
    finally:
        context.close()


def _connect(context: Context, reader: str, deadline: Deadline) -> Handle:
    said = False
    while True:
        try:
            return context.connect(reader)
        except CardBusy:
            if not said:
                said = True
                _log.info("card_busy: another program has the card; waiting for it")
            deadline.pause(_BUSY_PAUSE_S)


def is_contactless(atr: bytes) -> bool:
    """Whether this is how a reader reports a contactless card (PC/SC part 3, 3.1.3.2.3.1: 3B 8n 80 01 …). A card with
    contacts, such as the security module inside many readers, never begins so.
    """
    return len(atr) >= 5 and atr[0] == 0x3B and atr[1] & 0xF0 == 0x80 and atr[2:4] == b"\x80\x01"


def says_extended_length(atr: bytes) -> bool:
    """Whether the historical bytes of a contactless card's answer to reset say that it takes extended length
    (ISO/IEC 7816-4, card capabilities in a compact TLV).
    """
    historical = atr[4 : 4 + (atr[1] & 0x0F)] if is_contactless(atr) else b""
    if historical[:1] not in (b"\x00", b"\x80"):
        return False
    # Category 00 ends with three status bytes that are no TLV.
    rest = historical[1:-3] if historical[0] == 0x00 else historical[1:]
    while rest:
        tag, length = rest[0] >> 4, rest[0] & 0x0F
        value, rest = rest[1 : 1 + length], rest[1 + length :]
        if tag == 7 and len(value) >= 3:
            return bool(value[2] & 0x40)
    return False


def max_data_of(handle: Handle) -> int | None:
    """How many bytes of data the reader passes in one command (PC/SC part 10, ``dwMaxAPDUDataSize``; 0: no extended
    length). ``None``: it does not say.
    """
    features = handle.control(_ASK_FEATURES) or b""
    for tag, value in _tagged(features):
        if tag == _FEATURE_PROPERTIES and len(value) == 4:
            properties = handle.control(int.from_bytes(value, "big")) or b""
            return next(
                (int.from_bytes(data, "little") for name, data in _tagged(properties) if name == _PROPERTY_MAX_APDU),
                None,
            )
    return None


def _tagged(answer: bytes) -> Iterator[tuple[int, bytes]]:
    while len(answer) >= 2:
        tag, length = answer[0], answer[1]
        yield tag, answer[2 : 2 + length]
        answer = answer[2 + length :]


def _is_extended(command: bytes) -> bool:
    return len(command) >= 7 and command[4] == 0


def _data_length(command: bytes) -> int:
    """How much passes in either direction, as the command says."""
    if not _is_extended(command):
        return min(len(command), 256)
    if len(command) == 7:
        return int.from_bytes(command[5:7], "big") or 65536
    sent = int.from_bytes(command[5:7], "big")
    expected = (int.from_bytes(command[-2:], "big") or 65536) if len(command) == 9 + sent else 0
    return max(sent, expected)


def with_expected_length(command: bytes, expected: int) -> bytes:
    """The same command with this Le (0: 256), as a card asks for it with 6Cxx (ISO/IEC 7816-3, 12.2)."""
    if len(command) == 4:
        return command + bytes((expected,))
    if _is_extended(command):
        wide = (expected or 256).to_bytes(2, "big")
        sent = int.from_bytes(command[5:7], "big")
        if len(command) == 7:
            return command[:5] + wide
        return command[: 7 + sent] + wide
    if len(command) == 5:
        return command[:4] + bytes((expected,))
    return command[: 5 + command[4]] + bytes((expected,))
