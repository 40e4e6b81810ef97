"""The one actor: its races, its end, and that memory and log never disagree (architecture.md, One actor)."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from controller.adapters.event_store.connections import connect_writer
from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.model import DepositStatus, Door, Purpose
from controller.domain.moment import Moment
from controller.ports import LogError, OutOfOrder, PutCredential
from tests.unit.services.bench import Bench, soon


def names(bench: Bench) -> list[str]:
    """The names of all events in the log, read as a bystander does."""
    with closing(sqlite3.connect(f"file:{bench.path}?mode=ro", uri=True)) as connection:
        query = "SELECT json_extract(body, '$.type') FROM events ORDER BY seq"
        return [name for (name,) in connection.execute(query)]


# --- the caller goes away while the commit takes its time ---


@pytest.mark.parametrize("how", ["timeout", "cancelled"])
async def test_a_caller_that_goes_away_during_a_commit_changes_nothing(bench: Bench, how: str) -> None:
    await bench.stored("D1")
    heard: list[ev.Event] = []
    bench.actor.on_event(lambda event, at: heard.append(event))
    bench.log.hold()
    caller = asyncio.create_task(bench.do(cmd.PresentCredential("R1", "qr", ())))
    await bench.log.begun.wait()
    if how == "timeout":
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(caller, 0.01)
    else:
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
    assert bench.box.session is None, "nothing is believed before it is durable"
    bench.log.release()
    await soon(lambda: bench.box.session is not None)
    assert [type(event) for event in heard] == [ev.SessionStarted, ev.UnlockAuthorised], "the effect, once"
    assert names(bench)[-2:] == ["SessionStarted", "UnlockAuthorised"]
    assert bench.folded() == bench.box


async def test_a_caller_that_goes_away_before_its_turn_is_carried_out_all_the_same(bench: Bench) -> None:
    bench.log.hold()
    first = asyncio.create_task(bench.do(cmd.RegisterStaff("nina", ("loader",))))
    await bench.log.begun.wait()
    second = asyncio.create_task(bench.do(cmd.RegisterStaff("nora", ("loader",))))
    await asyncio.sleep(0)
    second.cancel()
    bench.log.release()
    await first
    await soon(lambda: "nora" in bench.box.staff)


async def test_rows_reach_their_listener_though_the_caller_has_gone(bench: Bench) -> None:
    written: list[object] = []
    bench.actor.on_row(written.append)
    row = PutCredential(b"d" * 32, "qr", "R1", {})
    await bench.announce("D1")
    bench.log.hold()
    command = cmd.IssueRight(*bench.central(), "R1", ("D1",), "de", 0, 0)
    caller = asyncio.create_task(bench.do(command, row))
    await bench.log.begun.wait()
    caller.cancel()
    bench.log.release()
    await soon(lambda: row in written)
    assert [found.digest for found in await bench.log.credentials()] == [b"d" * 32]


async def test_rows_of_a_refused_command_are_not_written(bench: Bench) -> None:
    written: list[object] = []
    bench.actor.on_row(written.append)
    command = cmd.IssueRight(*bench.central(), "R1", ("nothing-announced",), "de", 0, 0)
    outcome = await bench.do(command, PutCredential(b"d" * 32, "qr", "R1", {}))
    assert outcome.refused
    assert not [row for row in written if isinstance(row, PutCredential)]
    assert await bench.log.credentials() == ()


# --- two commands in one slow commit ---


async def test_two_orders_for_the_one_free_compartment(bench: Bench) -> None:
    """Both are asked for while the first is being written: the second is decided on the state after it."""
    deposits = [f"D{number}" for number in range(1, 9)]
    await bench.stored(*deposits[:7])
    for deposit in ("D8", "D9"):
        await bench.announce(deposit)
    await bench.log_in()
    bench.log.hold()
    first = bench.actor.post(cmd.PresentOrder("ORDER-D8"))
    second = bench.actor.post(cmd.PresentOrder("ORDER-D9"))
    await bench.log.begun.wait()
    bench.log.release()
    outcomes = [await first, await second]
    assert [outcome.refused for outcome in outcomes] == ["", "load_not_closed"]
    await bench.open_and_close()
    assert (await bench.do(cmd.PresentOrder("ORDER-D9"))).refused == "load_full"
    assert bench.box.deposits["D9"].status is DepositStatus.EXPECTED


async def test_two_scanners_with_one_code(bench: Bench) -> None:
    await bench.stored("D1")
    bench.log.hold()
    claims = [bench.actor.post(cmd.PresentCredential("R1", "qr", ())) for _ in range(2)]
    await bench.log.begun.wait()
    bench.log.release()
    outcomes = [await claim for claim in claims]
    assert [outcome.refused for outcome in outcomes] == ["", "busy"]
    assert names(bench).count("UnlockAuthorised") == 2, "one for loading, one for the pickup"


async def test_a_command_of_the_central_system_that_comes_twice_at_once(bench: Bench) -> None:
    announce = cmd.AnnounceOrder("central", "same-id", "D1", ("ORDER-1",), ("eAT",), "M", "de", False, "")
    bench.log.hold()
    both = [bench.actor.post(announce) for _ in range(2)]
    await bench.log.begun.wait()
    bench.log.release()
    first, second = [await one for one in both]
    assert (first.stored_result, second.stored_result) == (None, "done")
    assert names(bench).count("CommandSettled") == 1


# --- whatever goes wrong at the commit ends the process ---


async def test_a_failed_commit_ends_the_actor_and_nothing_follows(bench: Bench) -> None:
    await bench.stored("D1")
    before = bench.box
    heard: list[ev.Event] = []
    bench.actor.on_event(lambda event, at: heard.append(event))
    bench.log.fails = LogError("disk_full", "no room")
    asked = bench.actor.post(cmd.PresentCredential("R1", "qr", ()))
    waiting = bench.actor.post(cmd.Tick())
    with pytest.raises(LogError, match="no room"):
        await bench.acting
    assert heard == []
    assert bench.box is before
    for future in (asked, waiting, bench.actor.post(cmd.Tick())):
        with pytest.raises(OutOfOrder):
            await future


async def test_stopping_does_not_hang_on_an_actor_that_died(bench: Bench) -> None:
    bench.log.fails = LogError("disk_error", "gone")
    with pytest.raises(OutOfOrder):
        await asyncio.wait_for(bench.actor.stop([cmd.StopBox("stopped")]), 5)
    with pytest.raises(LogError):
        await bench.acting


async def test_nobody_is_heard_after_the_stop(bench: Bench) -> None:
    """A code that is read while the last commit takes its time: no door of a box that stops is opened."""
    await bench.stored("D1")
    bench.log.hold()
    stopping = asyncio.create_task(bench.actor.stop([cmd.StopBox("stopped")]))
    await bench.log.begun.wait()
    late = bench.actor.post(cmd.PresentCredential("R1", "qr", ()))
    bench.log.release()
    with pytest.raises(OutOfOrder):
        await late
    await stopping
    await bench.acting
    assert names(bench)[-1] == "BoxStopped"
    assert bench.box.opening is None


async def test_an_exception_out_of_a_listener_ends_the_actor(bench: Bench) -> None:
    """After the commit: what follows is unknown too, and a restart settles it."""

    def broken(event: ev.Event, at: Moment) -> None:
        raise RuntimeError("a listener broke")

    bench.actor.on_event(broken)
    bench.actor.post(cmd.RegisterStaff("nina", ("loader",)))
    with pytest.raises(RuntimeError, match="a listener broke"):
        await bench.acting
    assert "StaffRegistered" in names(bench)


async def test_halted_it_refuses_everything_and_writes_nothing(bench: Bench) -> None:
    await bench.stored("D1")
    told: list[str] = []
    bench.actor.after_turn(lambda: told.append(bench.actor.halted))
    bench.actor.halt("log_damaged:7")
    bench.actor.halt("something later")
    assert told[0] == "log_damaged:7", "pages hear of it at once"
    count = len(bench.log.appends)
    with pytest.raises(OutOfOrder, match="log_damaged:7"):
        await bench.do(cmd.PresentCredential("R1", "qr", ()))
    assert len(bench.log.appends) == count


# --- time ---


async def test_a_fact_keeps_its_time_however_long_it_waits(bench: Bench) -> None:
    await bench.stored("D1")
    label = bench.box.deposits["D1"].compartment
    bench.log.hold()
    claim = bench.actor.post(cmd.PresentCredential("R1", "qr", ()))
    await bench.log.begun.wait()
    bench.clock.advance(200)
    edge = bench.clock.mono
    opened = bench.actor.post(cmd.DoorSensed(label, Door.OPEN, edge))
    bench.clock.advance(5_000)
    bench.log.release()
    await claim
    (event,) = (event for event in (await opened).decision.events if isinstance(event, ev.DoorOpened))
    assert (event.cause, event.seen_mono_ms) == ("authorised", edge)


async def test_an_edge_from_before_the_authorisation_is_no_evidence(bench: Bench) -> None:
    """The door sprang open by itself a moment before the code was read; the news came after the commit."""
    await bench.stored("D1")
    label = bench.box.deposits["D1"].compartment
    edge = bench.clock.mono
    bench.clock.advance(20)
    await bench.done(cmd.PresentCredential("R1", "qr", ()))
    opened = await bench.done(cmd.DoorSensed(label, Door.OPEN, edge))
    assert [event.cause for event in opened.decision.events if isinstance(event, ev.DoorOpened)] == ["unexpected"]
    assert bench.box.deposits["D1"].status is DepositStatus.UNVERIFIED


async def test_ticks_come_by_themselves(bench: Bench) -> None:
    """A badge and nothing after it: the request that waits for it is dropped when its minute is over."""
    await bench.log_in()
    assert bench.box.staff_session is not None
    await bench.done(cmd.RequestOpening(bench.box.staff_session.id, "A01", Purpose.CLARIFICATION, ""))
    bench.clock.advance(60_000)
    await bench.do(cmd.NoteRefusals("any", 1))
    await soon(lambda: bench.box.staff_session is not None and bench.box.staff_session.requested is None)


# --- one commit between token and pulse ---


async def test_exactly_one_append_stands_between_the_code_and_the_pulse(bench: Bench) -> None:
    await bench.stored("D1")
    before = len(bench.log.appends)
    await bench.done(cmd.PresentCredential("R1", "qr", ()))
    assert bench.log.appends[before:] == [("SessionStarted", "UnlockAuthorised")]


async def test_it_is_one_transaction_of_sqlite(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted below the log, in SQLite's own trace of the writer's connection."""
    await bench.stored("D1")
    await bench.stop()
    await bench.close()
    statements: list[str] = []

    def traced(path: Path) -> sqlite3.Connection:
        connection = connect_writer(path)
        connection.set_trace_callback(statements.append)
        return connection

    monkeypatch.setattr("controller.adapters.event_store.opening.connect_writer", traced)
    again = Bench(bench.path, bench.clock)
    try:
        await again.done(cmd.StartBox("1.0", dict.fromkeys(again.box.compartments, Door.CLOSED)))
        statements.clear()
        await again.done(cmd.PresentCredential("R1", "qr", ()))
        verbs = [statement.split()[0].upper() for statement in statements]
        assert verbs.count("COMMIT") == 1
        assert verbs[-1] == "COMMIT"
    finally:
        await again.close()


