"""What stands at start, and what is refused with words that help."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from controller.adapters.event_store import open_log
from controller.adapters.event_store.migrating import APPLICATION_ID, copies, newest_version
from controller.adapters.event_store.migrations import STEPS
from controller.ports import EndCredentials, LogError, MoveCursor, PutCredential
from tests.unit.event_store.making import BOX, STAMP, as_nobody, event, make_log, open_box, tamper

#: The number of a step that is yet to come.
NEXT = newest_version() + 1
DATABASES = Path(__file__).parents[2] / "fixtures" / "databases"


def refusal(path: Path, box: str = BOX) -> LogError:
    with pytest.raises(LogError) as refused:
        open_log(path, box, fold_version=1)
    return refused.value


async def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    await make_log(path, 3)
    newer = newest_version() + 1
    tamper(path, (f"PRAGMA user_version = {newer}", ()))
    before = path.read_bytes()
    error = refusal(path)
    assert error.code == "database_newer"
    assert str(newer) in str(error)
    assert "newer version" in str(error)
    assert path.read_bytes() == before


def test_any_other_file_is_no_log(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    path.write_bytes(b"this is a letter and no database " * 100)
    assert refusal(path).code == "not_a_log"
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE shopping (item)")
    before = path.read_bytes()
    assert refusal(path).code == "not_a_log"
    assert path.read_bytes() == before


async def test_the_log_of_another_box_is_refused(tmp_path: Path) -> None:
    await make_log(tmp_path / "log.db", 1)
    error = refusal(tmp_path / "log.db", "box-2")
    assert error.code == "wrong_box"
    assert "box-1" in str(error)
    assert "box-2" in str(error)


def test_a_box_needs_an_id_that_can_stand_in_a_body(tmp_path: Path) -> None:
    assert refusal(tmp_path / "log.db", 'a"b').code == "bad_id"
    assert not (tmp_path / "log.db").exists()


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    error = refusal(tmp_path / "nowhere" / "log.db")
    assert error.code == "no_data_directory"
    assert "abholfach-provision" in str(error)


def test_a_directory_that_may_not_be_written(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    directory.mkdir(mode=0o555)
    with as_nobody(directory):
        assert refusal(directory / "log.db").code == "permission_denied"


SEALED_AT = 20
COUNT = 30


@pytest.mark.parametrize(
    ("sql", "seq"),
    [
        ("UPDATE events SET body = CAST(body || ' ' AS BLOB) WHERE seq = 30", 30),
        ("UPDATE events SET hash = zeroblob(32) WHERE seq = 29", 30),
        ("DELETE FROM events WHERE seq = 30", 30),
        ("DELETE FROM events WHERE seq > 25", 26),
        ("DELETE FROM events WHERE seq = 29", 29),
        ("UPDATE events SET body = CAST(body || ' ' AS BLOB) WHERE seq = 20", 20),
        ("UPDATE snapshots SET state = X'00'", 20),
        ("UPDATE snapshots SET fold_version = 7", 20),
        ("UPDATE snapshots SET seq = 19", 19),
        ("UPDATE snapshots SET seq = 99", 31),
        ("UPDATE cursors SET seq = 99", 31),
        ("DELETE FROM log", 0),
    ],
)
async def test_damage_at_start_is_told_with_the_entry_and_what_to_do(tmp_path: Path, sql: str, seq: int) -> None:
    path = tmp_path / "log.db"
    await make_log(path, COUNT, SEALED_AT)
    store, _ = open_box(path)
    await store.append([], STAMP, [MoveCursor("central", 1, 5)])
    await store.close()
    tamper(path, (sql, ()))
    error = refusal(path)
    assert (error.code, error.seq) == ("log_damaged", seq)
    assert "abholfach log verify" in str(error)
    assert "backup" in str(error)


async def test_a_snapshot_that_is_gone_makes_the_whole_log_the_tail(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    await make_log(path, COUNT, SEALED_AT)
    tamper(path, ("DELETE FROM snapshots", ()))
    store, opened = open_box(path)
    assert opened.snapshot is None
    assert [recorded.seq for recorded in opened.tail] == list(range(1, COUNT + 1))
    await store.close()


async def test_only_the_tail_is_read_at_start(tmp_path: Path) -> None:
    """Damage before the checkpoint does not hold up the start; the verification afterwards finds it."""
    path = tmp_path / "log.db"
    await make_log(path, COUNT, SEALED_AT)
    tamper(path, ("UPDATE events SET body = zeroblob(10) WHERE seq = 3", ()))
    store, opened = open_box(path)
    assert [recorded.seq for recorded in opened.tail] == list(range(SEALED_AT + 1, COUNT + 1))
    with pytest.raises(LogError) as found:
        _ = [seq async for seq in store.verify_in_idle()]
    assert found.value.seq == 3
    await store.close()


async def test_the_settings_the_log_relies_on(tmp_path: Path) -> None:
    """As a connection that is told nothing sees them, and as the writer's thread does."""
    path = tmp_path / "log.db"
    store, _ = open_box(path)
    db = store._session._db
    asked = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "wal_autocheckpoint", "application_id")
    values = await store._writer.call(lambda: [db.execute(f"PRAGMA {name}").fetchone()[0] for name in asked])
    assert values == ["wal", 2, 1, 1, 0, APPLICATION_ID]
    await store.close()


