"""A box that decides nothing: its log is damaged. It says so to everybody, and opens nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from controller.domain.commands import Command
from controller.domain.decision import Refusal
from controller.domain.model import Box
from controller.domain.moment import Moment
from controller.ports import (
    CardReaderLine,
    CardReaderReport,
    ChipReply,
    Clock,
    CommandAnswer,
    Entry,
    FrontState,
    LogError,
    OutOfOrder,
)


class OutOfOrderOperations:
    """Implements `controller.ports.Operations`: every wish is answered with `OutOfOrder`."""

    def __init__(self, box: str, kind: str, reason: str, clock: Clock) -> None:
        self.reason = reason
        self._box = Box(box=box, kind=kind)
        self._front = FrontState(halted=reason)
        self._clock = clock

    async def carry_out(self, command: Command) -> Refusal | None:
        raise OutOfOrder(self.reason)

    async def enter_factor(self, session: str, value: str) -> Refusal | None:
        raise OutOfOrder(self.reason)

    async def enter_number(self, number: str) -> Refusal | None:
        raise OutOfOrder(self.reason)

    def choose_access(self, session: str, kind: str) -> Refusal | None:
        raise OutOfOrder(self.reason)

    def document_key(self, information: str, captured_mono_ms: int) -> Refusal | None:
        raise OutOfOrder(self.reason)

    def card_reader_line(self, line: CardReaderLine) -> None:
        """Nobody is asked anything."""

    def card_reader_said(self, report: CardReaderReport) -> None:
        """Of no matter now."""

    def card_reader_gone(self, source: str) -> None:
        """Of no matter now."""

    def chip_progress(self, source: str, challenge: str, reading: bool) -> None:
        """Nobody was asked."""

    def chip_answered(self, source: str, reply: ChipReply) -> None:
        raise OutOfOrder(self.reason)

    def knock(self) -> Refusal | None:
        raise OutOfOrder(self.reason)

    def soon(self) -> None:
        raise OutOfOrder(self.reason)

    def screen_shown(self, revision: int, current: int) -> None:
        """Of no matter now: nothing is opened."""

    async def log_in(self, pin: str) -> Refusal | None:
        raise OutOfOrder(self.reason)

    async def register_staff(
        self, staff: str, roles: tuple[str, ...], badge_digest: bytes, pin_hash: str
    ) -> Refusal | None:
        raise OutOfOrder(self.reason)

    async def verify_log(self) -> tuple[int, str]:
        code, _, seq = self.reason.partition(":")
        raise LogError(code, "the log is damaged; see abholfach log verify", int(seq or 0))

    def choose_language(self, language: str) -> None:
        raise OutOfOrder(self.reason)

    def dismiss(self) -> None:
        raise OutOfOrder(self.reason)

    def dismiss_staff(self) -> None:
        raise OutOfOrder(self.reason)

    async def log_entries(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        raise OutOfOrder(self.reason)

    async def pickup_code(self, text: str, captured_mono_ms: int) -> Refusal | None:
        raise OutOfOrder(self.reason)

    async def badge(self, text: str, captured_mono_ms: int) -> Refusal | None:
        raise OutOfOrder(self.reason)

    async def order_barcode(self, text: str, captured_mono_ms: int) -> Refusal | None:
        raise OutOfOrder(self.reason)

    def foreign_code(self) -> None:
        """Nothing to say: the page is that of a box out of order."""

    def unreadable_code(self, hint: str) -> None:
        """As `foreign_code`."""

    def scanner_state(self, source: str, state: str, pages: bool = False) -> None:
        """Of no matter now."""

    def box(self) -> Box:
        return self._box

    def front(self) -> FrontState:
        return self._front

    def now(self) -> Moment:
        return Moment(self._clock.wall_ms(), self._clock.mono_ms(), self._clock.boot_id(), False)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Nothing changes any more."""

    def scan_mode(self) -> str:
        return "OFF"


class OutOfOrderFeed:
    """Implements `controller.ports.CentralFeed`: no event is sent from a log that cannot be trusted, only the fault."""

    def __init__(self, identity: Mapping[str, object], reason: str) -> None:
        self._identity = identity
        code, _, seq = reason.partition(":")
        self._fault = {"code": code, "subject": seq, "since": 0}

    async def entries(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        return ()

    def last_seq(self) -> int:
        return 0

    async def wait_for_entry_after(self, seq: int) -> None:
        await asyncio.Event().wait()

    async def cursor(self, consumer: str) -> int:
        return 0

    async def acknowledge(self, consumer: str, epoch: int, upto: int, hash_hex: str) -> bool:
        return False

    async def execute(self, issuer: str, command: str, name: str, body: Mapping[str, object]) -> CommandAnswer:
        return CommandAnswer("rejected", "out_of_order", False)

    def state(self, topic: str) -> Mapping[str, object]:
        payloads: Mapping[str, Mapping[str, object]] = {
            "connection": {**self._identity, "boot": "", "starts": 0, "epoch": 0},
            "health": {"clock_trusted": False, "disk_free_bytes": 0, "log_seq": 0, "faults": 1, "wall_ms": 0},
            "compartments": {"counts": {}, "compartments": []},
            "faults": {"faults": [self._fault], "calls": []},
            "config": {"profile": "", "policies": "", "calendar": ""},
        }
        return payloads[topic]

    def subscribe_state(self, listener: Callable[[str], None]) -> None:
        """Nothing changes any more."""
