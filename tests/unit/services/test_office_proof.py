"""The proof of a handover tells the visit in which the envelope was taken, and nothing of any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.adapters.event_store import UPCASTERS
from controller.adapters.event_store.encoding import decode_body, recorded
from controller.domain import commands as cmd
from controller.domain.model import Purpose
from controller.ports import Entry, RecordedEvent
from controller.services import office_proof
from controller.services.office_proof import OfficeProof
from tests.unit.services.bench import Bench, commissioned


def of(entry: Entry) -> RecordedEvent:
    return UPCASTERS.newest(recorded(decode_body(entry.body, entry.seq)))


def proofs(bench: Bench) -> OfficeProof:
    return OfficeProof(bench.log, lambda: bench.box.seq, of)


async def collect(bench: Bench, right: str = "R1") -> None:
    bench.clock.advance(5_000)
    await bench.done(cmd.PresentCredential(right, "qr", ()))
    await bench.open_and_close()
    session = bench.box.session
    assert session is not None
    await bench.done(cmd.Confirm(session.id, "everything"))


@pytest.mark.parametrize("piece", [500, 3, 1])
async def test_from_the_order_to_the_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(office_proof, "PIECE", piece)
    async with commissioned(tmp_path) as bench:
        await bench.stored("D1", "D2")
        await collect(bench, "R1")
        proof = await proofs(bench).of("ORDER-D1")
        assert proof is not None
        assert proof.end == "collected_confirmed"
        assert [line.what for line in proof.lines] == [
            "announced",
            "stored",
            "presented",
            "opening",
            "opened",
            "closed",
            "ended",
        ]
        assert proof.lines[2].detail == "qr"
        (entry,) = await bench.log.read(proof.seq - 1, 1)
        assert (entry.hash.hex(), of(entry).type) == (proof.hash_hex, "DepositEnded")
        assert await proofs(bench).of("ORDER-D2") is None, "it lies there still"
        assert await proofs(bench).of("ORDER-D9") is None


async def test_a_visit_that_came_to_nothing_is_not_in_it(tmp_path: Path) -> None:
    async with commissioned(tmp_path) as bench:
        await bench.stored("D1", types=("Personalausweis",))
        bench.clock.advance(5_000)
        await bench.done(cmd.PresentCredential("R1", "number", ("birth_date",)))
        session = bench.box.session
        assert session is not None
        await bench.done(cmd.CancelSession(session.id))
        await bench.log_in()
        await handed_over(bench, "D1")
        proof = await proofs(bench).of("ORDER-D1")
        assert proof is not None
        assert proof.end == "handed_over_at_counter"
        assert "presented" not in [line.what for line in proof.lines]
        assert next(line.who for line in proof.lines if line.what == "opening") == "lena"


async def handed_over(bench: Bench, deposit: str) -> None:
    staff = bench.box.staff_session
    assert staff is not None
    await bench.done(cmd.RequestOpening(staff.id, bench.box.deposits[deposit].compartment, Purpose.HANDOVER, ""))
    bench.clock.advance(100)
    await bench.done(cmd.PresentBadge("lena", bench.clock.mono))
    await bench.open_and_close()
    await bench.done(cmd.PresentOrder(f"ORDER-{deposit}"))


async def test_what_was_recalled_was_not_handed_over(tmp_path: Path) -> None:
    async with commissioned(tmp_path) as bench:
        await bench.stored("D1")
        await bench.log_in()
        staff = bench.box.staff_session
        assert staff is not None
        label = bench.box.deposits["D1"].compartment
        await bench.done(cmd.RequestOpening(staff.id, label, Purpose.RECALL, ""))
        bench.clock.advance(100)
        await bench.done(cmd.PresentBadge("lena", bench.clock.mono))
        await bench.open_and_close()
        await bench.done(cmd.PresentOrder("ORDER-D1"))
        assert await proofs(bench).of("ORDER-D1") is None
