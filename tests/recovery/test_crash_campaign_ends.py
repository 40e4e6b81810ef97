"""A campaign that is ended leaves no town behind."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


def running_under(directory: Path) -> list[str]:
    """Command lines of the processes that work below ``directory``, other than the campaign's own."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue  # it has ended meanwhile
            if str(directory) in command and "simulator.crash" not in command:
                found.append(command)
    return found


def until(condition: bool, deadline: float) -> bool:
    return condition or time.monotonic() > deadline


@pytest.fixture
def data() -> Iterator[Path]:
    """A short path: unix sockets have room for a hundred characters, and pytest's own directories are long."""
    directory = Path(tempfile.mkdtemp(prefix="ends-"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


def test_a_campaign_that_is_terminated_takes_its_towns_along(data: Path) -> None:
    arguments = ["--kills", "1000", "--jobs", "2", "--seed", "77", "--data", str(data)]
    campaign = subprocess.Popen([sys.executable, "-m", "simulator.crash", *arguments], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not until(len(running_under(data)) >= 2, deadline):
            time.sleep(0.05)
        assert len(running_under(data)) >= 2, "no town came to life"
    finally:
        campaign.terminate()
        campaign.wait(10)
    deadline = time.monotonic() + 20
    while not until(not running_under(data), deadline):
        time.sleep(0.05)
    assert running_under(data) == []