# --- checkpoints ---


async def test_a_checkpoint_is_sealed_when_enough_has_happened(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.services.actor.CHECKPOINT_EVERY", bench.box.seq + 10)
    for _ in range(12):
        await bench.do(cmd.NoteRefusals("any", 1))
    assert names(bench).count("CheckpointSealed") == 1
    assert bench.folded() == bench.box


async def test_a_start_from_snapshot_and_tail_is_the_whole_fold(tmp_path: Path, bench: Bench) -> None:
    await bench.stored("D1", "D2")
    await bench.stop()
    clean = bench.box
    await bench.close()
    again = Bench(bench.path, bench.clock)
    try:
        assert again.opened.ended_cleanly
        assert again.box == clean == again.folded()
        await again.done(cmd.StartBox("1.0", dict.fromkeys(clean.compartments, Door.CLOSED)))
        await again.done(cmd.PresentCredential("R1", "qr", ()))
        dead = again.box
    finally:
        await again.close()  # no checkpoint: as after a kill
    third = Bench(bench.path, bench.clock)
    try:
        assert third.opened.snapshot is not None
        assert not third.opened.ended_cleanly
        assert third.box == dead == third.folded()
    finally:
        await third.close()


async def test_another_version_of_the_fold_reads_everything(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.stored("D1")
    await bench.stop()
    last = bench.box
    await bench.close()
    monkeypatch.setattr("controller.adapters.event_codec.EventCodec.fold_version", bench.codec.fold_version + 1)
    again = Bench(bench.path, bench.clock)
    try:
        assert again.opened.snapshot is None
        assert again.box == last
        await again.stop()
    finally:
        await again.close()
    third = Bench(bench.path, bench.clock)
    try:
        assert third.opened.snapshot is not None, "the new version sealed a snapshot of its own"
    finally:
        await third.close()


async def test_a_snapshot_that_is_not_what_was_sealed_is_refused(bench: Bench) -> None:
    await bench.stored("D1")
    await bench.stop()
    await bench.close()
    with closing(sqlite3.connect(bench.path)) as connection:
        (state,) = connection.execute("SELECT state FROM snapshots").fetchone()
        flipped = bytes([*state[:-2], state[-2] ^ 1, state[-1]])
        connection.execute("UPDATE snapshots SET state = ?", [flipped])
        connection.commit()
    with pytest.raises(LogError) as found:
        Bench(bench.path, bench.clock)
    assert (found.value.code, found.value.seq) == ("log_damaged", bench.box.seq)


async def test_a_state_survives_its_bytes(bench: Bench) -> None:
    """What a snapshot keeps is what was folded, in the middle of everything too."""
    await bench.stored("D1", "D2")
    await bench.done(cmd.PresentCredential("R1", "qr", ()))
    await bench.done(cmd.SetFault("disk_low", "", True))
    state = bench.codec.encode_state(bench.box)
    assert bench.codec.decode_state(state) == bench.box
    assert bench.codec.encode_state(replace(bench.box)) == state
