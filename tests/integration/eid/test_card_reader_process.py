"""The card reader as a process of its own, over a real pcscd, with the controller's end of its socket played."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hal.eid.service import EXIT_STUCK
from hal.interfaces import monotonic_ms
from hal.wire import AccessKind, ChipCancel, ChipOutcomeKind
from hal.wire.codes import SecretText
from simulator.card.pcscd import READER
from simulator.processes import wait_for
from tests.integration.eid.counting_card import CountingCard, knows_nothing
from tests.integration.eid.desk import CAN, KEY, Desk, request, some_anchor
from tests.integration.eid.support import NOTICED_WITHIN_S, Readers

RETRY, REFUSED, UNSUPPORTED = ChipOutcomeKind.RETRY, ChipOutcomeKind.REFUSED, ChipOutcomeKind.UNSUPPORTED
NO_DOCUMENT = (UNSUPPORTED, "not_a_travel_document")


@pytest.fixture
def desk(readers: Readers, tmp_path: Path) -> Iterator[Desk]:
    # What the test before took out, pcscd has noticed.
    wait_for(lambda: readers.empty() and readers.empty(slot=1), NOTICED_WITHIN_S, "empty readers")
    with Desk(tmp_path, readers.stack.environment, some_anchor(tmp_path / "trust")) as desk:
        yield desk
    printed = desk.printed
    assert KEY not in printed
    assert CAN not in printed
    assert "Traceback" not in printed


def stranger() -> CountingCard:
    """A contactless card, but no travel document."""
    return CountingCard(answers=knows_nothing)


class Hesitating:
    """Holds a card's answer to one command until `go_on`."""

    def __init__(self, at: int = 0) -> None:
        self._at = at
        self.reached, self._go_on = threading.Event(), threading.Event()

    def __call__(self, number: int) -> None:
        if number == self._at:
            self.reached.set()
            self._go_on.wait(NOTICED_WITHIN_S)

    def wait(self) -> None:
        assert self.reached.wait(NOTICED_WITHIN_S)

    def go_on(self) -> None:
        self._go_on.set()


def test_it_says_how_it_is_and_waits_for_a_document(desk: Desk, readers: Readers) -> None:
    desk.start_reader()
    health = desk.health[-1]
    assert (health.source, health.state, health.card) == ("eid", "ok", False)
    assert (health.trust_anchors, health.factors) == (1, ("emrtd",))
    asked = request(1)
    desk.tell(asked)
    desk.until(lambda: desk.stages(asked)[-1:] == ["absent"])
    readers.insert(stranger())
    assert desk.answer(asked) == NO_DOCUMENT
    assert desk.stages(asked)[-2:] == ["absent", "reading"]
    desk.until(lambda: desk.health[-1].card)
    # What lies there is read anew for whoever asks next, without waiting.
    assert desk.ask(another := request(2)) == NO_DOCUMENT
    assert desk.stages(another) == ["reading"]


def test_without_a_document_the_time_ends(desk: Desk, readers: Readers) -> None:
    desk.start_reader()
    assert desk.ask(asked := request(1, within_ms=600)) == (RETRY, "no_card")
    assert monotonic_ms() < asked.deadline_mono_ms
    assert desk.ask(request(2, within_ms=0)) == (RETRY, "no_card")


def test_two_documents_are_one_too_many(desk: Desk, readers: Readers) -> None:
    readers.insert(stranger())
    readers.insert(stranger(), slot=1)
    desk.start_reader("--source", "pcsc")
    assert desk.ask(request(1)) == (RETRY, "several_cards")


def test_only_the_readers_that_are_meant(desk: Desk, readers: Readers) -> None:
    insertions = [readers.insert(stranger(), slot=slot) for slot in range(2)]
    desk.start_reader("--source", f"pcsc:{readers.names[1]}")
    assert desk.ask(request(1)) == NO_DOCUMENT
    assert [insertion.apdus > 0 for insertion in insertions] == [False, True]


