"""Whatever happens to a stored entry, verification names the first one at fault."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.adapters.event_store.connections import connect_reader
from controller.adapters.event_store.encoding import make_entry
from controller.adapters.event_store.verification import Chain, verify
from controller.ports import Entry, LogError
from tests.unit.event_store.making import BOX, STAMP, event, make_log, open_box, tamper

COUNT = 40

Statement = tuple[str, tuple[object, ...]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Entry, ...]]:
    path = tmp_path_factory.mktemp("whole") / "log.db"
    return path, asyncio.run(make_log(path, COUNT))


def first_fault(path: Path, limit: int) -> int:
    with closing(connect_reader(path)) as connection, pytest.raises(LogError) as found:
        for _ in verify(connection, limit):
            pass
    assert found.value.code == "log_damaged"
    assert f"entry {found.value.seq}" in str(found.value)
    return found.value.seq


def fault_after(tmp: Path, whole: Path, limit: int, *statements: Statement) -> int:
    path = tmp / "damaged.db"
    shutil.copyfile(whole, path)
    tamper(path, *statements)
    return first_fault(path, limit)


SEQ = st.integers(1, COUNT)
LIMIT = st.sampled_from([1, 7, 13, COUNT, 1024])


def test_a_whole_log_is_whole(whole: tuple[Path, tuple[Entry, ...]]) -> None:
    path, entries = whole
    with closing(connect_reader(path)) as connection:
        reached = [chain.seq for chain in verify(connection, 16)]
        *_, last = verify(connection)
    assert reached == [16, 32, 40, 40]
    assert (last.seq, last.hash) == (COUNT, entries[-1].hash)


@given(data=st.data(), seq=SEQ, limit=LIMIT, column=st.sampled_from(["body", "hash"]), bit=st.integers(0, 7))
def test_a_flipped_bit(
    whole: tuple[Path, tuple[Entry, ...]],
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    seq: int,
    limit: int,
    column: str,
    bit: int,
) -> None:
    path, entries = whole
    value = bytearray(entries[seq - 1].body if column == "body" else entries[seq - 1].hash)
    value[data.draw(st.integers(0, len(value) - 1))] ^= 1 << bit
    sql = {"body": "UPDATE events SET body = ? WHERE seq = ?", "hash": "UPDATE events SET hash = ? WHERE seq = ?"}[
        column
    ]
    change = (sql, (bytes(value), seq))
    assert fault_after(tmp_path_factory.mktemp("flip"), path, limit, change) == seq


@given(seq=SEQ, limit=LIMIT)
def test_a_missing_entry(
    whole: tuple[Path, tuple[Entry, ...]], tmp_path_factory: pytest.TempPathFactory, seq: int, limit: int
) -> None:
    change = ("DELETE FROM events WHERE seq = ?", (seq,))
    assert fault_after(tmp_path_factory.mktemp("missing"), whole[0], limit, change) == seq


@given(pair=st.sets(SEQ, min_size=2, max_size=2), limit=LIMIT)
def test_two_swapped_entries(
    whole: tuple[Path, tuple[Entry, ...]], tmp_path_factory: pytest.TempPathFactory, pair: set[int], limit: int
) -> None:
    path, entries = whole
    one, two = sorted(pair)
    sql = "UPDATE events SET hash = ?, body = ? WHERE seq = ?"
    a, b = entries[one - 1], entries[two - 1]
    changes = ((sql, (b.hash, b.body, one)), (sql, (a.hash, a.body, two)))
    assert fault_after(tmp_path_factory.mktemp("swap"), path, limit, *changes) == one


@given(seq=SEQ, limit=LIMIT)
def test_an_entry_that_was_put_in(
    whole: tuple[Path, tuple[Entry, ...]], tmp_path_factory: pytest.TempPathFactory, seq: int, limit: int
) -> None:
    """With its own hash right and its link right: what follows shows that it was not there."""
    path, entries = whole
    before = entries[seq - 1]
    put = make_entry(event(99), STAMP, box=BOX, epoch=1, seq=seq + 1, after=before.hash)
    changes = (
        ("UPDATE events SET seq = -seq - 1 WHERE seq > ?", (seq,)),
        ("UPDATE events SET seq = -seq WHERE seq < 0", ()),
        ("INSERT INTO events (seq, hash, body) VALUES (?, ?, ?)", (seq + 1, put.hash, put.body)),
    )
    if seq == COUNT:  # at the very end it is what an append would have written: nothing to be found
        return
    assert fault_after(tmp_path_factory.mktemp("insert"), path, limit, *changes) == seq + 2


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET body = '3' WHERE seq = 9",
        "UPDATE events SET hash = 3 WHERE seq = 9",
    ],
)
def test_what_is_not_even_an_entry(whole: tuple[Path, tuple[Entry, ...]], tmp_path: Path, change: str) -> None:
    path = tmp_path / "damaged.db"
    shutil.copyfile(whole[0], path)
    with closing(sqlite3.connect(path)) as connection:  # a table that is not STRICT, so that nothing is refused
        connection.executescript(
            "PRAGMA ignore_check_constraints = ON; DROP TRIGGER events_are_not_changed; PRAGMA writable_schema = ON;"
            "UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'events';"
            "PRAGMA writable_schema = OFF"
        )
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(change)
    assert first_fault(path, 16) == 9


def test_an_entry_with_another_number_inside(tmp_path: Path, whole: tuple[Path, tuple[Entry, ...]]) -> None:
    before = whole[1][-1]
    wrong = make_entry(event(), STAMP, box=BOX, epoch=1, seq=77, after=before.hash)
    chain = Chain(BOX, before.seq, before.hash)
    with pytest.raises(LogError, match="another number") as found:
        chain.check([(before.seq + 1, wrong.hash, wrong.body)])
    assert found.value.seq == before.seq + 1


@pytest.mark.parametrize(
    ("box", "epoch", "words"), [("box-2", 2, "belongs to box box-2"), (BOX, 1, "epoch 1 is older")]
)
def test_an_entry_of_another_box_or_an_older_epoch(box: str, epoch: int, words: str) -> None:
    first = make_entry(event(), STAMP, box=BOX, epoch=2, seq=1, after=bytes(32))
    second = make_entry(event(), STAMP, box=box, epoch=epoch, seq=2, after=first.hash)
    chain = Chain(BOX)
    with pytest.raises(LogError, match=words) as found:
        chain.check([(1, first.hash, first.body), (2, second.hash, second.body)])
    assert found.value.seq == 2


def test_a_page_that_sqlite_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    entries = asyncio.run(make_log(path, COUNT))
    content = bytearray(path.read_bytes())
    page = content.index(entries[19].body) // 4096 * 4096
    content[page : page + 4096] = b"\xff" * 4096
    path.write_bytes(content)
    first_lost = min(entry.seq for entry in entries if entry.body not in content)
    assert first_fault(path, 1024) == first_lost


async def test_the_tail_and_the_idle_verification_find_it_too(
    whole: tuple[Path, tuple[Entry, ...]], tmp_path: Path
) -> None:
    path = tmp_path / "log.db"
    shutil.copyfile(whole[0], path)
    tamper(path, ("UPDATE events SET body = CAST(body || ' ' AS BLOB) WHERE seq = 30", ()))
    store, opened = open_box(path)
    with pytest.raises(LogError) as found:
        list(opened.tail)
    assert (found.value.code, found.value.seq) == ("log_damaged", 30)
    with pytest.raises(LogError) as found:
        _ = [seq async for seq in store.verify_in_idle()]
    assert found.value.seq == 30
    await store.close()
