"""Cards in virtual readers of a real pcscd, for tests that speak PC/SC in their own process."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import smartcard.scard as pcsc

from simulator.card.pcscd import READER, CardStack, reader_names
from simulator.card.vpcd import Card, Insertion, put_in
from simulator.processes import wait_for

NOTICED_WITHIN_S = 60.0
"""pcscd looks for cards every 0.4 s."""


class Readers:
    """This process's pcscd and what lies in its readers.

    libpcsclite asks for the place of its pcscd once in a process's life: so there is one for all tests of a process,
    and a test leaves it as it found it.
    """

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="abh-"))
        self.stack = CardStack(self._directory)
        os.environ.update(self.stack.environment)
        self.stack.start()
        self._inserted: list[Insertion] = []

    @property
    def names(self) -> list[str]:
        """What PC/SC calls them: the first reader's two slots, then the next one's."""
        return reader_names(self.stack.readers)

    def insert(
        self,
        card: Card,
        reader: int = 0,
        slot: int = 0,
        *,
        pull_at: int | None = None,
        before_answer: Callable[[int], None] | None = None,
        noticed: bool = True,
    ) -> Insertion:
        """A card in the reader, which has noticed it (unless ``noticed`` is False)."""

        def connect() -> socket.socket:
            return self.stack.connect(reader, slot)

        if noticed:
            insertion = put_in(connect, card, pull_at=pull_at, before_answer=before_answer)
            # It has power; a moment later pcscd tells its clients so.
            wait_for(lambda: not self.empty(reader, slot), NOTICED_WITHIN_S, "card in the reader")
        else:
            insertion = Insertion(connect(), card, pull_at=pull_at, before_answer=before_answer)
        self._inserted.append(insertion)
        return insertion

    def empty(self, reader: int = 0, slot: int = 0) -> bool:
        """Whether PC/SC sees no card there."""
        name = reader_names((self.stack.readers[reader],))[slot]
        result, context = pcsc.SCardEstablishContext(pcsc.SCARD_SCOPE_USER)
        if result != pcsc.SCARD_S_SUCCESS:
            return False
        try:
            result, states = pcsc.SCardGetStatusChange(context, 0, [(name, pcsc.SCARD_STATE_UNAWARE)])
            return result == pcsc.SCARD_S_SUCCESS and bool(states[0][1] & pcsc.SCARD_STATE_EMPTY)
        finally:
            pcsc.SCardReleaseContext(context)

    def only(self, readers: Sequence[str]) -> None:
        """Other readers from now on, or none; pcscd starts again, as cards are out of it."""
        self.take_out()
        self.stack.start_pcscd(readers)

    def take_out(self) -> None:
        """Every card, out of every reader. A card whose own code failed fails the test."""
        failures = []
        for insertion in self._inserted:
            insertion.remove()
            if insertion.failure is not None:
                failures.append(insertion.failure)
        self._inserted.clear()
        if failures:
            raise failures[0]

    def tidy(self) -> None:
        """After a test: no cards, and the usual reader of a pcscd that runs."""
        try:
            self.take_out()
        finally:
            if not self.stack.pid:
                self.stack.start()
            if self.stack.readers != (READER,) or not self.stack.running:
                self.stack.start_pcscd((READER,))

    def close(self) -> None:
        self.stack.stop()
        shutil.rmtree(self._directory)
