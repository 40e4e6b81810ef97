"""A document on the reader: what the services keep for a moment, ask and compare."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.adapters.control.kiosk_view import kiosk_view
from controller.domain import commands as cmd
from controller.domain import timing
from controller.domain.events import ChipChecked
from controller.domain.model import Phase
from controller.domain.verifiers import factor_key, matches_a_spelling, token_secret, verifier
from controller.ports import CardReaderReport, ChipQuestion, ChipReply, PutCredential
from controller.services.card_readers import SILENT_MS, CardReaders
from controller.services.chip import ACCESS_PAUSE_MS, ChipChecks
from controller.services.credentials import CredentialBook
from controller.services.front import Front
from controller.services.one_at_a_time import OneAtATime
from controller.services.refusals import RefusalLedger, Throttle
from controller.services.residents import Numbers, Residents
from simulator.preload import new_code
from tests.unit.domain.calendars import ALWAYS
from tests.unit.services.bench import Bench, commissioned, soon

CODE = new_code("P")
SECRET = token_secret(CODE)
HOLDER, OTHER = "MUSTERMANN|ERIKA|19640812", "MUSTERMANN|MAX|19640812"


def of(holder: str, factor: str = "emrtd", right: str = "R1") -> bytes:
    return verifier(factor_key(SECRET, right, factor), holder)


class Line:
    """The other end of the reader's socket."""

    def __init__(self) -> None:
        self.questions: list[ChipQuestion] = []
        self.cancelled: list[str] = []
        self.there = True

    def ask(self, source: str, question: ChipQuestion) -> bool:
        if self.there:
            self.questions.append(question)
        return self.there

    def cancel(self, source: str, challenge: str) -> None:
        self.cancelled.append(challenge)


