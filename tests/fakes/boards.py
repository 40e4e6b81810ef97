"""Starts real processes of emulated boards for tests, with the plant that they share."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hal.edges import Edges
from simulator.boards.client import CONTROL, BoardsClient
from simulator.edges import plant_edges
from tests.fakes.plant import RunningPlant, running_plant


@dataclass
class RunningBoards:
    """The emulated boards of a profile, and somebody who pulls their plugs."""

    process: subprocess.Popen[str]
    plant: RunningPlant
    ports: Path
    control: BoardsClient

    @property
    def edges(self) -> Edges:
        """What the drivers are given."""
        return plant_edges(self.plant.socket, self.ports)


@contextmanager
def running_boards(profile: Path, *, seed: int = 1) -> Iterator[RunningBoards]:
    """Plant and boards until the end of the block."""
    with running_plant(profile, seed=seed) as plant:
        ports = Path(tempfile.mkdtemp(prefix="boards-"))
        arguments = ["--profile", str(profile), "--plant", str(plant.socket), "--ports", str(ports)]
        command = [sys.executable, "-m", "simulator.boards", *arguments, "--seed", str(seed)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"boards ready {ports}\n"
            with BoardsClient(ports / CONTROL) as control:
                yield RunningBoards(process, plant, ports, control)
        finally:
            process.terminate()
            try:
                process.wait(10)
            finally:
                process.kill()
                if process.stdout is not None:
                    process.stdout.close()
                shutil.rmtree(ports)


Wired = tuple[str, int] | tuple[str, int, str, int]
"""The bank and channel of a lock, and those of its contact where it is not beside the lock."""


def serial_profile(banks: str, compartments: Mapping[str, Wired], *, closed_level: str = "high") -> str:
    """The text of a profile: ``banks`` is TOML, ``compartments`` label → where its lock and its contact are."""
    text = f'format = 2\nname = "test"\n\n[sensors]\nclosed_level = "{closed_level}"\nsenses = "door"\n\n{banks}\n'
    for row, (label, wired) in enumerate(compartments.items()):
        bank, lock, sensor_bank, sensor = wired if len(wired) == 4 else (*wired, *wired)
        text += f'\n[[compartments]]\nlabel = "{label}"\nbank = "{bank}"\nsize = "S"\nheight_mm = 1000\n'
        text += f"column = {1 + row // 90}\nrow = {1 + row % 90}\nlock = {lock}\n"
        text += f'sensor = {sensor}\nsensor_bank = "{sensor_bank}"\n'
    return text


def kerong_bank(name: str, *, port: str = "/dev/serial/by-id/kerong", board: int = 0, locks: int = 16) -> str:
    """One bank of a profile, as TOML. Its supply has its own name."""
    return (
        f'[[banks]]\nkind = "kerong_cu"\nname = "{name}"\nsupply = "12V-{name}"\npulse_ms = 400\n'
        f'port = "{port}"\nboard = {board}\nlocks = {locks}\n'
    )


def waveshare_bank(
    name: str, *, port: str = "/dev/serial/by-id/waveshare", unit: int = 1, inputs: int = 8, baud: int | None = None
) -> str:
    """One bank of eight relays, as TOML. Its supply has its own name."""
    speed = "" if baud is None else f"baud = {baud}\n"
    return (
        f'[[banks]]\nkind = "waveshare_relay"\nname = "{name}"\nsupply = "12V-{name}"\npulse_ms = 400\n'
        f'port = "{port}"\nunit = {unit}\nrelays = 8\ninputs = {inputs}\n{speed}'
    )


def expander_bank(name: str, *, address: int = 0x20, bus: int = 1) -> str:
    """One MCP23017, as TOML. Its supply has its own name."""
    return (
        f'[[banks]]\nkind = "mcp23017"\nname = "{name}"\nsupply = "12V-{name}"\npulse_ms = 400\n'
        f"bus = {bus}\naddress = {address}\none_shot_ms = 1200\n"
    )
