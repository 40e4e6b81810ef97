"""A panel as a process beside a real plant process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from simulator.townsfolk import Letter, People, write_people
from tests.fakes.plant import GPIO_12, RunningPlant, running_plant


@dataclass
class RunningPanel:
    """``http`` speaks as the panel's own page does."""

    http: httpx.Client
    plant: RunningPlant
    town: Path
    process: subprocess.Popen[str]


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[RunningPanel]:
    with running_plant() as plant, running_panel(tmp_path, plant, GPIO_12) as made:
        yield made


@contextmanager
def running_panel(town: Path, plant: RunningPlant, profile: Path, *more: str) -> Iterator[RunningPanel]:
    """A panel of a town that is nothing but its directory."""
    (town / "config").mkdir()
    (town / "config" / "cabinet.toml").write_bytes(profile.read_bytes())
    write_people(town, People(letters=[Letter("D-1", "PA-2026-0001", "Personalausweis")]))
    command = [sys.executable, "-m", "simulator.panel", "--town", str(town), "--plant", str(plant.socket), *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("panel: http://127.0.0.1:"), said
        address = said.split()[1].rstrip("/")
        with httpx.Client(base_url=address, headers={"origin": address}, timeout=20) as http:
            yield RunningPanel(http, plant, town, process)
    finally:
        process.terminate()
        assert process.wait(20) == 0
        if process.stdout is not None:
            process.stdout.close()