def test_a_card_pulled_while_it_is_read_is_asked_for_again(desk: Desk, readers: Readers) -> None:
    desk.start_reader()
    readers.insert(stranger(), pull_at=1)
    assert desk.ask(request(1)) == (RETRY, "card_removed")
    desk.tell(asked := request(2))
    desk.until(lambda: desk.stages(asked)[-1:] == ["absent"])
    readers.insert(stranger())
    assert desk.answer(asked) == NO_DOCUMENT


def test_what_nobody_waits_for_any_more_is_not_answered(desk: Desk, readers: Readers) -> None:
    desk.start_reader()
    slow = Hesitating(at=1)
    readers.insert(card := stranger(), before_answer=slow)
    desk.tell(cancelled := request(1))
    slow.wait()
    desk.tell(ChipCancel(cancelled.challenge))
    # The next one waits until the card has let go, and gets it.
    desk.tell(asked := request(2))
    slow.go_on()
    assert desk.answer(asked) == NO_DOCUMENT
    assert desk.answers(cancelled) == []
    assert card.resets >= 2


def test_a_new_request_cancels_the_one_before(desk: Desk, readers: Readers) -> None:
    desk.start_reader()
    desk.tell(before := request(1))
    desk.until(lambda: desk.stages(before)[-1:] == ["absent"])
    desk.tell(asked := request(2))
    readers.insert(stranger())
    assert desk.answer(asked) == NO_DOCUMENT
    assert desk.answers(before) == []


def test_a_controller_that_went_away_is_not_answered_when_it_is_back(desk: Desk, readers: Readers) -> None:
    desk.start_reader()
    desk.tell(before := request(1))
    desk.until(lambda: desk.stages(before)[-1:] == ["absent"])
    told = len(desk.health)
    desk.hang_up()
    desk.until(lambda: len(desk.health) > told)
    readers.insert(stranger())
    assert desk.ask(request(2)) == NO_DOCUMENT
    assert desk.answers(before) == []


def test_a_card_that_never_answers_ends_the_process_in_time_and_the_next_one_works(
    desk: Desk, readers: Readers
) -> None:
    desk.start_reader()
    for_ever = Hesitating()
    insertion = readers.insert(stranger(), before_answer=for_ever)
    desk.until(lambda: desk.health[-1].card)
    assert desk.ask(asked := request(1, within_ms=1500)) == (RETRY, "deadline_exceeded")
    assert monotonic_ms() < asked.deadline_mono_ms + 1500
    assert desk.ended() == EXIT_STUCK
    assert "card_stack_stuck" in desk.printed
    # The person takes the card that hangs; systemd has started the next process.
    for_ever.go_on()
    insertion.remove()
    desk.start_reader()
    desk.tell(again := request(2))
    desk.until(lambda: desk.stages(again)[-1:] == ["absent"])
    readers.insert(stranger())
    assert desk.answer(again) == NO_DOCUMENT


def test_pcscd_that_dies_and_comes_back(desk: Desk, readers: Readers) -> None:
    desk.start_reader()
    slow = Hesitating(at=1)
    readers.insert(stranger(), before_answer=slow)
    desk.tell(asked := request(1))
    slow.wait()
    readers.stack.kill()
    slow.go_on()
    assert desk.answer(asked) == (RETRY, "reader_gone")
    desk.until(lambda: desk.health[-1].state == "no_card_stack")
    assert desk.ask(request(2, within_ms=500)) == (RETRY, "reader_gone")
    readers.take_out()
    readers.stack.start_pcscd(())
    desk.until(lambda: desk.health[-1].state == "no_reader")
    readers.stack.start_pcscd((READER,))
    desk.until(lambda: desk.health[-1].state == "ok")
    readers.insert(stranger())
    assert desk.ask(request(3)) == NO_DOCUMENT


