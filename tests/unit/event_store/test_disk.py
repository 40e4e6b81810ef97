"""The data directory: one controller, a reserve, and what happens when the disk is full."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from controller.adapters.event_store import ReserveFile, hold_data_directory
from controller.adapters.event_store.disk import RESERVE_BYTES, free_bytes
from controller.ports import LogError
from tests.unit.event_store.making import STAMP, event, open_box, until


def test_a_second_controller_is_refused_and_a_later_one_is_not(tmp_path: Path) -> None:
    holder = (
        "import sys; from pathlib import Path; from controller.adapters.event_store import hold_data_directory\n"
        "with hold_data_directory(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LogError) as refused, hold_data_directory(tmp_path):
            pass
        assert refused.value.code == "data_directory_busy"
        assert str(tmp_path) in str(refused.value)
        other.kill()  # even then the kernel frees it
    with hold_data_directory(tmp_path):
        pass
    with hold_data_directory(tmp_path):
        pass


async def test_a_child_does_not_inherit_the_lock(tmp_path: Path) -> None:
    with hold_data_directory(tmp_path):
        command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, close_fds=False)

    def is_free() -> bool:
        try:
            with hold_data_directory(tmp_path):
                return True
        except LogError:
            return False

    # Linux lets the parent go on a moment before it closes the child's copies.
    await until(is_free)
    assert child.poll() is None
    child.communicate()


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for directory in (tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(LogError) as refused, hold_data_directory(directory):
            pass
        assert refused.value.code == "no_data_directory"


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic") as refused, hold_data_directory(tmp_path):
        pass
    assert refused.value.errno == errno.ELOOP
    assert not (tmp_path / "elsewhere").exists()


def test_the_reserve_takes_its_space_and_gives_it_back(tmp_path: Path) -> None:
    reserve = ReserveFile(tmp_path)
    for _ in range(2):
        assert reserve.ensure()
        status = reserve.path.stat()
        assert status.st_size == RESERVE_BYTES
        assert status.st_blocks * 512 >= RESERVE_BYTES  # not a sparse file
    reserve.release()
    reserve.release()
    assert not reserve.path.exists()


def test_a_reserve_for_which_there_is_no_room_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    reserve = ReserveFile(tmp_path)
    assert not reserve.ensure()
    assert not reserve.path.exists()


def test_free_space_is_what_the_file_system_says(tmp_path: Path) -> None:
    assert 0 < free_bytes(tmp_path) < 2**63


#: Appends on a disk of the given size until that is full, then tells what the store said.
UNTIL_FULL = """
import asyncio, json, sys
from pathlib import Path
from controller.ports import LogError, MoveCursor
from simulator.recording_vfs import RecordingVfs
from tests.unit.event_store.making import STAMP, event, open_box

async def main():
    store, _ = open_box(Path(sys.argv[1]))
    acknowledged, codes = 0, []
    while len(codes) < 2:
        try:
            rows = [MoveCursor("central", 1, 2 * acknowledged + 2)]
            await store.append([event(acknowledged), event(acknowledged)], STAMP, rows)
            acknowledged += 1
        except LogError as error:
            codes.append(error.code)
    failed = store.progress()["failed"]
    await store.close()
    print(json.dumps({"acknowledged": acknowledged, "codes": codes, "failed": failed}))

RecordingVfs(capacity=int(sys.argv[2])).install()
asyncio.run(main())
"""


@pytest.mark.parametrize("capacity", [400_000, 401_000, 443_210, 500_000])
def test_a_full_disk_ends_the_store_and_leaves_nothing_half_written(tmp_path: Path, capacity: int) -> None:
    path = tmp_path / "log.db"
    command = [sys.executable, "-c", UNTIL_FULL, str(path), str(capacity)]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    told = json.loads(finished.stdout)
    assert told["codes"] == ["disk_full", "log_failed"]
    assert told["failed"] == 1
    assert told["acknowledged"] > 10

    async def look() -> tuple[int, int]:
        store, opened = open_box(path)
        assert [seq async for seq in store.verify_in_idle()][-1:] == [opened.last_seq]
        cursor = await store.cursor("central")
        # With room again the log goes on.
        assert (await store.append([event()], STAMP)).entries[0].seq == opened.last_seq + 1
        await store.close()
        return opened.last_seq, cursor

    last_seq, cursor = asyncio.run(look())
    # The outcome of the failed append is unknown to the process; on the disk it is all or nothing.
    assert last_seq in (2 * told["acknowledged"], 2 * told["acknowledged"] + 2)
    assert cursor == last_seq


def test_a_disk_that_was_full_at_a_start_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-c", UNTIL_FULL, str(tmp_path / "log.db"), "10000"]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode != 0
    assert "The disk is full" in finished.stderr
