"""A panel as a process beside a real plant process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
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
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "cabinet.toml").write_bytes(GPIO_12.read_bytes())
    write_people(tmp_path, People(letters=[Letter("D-1", "PA-2026-0001", "Personalausweis")]))
    with running_plant() as plant:
        command = [sys.executable, "-m", "simulator.panel", "--town", str(tmp_path), "--plant", str(plant.socket)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("panel: http://127.0.0.1:"), said
            address = said.split()[1].rstrip("/")
            with httpx.Client(base_url=address, headers={"origin": address}, timeout=20) as http:
                yield RunningPanel(http, plant, tmp_path, process)
        finally:
            process.terminate()
            assert process.wait(20) == 0
            if process.stdout is not None:
                process.stdout.close()