# --- migrations ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", sorted(STEPS))
async def test_every_shape_there_has_been_can_be_opened(tmp_path: Path, version: int) -> None:
    path = tmp_path / "log.db"
    shutil.copyfile(DATABASES / f"v{version:04}.db", path)
    store, opened = open_log(path, "fixture", fold_version=1)
    assert (opened.last_seq, opened.snapshot_seq, opened.snapshot) == (12, 10, b'{"state":"of the fixture"}')
    assert [(recorded.seq, recorded.type) for recorded in opened.tail] == [(11, "DoorOpened"), (12, "DoorClosed")]
    assert [seq async for seq in store.verify_in_idle()] == [12]
    assert [(row.right, row.ended_reason, dict(row.verifiers)) for row in await store.credentials()] == [
        ("right-1", "", {"birth_date": "00" * 32}),
        ("right-2", "collected", {}),
    ]
    assert [row.staff for row in await store.staff_credentials()] == ["staff-1"]
    assert await store.command_result("central", "command-1") == "accepted"
    assert await store.cursor("central") == 9
    assert (await store.append([event()], STAMP)).entries[0].seq == 13
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (newest_version(),)


def next_shape(db: Database) -> None:
    db.execute("ALTER TABLE cursors ADD COLUMN name TEXT NOT NULL DEFAULT ''")


def broken_step(db: Database) -> None:
    next_shape(db)
    raise RuntimeError("half way")


def open_with(path: Path, step: Callable[[Database], None]) -> object:
    return open_log(path, BOX, fold_version=1, steps={**STEPS, NEXT: step})[0]


async def test_an_older_database_is_copied_and_brought_up(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    entries = await make_log(path, 5)
    store, _ = open_log(path, BOX, fold_version=1, steps={**STEPS, NEXT: next_shape})
    assert await store.read(0, 10) == entries
    [copy] = copies(path)
    await store.close()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (newest_version(),)
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (5,)
    assert refusal(path).code == "database_newer"  # for the version that does not know the step
    store, _ = open_log(path, BOX, fold_version=1, steps={**STEPS, NEXT: next_shape})  # nothing left to do
    await store.close()


async def test_a_step_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    entries = await make_log(path, 5)
    with pytest.raises(RuntimeError, match="half way"):
        open_with(path, broken_step)
    store, _ = open_box(path)
    assert await store.read(0, 10) == entries
    await store.close()


async def test_what_must_be_forgotten_is_forgotten_in_the_copy_too(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    store, _ = open_box(path)
    await store.append([], STAMP, [PutCredential(b"d" * 32, "qr", "right-1", {"pin": "ab" * 32})])
    await store.close()
    store, _ = open_log(path, BOX, fold_version=1, steps={**STEPS, NEXT: next_shape})
    await store.append([], STAMP, [EndCredentials("right-1", "collected", 1, 2)])
    await store.close()
    assert list(copies(path)) == []
    assert [file.name for file in tmp_path.iterdir()] == ["log.db"]
