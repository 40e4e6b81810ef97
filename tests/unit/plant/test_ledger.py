"""The account of what really happened."""

from __future__ import annotations

import pytest

from simulator.plant import ledger as module
from simulator.plant.ledger import Handling, Ledger


def test_it_forgets_the_oldest_and_still_knows_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 10)
    ledger = Ledger()
    for _ in range(95):
        ledger.add(Handling(ledger.next_seq(), "A01", "put", "envelope", 0.0))
    kept = [entry.seq for entry in ledger.since(0)]
    assert kept[-1] == ledger.last_seq == 95
    assert 10 <= len(kept) < 20
    assert kept == list(range(kept[0], 96))
    for since in range(kept[0] - 1, 97):
        assert [entry.seq for entry in ledger.since(since)] == list(range(since + 1, 96))


def test_it_remembers_the_most_coils_of_each_supply() -> None:
    ledger = Ledger()
    for energised in (1, 2, 1):
        ledger.coils("12V", energised)
    ledger.coils("24V", 1)
    assert ledger.most_coils == {"12V": 2, "24V": 1}
