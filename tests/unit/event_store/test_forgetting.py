"""What a right's end deletes is gone from the disk: from the database file and from the write-ahead log."""

from __future__ import annotations

import asyncio
import hashlib
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from controller.adapters.event_store.connections import connect_reader
from controller.ports import EndCredentials, ForgetCredentials, PutCredential, PutStaffCredential, RowChange
from tests.unit.event_store.making import STAMP, event, open_box, until


def credential(number: int) -> PutCredential:
    digest = hashlib.sha256(b"token %d" % number).digest()
    verifiers = {name: hashlib.sha256(f"{name} {number}".encode()).hexdigest() for name in ("birth_date", "pin")}
    return PutCredential(digest, "qr", f"right-{number}", verifiers)


def on_disk(directory: Path, wanted: bytes) -> list[str]:
    """The names of the files that hold ``wanted``, in any spelling that SQLite might use."""
    return sorted(file.name for file in directory.iterdir() if wanted in file.read_bytes())


async def test_verifiers_leave_every_file_when_the_right_ends(tmp_path: Path) -> None:
    store, _ = open_box(tmp_path / "log.db")
    kept, ended = credential(1), credential(2)
    await store.append([event()], STAMP, [kept, ended])
    await until(lambda: not store.progress()["to_scrub"])
    secret = ended.verifiers["pin"].encode()
    assert on_disk(tmp_path, secret)
    await store.append([event()], STAMP, [EndCredentials("right-2", "collected", 1, 2)])
    assert store.progress()["to_scrub"] == 1
    assert on_disk(tmp_path, secret)  # this is why a checkpoint must follow
    await until(lambda: not store.progress()["to_scrub"])
    for verifier in ended.verifiers.values():
        assert on_disk(tmp_path, verifier.encode()) == []
    assert on_disk(tmp_path, ended.digest)  # to be able to say "already collected"
    assert on_disk(tmp_path, kept.verifiers["pin"].encode())
    await store.append([], STAMP, [ForgetCredentials(100)])
    await until(lambda: not store.progress()["to_scrub"])
    assert on_disk(tmp_path, ended.digest) == []
    assert on_disk(tmp_path, kept.digest)
    await store.close()


async def test_a_replaced_pin_hash_leaves_every_file(tmp_path: Path) -> None:
    store, _ = open_box(tmp_path / "log.db")
    await store.append([], STAMP, [PutStaffCredential("s-1", b"1" * 32, "$argon2id$the-old-hash")])
    await store.append([], STAMP, [PutStaffCredential("s-1", b"2" * 32, "$argon2id$the-new-hash")])
    await until(lambda: not store.progress()["to_scrub"])
    assert on_disk(tmp_path, b"the-old-hash") == []
    assert on_disk(tmp_path, b"the-new-hash")
    await store.close()


async def test_a_reader_only_delays_it(tmp_path: Path) -> None:
    store, _ = open_box(tmp_path / "log.db")
    ended = credential(1)
    await store.append([], STAMP, [ended])
    await until(lambda: not store.progress()["to_scrub"])
    with closing(connect_reader(tmp_path / "log.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM verifiers").fetchone()
        await store.append([], STAMP, [EndCredentials("right-1", "collected", 1, 2)])
        await asyncio.sleep(0.2)  # it is tried meanwhile, and keeps no append waiting
        async with asyncio.timeout(1):
            await store.append([event()], STAMP)
        assert store.progress()["to_scrub"] == 1
        reader.execute("ROLLBACK")
    await until(lambda: not store.progress()["to_scrub"])
    assert on_disk(tmp_path, ended.verifiers["pin"].encode()) == []
    await store.close()


async def test_closing_does_it_at_once(tmp_path: Path) -> None:
    store, _ = open_box(tmp_path / "log.db")
    ended = credential(1)
    await store.append([], STAMP, [ended])
    await store.append([], STAMP, [EndCredentials("right-1", "collected", 1, 2)])
    await store.close()
    assert on_disk(tmp_path, ended.verifiers["pin"].encode()) == []


async def test_what_a_killed_process_left_in_the_write_ahead_log_goes_at_the_next_start(tmp_path: Path) -> None:
    ended = credential(1)
    alive, after_kill = tmp_path / "alive", tmp_path / "after_kill"
    alive.mkdir()
    after_kill.mkdir()
    store, _ = open_box(alive / "log.db")
    await store.append([], STAMP, [ended])
    await store.append([], STAMP, [EndCredentials("right-1", "collected", 1, 2)])
    for file in alive.iterdir():  # as the files are at this moment
        (after_kill / file.name).write_bytes(file.read_bytes())
    assert on_disk(after_kill, ended.verifiers["pin"].encode())
    await store.close()
    store, _ = open_box(after_kill / "log.db")
    await until(lambda: not store.progress()["to_scrub"])
    assert on_disk(after_kill, ended.verifiers["pin"].encode()) == []
    await store.close()


@pytest.mark.parametrize("seed", range(2))
async def test_nothing_is_left_however_the_pages_were_split_and_merged(tmp_path: Path, seed: int) -> None:
    """Rows that moved from page to page leave copies of themselves; none may survive the end of the right."""
    chance = random.Random(seed)
    store, _ = open_box(tmp_path / "log.db")
    living: dict[int, PutCredential] = {}
    ended: list[PutCredential] = []
    for number in range(400):
        rows: list[RowChange] = [credential(number)]
        living[number] = credential(number)
        while living and chance.random() < (0.3 if number < 200 else 0.6):
            gone = chance.choice(list(living))
            ended.append(living.pop(gone))
            rows.append(EndCredentials(f"right-{gone}", "collected", 1, 10))
            if chance.random() < 0.1:
                rows.append(ForgetCredentials(chance.choice((5, 20))))
        await store.append([event(number)], STAMP, rows)
        if chance.random() < 0.02:
            await until(lambda: not store.progress()["to_scrub"])
    await until(lambda: not store.progress()["to_scrub"])
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    left = [number for gone in ended for number, v in gone.verifiers.items() if v.encode() in content]
    assert left == []
    assert all(verifier.encode() in content for right in living.values() for verifier in right.verifiers.values())
    await store.close()


def test_sqlite_itself_would_leave_them(tmp_path: Path) -> None:
    """The check above can fail: without ``secure_delete`` and a checkpoint the bytes are still there."""
    path = tmp_path / "plain.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES ('a verifier of somebody')")
        connection.execute("DELETE FROM t")
    assert on_disk(tmp_path, b"verifier of somebody") == ["plain.db"]
