"""A whole document at the card reader's real process, and one that is pulled at every command of its check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hal.eid.outcome import Outcome
from hal.eid.pcsc import Deadline, card_in
from hal.eid.trust_store import TrustStore
from hal.eid.watch import CardWatch
from hal.interfaces import monotonic_ms
from hal.wire import AccessKind, ChipOutcomeKind, ChipRequest
from hal.wire.codes import SecretText
from simulator.card.chip import Chip
from simulator.card.personalisation import printed_zone
from simulator.processes import wait_for
from tests.integration.eid.desk import Desk, request
from tests.integration.eid.support import NOTICED_WITHIN_S, Readers
from tests.unit.eid.documents import (
    CAN,
    HOLDER,
    KEY,
    NOW,
    Trusting,
    check,
    expected,
    issued,
    scenario,
    told,
    trust,
)

PASSPORT = scenario()
CLONE = scenario(forgery="clone")
TIME: dict[str, Any] = {"wall_ms": int(NOW.timestamp() * 1000), "key": SecretText(KEY.hex())}


@pytest.fixture
def desk(readers: Readers, tmp_path: Path) -> Iterator[Desk]:
    wait_for(lambda: readers.empty() and readers.empty(slot=1), NOTICED_WITHIN_S, "empty readers")
    trust(tmp_path / "trust", Trusting.FRESH)
    with Desk(tmp_path, readers.stack.environment, tmp_path / "trust") as desk:
        yield desk
    zone = printed_zone(PASSPORT)
    said = desk.printed + json.dumps(desk.everything)
    for secret in (HOLDER["primary"], "OESTERGAARD", "ZOE", "C01X00T47", "850317", zone.information, CAN, KEY.hex()):
        assert secret not in said
        assert secret.lower() not in said.lower()


def ask(number: int, **changes: Any) -> ChipRequest:
    return request(number, **(TIME | changes))


def test_the_right_document_a_wrong_number_a_copy_and_one_that_is_over(desk: Desk, readers: Readers) -> None:
    desk.start_reader()
    insertion = readers.insert(Chip(issued(PASSPORT)))
    asked = ask(1, access=SecretText(CAN))
    assert desk.ask(asked) == (ChipOutcomeKind.VERIFIED, "")
    (answer,) = desk.answers(asked)
    assert answer.issuing_state == "UT"
    assert {bytes.fromhex(one) for one in answer.verifiers} & set(expected(PASSPORT))
    # Without being taken out: another number, the machine readable zone, a time after its end.
    assert desk.ask(ask(2, access=SecretText("427317"))) == (ChipOutcomeKind.RETRY, "access_key_wrong")
    zone = SecretText(printed_zone(PASSPORT).information)
    assert desk.ask(ask(3, access_kind=AccessKind.MRZ, access=zone)) == (ChipOutcomeKind.VERIFIED, "")
    insertion.remove()
    readers.insert(Chip(issued(CLONE)))
    desk.tell(cloned := ask(4, access=SecretText(CAN)))
    assert desk.answer(cloned) == (ChipOutcomeKind.REFUSED, "cloned")
    late = int((NOW + timedelta(days=30)).timestamp() * 1000)
    assert desk.ask(ask(5, access=SecretText(CAN), wall_ms=late))[0] is ChipOutcomeKind.REFUSED


def test_pulled_at_the_last_command_and_put_in_again(desk: Desk, readers: Readers, tmp_path: Path) -> None:
    last = commands(readers, tmp_path / "trust", slot=1)[-1]
    desk.start_reader()
    desk.until(lambda: not desk.health[-1].card)
    readers.insert(Chip(issued(PASSPORT)), pull_at=last)
    assert desk.ask(ask(1, access=SecretText(CAN))) == (ChipOutcomeKind.RETRY, "card_removed")
    desk.tell(again := ask(2, access=SecretText(CAN)))
    desk.until(lambda: desk.stages(again)[-1:] == ["absent"])
    readers.insert(Chip(issued(PASSPORT)))
    assert desk.answer(again) == (ChipOutcomeKind.VERIFIED, "")


def commands(readers: Readers, directory: Path, slot: int) -> range:
    """The numbers of a whole check's commands: one is made over PC/SC, in that slot."""
    with readers.insert(Chip(issued(PASSPORT)), slot=slot) as insertion:
        assert told(verify(readers.names[slot], directory)) == ("verified", "")
        return range(insertion.apdus)


def verify(name: str, directory: Path) -> Outcome:
    with card_in(name, Deadline(monotonic_ms() + 60_000)) as line:
        return check(line, PASSPORT, TrustStore.open(directory))


def test_a_passport_pulled_at_every_command_of_its_check(readers: Readers, tmp_path: Path) -> None:
    trust(tmp_path, Trusting.FRESH)
    readers.only(("First", "Second"))
    numbers = commands(readers, tmp_path, slot=0)
    assert 10 <= len(numbers) <= 30
    places = [(reader, slot) for reader in range(2) for slot in range(2)]
    watch = CardWatch()
    watch.start()

    def pull_some(place: int) -> list[int]:
        name, pulled = readers.names[place], []

        def lies(there: bool) -> None:
            assert watch.wait(lambda seen: (name in {one.reader for one in seen.cards}) is there, NOTICED_WITHIN_S)

        lies(False)
        for number in numbers[place :: len(places)]:
            readers.insert(Chip(issued(PASSPORT)), *places[place], pull_at=number)
            lies(True)
            assert told(verify(name, tmp_path)) == ("retry", "card_removed")
            pulled.append(number)
            lies(False)
        readers.insert(Chip(issued(PASSPORT)), *places[place])
        lies(True)
        assert told(verify(name, tmp_path)) == ("verified", "")
        return pulled

    try:
        with ThreadPoolExecutor(len(places)) as pool:
            pulled = sorted(number for some in pool.map(pull_some, range(len(places))) for number in some)
    finally:
        assert watch.close(10_000)
    assert pulled == list(numbers)
