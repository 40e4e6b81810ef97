"""The contract of `EventLog`, over the real store."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from controller.adapters.event_store import EventStore
from controller.adapters.event_store.connections import connect_reader
from controller.ports import (
    CredentialRow,
    EndCredentials,
    EventLog,
    ForgetCredentials,
    LogError,
    MoveCursor,
    NewEvent,
    PutCommandResult,
    PutCredential,
    PutSnapshot,
    PutStaffCredential,
    RowChange,
    StaffCredentialRow,
)
from tests.unit.event_store.making import BOX, STAMP, checkpoint, event, open_box, until

QR = PutCredential(b"q" * 32, "qr", "right-1", {"birth_date": "ab" * 32, "pin": "cd" * 32})
NUMBER = PutCredential(b"n" * 32, "number", "right-1", {"pin": "ef" * 32})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[EventStore]:
    store, _ = open_box(path)
    yield store
    await store.close()


def count(path: Path, table: str) -> int:
    with closing(connect_reader(path)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


async def test_it_is_an_event_log(store: EventStore) -> None:
    log: EventLog = store
    assert await log.read(0, 10) == ()


async def test_entries_follow_one_another(store: EventStore) -> None:
    one = await store.append([event(1), event(2)], STAMP)
    two = await store.append([event(3)], STAMP)
    entries = one.entries + two.entries
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert entries[0].previous == bytes(32)
    for before, after in pairwise(entries):
        assert after.previous == before.hash
    for entry in entries:
        assert entry.hash == hashlib.sha256(entry.body).digest()
        assert entry.body.startswith(b'{"after":"' + entry.previous.hex().encode() + b'"')
    assert await store.read(0, 10) == entries
    assert await store.read(1, 1) == entries[1:2]
    assert await store.read(3, 10) == ()
    assert [seq async for seq in store.verify_in_idle()] == [3]


async def test_the_log_goes_on_after_a_restart(path: Path) -> None:
    store, opened = open_box(path)
    assert (opened.box, opened.epoch, opened.last_seq, opened.last_hash) == (BOX, 1, 0, bytes(32))
    assert list(opened.tail) == []
    assert not opened.ended_cleanly
    last = (await store.append([event(1), event(2)], STAMP)).entries[-1]
    await store.close()
    store, opened = open_box(path)
    assert (opened.last_seq, opened.last_hash, opened.snapshot) == (2, last.hash, None)
    assert [(recorded.seq, recorded.data, recorded.stamp) for recorded in opened.tail] == [
        (1, event(1).data, STAMP),
        (2, event(2).data, STAMP),
    ]
    assert (await store.append([event(3)], STAMP)).entries[0].previous == last.hash
    await store.close()


async def test_two_appends_at_once_come_one_after_the_other(store: EventStore) -> None:
    results = await asyncio.gather(*(store.append([event(n), event(n)], STAMP) for n in range(20)))
    seqs = [entry.seq for result in results for entry in result.entries]
    assert seqs == list(range(1, 41))
    assert [seq async for seq in store.verify_in_idle()][-1] == 40


async def test_a_cancelled_caller_does_not_cancel_the_write(store: EventStore, path: Path) -> None:
    writing = asyncio.create_task(store.append([event(1)], STAMP, [MoveCursor("central", 1, 1)]))
    await asyncio.sleep(0)  # the job is with the writer now
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    entry = (await store.append([event(2)], STAMP)).entries[0]
    assert entry.seq == 2
    assert await store.cursor("central") == 1
    assert count(path, "events") == 2


async def test_a_caller_that_times_out_does_not_cancel_the_write(store: EventStore, path: Path) -> None:
    """Somebody else holds the database for a while: the append is late, its caller gone, and it is written all the
    same.
    """
    await store.append([event(1)], STAMP)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await store.append([event(2)], STAMP)
        assert store.progress()["busy_since_mono_ms"] > 0
        waiting = asyncio.create_task(store.append([event(3)], STAMP))
        await until(lambda: store.progress()["queued"] == 1)
        other.execute("ROLLBACK")
    assert (await waiting).entries[0].seq == 3
    await until(lambda: store.progress()["busy_since_mono_ms"] == 0)


async def test_the_loop_goes_on_while_the_writer_waits(store: EventStore, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        appending = asyncio.create_task(store.append([event(1)], STAMP))
        for _ in range(50):
            await asyncio.sleep(0)
        assert await store.read(0, 10) == ()  # readers go on too
        assert not appending.done()
        other.execute("ROLLBACK")
    await appending


async def test_readers_do_not_block_the_writer(store: EventStore, path: Path) -> None:
    await store.append([event(1)], STAMP)
    with closing(connect_reader(path)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM events").fetchone() == (1,)
        await store.append([event(2)], STAMP)
        assert reader.execute("SELECT count(*) FROM events").fetchone() == (1,)  # its own view
        reader.execute("ROLLBACK")
    assert len(await store.read(0, 10)) == 2


def test_readers_cannot_write(tmp_path: Path) -> None:
    store, _ = open_box(tmp_path / "log.db")
    with (
        closing(connect_reader(tmp_path / "log.db")) as reader,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        reader.execute("DELETE FROM cursors")
    asyncio.run(store.close())


async def test_a_read_has_a_largest_size(store: EventStore) -> None:
    await store.append([event(n) for n in range(1100)], STAMP)
    assert len(await store.read(0, 1_000_000)) == 1000
    assert await store.read(0, -1) == ()


async def test_events_cannot_be_changed(store: EventStore, path: Path) -> None:
    await store.append([event(1)], STAMP)
    with closing(sqlite3.connect(path)) as other:
        for sql in ("UPDATE events SET body = X'00'", "DELETE FROM events"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                other.execute(sql)


async def test_credentials(store: EventStore) -> None:
    await store.append([event()], STAMP, [QR, NUMBER])
    assert await store.credentials() == (
        CredentialRow(QR.digest, "qr", "right-1", QR.verifiers, "", 0),
        CredentialRow(NUMBER.digest, "number", "right-1", NUMBER.verifiers, "", 0),
    )
    # The same again changes nothing; other verifiers replace the ones before.
    await store.append([], STAMP, [QR, PutCredential(NUMBER.digest, "number", "right-1", {})])
    assert [row.verifiers for row in await store.credentials()] == [QR.verifiers, {}]
    await store.append([event()], STAMP, [EndCredentials("right-1", "collected", 1000, 2000)])
    await store.append([event()], STAMP, [EndCredentials("right-1", "revoked", 3000, 4000)])
    assert await store.credentials() == (
        CredentialRow(QR.digest, "qr", "right-1", {}, "collected", 1000),
        CredentialRow(NUMBER.digest, "number", "right-1", {}, "collected", 1000),
    )
    await store.append([], STAMP, [ForgetCredentials(2000)])
    assert len(await store.credentials()) == 2
    await store.append([], STAMP, [ForgetCredentials(2001)])
    assert await store.credentials() == ()


async def test_forgetting_leaves_living_credentials(store: EventStore) -> None:
    await store.append([], STAMP, [QR])
    await store.append([], STAMP, [ForgetCredentials(2**53)])
    assert [row.right for row in await store.credentials()] == ["right-1"]


async def test_staff(store: EventStore) -> None:
    await store.append(
        [], STAMP, [PutStaffCredential("s-1", b"1" * 32, "hash-1"), PutStaffCredential("s-2", b"2", "hash-2")]
    )
    await store.append([], STAMP, [PutStaffCredential("s-1", b"3" * 32, "hash-3")])
    assert await store.staff_credentials() == (
        StaffCredentialRow("s-1", b"3" * 32, "hash-3"),
        StaffCredentialRow("s-2", b"2", "hash-2"),
    )


async def test_command_results(store: EventStore) -> None:
    await store.append([event()], STAMP, [PutCommandResult("central", "c-1", "accepted", 5)])
    assert await store.command_result("central", "c-1") == "accepted"
    assert await store.command_result("other", "c-1") is None


async def test_a_cursor_never_moves_back(store: EventStore) -> None:
    assert await store.cursor("central") == 0
    await store.append([event(n) for n in range(5)], STAMP)
    for seq in (4, 2):
        await store.append([], STAMP, [MoveCursor("central", 1, seq)])
    assert await store.cursor("central") == 4


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (PutCredential(QR.digest, "qr", "right-2", {}), "credential_taken"),
        (PutCredential(b"e" * 32, "qr", "right-ended", {}), "credential_taken"),
        (PutStaffCredential("s-2", b"1" * 32, "hash"), "badge_taken"),
        (PutCommandResult("central", "c-1", "rejected", 5), "command_known"),
        (MoveCursor("central", 1, 4), "cursor_beyond_log"),
        (PutSnapshot(b"state", 1), "snapshot_unsealed"),
    ],
)
async def test_a_row_that_must_not_be_is_refused_and_nothing_is_written(
    store: EventStore, path: Path, row: RowChange, code: str
) -> None:
    ended = PutCredential(b"e" * 32, "qr", "right-ended", {})
    known: list[RowChange] = [
        QR,
        ended,
        PutStaffCredential("s-1", b"1" * 32, "hash"),
        PutCommandResult("central", "c-1", "accepted", 5),
    ]
    await store.append([event(1)], STAMP, known)
    await store.append([event(2)], STAMP, [EndCredentials("right-ended", "collected", 1, 2)])
    with pytest.raises(LogError) as refused:
        await store.append([event(3)], STAMP, [MoveCursor("other", 1, 1), row])
    assert refused.value.code == code
    assert store.progress()["failed"] == 0
    assert await store.cursor("other") == 0
    assert (await store.append([event(3)], STAMP)).entries[0].seq == 3  # the store goes on


async def test_an_event_that_cannot_be_written_is_refused_and_nothing_is_written(store: EventStore, path: Path) -> None:
    with pytest.raises(LogError) as refused:
        await store.append([event(1), NewEvent("A", 1, {"x": 1.5})], STAMP)  # type: ignore[dict-item]
    assert refused.value.code == "not_canonical"
    assert count(path, "events") == 0
    assert (await store.append([event(1)], STAMP)).entries[0].seq == 1


async def test_one_credential_given_to_two_rights_ends_the_store(store: EventStore, path: Path) -> None:
    """What only shows inside the transaction has an unknown outcome by rule, though here it is rolled back."""
    other = PutCredential(QR.digest, "qr", "right-2", {})
    with pytest.raises(LogError) as failed:
        await store.append([event(1)], STAMP, [QR, other])
    assert failed.value.code == "commit_unknown"
    assert store.progress()["failed"] == 1
    with pytest.raises(LogError) as refused:
        await store.append([event(1)], STAMP)
    assert refused.value.code == "log_failed"
    assert (count(path, "events"), count(path, "credentials")) == (0, 0)


async def test_a_snapshot_must_carry_what_its_checkpoint_seals(store: EventStore) -> None:
    sealed, _ = checkpoint(b"state")
    for wrong in (PutSnapshot(b"other", 1), PutSnapshot(b"state", 2)):
        with pytest.raises(LogError) as refused:
            await store.append([sealed], STAMP, [wrong])
        assert refused.value.code == "snapshot_unsealed"


async def test_only_the_newest_snapshot_is_kept(store: EventStore, path: Path) -> None:
    for state in (b"one", b"two"):
        sealed, snapshot = checkpoint(state)
        await store.append([event(), sealed], STAMP, [snapshot])
    assert count(path, "snapshots") == 1
    await store.close()
    store, opened = open_box(path)
    assert (opened.snapshot, opened.snapshot_seq, opened.ended_cleanly) == (b"two", 4, True)
    assert list(opened.tail) == []
    await store.append([event(7)], STAMP)
    await store.close()
    store, opened = open_box(path)
    assert (opened.snapshot, opened.snapshot_seq, opened.ended_cleanly) == (b"two", 4, False)
    assert [recorded.seq for recorded in opened.tail] == [5]
    assert [recorded.seq for recorded in opened.tail] == [5]  # it can be read twice
    await store.close()


async def test_a_snapshot_of_another_fold_is_not_used(path: Path, store: EventStore) -> None:
    sealed, snapshot = checkpoint(b"state")
    await store.append([event(), sealed, event()], STAMP, [snapshot] * 0)
    await store.append([sealed], STAMP, [snapshot])
    await store.close()
    again, opened = open_box(path, fold_version=2)
    assert (opened.snapshot, opened.snapshot_seq) == (None, 0)
    assert [recorded.seq for recorded in opened.tail] == [1, 2, 3, 4]
    await again.close()


async def test_after_closing_nothing_is_taken_and_nothing_is_left(path: Path) -> None:
    store, _ = open_box(path)
    waiting = [asyncio.create_task(store.append([event(n)], STAMP)) for n in range(5)]
    await asyncio.sleep(0)
    await store.close()
    assert [(await task).entries[0].seq for task in waiting] == [1, 2, 3, 4, 5]  # what was handed over is written
    await store.close()
    for refused in (store.append([event()], STAMP), store.read(0, 1)):
        with pytest.raises(LogError) as closed:
            await refused
        assert closed.value.code == "log_closed"
    assert [file.name for file in path.parent.iterdir()] == ["log.db"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("log-")]


def test_a_loop_that_is_gone_does_not_stop_the_writer(path: Path) -> None:
    store, _ = open_box(path)

    async def hand_over_and_leave() -> None:
        writing = asyncio.create_task(store.append([event(1)], STAMP))
        await asyncio.sleep(0)
        writing.cancel()

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asyncio.run(hand_over_and_leave())
        other.execute("ROLLBACK")

    async def next_loop() -> int:
        entry = (await store.append([event(2)], STAMP)).entries[0]
        await store.close()
        return entry.seq

    assert asyncio.run(next_loop()) == 2


async def test_free_space(store: EventStore) -> None:
    assert store.free_bytes() > 0
