"""What the card reader's process does when a thread does not come back, and what its answers hold."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from hal import reader
from hal.eid import job as jobs
from hal.eid.job import Job
from hal.eid.outcome import Outcome, Reason, Refused, Retry, Unsupported, Verified
from hal.eid.pcsc import Limits, is_contactless, says_extended_length, with_expected_length
from hal.eid.service import answer_to
from hal.interfaces import monotonic_ms
from hal.wire import AccessKind, ChipAnswer, ChipOutcomeKind, ChipRequest, ChipStage, WireError
from hal.wire.codes import SecretText

NAME = "ERIKA MUSTERMANN"
CHALLENGE = "00" * 16
PATIENCE_S = 30


def request(within_ms: int = 60_000) -> ChipRequest:
    key = SecretText("ab" * 32)
    ends = monotonic_ms() + within_ms
    return ChipRequest(CHALLENGE, "emrtd", key, AccessKind.CAN, SecretText("123456"), ends, 0)


class Scripted:
    """A procedure that does as it is told."""

    def __init__(self, does: Callable[[Job], Outcome]) -> None:
        self.verify = does


@contextmanager
def started(
    does: Callable[[Job], Outcome], asked: ChipRequest, limits: Limits | None = None
) -> Iterator[tuple[Job, threading.Event]]:
    ended = threading.Event()
    job = Job(asked, Scripted(does), limits or Limits(), lambda _job, _stage: None, ended.set)
    job.start()
    yield job, ended
    assert job.join(PATIENCE_S * 1000)


def until(what: Callable[[], bool]) -> None:
    ends = monotonic_ms() + PATIENCE_S * 1000
    while not what():
        assert monotonic_ms() < ends
        threading.Event().wait(0.005)


def test_a_thread_that_does_not_come_back_is_overdue_and_then_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "STUCK_MS", 400)
    held = threading.Event()

    def block(_job: Job) -> Outcome:
        held.wait(PATIENCE_S)
        return Retry(Reason.NO_CARD)

    with started(block, request(within_ms=300)) as (job, _):
        until(lambda: job.overdue)
        assert not job.stuck
        until(lambda: job.stuck)
        held.set()
    assert not job.stuck
    assert not job.overdue


def test_one_that_was_cancelled_has_the_time_of_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "STUCK_MS", 50)
    held = threading.Event()

    def block(_job: Job) -> Outcome:
        held.wait(PATIENCE_S)
        return Retry(Reason.CANCELLED)

    with started(block, request(), Limits(exchange=20)) as (job, _):
        assert not job.stuck
        job.cancel()
        until(lambda: job.stuck)
        held.set()


def test_the_time_of_a_reading_begins_with_the_reading() -> None:
    def read(job: Job) -> Outcome:
        job.deadline.begin(50)
        while job.deadline.left_ms():
            threading.Event().wait(0.005)
        job.deadline.rest()
        return Unsupported(Reason.CARD_FAILED) if job.deadline.left_ms() > 10_000 else Retry(Reason.NO_CARD)

    with started(read, request()) as (job, ended):
        assert ended.wait(PATIENCE_S)
    assert job.outcome == Unsupported(Reason.CARD_FAILED)


def test_a_stage_is_told_once() -> None:
    told: list[ChipStage] = []

    def go(job: Job) -> Outcome:
        for stage in (ChipStage.ABSENT, ChipStage.ABSENT, ChipStage.READING, ChipStage.ABSENT):
            job.progress(stage)
        return Retry(Reason.NO_CARD)

    job = Job(request(), Scripted(go), Limits(), lambda _job, stage: told.append(stage), lambda: None)
    job.start()
    assert job.join(PATIENCE_S * 1000)
    assert told == [ChipStage.ABSENT, ChipStage.READING, ChipStage.ABSENT]


def test_what_breaks_in_a_verifier_lets_nobody_through_and_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def break_down(_job: Job) -> Outcome:
        raise KeyError(NAME)

    with started(break_down, request()) as (job, ended):
        assert ended.wait(PATIENCE_S)
    assert job.outcome == Unsupported(Reason.CARD_FAILED)
    assert "verifier_broken: KeyError" in caplog.text
    assert "MUSTERMANN" not in caplog.text


def test_without_the_card_stacks_library_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "hal.eid.process", None)
    assert reader.main(["--source", "pcsc:ACME", "--socket", "/nowhere"]) == reader.EXIT_UNAVAILABLE
    said = capsys.readouterr().err
    assert said.startswith("abholfach-reader: card_stack_missing: ")
    assert "libpcsclite1" in said


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        (
            Verified("D", (bytes(32), bytes([1]) * 32)),
            ChipAnswer(CHALLENGE, ChipOutcomeKind.VERIFIED, "", "D", ("00" * 32, "01" * 32)),
        ),
        (
            Verified("D", (bytes(32),), (Reason.CLONE_UNPROVABLE,)),
            ChipAnswer(CHALLENGE, ChipOutcomeKind.VERIFIED, "", "D", ("00" * 32,), excused=("clone_unprovable",)),
        ),
        (Refused(Reason.CLONED, "D"), ChipAnswer(CHALLENGE, ChipOutcomeKind.REFUSED, "cloned", "D")),
        (Retry(Reason.EID_PIN_WRONG, 2), ChipAnswer(CHALLENGE, ChipOutcomeKind.RETRY, "eid_pin_wrong", tries_left=2)),
        (
            Unsupported(Reason.CLOCK_UNTRUSTED),
            ChipAnswer(CHALLENGE, ChipOutcomeKind.UNSUPPORTED, "clock_untrusted"),
        ),
    ],
)
def test_an_outcome_in_the_words_of_the_socket(outcome: Outcome, answer: ChipAnswer) -> None:
    assert answer_to(CHALLENGE, outcome) == answer
    assert ChipAnswer.from_params(answer.params()) == answer


@pytest.mark.parametrize("reason", ["mustermann_erika_19640812", "c01x00t47", "holder_different", ""])
def test_a_reader_cannot_put_what_it_read_into_the_log_as_a_reason(reason: str) -> None:
    """One that something on a card has taken over knows the holder's name; its words go to the central system."""
    answer = ChipAnswer(CHALLENGE, ChipOutcomeKind.REFUSED, reason)
    with pytest.raises(WireError) as refused:
        ChipAnswer.from_params(answer.params())
    assert refused.value.reason == "bad_params"
    assert not reason or reason not in str(refused.value)


