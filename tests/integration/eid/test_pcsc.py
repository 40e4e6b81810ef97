"""A card of one's own over a real pcscd: released on every path, whatever card, reader and pcscd do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest

from hal.eid.channel import Cancelled, CardRemoved, DeadlineExceeded, ReaderGone
from hal.eid.outcome import Outcome, Reason, Retry, Unsupported
from hal.eid.pcsc import Deadline, Limits, PcscCard, card_in
from hal.eid.presented import read_presented
from hal.eid.watch import CardSeen, CardWatch, Seen
from hal.interfaces import monotonic_ms
from hal.wire import ChipReaderState, ChipStage
from simulator.processes import wait_for
from tests.integration.eid.counting_card import CONTACTLESS, CountingCard
from tests.integration.eid.support import NOTICED_WITHIN_S, Readers

EXTENDED = bytes.fromhex("3B858001807300004037")
WITH_CONTACTS = bytes.fromhex("3B021450")
COMMANDS = 12


def soon(ms: int = 60_000) -> Deadline:
    return Deadline(monotonic_ms() + ms)


def converse(reader: str, deadline: Deadline | None = None, before_third: Callable[[], None] = lambda: None) -> int:
    """As a verification does: exclusive access and some commands; how many were answered."""
    with card_in(reader, deadline or soon()) as card:
        for number in range(COMMANDS):
            if number == 2:
                before_third()
            assert card.transmit(bytes((0, 0xB0, 0, number))) == bytes((0, 0xB0, 0, number, 0x90, 0))
    return COMMANDS


@contextmanager
def watching(name: str = "") -> Iterator[CardWatch]:
    watch = CardWatch(name)
    watch.start()
    try:
        yield watch
    finally:
        assert watch.close(10_000)


def see(watch: CardWatch, what: Callable[[Seen], bool]) -> Seen:
    assert watch.wait(what, NOTICED_WITHIN_S), watch.seen
    return watch.seen


def test_a_card_pulled_at_every_command_is_let_go_of_and_the_next_one_works(readers: Readers) -> None:
    """Four readers at once, so that pcscd's looking around does not take most of the time."""
    readers.only(("First", "Second"))
    places = [(reader, slot) for reader in range(2) for slot in range(2)]

    def pull_some(watch: CardWatch, place: int) -> list[int]:
        done, name = [], readers.names[place]

        def lies(there: bool) -> None:
            see(watch, lambda seen: (name in {card.reader for card in seen.cards}) is there)

        for index in range(place, COMMANDS, len(places)):
            readers.insert(CountingCard(), *places[place], pull_at=index)
            lies(True)
            with pytest.raises(CardRemoved):
                converse(name)
            done.append(index)
            lies(False)
            again = readers.insert(CountingCard(), *places[place])
            lies(True)
            assert converse(name) == COMMANDS
            again.remove()
            lies(False)
        return done

    with watching() as watch, ThreadPoolExecutor(len(places)) as pool:
        pulled = sorted(index for done in pool.map(partial(pull_some, watch), range(len(places))) for index in done)
    assert pulled == list(range(COMMANDS))


def test_a_card_that_was_left_has_no_power_and_forgets(readers: Readers) -> None:
    card = CountingCard()
    readers.insert(card)
    before = card.resets
    converse(readers.names[0])
    # pcscd says it and does not wait for an answer.
    wait_for(lambda: card.resets > before, NOTICED_WITHIN_S, "power off")
    # And whoever comes next is not in the way of who was there before.
    converse(readers.names[0])


def test_an_error_of_whoever_reads_releases_the_card_too(readers: Readers) -> None:
    readers.insert(CountingCard())
    with pytest.raises(ZeroDivisionError), card_in(readers.names[0], soon()):
        raise ZeroDivisionError
    assert converse(readers.names[0]) == COMMANDS


