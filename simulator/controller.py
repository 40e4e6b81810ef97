"""``python -m simulator.controller``: the controller, with its pins in the plant.

Everything but the pins is the code of a real box: the same drivers on gpiozero, the same log, the same sockets handed
over. It refuses a real box's data, as the real entry point refuses simulated data.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from controller.__main__ import end_in_time, run
from controller.adapters.clock import SystemClock
from controller.adapters.socket_activation import listening_sockets
from controller.bootstrap import Outside, open_event_log, serve, software_version
from controller.config import ConfigurationError, load_settings
from controller.identity import Kind
from controller.services.hardware_faults import HardwareFaults
from controller.settings import Backend, Settings
from hal.factory import build_cabinet
from hal.profile import Profile
from simulator.edges import plant_edges
from simulator.kill_points import KillableDoors, KillableHardware, KillableLocks, KillPoints, killable_log
from simulator.pins import PlantFactory


class SimulatedClock(SystemClock):
    """The computer's clocks, taken as synchronised: a laptop or a container keeps time without saying so."""

    def synchronised(self) -> bool:
        return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until SIGTERM; exit codes as in `controller.__main__`."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator.controller", description="The controller on a simulated cabinet."
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.add_argument("--plant", type=Path, required=True, metavar="SOCKET", help="the plant's socket")
    parser.add_argument("--ports", type=Path, metavar="DIR", help="where emulated boards are (simulator.boards)")
    parser.add_argument(
        "--kill",
        type=KillPoints.parse,
        default=KillPoints(),
        metavar="POINT:COUNT",
        help="die at a point (crash tests)",
    )
    options = parser.parse_args(arguments)
    return run(lambda: _serve(load_settings(options.config), options.plant, options.ports, options.kill))


async def _serve(settings: Settings, plant: Path, ports: Path | None, points: KillPoints) -> None:
    if settings.backend is not Backend.SIMULATED:
        raise ConfigurationError(
            settings.file,
            None,
            "hardware.backend",
            "this entry point is for simulated boxes; abholfach-controller is for real ones",
        )
    outside = Outside(
        kind=Kind.SIMULATED,
        open_hardware=_cabinet_opener(plant, ports, points),
        clock=SimulatedClock(),
        sockets=listening_sockets(),
        open_log=killable_log(open_event_log, points),
        software=software_version(),
        end_begins=end_in_time,
    )
    await serve(settings, outside)


def _cabinet_opener(
    plant: Path, ports: Path | None, points: KillPoints
) -> Callable[[Profile, HardwareFaults], KillableHardware]:
    def open_cabinet(profile: Profile, faults: HardwareFaults) -> KillableHardware:
        factory = PlantFactory(plant)
        edges = replace(plant_edges(plant, ports), pins=lambda: factory)
        cabinet = build_cabinet(profile, edges=edges, faults=faults)

        def close() -> None:
            cabinet.close()
            factory.close()

        return KillableHardware(
            KillableLocks(cabinet.locks, points),
            KillableDoors(cabinet.doors, points),
            cabinet.indicators,
            close,
            lambda: cabinet.measured,
            cabinet.headphones,
        )

    return open_cabinet


if __name__ == "__main__":
    sys.exit(main())
