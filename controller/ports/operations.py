"""What the control sockets can ask of the services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from controller.domain.commands import Command
from controller.domain.decision import Refusal
from controller.domain.model import Box
from controller.domain.moment import Moment
from controller.ports.chips import CardReaderLine, CardReaderReport, ChipReply
from controller.ports.event_log import Entry
from controller.ports.front import FrontState


class Operations(Protocol):
    """What the control sockets can ask of the services. Called on the controller's event loop.

    A refusal is an answer, not an exception: None means carried out. `OutOfOrder` is raised.
    """

    async def carry_out(self, command: Command) -> Refusal | None: ...

    async def enter_factor(self, session: str, value: str) -> Refusal | None: ...

    async def enter_number(self, number: str) -> Refusal | None:
        """A pickup number was typed."""
        ...

    def choose_access(self, session: str, kind: str) -> Refusal | None:
        """What opens a document's chip: the digits on it (``can``) or its photo page (``mrz``)."""
        ...

    def document_key(self, information: str, captured_mono_ms: int) -> Refusal | None:
        """A photo page was read: what of its lines opens the chip."""
        ...

    def card_reader_line(self, line: CardReaderLine) -> None:
        """Where questions to the card readers go."""
        ...

    def card_reader_said(self, report: CardReaderReport) -> None: ...

    def card_reader_gone(self, source: str) -> None: ...

    def chip_progress(self, source: str, challenge: str, reading: bool) -> None:
        """``source`` reads, or waits for a document."""
        ...

    def chip_answered(self, source: str, reply: ChipReply) -> None:
        """The answer of ``source``; it takes its course even when that reader goes away now."""
        ...

    def knock(self) -> Refusal | None:
        """A resident wants to collect while staff are at work."""
        ...

    def soon(self) -> None:
        """Staff answer that they are nearly done."""
        ...

    def screen_shown(self, revision: int, current: int) -> None:
        """The resident's page has painted ``revision`` while ``current`` stands."""
        ...

    async def log_in(self, pin: str) -> Refusal | None: ...

    async def register_staff(
        self, staff: str, roles: tuple[str, ...], badge_digest: bytes, pin_hash: str
    ) -> Refusal | None: ...

    async def verify_log(self) -> tuple[int, str]:
        """The last sequence number and its hash. Raises `LogError` and puts the box out of order when the chain is
        broken.
        """
        ...

    def choose_language(self, language: str) -> None: ...

    def dismiss(self) -> None: ...

    def dismiss_staff(self) -> None:
        """What the staff page says without a session has been read."""
        ...

    async def log_entries(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        """The log after ``after_seq``, at most ``limit`` entries, the oldest first. Raises `LogError`."""
        ...

    async def pickup_code(self, text: str, captured_mono_ms: int) -> Refusal | None: ...

    async def badge(self, text: str, captured_mono_ms: int) -> Refusal | None: ...

    async def order_barcode(self, text: str, captured_mono_ms: int) -> Refusal | None: ...

    def foreign_code(self) -> None: ...

    def unreadable_code(self, hint: str) -> None:
        """Somebody holds a code before the scanner that it cannot read; ``hint`` is a `hal.wire.ScanHint`."""
        ...

    def scanner_state(self, source: str, state: str, pages: bool = False) -> None:
        """``pages``: it can read a document's photo page."""
        ...

    def box(self) -> Box: ...

    def front(self) -> FrontState: ...

    def now(self) -> Moment: ...

    def on_change(self, listener: Callable[[], None]) -> None:
        """``listener`` is called on the loop whenever `box` or `front` gives something else than before."""
        ...

    def scan_mode(self) -> str:
        """What readers may let out now (`hal.wire`'s ``ScanMode``)."""
        ...


class OutOfOrder(Exception):
    """The box decides nothing any more; ``reason`` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the box is out of order: {reason}")
        self.reason = reason