class Desk:
    """The services around one card reader."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.book = CredentialBook((), ())
        bench.actor.on_row(self.book.written)
        bench.actor.on_event(self.book.follow)
        self.front = Front(bench.actor, lambda tone: None)
        self.refusals = RefusalLedger(bench.actor, bench.clock.mono_ms)
        self.readers = CardReaders(bench.actor, self.front, bench.clock.mono_ms)
        throttle = Throttle(bench.clock.mono_ms)
        numbers = Numbers(lambda number: b"", lambda digest: digest, throttle, OneAtATime())
        self.residents = Residents(
            bench.actor, self.book, self.front, self.refusals, throttle, token_secret, numbers, self.readers.checkable
        )
        self.chips = ChipChecks(bench.actor, self.front, self.readers, self.residents, self.refusals)
        self.line = Line()
        self.chips.attach(self.line)
        self.pages: list[str] = []
        self.front.on_change(self._look)

    def _look(self) -> None:
        page = self.page
        if not self.pages or self.pages[-1] != page:
            self.pages.append(page)

    @property
    def page(self) -> str:
        return kiosk_view(self.bench.box, self.front.state, self.bench.actor.now()).view.page

    @property
    def actions(self) -> tuple[str, ...]:
        return kiosk_view(self.bench.box, self.front.state, self.bench.actor.now()).view.actions

    def says(self, state: str = "ok", card: bool = False, anchors: int = 1, source: str = "desk") -> None:
        self.chips.reader_said(CardReaderReport(source, state, card, anchors, ("emrtd", "eid")))

    async def fill(self, kind: str = "Reiseausweis", factor: str = "emrtd") -> None:
        bench = self.bench
        digest = hashlib.sha256(CODE.encode()).digest()
        stored = (of(HOLDER, factor) + of("MUSTERMANN|ERIKA<GABI|19640812", factor)).hex()
        await bench.done(cmd.ActivateCalendar("c", ALWAYS))
        await bench.announce("D1", kind)
        await bench.issue("R1", "D1", row=PutCredential(digest, "qr", "R1", {factor: stored}))
        await bench.log_in()
        await bench.load("D1")
        await bench.log_out()
        self.says()

    async def show(self) -> None:
        refusal = await self.residents.present(CODE, self.bench.clock.mono)
        assert refusal is None, refusal

    @property
    def session(self) -> str:
        assert self.bench.box.session is not None
        return self.bench.box.session.id

    async def asked(self, number: int = 1) -> ChipQuestion:
        await soon(lambda: len(self.line.questions) >= number)
        return self.line.questions[number - 1]

    async def to_question(self, digits: str = "123456") -> ChipQuestion:
        """Shows the code, lays a document down, types its digits."""
        await self.show()
        self.says(card=True)
        assert await self.chips.enter(self.session, digits) is None
        return await self.asked(len(self.line.questions) + 1)

    async def answers(self, outcome: str, reason: str = "", *verifiers: bytes, tries_left: int = 0) -> None:
        challenge = self.line.questions[-1].challenge
        self.chips.answered("desk", ChipReply(challenge, outcome, reason, "D", verifiers, tries_left))
        await self.quiet()

    async def quiet(self) -> None:
        """Until what was begun has come to its end."""
        await soon(lambda: not self.chips._working)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with commissioned(tmp_path) as bench:
        made = Desk(bench)
        await made.fill()
        yield made
        made.chips._end()


async def test_from_the_code_to_the_door(desk: Desk) -> None:
    await desk.show()
    assert desk.page == "chip_place"
    desk.says(card=True)
    assert desk.page == "chip_can"
    desk.says(card=False)
    assert desk.page == "chip_can", "whoever lifts the card reads its digits"
    await desk.chips.enter(desk.session, "123456")
    assert desk.page == "chip_place"
    desk.says(card=True)
    question = await desk.asked()
    assert desk.page == "chip_reading"
    assert (question.factor, question.access_kind, question.access) == ("emrtd", "can", "123456")
    assert question.key == factor_key(SECRET, "R1", "emrtd")
    assert question.deadline_mono_ms == desk.bench.clock.mono + timing.CHIP_ANSWER["emrtd"]
    assert (question.clone_proof, question.revocation) == (True, True)
    assert "123456" not in repr(question)
    before = len(desk.bench.log.appends)
    await desk.answers("verified", "", of("SOMEBODY|ELSE|19640812"), of(HOLDER))
    assert desk.bench.log.appends[before] == ("FactorTried",), "counted before it is compared"
    assert desk.bench.box.opening is not None
    assert desk.front.state.chip is None


async def test_every_spelling_of_the_credential_counts(desk: Desk) -> None:
    await desk.to_question()
    await desk.answers("verified", "", of("MUSTERMANN|ERIKA<GABI|19640812"))
    assert desk.bench.box.opening is not None


async def test_somebody_elses_document_opens_nothing_and_is_counted(desk: Desk) -> None:
    await desk.to_question()
    await desk.answers("verified", "", of(OTHER))
    assert desk.page == "chip_wrong"
    assert desk.bench.box.rights["R1"].failed_factors == 1
    desk.says(card=True)
    assert desk.page == "chip_wrong", "the same one still lies there"
    desk.says(card=False)
    desk.says(card=True)
    assert desk.page == "chip_can", "another one, with digits of its own"
    await desk.chips.enter(desk.session, "654321")
    await desk.asked(2)
    await desk.answers("verified", "", of(HOLDER))
    assert desk.bench.box.opening is not None


async def test_an_answer_counts_once_and_only_to_what_was_asked(desk: Desk) -> None:
    question = await desk.to_question()
    good = ChipReply(question.challenge, "verified", "", "D", (of(HOLDER),))
    desk.chips.answered("desk", ChipReply("0" * 32, "verified", "", "D", (of(HOLDER),)))
    desk.chips.answered("another", good)
    await desk.quiet()
    assert desk.bench.box.rights["R1"].failed_factors == 0
    assert desk.page == "chip_reading"
    desk.chips.answered("desk", good)
    desk.chips.answered("desk", good)
    await desk.quiet()
    assert desk.bench.log.appends.count(("FactorTried",)) == 1


async def test_what_the_policy_did_without_is_in_the_log(desk: Desk) -> None:
    """The policy decides, and never silently: whoever reads the log sees which document proved less than another."""
    excused: list[tuple[str, ...]] = []
    desk.bench.actor.on_event(
        lambda event, _: excused.append(event.excused) if isinstance(event, ChipChecked) else None
    )
    question = await desk.to_question()
    answer = ChipReply(question.challenge, "verified", "", "D", (of(HOLDER),), excused=("clone_unprovable",))
    desk.chips.answered("desk", answer)
    await desk.quiet()
    assert excused == [("clone_unprovable",)]


async def test_an_old_challenge_is_nobodys_in_the_next_session(desk: Desk) -> None:
    question = await desk.to_question()
    await desk.bench.done(cmd.CancelSession(desk.session))
    assert desk.line.cancelled == [question.challenge]
    await desk.show()
    desk.chips.answered("desk", ChipReply(question.challenge, "verified", "", "D", (of(HOLDER),)))
    await desk.quiet()
    assert desk.bench.box.opening is None
    assert desk.bench.box.rights["R1"].failed_factors == 0


async def test_a_pulled_card_is_read_again_by_itself_once_it_lies_there(desk: Desk) -> None:
    await desk.to_question()
    desk.says(card=False)
    await desk.answers("retry", "card_removed")
    assert desk.page == "chip_removed"
    assert desk.bench.box.rights["R1"].failed_factors == 0
    desk.says(card=True)
    again = await desk.asked(2)
    assert again.access == "123456"
    assert again.challenge != desk.line.questions[0].challenge
    await desk.answers("verified", "", of(HOLDER))
    assert desk.bench.box.opening is not None


async def test_wrong_digits_are_said_and_the_next_question_waits(desk: Desk) -> None:
    await desk.to_question()
    await desk.answers("retry", "access_key_wrong")
    view = kiosk_view(desk.bench.box, desk.front.state, desk.bench.actor.now()).view
    assert (view.page, view.tries_left) == ("chip_can_wrong", 0), "nothing is lost by wrong digits"
    await desk.chips.enter(desk.session, "654321")
    assert desk.page == "chip_reading"
    assert len(desk.line.questions) == 1, "not yet"
    assert (await desk.chips.enter(desk.session, "111111")) is not None, "one at a time"
    desk.bench.clock.advance(ACCESS_PAUSE_MS)
    assert (await desk.asked(2)).access == "654321"


async def test_the_photo_page_is_offered_where_a_camera_can_read_it(desk: Desk) -> None:
    """A scanner that decodes by itself reads codes only."""
    await desk.show()
    desk.says(card=True)
    assert (desk.page, "access" in desk.actions) == ("chip_can", False)
    assert desk.chips.choose_access(desk.session, "mrz") is not None
    desk.chips.page_reader("camera", True)
    desk.chips.page_reader("scanner", False)
    assert (desk.page, "access" in desk.actions) == ("chip_can", True)
    assert desk.chips.choose_access(desk.session, "mrz") is None
    desk.chips.page_reader("camera", False)
    assert (desk.page, "access" in desk.actions) == ("chip_can", False), "a camera that is gone reads nothing"
    assert not desk.chips.wants_document_key()


async def test_the_photo_page_instead_of_the_digits(desk: Desk) -> None:
    desk.chips.page_reader("camera", True)
    await desk.show()
    desk.says(card=True)
    assert desk.chips.choose_access(desk.session, "mrz") is None
    assert desk.page == "chip_mrz"
    assert desk.chips.wants_document_key()
    assert desk.chips.choose_access(desk.session, "mrz") is not None
    desk.says(card=False)
    now = desk.bench.clock.mono
    assert desk.chips.document_key("P<D", now - 60_000) is not None, "read a while ago"
    assert desk.chips.document_key("L898902C<369080619406236", now) is None
    assert desk.page == "chip_place"
    assert not desk.chips.wants_document_key()
    assert desk.chips.document_key("L898902C<369080619406236", now) is not None, "nobody asks any more"
    desk.says(card=True)
    question = await desk.asked()
    assert (question.access_kind, question.access) == ("mrz", "L898902C<369080619406236")


@pytest.mark.parametrize("digits", ["12345", "1234567", "abcdef", "12345\u0661", ""])
async def test_what_are_no_six_digits_is_not_tried(desk: Desk, digits: str) -> None:
    await desk.show()
    desk.says(card=True)
    refusal = await desk.chips.enter(desk.session, digits)
    assert refusal is not None
    assert desk.page == "chip_can"


async def test_a_reader_that_hangs_up_is_a_retry_and_one_that_stays_away_goes_to_a_person(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.services.chip.READER_BACK_MS", 30)
    await desk.to_question()
    desk.chips.reader_gone("desk")
    await desk.quiet()
    assert desk.page == "chip_removed"
    await soon(lambda: desk.page == "staff_check")
    assert desk.bench.box.session is not None
    assert desk.bench.box.session.handed_over == "card_reader_down"


async def test_a_reader_that_never_answers_is_not_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(timing.CHIP_ANSWER, "emrtd", 20)
    monkeypatch.setattr("controller.services.chip.LATE_MS", 10)
    question = await desk.to_question()
    await soon(lambda: desk.page == "chip_removed")
    assert desk.line.cancelled == [question.challenge]
    desk.chips.answered("desk", ChipReply(question.challenge, "verified", "", "D", (of(HOLDER),)))
    await desk.quiet()
    assert desk.bench.box.opening is None, "too late"


async def test_a_reader_that_hangs_up_between_count_and_comparison_changes_nothing(desk: Desk) -> None:
    await desk.to_question()
    desk.bench.log.hold()
    challenge = desk.line.questions[-1].challenge
    desk.chips.answered("desk", ChipReply(challenge, "verified", "", "D", (of(HOLDER),)))
    await desk.bench.log.begun.wait()
    desk.chips.reader_gone("desk")
    desk.bench.log.release()
    await desk.quiet()
    assert desk.bench.box.opening is not None


async def test_expired_unsupported_and_refused_have_their_pages(desk: Desk) -> None:
    await desk.to_question()
    await desk.answers("refused", "document_expired")
    assert desk.page == "chip_expired"
    for number, (outcome, reason, page) in enumerate(
        (("unsupported", "protocol_unsupported", "chip_unsupported"), ("refused", "cloned", "staff_check")), 2
    ):
        desk.says(card=False)
        desk.says(card=True)
        await desk.chips.enter(desk.session, "123456")
        await desk.asked(number)
        await desk.answers(outcome, reason)
        assert desk.page == page


async def test_the_eid_pin(tmp_path: Path) -> None:
    async with commissioned(tmp_path) as bench:
        desk = Desk(bench)
        await desk.fill("Führerschein", "eid")
        await desk.show()
        desk.says(card=True)
        assert desk.page == "eid_pin"
        assert desk.chips.choose_access(desk.session, "mrz") is not None
        await desk.chips.enter(desk.session, "111111")
        question = await desk.asked()
        assert (question.factor, question.access_kind) == ("eid", "pin")
        await desk.answers("retry", "eid_pin_wrong", tries_left=2)
        view = kiosk_view(bench.box, desk.front.state, bench.actor.now()).view
        assert (view.page, view.tries_left) == ("eid_wrong", 2)
        await desk.chips.enter(desk.session, "222222")
        await desk.asked(2)
        await desk.answers("retry", "eid_pin_wrong", tries_left=1)
        assert bench.box.session is None
        assert desk.page == "eid_stop"
        desk.chips._end()


async def test_without_a_trust_anchor_no_travel_document_is_asked_for(desk: Desk) -> None:
    desk.says(anchors=0)
    assert desk.readers.checkable() == ("eid",)
    await desk.show()
    assert desk.page == "staff_check"
    assert not desk.line.questions


async def test_a_silent_reader_is_not_there_and_the_fault_says_so(desk: Desk) -> None:
    desk.bench.clock.advance(SILENT_MS + 1)
    desk.readers.look()
    await desk.bench.done(cmd.Tick())
    assert desk.readers.checkable() == ()
    assert "card_reader_down" in desk.bench.box.faults
    desk.says()
    desk.readers.look()
    await desk.bench.done(cmd.Tick())
    assert "card_reader_down" not in desk.bench.box.faults


async def test_a_trust_store_that_wants_renewing_is_a_fault(desk: Desk) -> None:
    desk.says(anchors=0)
    desk.readers.look()
    await desk.bench.done(cmd.Tick())
    assert "trust_store_stale" in desk.bench.box.faults
    desk.says()
    desk.readers.look()
    await desk.bench.done(cmd.Tick())
    assert "trust_store_stale" not in desk.bench.box.faults
    await desk.to_question()
    await desk.answers("refused", "revocation_unknown")
    desk.readers.look()
    await desk.bench.done(cmd.Tick())
    assert "trust_store_stale" in desk.bench.box.faults


async def test_digits_and_question_are_forgotten_with_the_session(desk: Desk) -> None:
    await desk.to_question()
    await desk.bench.done(cmd.AskStaffCheck(desk.session))
    assert desk.chips._course is None
    assert desk.page == "staff_check"
    await asyncio.sleep(0)
    assert len(desk.line.cancelled) == 1
    assert desk.bench.box.session is not None
    assert desk.bench.box.session.phase is Phase.VERIFYING


def test_a_stored_verifier_that_is_none_matches_nothing() -> None:
    one = of(HOLDER)
    for wrong in ("", one.hex()[:-1], one.hex() * 9, one.hex() + "ab"):
        assert not matches_a_spelling(wrong, (one,))
    assert not matches_a_spelling(one.hex(), ())
    assert matches_a_spelling(of(OTHER).hex() + one.hex(), (of("X"), one))
