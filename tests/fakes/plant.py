"""Starts real plant processes for tests."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hal.profile import shipped_profiles
from simulator.plant.client import PlantClient

GPIO_12 = shipped_profiles()["gpio-12"]


def eventually(what: Callable[[], object], timeout: float = 30.0) -> None:
    """Wait until ``what()`` is true; fail after ``timeout`` seconds."""
    end = time.monotonic() + timeout
    while not what():
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(0.005)


@dataclass
class RunningPlant:
    """A plant process, and a person in front of it."""

    process: subprocess.Popen[str]
    profile: Path
    socket: Path
    person: PlantClient


@contextmanager
def running_plant(profile: Path = GPIO_12, *, seed: int = 1, state: Path | None = None) -> Iterator[RunningPlant]:
    """A plant until the end of the block. Its socket is in a short path of its own: socket paths end at 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="plant-"))
    socket = folder / "s"
    command = [
        sys.executable,
        "-m",
        "simulator.plant",
        "--profile",
        str(profile),
        "--socket",
        str(socket),
        "--seed",
        str(seed),
    ]
    if state is not None:
        command += ["--state", str(state)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"plant ready {socket}\n"
        with PlantClient(socket) as person:
            yield RunningPlant(process, profile, socket, person)
    finally:
        process.terminate()
        try:
            process.wait(10)
        finally:
            process.kill()
            if process.stdout is not None:
                process.stdout.close()
            shutil.rmtree(folder)
