"""A resident's document is checked by its chip: from the page that asks for it to what the card reader answers.

What is asked and what follows from an answer is decided by the rules (`controller.domain.decide_chip`). Here is what
must not outlive the moment: the digits that open the chip, the question that is under way, where the page stands. One
question at a time, each with a challenge of its own; an answer counts once, and only from the reader that was asked.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.decide_pickup import CHIP_FACTORS, HOLDER_DIFFERENT
from controller.domain.decision import Refusal
from controller.domain.evolve.chips import ACCESS_KEY_WRONG
from controller.domain.model import Factor
from controller.domain.moment import Moment
from controller.ports import CardReaderLine, CardReaderReport, ChipFront, ChipQuestion, ChipReply, OutOfOrder
from controller.services.actor import Actor
from controller.services.card_readers import CardReaders
from controller.services.front import Front
from controller.services.refusals import RefusalLedger
from controller.services.residents import Residents, is_stale

#: A wrong number makes the next question wait: this long after the first, then twice as long each time.
ACCESS_PAUSE_MS = 2_000
#: "Please lay it down again" stands for so long at least, even when the document lies there again at once.
REMOVED_MS = 1_500
#: A reader that is gone in the middle of a session may come back within so long.
READER_BACK_MS = 10_000
#: The reader has this long beyond the deadline that it was given.
LATE_MS = 2_000

DEADLINE_EXCEEDED, READER_GONE = "deadline_exceeded", "reader_gone"
#: Stages in which another document may be laid down once this one was taken away.
ANOTHER = frozenset({"wrong", "unsupported", "expired"})
#: Stages in which digits are typed.
ENTRY = {"can": "can", "can_wrong": "can", "pin": "pin", "pin_wrong": "pin"}


@dataclass(slots=True)
class _Access:
    """What opens the chip."""

    kind: str
    value: str = field(repr=False)


@dataclass(slots=True)
class _Course:
    """One session's check: in memory only, gone with the session."""

    session: str
    factor: Factor
    stage: str = "place"
    tries_left: int = 0
    access: _Access | None = field(default=None, repr=False)
    challenge: str = ""
    source: str = ""
    taken_away: bool = False
    wrong_keys: int = 0
    not_before_mono_ms: int = 0
    busy: bool = False
    timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)