def test_a_card_that_another_program_has_is_waited_for(readers: Readers) -> None:
    readers.insert(CountingCard())
    name = readers.names[0]
    with card_in(name, soon()), pytest.raises(DeadlineExceeded):
        converse(name, soon(200))
    with ThreadPoolExecutor(1) as pool:
        with card_in(name, soon()) as held:
            waiting = pool.submit(converse, name)
            assert held.transmit(b"\x00\xb0\x00\x00")[-2:] == b"\x90\x00"
            assert not waiting.done()
        assert waiting.result(NOTICED_WITHIN_S) == COMMANDS


def test_a_slow_card_is_given_up_after_its_answer(readers: Readers) -> None:
    answered = threading.Event()
    slow = threading.Event()

    def wait(number: int) -> None:
        if number == 1:
            slow.wait(0.3)
            answered.set()

    readers.insert(CountingCard(), before_answer=wait)
    limits = Limits(exchange=100)
    with card_in(readers.names[0], soon(), limits) as card:
        card.transmit(b"\x00\xb0\x00\x00")
        with pytest.raises(DeadlineExceeded):
            card.transmit(b"\x00\xb0\x00\x01")
    assert answered.is_set()
    assert converse(readers.names[0]) == COMMANDS


def test_the_end_of_the_time_is_seen_between_two_commands(readers: Readers) -> None:
    card = CountingCard()
    readers.insert(card)
    over = soon()
    with card_in(readers.names[0], over) as channel:
        channel.transmit(b"\x00\xb0\x00\x00")
        over.begin(0)
        with pytest.raises(DeadlineExceeded):
            channel.transmit(b"\x00\xb0\x00\x01")
    assert card.commands == [b"\x00\xb0\x00\x00"]


def test_cancelling_ends_it_after_the_command_that_goes_on(readers: Readers) -> None:
    working, go_on = threading.Event(), threading.Event()

    def wait(number: int) -> None:
        if number == 3:
            working.set()
            go_on.wait(NOTICED_WITHIN_S)

    card = CountingCard()
    readers.insert(card, before_answer=wait)
    deadline = soon()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(converse, readers.names[0], deadline)
        assert working.wait(NOTICED_WITHIN_S)
        deadline.cancel()
        go_on.set()
        with pytest.raises(Cancelled):
            running.result(NOTICED_WITHIN_S)
    assert len(card.commands) == 4
    assert converse(readers.names[0]) == COMMANDS


def test_a_reader_that_is_unplugged_while_a_card_is_read(readers: Readers) -> None:
    readers.only(("Stays", "Goes"))
    name = readers.names[2]
    readers.insert(CountingCard(), reader=1)
    with pytest.raises(ReaderGone):
        converse(name, before_third=lambda: readers.only(("Stays",)))
    with pytest.raises(ReaderGone):
        converse(name)
    readers.insert(CountingCard())
    assert converse(readers.names[0]) == COMMANDS


def test_pcscd_killed_while_a_card_is_read_and_started_again(readers: Readers) -> None:
    readers.insert(CountingCard())
    with pytest.raises(ReaderGone):
        converse(readers.names[0], before_third=readers.stack.kill)
    with pytest.raises(ReaderGone):
        converse(readers.names[0])
    readers.take_out()
    readers.stack.start_pcscd()
    readers.insert(CountingCard())
    assert converse(readers.names[0]) == COMMANDS


def test_answers_in_portions_and_with_another_length_are_put_together(readers: Readers) -> None:
    whole = bytes(range(200)) * 2
    portions = {
        b"\x00\xb0\x00\x00\x00": b"\x6c\x40",
        b"\x00\xb0\x00\x00\x40": whole[:100] + b"\x61\x00",
        b"\x00\xc0\x00\x00\x00": whole[100:300] + b"\x61\x64",
        b"\x00\xc0\x00\x00\x64": whole[300:] + b"\x90\x00",
    }
    readers.insert(CountingCard(answers=lambda command: portions[command]))
    with card_in(readers.names[0], soon()) as card:
        assert card.transmit(b"\x00\xb0\x00\x00\x00") == whole + b"\x90\x00"


