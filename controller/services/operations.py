"""Everything that the control sockets can ask, in one place: implements `controller.ports.Operations`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from controller.domain.commands import Command, LogOut, PresentOrder
from controller.domain.decision import Refusal
from controller.domain.model import Box, Door
from controller.domain.moment import Moment
from controller.ports import (
    CardReaderLine,
    CardReaderReport,
    ChipReply,
    Entry,
    EventLog,
    FrontState,
    LogError,
    OutOfOrder,
)
from controller.services.actor import Actor
from controller.services.chip import ChipChecks
from controller.services.front import SHORT_NOTICE_MS, Front
from controller.services.refusals import RefusalLedger
from controller.services.residents import Residents
from controller.services.scan_mode import scan_mode
from controller.services.screen import ScreenWatch
from controller.services.staff import Staff
from controller.services.waiting import Waiting
from controller.services.watchkeeping import Watchkeeper

#: The page that advises somebody whose code cannot be read, by why; any other says what is most often wrong.
HINT_PAGES = {
    "too_dark": "scan_hint_dark",
    "too_bright": "scan_hint_glare",
    "glare": "scan_hint_glare",
    "blurred": "scan_hint_blurred",
    "too_small": "scan_hint_small",
    "distorted": "scan_hint_bent",
}


class BoxOperations:
    """One event loop. Refuses to begin anything new while the disk is too full; what is open may finish."""

    def __init__(
        self,
        actor: Actor,
        log: EventLog,
        front: Front,
        residents: Residents,
        staff: Staff,
        refusals: RefusalLedger,
        watchkeeper: Watchkeeper,
        waiting: Waiting,
        screen: ScreenWatch,
        chips: ChipChecks,
    ) -> None:
        self._actor = actor
        self._log = log
        self._front = front
        self._residents = residents
        self._staff = staff
        self._refusals = refusals
        self._on_hint: list[Callable[[str], None]] = []
        self._watchkeeper = watchkeeper
        self._waiting = waiting
        self._screen = screen
        self._chips = chips

    def _refuse_if_halted(self) -> None:
        """Whatever would be answered otherwise, a box that is out of order says that first."""
        if self._actor.halted:
            raise OutOfOrder(self._actor.halted)

    async def carry_out(self, command: Command) -> Refusal | None:
        outcome = await self._actor.submit(command)
        refusal = outcome.decision.refusal
        if refusal is not None:
            self._refusals.note(refusal.code)
            if self._actor.box.staff_session is not None and not isinstance(command, LogOut | PresentOrder):
                self._front.refuse_staff(refusal.code, refusal.details)
        return refusal

    async def enter_factor(self, session: str, value: str) -> Refusal | None:
        self._refuse_if_halted()
        if self._chips.asks(session):
            return await self._chips.enter(session, value)
        return await self._residents.enter_factor(session, value)

    def choose_access(self, session: str, kind: str) -> Refusal | None:
        self._refuse_if_halted()
        return self._chips.choose_access(session, kind)

    def document_key(self, information: str, captured_mono_ms: int) -> Refusal | None:
        self._refuse_if_halted()
        return self._chips.document_key(information, captured_mono_ms)

    def card_reader_line(self, line: CardReaderLine) -> None:
        self._chips.attach(line)

    def card_reader_said(self, report: CardReaderReport) -> None:
        self._chips.reader_said(report)

    def card_reader_gone(self, source: str) -> None:
        self._chips.reader_gone(source)

    def chip_progress(self, source: str, challenge: str, reading: bool) -> None:
        self._chips.progress(source, challenge, reading)

    def chip_answered(self, source: str, reply: ChipReply) -> None:
        self._refuse_if_halted()
        self._chips.answered(source, reply)

    async def enter_number(self, number: str) -> Refusal | None:
        self._refuse_if_halted()
        if self._watchkeeper.disk_refuses:
            return Refusal("disk_full")
        return await self._residents.enter_number(number)

    def knock(self) -> Refusal | None:
        self._refuse_if_halted()
        return self._waiting.knock()

    def soon(self) -> None:
        self._refuse_if_halted()
        self._waiting.soon()

    def screen_shown(self, revision: int, current: int) -> None:
        self._screen.shown(revision, current)

    async def log_in(self, pin: str) -> Refusal | None:
        self._refuse_if_halted()
        return await self._staff.log_in(pin)

    async def register_staff(
        self, staff: str, roles: tuple[str, ...], badge_digest: bytes, pin_hash: str
    ) -> Refusal | None:
        self._refuse_if_halted()
        return await self._staff.register(staff, roles, badge_digest, pin_hash)

    async def verify_log(self) -> tuple[int, str]:
        try:
            async for _ in self._log.verify_in_idle():
                await asyncio.sleep(0)
        except LogError as error:
            self._actor.halt(f"{error.code}:{error.seq}")
            raise
        last = self._actor.box.seq
        entries = await self._log.read(last - 1, 1)
        return last, entries[0].hash.hex() if entries else ""

    def choose_language(self, language: str) -> None:
        self._refuse_if_halted()
        self._front.choose_language(language)

    def dismiss(self) -> None:
        self._refuse_if_halted()
        self._front.dismiss()

    def dismiss_staff(self) -> None:
        self._refuse_if_halted()
        self._front.dismiss_staff()

    async def log_entries(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        self._refuse_if_halted()
        return await self._log.read(after_seq, limit)

    async def pickup_code(self, text: str, captured_mono_ms: int) -> Refusal | None:
        self._refuse_if_halted()
        if self._watchkeeper.disk_refuses:
            return Refusal("disk_full")
        return await self._residents.present(text, captured_mono_ms)

    async def badge(self, text: str, captured_mono_ms: int) -> Refusal | None:
        self._refuse_if_halted()
        return await self._staff.badge(text, captured_mono_ms)

    async def order_barcode(self, text: str, captured_mono_ms: int) -> Refusal | None:
        self._refuse_if_halted()
        if self._watchkeeper.disk_refuses:
            return Refusal("disk_full")
        return await self._staff.order(text, captured_mono_ms)

    def foreign_code(self) -> None:
        """Something readable that is none of our codes was held before the scanner."""
        box = self._actor.box
        if self._actor.halted:
            return
        self._refusals.note("code_foreign")
        if box.staff_session is not None:
            self._front.refuse_staff("load_unknown", {})
        elif box.session is None:
            self._front.notice("code_foreign", SHORT_NOTICE_MS)

    def unreadable_code(self, hint: str) -> None:
        """Somebody tries to show a code and does not know how: advice, for as long as nothing else is going on."""
        open_door = any(compartment.door is Door.OPEN for compartment in self._actor.box.compartments.values())
        if self.scan_mode() == "PICKUP" and self._front.state.notice is None and not open_door:
            self._refusals.note("code_unreadable" if hint == "unclear" else f"code_unreadable_{hint}")
            for listener in self._on_hint:
                listener(hint)
            self._front.notice(HINT_PAGES.get(hint, "scan_hint"), SHORT_NOTICE_MS)

    def on_hint(self, listener: Callable[[str], None]) -> None:
        """``listener(hint)`` is called on the loop when somebody is advised how to hold their code."""
        self._on_hint.append(listener)

    def scanner_state(self, source: str, state: str, pages: bool = False) -> None:
        self._chips.page_reader(source, pages and state == "ok")
        if state == "gone":
            self._watchkeeper.scanner_gone(source)
        else:
            self._watchkeeper.scanner_state(source, state)

    def box(self) -> Box:
        return self._actor.box

    def front(self) -> FrontState:
        return self._front.state

    def now(self) -> Moment:
        return self._actor.now()

    def on_change(self, listener: Callable[[], None]) -> None:
        self._front.on_change(listener)

    def scan_mode(self) -> str:
        wanted = self._chips.wants_document_key()
        return scan_mode(self._actor.box, self._actor.halted, self._actor.now(), wanted)