class ChipChecks:
    """One event loop. At most one course, that of the resident's session."""

    def __init__(
        self,
        actor: Actor,
        front: Front,
        readers: CardReaders,
        residents: Residents,
        refusals: RefusalLedger,
    ) -> None:
        self._actor = actor
        self._front = front
        self._readers = readers
        self._residents = residents
        self._refusals = refusals
        self._line: CardReaderLine | None = None
        self._course: _Course | None = None
        self._working: set[asyncio.Task[None]] = set()
        self._page_readers: set[str] = set()
        actor.on_event(self._happened)
        actor.after_turn(self._turned)
        readers.on_change(self._readers_changed)

    def attach(self, line: CardReaderLine) -> None:
        """The line to the readers' processes is there."""
        self._line = line

    # --- a session begins and ends ---

    def _happened(self, event: ev.Event, at: Moment) -> None:
        match event:
            case ev.SessionStarted() if Factor(event.factor) in CHIP_FACTORS:
                self._end()
                self._course = _Course(event.session, Factor(event.factor))
            case ev.SessionStarted() | ev.SessionEnded() | ev.FactorVerified() | ev.StaffCheckAsked():
                self._end()
            case _:
                pass

    def _turned(self) -> None:
        """The course that has just begun looks whether a document lies there already."""
        course = self._course
        if course is not None and self._front.state.chip is None:
            self._move(course, "place")
            self._readers_changed()

    def _end(self) -> None:
        """Nothing of a check outlives its session: the question is taken back, the digits are forgotten."""
        course, self._course = self._course, None
        if course is None:
            return
        for timer in course.timers.values():
            timer.cancel()
        self._take_back(course)
        if self._front.state.chip is not None:
            self._front.show(replace(self._front.state, chip=None))

    def _take_back(self, course: _Course) -> None:
        challenge, course.challenge = course.challenge, ""
        if challenge and self._line is not None:
            self._line.cancel(course.source, challenge)

    def _move(self, course: _Course, stage: str, tries_left: int = 0) -> None:
        course.stage, course.tries_left = stage, tries_left
        if course is self._course:
            page = bool(self._page_readers)
            self._front.show(replace(self._front.state, chip=ChipFront(stage, tries_left, photo_page=page)))

    # --- what the person does ---

    def asks(self, session: str) -> bool:
        """Whether this session's factor is one that a chip proves, and no person is asked to look instead."""
        return self._course is not None and self._course.session == session

    async def enter(self, session: str, value: str) -> Refusal | None:
        """The digits on the card, or the PIN of the online function."""
        course = self._course
        if course is None or course.session != session:
            return Refusal("no_session")
        kind = ENTRY.get(course.stage)
        if kind is None or course.busy or not _fits(kind, value):
            return Refusal("wrong_phase")
        course.access = _Access(kind, value)
        self._try_to_read(course)
        return None

    def choose_access(self, session: str, kind: str) -> Refusal | None:
        """The photo page instead of the digits, or the other way round."""
        course = self._course
        if course is None or course.session != session:
            return Refusal("no_session")
        stages = {"mrz": ("can", "can_wrong"), "can": ("mrz",)}.get(kind, ())
        if course.factor is not Factor.EMRTD or course.stage not in stages:
            return Refusal("wrong_phase")
        if kind == "mrz" and not self._page_readers:
            return Refusal("wrong_phase")  # Nothing is there that could read it: it was not offered.
        self._move(course, kind)
        return None

    def page_reader(self, source: str, there: bool) -> None:
        """A camera that can read a photo page is there, or is not any more. Where none is, the digits are asked for."""
        if there == (source in self._page_readers):
            return
        self._page_readers ^= {source}
        course = self._course
        if course is not None:
            lost = course.stage == "mrz" and not self._page_readers
            self._move(course, "can" if lost else course.stage, course.tries_left)

    def wants_document_key(self) -> bool:
        """Whether the scanner may read the lines of a photo page now."""
        return self._course is not None and self._course.stage == "mrz"

    def document_key(self, information: str, captured_mono_ms: int) -> Refusal | None:
        """A photo page was shown to the window: what of its lines opens the chip."""
        course = self._course
        if is_stale(captured_mono_ms, self._actor.now().mono_ms):
            return Refusal("stale_scan")
        if course is None or course.stage != "mrz":
            return Refusal("wrong_phase")
        course.access = _Access("mrz", information)
        self._try_to_read(course)
        return None

    # --- what the reader says ---

    def reader_said(self, report: CardReaderReport) -> None:
        self._readers.said(report)

    def reader_gone(self, source: str) -> None:
        self._readers.gone(source)
        course = self._course
        if course is not None and course.challenge and course.source == source:
            self._lost(course, READER_GONE)

    def progress(self, source: str, challenge: str, reading: bool) -> None:
        """How far the reader is; nothing follows from it but what the page says."""
        course = self._course
        if course is not None and self._asked(course, source, challenge):
            self._move(course, "reading" if reading else "place")

    def answered(self, source: str, reply: ChipReply) -> None:
        """An answer. One that nobody asked for, or that was answered before, is nobody's."""
        course = self._course
        if course is None or not self._asked(course, source, reply.challenge):
            self._refusals.note("chip_answer_unasked")
            return
        course.challenge = ""
        self._cancel_timer(course, "late")
        self._readers.answered(source, reply)
        # In a task of its own: a reader that hangs up now does not leave a try behind that is counted and not compared.
        self._begin(self._conclude(course, reply))

    @staticmethod
    def _asked(course: _Course, source: str, challenge: str) -> bool:
        return (
            bool(course.challenge)
            and course.source == source
            and secrets.compare_digest(course.challenge.encode(), challenge.encode())
        )

    def _readers_changed(self) -> None:
        course = self._course
        if course is None:
            return
        if not self._readers.source_for(course.factor):
            if "back" not in course.timers:
                self._later(course, "back", READER_BACK_MS, self._give_up)
            return
        self._cancel_timer(course, "back")
        lies = self._readers.card_lies(course.factor)
        if not lies:
            course.taken_away = True
        elif course.stage in ANOTHER and course.taken_away:
            course.access = None
            self._ask_for_access(course)
        elif (course.stage == "place" and not course.challenge and not course.busy) or (
            course.stage == "removed" and "removed" not in course.timers
        ):
            self._try_to_read(course)

    def _give_up(self, course: _Course) -> None:
        self._begin(self._submit(cmd.GiveUpChip(course.session, "card_reader_down")))

    # --- one question ---

    def _ask_for_access(self, course: _Course) -> None:
        self._move(course, "pin" if course.factor is Factor.EID else "can")

    def _try_to_read(self, course: _Course) -> None:
        """Asks for what is missing: the document, or what opens it; with both, the reader is asked."""
        if not self._readers.card_lies(course.factor):
            self._move(course, "place")
        elif course.access is None:
            self._ask_for_access(course)
        elif not course.busy and not course.challenge:
            course.busy = True
            self._move(course, "reading")
            wait = course.not_before_mono_ms - self._actor.now().mono_ms
            if wait > 0:
                self._later(course, "pause", wait, lambda due: self._begin(self._question(due)))
            else:
                self._begin(self._question(course))

    async def _question(self, course: _Course) -> None:
        try:
            outcome = await self._actor.submit(cmd.BeginChipCheck(course.session))
        finally:
            course.busy = False
        key = self._residents.match_key(course.session)
        access, source = course.access, self._readers.source_for(course.factor)
        if outcome.refused or course is not self._course or key is None or access is None:
            return
        course.challenge, course.source = secrets.token_hex(16), source
        now = self._actor.now()
        deadline = now.mono_ms + timing.CHIP_ANSWER[course.factor.value]
        clone_proof, revocation = self._strictness(course)
        question = ChipQuestion(
            course.challenge,
            course.factor.value,
            key,
            access.kind,
            access.value,
            deadline,
            now.wall_ms,
            clone_proof,
            revocation,
        )
        course.taken_away = False
        if self._line is None or not source or not self._line.ask(source, question):
            self._lost(course, READER_GONE)
            return
        wait = timing.CHIP_ANSWER[course.factor.value] + LATE_MS
        self._later(course, "late", wait, lambda late: self._lost(late, DEADLINE_EXCEEDED))

    def _strictness(self, course: _Course) -> tuple[bool, bool]:
        """The strictest of what the right's document types ask for."""
        box = self._actor.box
        right = box.rights.get(box.session.right) if box.session is not None else None
        names = [kind for each in right.deposits for kind in box.deposits[each].document_types] if right else []
        rules = [rule for name in names if (rule := box.policies.get(name)) is not None and rule.factor in CHIP_FACTORS]
        if not rules:
            return True, True
        return any(rule.clone_proof for rule in rules), any(rule.revocation for rule in rules)

    def _lost(self, course: _Course, reason: str) -> None:
        """No answer will come any more, or none that counts."""
        self._take_back(course)
        self._cancel_timer(course, "late")
        self._begin(self._conclude(course, ChipReply("", "retry", reason)))

    async def _conclude(self, course: _Course, reply: ChipReply) -> None:
        if reply.outcome == "verified":
            await self._compare(course, reply)
        else:
            command = cmd.NoteChip(course.session, reply.outcome, reply.reason, reply.issuing_state, reply.tries_left)
            refused = await self._submit(command)
            if not refused:
                self._go_on(course, reply.outcome, reply.reason, reply.tries_left)

    async def _compare(self, course: _Course, reply: ChipReply) -> None:
        """Counted durably, then compared; a good document of somebody else is a failed factor."""
        self._front.show(replace(self._front.state, comparing=True))
        try:
            if await self._submit(cmd.TryFactor(course.session)):
                return
            matched = self._residents.matches_document(course.session, reply.verifiers)
            await self._submit(cmd.FactorCompared(course.session, matched, reply.issuing_state, reply.excused))
        finally:
            self._front.show(replace(self._front.state, comparing=False))
        if not matched:
            self._go_on(course, "refused", HOLDER_DIFFERENT, 0)

    async def _submit(self, command: cmd.Command) -> str:
        """Carried out; the refusal's code."""
        outcome = await self._actor.submit(command)
        if outcome.refused:
            self._refusals.note(outcome.refused)
        return outcome.refused

    def _go_on(self, course: _Course, outcome: str, reason: str, tries_left: int) -> None:
        """The session goes on: what the page says now."""
        if course is not self._course:
            return
        if outcome == "unsupported":
            course.access = None
            self._move(course, "unsupported")
        elif outcome == "refused":
            course.access = None
            self._move(course, "wrong" if reason == HOLDER_DIFFERENT else "expired")
        elif reason == ACCESS_KEY_WRONG:
            course.access = None
            course.wrong_keys += 1
            pause = ACCESS_PAUSE_MS * 2 ** (course.wrong_keys - 1)
            course.not_before_mono_ms = self._actor.now().mono_ms + pause
            self._move(course, "can_wrong")
        elif reason == "eid_pin_wrong":
            course.access = None
            self._move(course, "pin_wrong", tries_left)
        else:
            self._move(course, "removed")
            self._later(course, "removed", REMOVED_MS, lambda _: self._readers_changed())

    # --- time and tasks ---

    def _later(self, course: _Course, name: str, after_ms: int, then: Callable[[_Course], None]) -> None:
        self._cancel_timer(course, name)

        def due() -> None:
            course.timers.pop(name, None)
            if course is self._course:
                then(course)

        course.timers[name] = asyncio.get_running_loop().call_later(after_ms / 1000, due)

    @staticmethod
    def _cancel_timer(course: _Course, name: str) -> None:
        timer = course.timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _begin(self, work: Coroutine[Any, Any, object]) -> None:
        async def carry_out() -> None:
            await work

        task = asyncio.get_running_loop().create_task(carry_out(), name="chip check")
        self._working.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception) and not isinstance(error, OutOfOrder):
            self._actor.fail(error)


def _fits(kind: str, value: str) -> bool:
    lengths = {"can": (6,), "pin": (5, 6)}[kind]
    return len(value) in lengths and value.isascii() and value.isdigit()
