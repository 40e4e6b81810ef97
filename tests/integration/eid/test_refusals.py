"""Every circumstance in which a chip check must not let anybody in, over a real pcscd.

The rows are those of `tests.unit.eid.refusals`. One card lies in the reader and is swapped for the next row's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hal.eid.outcome import Verified
from hal.eid.pcsc import Deadline, card_in
from hal.eid.trust_store import TrustStore
from hal.interfaces import monotonic_ms
from simulator.card.chip import Chip
from simulator.card.image import Misbehaviour
from simulator.card.vpcd import Insertion
from tests.integration.eid.support import Readers
from tests.unit.eid import refusals
from tests.unit.eid.documents import Trusting, Watched, check, expected, issued, scenario, told, trust
from tests.unit.eid.refusals import Row

WITHIN_MS = 20_000
GROUPS = {
    name: getattr(refusals, name)
    for name in (
        "ACCESS",
        "TIME",
        "FORGED",
        "CLONES",
        "REVOCATION",
        "PROTECTED",
        "PACE",
        "DOWNGRADED",
        "NOT_OURS",
        "SIGNED_BUT_WRONG",
        "PERSONS",
    )
}
#: A card that says nothing at all: over PC/SC that is the deadline's affair (``test_pcsc``).
SILENT = Misbehaviour.SILENT.value

Stores = Callable[[Trusting], TrustStore]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    directory = tmp_path_factory.mktemp("trust")

    def open_store(trusting: Trusting) -> TrustStore:
        place: Path = directory / trusting.value
        return TrustStore.open(place) if place.exists() else trust(place, trusting)

    return open_store


@contextmanager
def lying(readers: Readers) -> Iterator[Callable[[Row], None]]:
    """Puts each row's chip into the reader, in place of the one before."""
    inserted: list[Insertion] = []

    def put(row: Row) -> None:
        if inserted:
            inserted[0].swap(Chip(row.image))
        else:
            inserted.append(readers.insert(Chip(row.image)))

    yield put
    inserted[0].remove()


def outcome_of(row: Row, readers: Readers, store: TrustStore, trace: Watched) -> tuple[tuple[str, str], bool]:
    """What was told, and whether the controller would find its holder to be the one whom it waits for."""
    with card_in(readers.names[0], Deadline(monotonic_ms() + WITHIN_MS)) as channel:
        outcome = check(channel, row.scenario, store, access=row.access, at=row.at, rules=row.rules, trace=trace)
    awaited = set(expected(row.scenario))
    return told(outcome), isinstance(outcome, Verified) and bool(awaited & set(outcome.verifiers))


@pytest.mark.parametrize("group", GROUPS)
def test_each_has_its_reason(group: str, readers: Readers, stores: Stores) -> None:
    wrong = {}
    with lying(readers) as put:
        for row in GROUPS[group]:
            if row.name == SILENT:
                continue
            put(row)
            trace = Watched()
            found, right_person = outcome_of(row, readers, stores(row.trusting), trace)
            if found != row.told or right_person != (found[0] == "verified") or trace.apdus > 40:
                wrong[row.name] = (found, right_person, trace.apdus)
    assert not wrong


def test_every_row_is_in_a_group() -> None:
    assert [row for group in GROUPS.values() for row in group] == refusals.ROWS


@pytest.mark.parametrize("pull_at", [3, 11])
def test_pulled_in_the_middle_and_put_in_again(pull_at: int, readers: Readers, stores: Stores) -> None:
    """While access is given, and while it proves to be no copy. (At every command: in one process, and over PC/SC in
    ``test_pcsc``.)
    """
    of, store = scenario(), stores(Trusting.FRESH)
    inserted = readers.insert(Chip(issued(of)), pull_at=pull_at)
    with card_in(readers.names[0], Deadline(monotonic_ms() + WITHIN_MS)) as channel:
        assert told(check(channel, of, store)) == ("retry", "card_removed")
    assert not inserted.inserted
    readers.insert(Chip(issued(of)))
    with card_in(readers.names[0], Deadline(monotonic_ms() + WITHIN_MS)) as channel:
        assert told(check(channel, of, store)) == ("verified", "")


def test_extended_length_is_used_where_the_card_offers_it(readers: Readers, stores: Stores) -> None:
    offering, not_offering = scenario(), scenario(chip={"extended_length": False})
    inserted = readers.insert(Chip(issued(offering)))
    for of, most in ((offering, 15), (not_offering, 30)):
        trace, before = Watched(), inserted.apdus
        inserted.swap(Chip(issued(of)))
        with card_in(readers.names[0], Deadline(monotonic_ms() + WITHIN_MS)) as channel:
            outcome = check(channel, of, stores(Trusting.FRESH), trace=trace)
        assert told(outcome) == ("verified", "")
        assert inserted.apdus - before == trace.apdus <= most
        assert trace.of("capabilities").algorithm == ("extended length" if of is offering else "short length")