def test_a_card_that_promises_more_for_ever_is_not_listened_to_for_ever(readers: Readers) -> None:
    card = CountingCard(answers=lambda _: bytes(256) + b"\x61\x00")
    readers.insert(card)
    with card_in(readers.names[0], soon()) as channel:
        assert channel.transmit(b"\x00\xb0\x00\x00\x00") == b"\x6f\x00"
    assert len(card.commands) == 257


@pytest.mark.parametrize(("atr", "extended"), [(CONTACTLESS, False), (EXTENDED, True)])
def test_extended_length_is_what_the_card_says(readers: Readers, atr: bytes, extended: bool) -> None:
    card = CountingCard(atr)
    readers.insert(card)
    with card_in(readers.names[0], soon()) as channel:
        assert channel.extended_length is extended
        # The line itself carries what it is given.
        command = b"\x00\xb0\x00\x00\x00\x10\x00" + bytes(0x1000) + b"\x00\x00"
        assert channel.transmit(command) == command + b"\x90\x00"


def test_cards_that_come_and_go_are_seen(readers: Readers) -> None:
    with watching() as watch:
        see(watch, lambda seen: seen.state is ChipReaderState.OK and not seen.cards)
        insertion = readers.insert(CountingCard())
        first = see(watch, lambda seen: len(seen.cards) == 1).cards[0]
        assert first.reader == readers.names[0]
        second = readers.insert(CountingCard(), slot=1)
        see(watch, lambda seen: len(seen.cards) == 2)
        second.remove()
        see(watch, lambda seen: seen.cards == (first,))
        insertion.remove()
        see(watch, lambda seen: seen.cards == ())
        readers.insert(CountingCard())
        (other,) = see(watch, lambda seen: len(seen.cards) == 1).cards
        # A card that was exchanged between two looks is told from the one before.
        assert other == CardSeen(first.reader, other.arrivals) != first


def test_a_document_that_is_slow_all_the_way_is_given_up_in_the_middle(readers: Readers) -> None:
    card = CountingCard()

    def hesitate(_number: int) -> None:
        time.sleep(0.1)

    readers.insert(card, before_answer=hesitate)

    def examine(channel: PcscCard) -> Outcome:
        for number in range(100):
            channel.transmit(bytes((0, 0xB0, 0, number)))
        return Unsupported(Reason.CARD_FAILED)

    with watching() as watch:
        see(watch, lambda seen: bool(seen.cards))
        stages: list[ChipStage] = []
        outcome = read_presented(watch, soon(), Limits(whole=500), stages.append, examine)
    assert outcome == Retry(Reason.DEADLINE_EXCEEDED)
    assert stages == [ChipStage.READING]
    assert 1 <= len(card.commands) <= 5
    assert converse(readers.names[0]) == COMMANDS


def test_what_lies_in_a_slot_with_contacts_is_no_document(readers: Readers) -> None:
    with watching() as watch:
        readers.insert(CountingCard(WITH_CONTACTS))
        readers.insert(CountingCard(), slot=1)
        assert [card.reader for card in see(watch, lambda seen: bool(seen.cards)).cards] == [readers.names[1]]


def test_readers_that_come_and_go_are_seen_and_pcscd_too(readers: Readers) -> None:
    with watching() as watch, watching("ORGE") as only_one:
        see(watch, lambda seen: seen.state is ChipReaderState.OK)
        see(only_one, lambda seen: seen.state is ChipReaderState.NO_READER)
        readers.stack.kill()
        see(watch, lambda seen: seen == Seen(ChipReaderState.NO_CARD_STACK))
        readers.stack.start_pcscd(())
        see(watch, lambda seen: seen == Seen(ChipReaderState.NO_READER))
        readers.stack.start_pcscd(("Thorgeir", "Other"))
        readers.insert(CountingCard(), reader=1)
        see(watch, lambda seen: len(seen.cards) == 1)
        see(only_one, lambda seen: seen == Seen(ChipReaderState.OK))
        readers.insert(CountingCard(), reader=0)
        see(only_one, lambda seen: len(seen.cards) == 1)
