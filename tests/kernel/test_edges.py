"""Door contacts: real edges, by the kernel's interrupts and lgpio's thread, as contacts make them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hal.cabinet import Cabinet
from hal.doors.watch import DoorWatch
from hal.interfaces import DoorLevel, DoorReading, monotonic_ms
from tests.fakes.plant import eventually
from tests.kernel.chip import EDGE_FALLING, EDGE_RISING, INPUT, PULL_UP, USED, Chip
from tests.kernel.subjects import contacts, running_cabinet

pytestmark = pytest.mark.kernel

A01 = 2


@pytest.fixture
def box() -> Iterator[tuple[Cabinet, Chip]]:
    with running_cabinet() as running:
        yield running


def bounce(chip: Chip, line: int, times: int, *, up: bool) -> None:
    """The contact opens (``up``) or closes, with so many bounces on its way, as fast as this computer can."""
    for _ in range(times):
        chip.pull(line, up=up)
        chip.pull(line, up=not up)
    chip.pull(line, up=up)


def test_the_kernel_is_asked_for_every_edge_and_for_no_debouncing(box: tuple[Cabinet, Chip]) -> None:
    """Which edge was the first decides when a door moved; what bounces is judged in one place for all boards."""
    _, chip = box
    assert chip.asked_for(A01) == (USED | INPUT | EDGE_RISING | EDGE_FALLING | PULL_UP, 0)


def test_a_contact_that_bounces_is_one_movement(box: tuple[Cabinet, Chip]) -> None:
    cabinet, chip = box
    raw: list[DoorReading] = []
    steady: list[DoorReading] = []
    cabinet.doors.subscribe(raw.append)
    watch = DoorWatch(cabinet.doors, steady.append)
    watch.start()
    watch.wait_until_settled(10_000)
    steady.clear()
    before = monotonic_ms()
    bounce(chip, A01, 6, up=True)
    eventually(lambda: steady)
    bounce(chip, A01, 6, up=False)
    eventually(lambda: len(steady) == 2)
    watch.close()
    assert [(reading.compartment, reading.level) for reading in steady] == [
        ("A01", DoorLevel.OPEN),
        ("A01", DoorLevel.CLOSED),
    ]
    assert len(raw) > 2, "there were no bounces"
    assert before <= steady[0].mono_ms < steady[1].mono_ms


def test_a_burst_larger_than_the_kernels_buffer_ends_with_what_stands(box: tuple[Cabinet, Chip]) -> None:
    cabinet, chip = box
    heard: list[DoorReading] = []
    cabinet.doors.subscribe(heard.append)
    bounce(chip, A01, 500, up=True)
    eventually(lambda: heard and heard[-1].level is DoorLevel.OPEN)
    assert cabinet.doors.read("A01").level is DoorLevel.OPEN
    bounce(chip, A01, 500, up=False)
    eventually(lambda: heard[-1].level is DoorLevel.CLOSED)
    assert cabinet.doors.read("A01").level is DoorLevel.CLOSED


def test_all_doors_at_once(box: tuple[Cabinet, Chip]) -> None:
    cabinet, chip = box
    lines = contacts(cabinet.profile)
    heard: dict[str, DoorLevel] = {}
    cabinet.doors.subscribe(lambda reading: heard.update({reading.compartment: reading.level}))
    for line in lines.values():
        chip.pull(line, up=True)
    eventually(lambda: heard == dict.fromkeys(lines, DoorLevel.OPEN))


def test_a_door_is_seen_though_the_library_has_gone_silent() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.kernel.silenced"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_librarys_pipe_lies_where_one_may_write(box: tuple[Cabinet, Chip]) -> None:
    opened = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    pipes = [path for path in opened if path.name.startswith(".lgd-nfy")]
    assert pipes
    assert {path.parent.parent for path in pipes} == {Path(os.environ["TMPDIR"])}
    assert Path.cwd() == Path(__file__).parents[2], "the library has moved the working directory"
