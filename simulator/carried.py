"""A document in somebody's pocket: laid onto the town's card reader, and taken back."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from simulator.card.chip import Chip
from simulator.card.issuing_state import IssuingState
from simulator.card.personalisation import personalise, printed_zone
from simulator.card.scenario import Scenario
from simulator.card.vpcd import Insertion, put_in


class CarriedDocument:
    """One document. ``connect`` reaches the reader: `simulator.card.pcscd.CardStack.connect`. One event loop."""

    def __init__(self, connect: Callable[[], socket.socket], scenario: Scenario, state: IssuingState) -> None:
        self._connect = connect
        self._scenario = scenario
        self._chip = Chip(personalise(scenario, state))
        self._insertion: Insertion | None = None

    @property
    def can(self) -> str:
        return self._scenario.document.can

    @property
    def lines(self) -> str:
        return "\n".join(printed_zone(self._scenario).lines)

    async def lay(self, *, pull_at: int | None = None) -> None:
        """``pull_at``: it slips out again when the command with this number arrives. Raises ``TimeoutError`` when no
        reader takes notice.
        """
        if self._insertion is not None and self._insertion.inserted:
            return
        self._insertion = await asyncio.to_thread(put_in, self._connect, self._chip, pull_at=pull_at)

    async def take(self) -> None:
        insertion, self._insertion = self._insertion, None
        if insertion is not None:
            await asyncio.to_thread(insertion.remove)
