"""A whole box of real processes that dies on demand, and what an outsider finds out about it afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from controller.api import ControlError, Disconnected
from controller.domain.model import Box, Compartment, Deposit, Door
from simulator.crash_table import expected_rows, misses, read_door
from simulator.crash_witness import Outsider, Settlement, Told, acted_before_start, settlements
from simulator.people import Hall, while_running
from simulator.plant.client import PlantClient
from simulator.plant.protocol import PlantError
from simulator.preload import Badge, Envelope, Preload, Slip, new_code, preload
from simulator.processes import wait_for
from simulator.town import Town

DIES_WITHIN_S = 60.0

ANNA = Badge("anna", new_code("B"), "4711", ("loader", "supervisor"))
OTTO = Badge("otto", new_code("B"), "1234", ("loader",))
TESS = Badge("tess", new_code("B"), "9876", ("technician",))

Script = Callable[[Hall], Awaitable[object]]


def envelope(number: int) -> Envelope:
    return Envelope(f"D{number}", f"AUF-{number:04}")


def slip(number: int, *deposits: int) -> Slip:
    """A right of its own for deposit ``number``, or for ``deposits``."""
    return Slip(f"R{number}", new_code("P"), tuple(f"D{one}" for one in deposits or (number,)))


def begun_box(root: Path) -> Path:
    """A log in which a box was started once and stopped: what every box of the tests begins with. Its file."""
    town = Town(root)
    try:
        town.provision()
        town.start_plant()
        town.start_controller()
        town.stop_controller()
    finally:
        town.stop()
    return town.log_file


class KilledBox:
    """Town, log and ledger of one box. Use it with ``with``; not thread-safe."""

    def __init__(self, root: Path, begun: Path, what: Preload) -> None:
        self.town = Town(root)
        self.town.provision()
        shutil.copy(begun, self.town.log_file)
        self.where = preload(self.town.data, what)
        self.town.put_inside({label: [deposit] for deposit, label in self.where.items()})
        self.codes = {one.right: one.text for one in what.slips}
        self.plant: PlantClient
        self.outsider: Outsider

    def __enter__(self) -> KilledBox:
        try:
            self.town.start_plant()
            self.plant = self.town.plant()
            self.outsider = Outsider(self.town.log_file, self.plant)
        except BaseException:
            self.town.stop()
            raise
        self.look()
        return self

    def __exit__(self, *_: object) -> None:
        self.plant.close()
        self.town.stop()

    # --- what is known

    def look(self) -> list[Told]:
        """Reads on in log and ledger, and holds both against the invariants."""
        told = self.outsider.look()
        assert self.outsider.violations == []
        return told

    def until(self, condition: Callable[[], bool]) -> None:
        """Waits until ``condition`` holds of what was read."""

        def holds() -> bool:
            self.look()
            return condition()

        wait_for(holds, DIES_WITHIN_S, "change in the log")

    @property
    def box(self) -> Box:
        return self.outsider.log.box

    def deposit(self, number: int) -> Deposit:
        return self.box.deposits[f"D{number}"]

    def compartment(self, deposit: int) -> Compartment:
        """Where a stored deposit lay at the beginning."""
        return self.box.compartments[self.where[f"D{deposit}"]]

    def doors(self) -> dict[str, Door]:
        """What each door's sensor says when it has stopped bouncing, seen from the plant."""
        return {box.compartment: read_door(box) for box in self.plant.status().compartments}

    def inside(self, label: str) -> list[str]:
        return self.plant.box(label).contents

    # --- life and death

    def live(self, script: Script | None = None, kill: str = "") -> None:
        """Starts the controller and plays ``script``. With ``kill`` it must die there before ten seconds are over."""
        started = self.town.start_controller(kill)
        controller = self.town.controller
        assert controller is not None
        if started and script is not None:
            if kill:
                with contextlib.suppress(Disconnected, ControlError):
                    asyncio.run(while_running(self._play(script), lambda: controller.running))
            else:
                asyncio.run(self._play(script))
        if kill:
            wait_for(lambda: not controller.running, DIES_WITHIN_S, f"death at {kill}")
            assert controller.exit_code == -signal.SIGKILL, controller.tail()
            self.look()

    async def _play(self, script: Script) -> None:
        async with Hall(self.town.sockets.paths, self.town.plant_socket) as hall:
            await script(hall)

    def play(self, script: Script) -> None:
        """Plays ``script`` with the controller that runs."""
        asyncio.run(self._play(script))
        self.look()

    def kill(self) -> None:
        """SIGKILL from outside, now."""
        assert self.town.controller is not None
        self.town.controller.kill()
        self.look()

    def stop(self) -> None:
        """An orderly stop: its seal over the state in memory is compared with the fold of the log."""
        assert self.town.stop_controller() == 0
        self.look()

    def restart(self, *, safe_outputs: bool = True) -> tuple[Settlement, list[str]]:
        """Starts again on the same data, and holds the settlement against the table. Returns it, and the names of the
        rows that applied, each with its compartment.
        """
        if safe_outputs:
            self.town.safe_outputs()
        # Without, only the hardware's one-shot ends a pulse.
        wait_for(lambda: not self._energised(), DIES_WITHIN_S, "end of the pulse")
        time.sleep(0.1)  # a door whose latch let go in the last instant has moved by then
        self.look()
        pulses, doors = self.outsider.ledger.pulses, self.doors()
        self.town.start_controller()
        told = self.look()
        assert acted_before_start(told) == []
        (settled,) = settlements(told)
        assert misses(settled, doors) == []
        assert self.outsider.ledger.pulses == pulses, "a restart pulsed"
        rows = [f"{row.name} {row.compartment}".strip() for row in expected_rows(settled.before, doors)]
        return settled, [row for row in rows if row not in ("start", "session", "staff session")]

    def _energised(self) -> bool:
        return any(box.energised for box in self.plant.status().compartments)

    # --- people without a controller

    def take_out(self, label: str) -> list[str]:
        """Somebody pulls the door, takes what is inside and closes it. Nothing when the door does not move."""
        if not self.plant.pull(label).moved and self.plant.box(label).door != "open":
            return []
        try:
            taken = self.plant.take(label)
        except PlantError:
            taken = []
        self.plant.close_door(label)
        return taken

    def wait_open(self, label: str) -> None:
        assert self.plant.wait(label, open=True, timeout_ms=30_000)
