"""PC/SC as the rest of this package sees it: `smartcard.scard` with errors that are raised, and types.

The calls are those of libpcsclite: each of them lets other Python threads run while it waits. None may be used after
``fork`` (the library is not safe for it), and this process never forks.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from smartcard import scard

from hal.eid.channel import Cancelled, CardRemoved, ChannelError, ReaderGone

_log = logging.getLogger(__name__)

PLUG_AND_PLAY: Final = "\\\\?PnP?\\Notification"
"""The name of a reader that is none: its state changes when readers come and go."""


class CardBusy(ChannelError):
    """Another program has the card, or left it without letting go of it (SCARD_E_SHARING_VIOLATION)."""

    reason = "card_busy"


class ReaderUnknown(ChannelError):
    """A reader that was named is not there any more: ask for the list again (SCARD_E_UNKNOWN_READER)."""

    reason = "reader_unknown"


_REMOVED = {
    scard.SCARD_W_REMOVED_CARD,
    scard.SCARD_W_RESET_CARD,
    scard.SCARD_W_UNPOWERED_CARD,
    scard.SCARD_W_UNRESPONSIVE_CARD,
    scard.SCARD_W_UNSUPPORTED_CARD,
    scard.SCARD_E_NO_SMARTCARD,
    scard.SCARD_E_NOT_TRANSACTED,
    scard.SCARD_E_PROTO_MISMATCH,
    scard.SCARD_E_NOT_READY,
}
"""A pulled card is any of these, depending on the reader and on the moment."""


def _checked(code: int, call: str) -> None:
    if code == scard.SCARD_S_SUCCESS:
        return
    text = f"{call}: 0x{code & 0xFFFFFFFF:08X}"
    if code in _REMOVED:
        raise CardRemoved(text)
    if code in (scard.SCARD_E_CANCELLED, scard.SCARD_E_SYSTEM_CANCELLED):
        raise Cancelled(text)
    if code == scard.SCARD_E_SHARING_VIOLATION:
        raise CardBusy(text)
    if code == scard.SCARD_E_UNKNOWN_READER:
        raise ReaderUnknown(text)
    # pcscd ended, was started anew and knows none of our handles, the reader is gone, or something that nobody
    # foresaw: in each case this line is of no use any more, and a new one may be.
    raise ReaderGone(text)


class ReaderState(NamedTuple):
    """``state``: SCARD_STATE_* flags, in the upper 16 bits a count of insertions and removals. ``atr``: if a card lies
    there that answered.
    """

    reader: str
    state: int
    atr: bytes

    @property
    def present(self) -> bool:
        """A card lies there that talks."""
        return bool(self.state & scard.SCARD_STATE_PRESENT) and not self.state & scard.SCARD_STATE_MUTE

    @property
    def arrivals(self) -> int:
        """Changes with each card that comes or goes."""
        return self.state >> 16


class Context:
    """A connection to pcscd. One thread at a time, except `cancel`. To be closed by whoever opened it."""

    def __init__(self) -> None:
        """Raises `ReaderGone` if pcscd does not answer."""
        code, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        _checked(code, "SCardEstablishContext")

    def readers(self) -> tuple[str, ...]:
        """Their names; none is no error. Raises `ReaderGone` when pcscd ended."""
        code, names = scard.SCardListReaders(self._context, [])
        if code == scard.SCARD_E_NO_READERS_AVAILABLE:
            return ()
        _checked(code, "SCardListReaders")
        return tuple(names)

    def wait_for_change(self, known: Sequence[tuple[str, int]], timeout_ms: int) -> list[ReaderState] | None:
        """Wait until a reader's state is another one than the caller knows (0: nothing is known, answer at once).
        ``None``: nothing changed in the time. Raises `Cancelled` after `cancel`, `ReaderUnknown`, `ReaderGone`.
        """
        code, states = scard.SCardGetStatusChange(self._context, timeout_ms, list(known))
        if code == scard.SCARD_E_TIMEOUT:
            return None
        _checked(code, "SCardGetStatusChange")
        return [ReaderState(reader, state, bytes(atr)) for reader, state, atr in states]

    def cancel(self) -> None:
        """End a `wait_for_change` that is going on. Any thread. It cannot end a command that a card works on."""
        scard.SCardCancel(self._context)

    def connect(self, reader: str) -> Handle:
        """Exclusive access to the card in this reader, and power to it. Raises `CardRemoved`, `CardBusy`,
        `ReaderGone`.
        """
        code, handle, protocol = scard.SCardConnect(
            self._context, reader, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        )
        try:
            _checked(code, "SCardConnect")
        except ReaderUnknown as error:
            raise ReaderGone(str(error)) from None
        opened = Handle(handle, protocol)
        try:
            opened.begin()
        except ChannelError:
            opened.close()
            raise
        return opened

    def close(self) -> None:
        """Let go of it. Always safe."""
        _noted(scard.SCardReleaseContext(self._context), "SCardReleaseContext")


class Handle:
    """A card in a reader, ours alone from `Context.connect` to `close`. One thread."""

    def __init__(self, handle: int, protocol: int) -> None:
        self._handle = handle
        self._protocol = protocol
        self._in_transaction = False

    def begin(self) -> None:
        """Begin the transaction that goes on until `close`."""
        _checked(scard.SCardBeginTransaction(self._handle), "SCardBeginTransaction")
        self._in_transaction = True

    def atr(self) -> bytes:
        """The answer to reset."""
        code, *status = scard.SCardStatus(self._handle)
        _checked(code, "SCardStatus")
        return bytes(status[3])

    def transmit(self, command: bytes) -> bytes:
        """One command to the card and its answer. Blocks until the reader answers, which nobody can hasten."""
        code, answer = scard.SCardTransmit(self._handle, self._protocol, list(command))
        _checked(code, "SCardTransmit")
        return bytes(answer)

    def control(self, code: int) -> bytes | None:
        """Ask the reader itself; ``None`` if it does not know the question."""
        result, answer = scard.SCardControl(self._handle, code, [])
        return bytes(answer) if result == scard.SCARD_S_SUCCESS else None

    def close(self) -> None:
        """End the transaction and take the card's power, so that it forgets the keys of this session. Always safe: also
        when the card, the reader or pcscd is gone. Without it, nobody could connect to the next card
        (SCARD_E_SHARING_VIOLATION).
        """
        if self._in_transaction:
            _noted(scard.SCardEndTransaction(self._handle, scard.SCARD_LEAVE_CARD), "SCardEndTransaction")
        _noted(scard.SCardDisconnect(self._handle, scard.SCARD_UNPOWER_CARD), "SCardDisconnect")


def _noted(code: Any, call: str) -> None:
    """A failure to let go of something that is gone already is no failure; but who looks for one wants to see it."""
    if code != scard.SCARD_S_SUCCESS:
        _log.debug("release: %s: 0x%08X", call, int(code) & 0xFFFFFFFF)
