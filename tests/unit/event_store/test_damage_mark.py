"""A log that was found damaged is remembered over restarts, until it verifies."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from controller.adapters.event_store.damage import MARK_NAME, Damage, DamageMark
from controller.cli import build_parser
from controller.cli_log import run_verify
from tests.bench.bench_log import make_log


def test_there_is_none_at_first(tmp_path: Path) -> None:
    assert DamageMark(tmp_path).read() is None
    assert DamageMark(tmp_path).clear() is False


def test_it_stays_until_it_is_taken_away(tmp_path: Path) -> None:
    DamageMark(tmp_path).put(Damage("log_damaged", 17))
    assert DamageMark(tmp_path).read() == Damage("log_damaged", 17)
    assert DamageMark(tmp_path).clear() is True
    assert DamageMark(tmp_path).read() is None


@pytest.mark.parametrize("content", [b"", b"{", b'{"code": 5}', b"\xff"])
def test_a_mark_that_cannot_be_read_is_a_mark(tmp_path: Path, content: bytes) -> None:
    (tmp_path / MARK_NAME).write_bytes(content)
    assert DamageMark(tmp_path).read() == Damage("log_damaged", 0)


def test_verify_takes_it_away_from_a_whole_log_only(tmp_path: Path) -> None:
    make_log(tmp_path / "log.db", 50, tail=10)
    DamageMark(tmp_path).put(Damage("log_damaged", 17))
    out = io.StringIO()
    assert run_verify(build_parser().parse_args(["log", "verify", "--data", str(tmp_path)]), out) == 0
    assert "mark is taken away" in out.getvalue()
    assert DamageMark(tmp_path).read() is None
