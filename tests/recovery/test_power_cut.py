"""The current goes at any moment: the log opens, verifies, and holds every append that was acknowledged, whole.

The long form: ``python -m simulator.power_cut --cuts 10000``.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from simulator.power_cut import campaign
from simulator.torn_disk import SECTOR, Disk, Note

CUTS = 150


@pytest.mark.parametrize("seed", [1, 2])
async def test_no_power_cut_loses_or_halves_an_append(seed: int) -> None:
    assert await campaign(seed, count=40, cuts=CUTS) == []


async def test_a_disk_that_lies_is_found_out() -> None:
    """Were syncs without effect, acknowledged appends would be lost: the examination above does see that."""
    wrong = await campaign(3, count=20, cuts=30, lying=True)
    assert any("were acknowledged" in line for line in wrong)


def states(tmp_path: Path, disk: Disk, draws: int = 200) -> set[bytes | None]:
    found: set[bytes | None] = set()
    for number in range(draws):
        directory = tmp_path / str(number)
        directory.mkdir()
        disk.cut(random.Random(number), directory)
        found.add((directory / "f").read_bytes() if (directory / "f").exists() else None)
    return found


def play(*notes: Note) -> Disk:
    disk = Disk()
    for note in notes:
        disk.play(note)
    return disk


def test_what_was_synced_is_there_and_nothing_else_is_certain(tmp_path: Path) -> None:
    old, new = b"o" * SECTOR, b"n" * SECTOR
    disk = play(Note("write", "f", 0, old * 2), Note("sync", "f"), Note("write", "f", 0, new * 2))
    assert states(tmp_path, disk) == {old + old, old + new, new + old, new + new}


def test_writes_are_torn_at_sectors_and_come_in_any_order(tmp_path: Path) -> None:
    disk = play(Note("write", "f", 0, b"a" * SECTOR), Note("write", "f", SECTOR, b"b"))
    nothing, first, second = b"", b"a" * SECTOR, bytes(SECTOR) + b"b"
    assert states(tmp_path, disk) == {None, nothing, first, second, first + b"b"}


def test_a_deleted_file_may_come_back_until_its_directory_is_synced(tmp_path: Path) -> None:
    notes = (Note("write", "f", 0, b"x"), Note("sync", "f"), Note("delete", "f"))
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    assert states(tmp_path / "1", play(*notes)) == {None, b"x"}
    synced = (Note("journal", "j"), Note("write", "j", 0, b"y"), Note("sync", "j"))
    assert states(tmp_path / "2", play(*notes, *synced)) == {None}


def test_a_truncation_may_be_lost(tmp_path: Path) -> None:
    disk = play(Note("write", "f", 0, b"xyz"), Note("sync", "f"), Note("truncate", "f", 1))
    assert states(tmp_path, disk) == {b"xyz", b"x"}