@pytest.mark.parametrize(
    ("outcome", "excused"),
    [
        (ChipOutcomeKind.VERIFIED, ["cloned"]),
        (ChipOutcomeKind.VERIFIED, ["clone_unprovable", "clone_unprovable"]),
        (ChipOutcomeKind.VERIFIED, [["clone_unprovable"]]),
        (ChipOutcomeKind.VERIFIED, "clone_unprovable"),
        (ChipOutcomeKind.VERIFIED, None),
        (ChipOutcomeKind.REFUSED, ["clone_unprovable"]),
    ],
)
def test_only_what_a_policy_can_do_without_is_excused(outcome: ChipOutcomeKind, excused: object) -> None:
    verified = outcome is ChipOutcomeKind.VERIFIED
    answer = ChipAnswer(CHALLENGE, outcome, "" if verified else "cloned", "D", ("00" * 32,) if verified else ())
    with pytest.raises(WireError):
        ChipAnswer.from_params({**answer.params(), "excused": excused})


def test_every_reason_of_the_procedure_is_one_that_may_be_said() -> None:
    for reason in set(Reason) - {Reason.HOLDER_DIFFERENT}:
        answer = ChipAnswer(CHALLENGE, ChipOutcomeKind.RETRY, reason.value)
        assert ChipAnswer.from_params(answer.params()) == answer


@pytest.mark.parametrize("outcome", [ChipOutcomeKind.RETRY, ChipOutcomeKind.VERIFIED])
def test_no_repr_shows_what_may_be_compared(outcome: ChipOutcomeKind) -> None:
    answer = replace(ChipAnswer(CHALLENGE, outcome), verifiers=("ab" * 32,))
    assert "abab" not in repr(answer)
    assert "abab" not in repr(request())


@pytest.mark.parametrize(
    ("atr", "contactless", "extended"),
    [
        # As readers report travel documents: without historical bytes, with card capabilities, with other objects.
        ("3B80800101", True, False),
        ("3B888001 00 7300004000 9000 00", True, True),
        ("3B888001 80 31 80 73 96 21 80 00 00", True, False),
        ("3B878001 80 31 80 73 96 21 C0 00", True, True),
        ("3B888001 80 31 80 73 96 21", True, False),
        ("3B8F8001804F0CA000000306", True, False),
        # Cards with contacts.
        ("3BFF1800008131FE4580", False, False),
        ("3B021450", False, False),
        ("", False, False),
    ],
)
def test_what_an_answer_to_reset_says(atr: str, contactless: bool, extended: bool) -> None:
    found = bytes.fromhex(atr.replace(" ", ""))
    assert is_contactless(found) is contactless
    assert says_extended_length(found) is extended


@pytest.mark.parametrize(
    ("command", "asked"),
    [
        ("00840000", "0084000020"),
        ("0084000008", "0084000020"),
        ("00A4040C02011C", "00A4040C02011C20"),
        ("00A4040C02011C00", "00A4040C02011C20"),
        ("00B00000000000", "00B00000000020"),
        ("00A40400000002011C", "00A40400000002011C0020"),
        ("00A40400000002011C0000", "00A40400000002011C0020"),
    ],
)
def test_a_command_with_the_length_that_the_card_has(command: str, asked: str) -> None:
    assert with_expected_length(bytes.fromhex(command), 0x20).hex().upper() == asked
