"""The long logs of the bench are real ones, and the start does not read them whole."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from controller.adapters.event_store import open_log, opening
from controller.adapters.event_store.connections import connect_reader, connect_writer
from controller.adapters.event_store.verification import verify
from tests.bench import bench_log


def test_a_generated_log_opens_and_verifies(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    bench_log.make_log(path, 3000, tail=10)
    store, opened = open_log(path, bench_log.BOX, fold_version=bench_log.FOLD_VERSION)
    assert (opened.last_seq, opened.snapshot_seq, opened.snapshot) == (3000, 2990, bench_log.STATE)
    assert len(list(opened.tail)) == 10
    asyncio.run(store.close())
    with closing(connect_reader(path)) as connection:
        *_, chain = verify(connection)
    assert chain.seq == 3000


def test_the_figures_have_their_names_and_units(tmp_path: Path) -> None:
    figures = bench_log.figures(count=2000, few=200, rounds=1)
    assert set(figures) == {"log.open_million", "log.verify_million"}
    for figure in figures.values():
        assert set(figure) == {"value", "unit", "floor", "ratio"}
        assert figure["unit"] == "s"


def steps_to_open(path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many steps of SQLite's machine the writer's connection takes until the log is open."""
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    def counting(path: Path) -> sqlite3.Connection:
        connection = connect_writer(path)
        connection.set_progress_handler(count, 1)
        return connection

    monkeypatch.setattr(opening, "connect_writer", counting)
    store, _ = open_log(path, bench_log.BOX, fold_version=bench_log.FOLD_VERSION)
    opened = steps
    asyncio.run(store.close())
    return opened


def test_a_start_takes_as_many_steps_however_long_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short, long = tmp_path / "short.db", tmp_path / "long.db"
    bench_log.make_log(short, 1_000, tail=100)
    bench_log.make_log(long, 30_000, tail=100)
    few, many = steps_to_open(short, monkeypatch), steps_to_open(long, monkeypatch)
    assert few > 100
    assert many <= few * 1.05