def test_a_pcscd_that_hangs_is_told_and_does_not_hold_the_process(desk: Desk, readers: Readers) -> None:
    desk.start_reader()
    assert desk.reader is not None
    os.kill(readers.stack.pcscd_pid, signal.SIGSTOP)
    try:
        desk.until(lambda: desk.health[-1].state == "no_card_stack")
        assert desk.ask(request(1, within_ms=400)) == (RETRY, "reader_gone")
        desk.reader.terminate()
        assert desk.ended() == 0
    finally:
        os.kill(readers.stack.pcscd_pid, signal.SIGCONT)


def test_a_reader_that_is_unplugged_while_it_reads(desk: Desk, readers: Readers) -> None:
    readers.only(("Stays", "Goes"))
    desk.start_reader()
    slow = Hesitating(at=1)
    readers.insert(stranger(), reader=1, before_answer=slow)
    desk.tell(asked := request(1))
    slow.wait()
    threading.Timer(0.05, slow.go_on).start()
    readers.only(("Stays",))
    # The card in it loses its power first; which of the two is noticed is a matter of the moment.
    assert desk.answer(asked) in ((RETRY, "reader_gone"), (RETRY, "card_removed"))
    readers.insert(stranger())
    assert desk.ask(request(2)) == NO_DOCUMENT


def test_without_trust_nothing_is_asked_of_a_card_and_an_import_is_noticed(
    desk: Desk, readers: Readers, tmp_path: Path
) -> None:
    manifest = tmp_path / "trust" / "manifest.json"
    content = manifest.read_bytes()
    manifest.unlink()
    desk.start_reader()
    assert desk.health[-1].trust_anchors == 0
    readers.insert(card := stranger())
    assert desk.ask(request(1)) == (UNSUPPORTED, "trust_store_empty")
    assert card.commands == []
    manifest.write_bytes(b"{")
    assert desk.ask(request(2)) == (UNSUPPORTED, "trust_store_empty")
    manifest.write_bytes(content)
    assert desk.ask(request(3)) == NO_DOCUMENT
    desk.until(lambda: desk.health[-1].trust_anchors == 1)


def test_what_it_cannot_do_it_says(desk: Desk, readers: Readers) -> None:
    desk.start_reader()
    readers.insert(stranger())
    pin = request(1, factor="eid", access_kind=AccessKind.PIN, access=SecretText("123456"))
    assert desk.ask(pin) == (UNSUPPORTED, "protocol_unsupported")
    short = request(2, access_kind=AccessKind.MRZ, access=SecretText("L898902C"))
    assert desk.ask(short) == (RETRY, "access_key_wrong")
    assert desk.ask(request(3, wall_ms=2**53 - 1)) == (UNSUPPORTED, "clock_untrusted")


def test_a_controller_that_breaks_the_protocol_is_left_and_not_quoted(desk: Desk, readers: Readers) -> None:
    desk.start_reader()
    told = len(desk.health)
    desk.notify("chip.unheard", {"access": CAN})
    desk.notify("chip.verify", request(1).params() | {"name": CAN})
    desk.until(lambda: len(desk.health) > told)
    wait_for(lambda: "controller_lost" in desk.printed, NOTICED_WITHIN_S, "word of the broken line")
    readers.insert(stranger())
    assert desk.ask(request(2)) == NO_DOCUMENT


def test_it_ends_when_asked_and_leaves_no_core(desk: Desk, readers: Readers) -> None:
    desk.start_reader()
    assert desk.reader is not None
    limits = Path(f"/proc/{desk.reader.pid}/limits").read_text("ascii")
    (core,) = [line.split() for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core[4:6] == ["0", "0"]
    desk.tell(asked := request(1))
    desk.until(lambda: desk.stages(asked)[-1:] == ["absent"])
    desk.reader.send_signal(signal.SIGTERM)
    assert desk.ended() == 0
    assert desk.answers(asked) == []
