"""``python -m simulator.commission``: ``abholfach-provision commission`` with the cabinet's wires in the plant."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from controller.identity import Kind
from hal.cabinet import Cabinet
from hal.factory import build_cabinet
from hal.interfaces import FaultListener
from hal.profile import Profile
from hal.strict_toml import ConfigurationError
from provisioning.commissioning.dialogue import Terminal
from provisioning.commissioning.run import INTERRUPTED, OpenCabinet, Order, commission, end_as_interrupted
from provisioning.errors import ProvisioningError
from simulator.edges import plant_edges
from simulator.pins import PlantFactory


def main(words: Sequence[str] | None = None) -> int:
    """Exit codes as those of ``abholfach-provision commission``."""
    parser = argparse.ArgumentParser(prog="python -m simulator.commission", description="Tries a simulated cabinet.")
    parser.add_argument("--config", type=Path, required=True, metavar="DIR")
    parser.add_argument("--protocol", type=Path, required=True, metavar="FILE", help="the PDF to write")
    parser.add_argument("--only", default="", metavar="LABELS", help="these compartments, with commas between")
    parser.add_argument("--plant", type=Path, required=True, metavar="SOCKET", help="the plant's socket")
    parser.add_argument("--ports", type=Path, metavar="DIR", help="where emulated boards are (simulator.boards)")
    given = parser.parse_args(words)
    only = tuple(label for label in given.only.split(",") if label)
    end_as_interrupted()
    order = Order(given.config, given.protocol, only)
    try:
        well = commission(
            order, Terminal(), kind=Kind.SIMULATED, open_cabinet=simulated_cabinet(given.plant, given.ports)
        )
    except KeyboardInterrupt:
        return INTERRUPTED
    except (ProvisioningError, ConfigurationError) as error:
        sys.stderr.write(f"simulator.commission: {error}\n")
        return 1
    return 0 if well else 1


def simulated_cabinet(plant: Path, ports: Path | None = None) -> OpenCabinet:
    """Opens a cabinet whose wires end in the plant."""

    @contextmanager
    def open_cabinet(profile: Profile, faults: FaultListener) -> Iterator[Cabinet]:
        with closing(PlantFactory(plant)) as factory:
            edges = replace(plant_edges(plant, ports), pins=lambda: factory)
            with closing(build_cabinet(profile, edges=edges, faults=faults)) as cabinet:
                yield cabinet

    return open_cabinet


if __name__ == "__main__":
    sys.exit(main())
