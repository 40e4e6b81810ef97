"""The card's side of a vpcd reader: a card that lies in the reader until it is taken out.

vpcd's protocol: each message is a length of two bytes, big-endian, and so many bytes. From the reader one byte is a
command (0 power off, 1 power on, 2 reset, 4 tell your ATR, the only one that is answered), anything longer an APDU,
which is answered by its response. Closing the connection takes the card away.

A card that goes while a command waits for its answer is reported by vpcd as a success with an empty response, without
the two status bytes that every response has; real readers' drivers report an error there.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol

_POWER_WITHIN_S = 0.3
_BETWEEN_LOOKS_S = 0.5
_POWER_OFF, _POWER_ON, _RESET, _ATR = 0, 1, 2, 4


class Card(Protocol):
    """What lies in a reader. Called from one thread."""

    def power_on(self) -> bytes:
        """The answer to reset; everything it knew of a session is forgotten."""
        ...

    def reset(self) -> object:
        """Forgets everything of a session (power off, reset of the field). What it returns does not count."""
        ...

    def transmit(self, command: bytes) -> bytes:
        """The response APDU, with its two status bytes."""
        ...


class PlainCard:
    """A card that has a file system with nothing in it: every SELECT finds nothing, everything else is unknown."""

    def __init__(self, atr: bytes = bytes.fromhex("3B80800101")) -> None:
        self._atr = atr

    def power_on(self) -> bytes:
        return self._atr

    def reset(self) -> None:
        """There is nothing to forget."""

    def transmit(self, command: bytes) -> bytes:
        return b"\x6a\x82" if command[1:2] == b"\xa4" else b"\x6d\x00"


class Insertion:
    """A card in a reader, from now until `remove`; its own thread answers for it.

    ``pull_at``: the person takes it out when the APDU with this number (from 0) has reached it and was not answered
    yet. ``before_answer`` is called with each command's number before the card sees it, in that thread: to wait, to
    look, or to `remove` it.
    """

    def __init__(
        self,
        line: socket.socket,
        card: Card,
        *,
        pull_at: int | None = None,
        before_answer: Callable[[int], None] | None = None,
    ) -> None:
        """``line`` is what `simulator.card.pcscd.CardStack.connect` gave; it is closed with the insertion."""
        self._line = line
        self._card = card
        self._next = card
        self._pull_at = pull_at
        self._before_answer = before_answer
        self.apdus = 0
        self.failure: BaseException | None = None
        """What broke in the card's own code, if anything did: then it fell silent, and the test should say so."""
        self._out = threading.Event()
        self._asked = threading.Event()
        self._powered = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="card", daemon=True)
        self._thread.start()

    @property
    def inserted(self) -> bool:
        return not self._out.is_set()

    def wait_removed(self, timeout_s: float) -> bool:
        """Whether it is out, after waiting so long for it."""
        return self._out.wait(timeout_s)

    def wait_powered(self, timeout_s: float) -> bool:
        """Whether the reader has noticed and powered it, after waiting so long for it."""
        return self._powered.wait(timeout_s)

    def wait_overlooked(self, timeout_s: float) -> bool:
        """True when the reader asks for an ATR and does not power the card: pcscd, which looks every 0.4 s, has not
        seen that the card before was taken out, and takes this one for it. False when it is powered, or after so long.
        """
        return self._asked.wait(timeout_s) and not self._powered.wait(_POWER_WITHIN_S)

    def remove(self) -> None:
        """Takes the card out; when it is out already, nothing happens."""
        with contextlib.suppress(OSError):  # the reader hung up first
            self._line.shutdown(socket.SHUT_RDWR)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def swap(self, card: Card) -> None:
        """Another card from the next power-on or reset on, without the reader noticing: quicker than taking one out and
        putting another one in, for tests that are not about that. The ATR stays that of the first one.
        """
        self._next = card

    def __enter__(self) -> Insertion:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def _serve(self) -> None:
        try:
            atr = self._card.power_on()
            while (message := self._receive()) is not None:
                if len(message) > 1:
                    number, self.apdus = self.apdus, self.apdus + 1
                    if self._before_answer is not None:
                        self._before_answer(number)
                    if number == self._pull_at:
                        return
                    self._send(self._card.transmit(message))
                elif message[0] == _ATR:
                    self._asked.set()
                    self._send(atr)
                elif message[0] == _POWER_ON:
                    self._card = self._next
                    atr = self._card.power_on()
                    self._powered.set()
                elif message[0] in (_POWER_OFF, _RESET):
                    self._card = self._next
                    self._card.reset()
        except OSError:
            pass  # the reader hung up: so the card is out
        except BaseException as failure:
            self.failure = failure
            raise
        finally:
            self._out.set()
            self._line.close()

    def _send(self, answer: bytes) -> None:
        self._line.sendall(struct.pack(">H", len(answer)) + answer)

    def _receive(self) -> bytes | None:
        head = self._exactly(2)
        return self._exactly(struct.unpack(">H", head)[0]) if head else None

    def _exactly(self, count: int) -> bytes | None:
        """None when the reader hung up."""
        found = b""
        while len(found) < count:
            # Without it the reader's next packet waits for an acknowledgement that waits for our answer (48 ms an
            # APDU). The kernel forgets it after each use.
            self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            part = self._line.recv(count - len(found))
            if not part:
                return None
            found += part
        return found


def put_in(
    connect: Callable[[], socket.socket],
    card: Card,
    *,
    pull_at: int | None = None,
    before_answer: Callable[[int], None] | None = None,
    within_s: float = 15.0,
) -> Insertion:
    """A card in a reader that has noticed and powered it. Put in again when pcscd took it for the one before.

    Raises ``TimeoutError`` when nobody powers it.
    """
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        insertion = Insertion(connect(), card, pull_at=pull_at, before_answer=before_answer)
        overlooked = insertion.wait_overlooked(deadline - time.monotonic())
        if not overlooked and insertion.wait_powered(0):
            return insertion
        insertion.remove()
        time.sleep(_BETWEEN_LOOKS_S)
    raise TimeoutError("no reader took notice of the card")
