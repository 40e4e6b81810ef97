"""The entry point of a real box: ``abholfach-controller``. Real pins only; a simulated box's data is refused."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from controller.adapters.clock import SystemClock
from controller.adapters.socket_activation import SocketActivationError, listening_sockets
from controller.bootstrap import Outside, open_event_log, serve, software_version
from controller.config import ConfigurationError, load_settings
from controller.identity import Kind
from controller.ports import LogError
from controller.services.hardware_faults import HardwareFaults
from controller.services.startup import StartRefused
from controller.settings import Backend, Settings
from hal.cabinet import Cabinet
from hal.factory import build_cabinet
from hal.interfaces import HardwareFault
from hal.profile import Profile

#: Something in the configuration, the hardware or the log has to be mended before another start makes sense.
UNUSABLE = 2
#: An end that hung was cut short.
CUT_SHORT = 3
#: How long an end may take: a running pulse is over after 1.2 s, a commit after 2.
STOP_WITHIN_S = 4.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until SIGTERM. Exit code 0 after an orderly stop, 2 when something has to be mended first."""
    parser = argparse.ArgumentParser(prog="abholfach-controller", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("/etc/abholfach/abholfach.toml"), metavar="FILE")
    options = parser.parse_args(arguments)
    return run(lambda: _serve(load_settings(options.config)))


async def _serve(settings: Settings) -> None:
    if settings.backend is Backend.SIMULATED:
        raise ConfigurationError(
            settings.file,
            None,
            "hardware.backend",
            "a real box has no simulated hardware; python -m simulator.controller",
        )
    outside = Outside(
        kind=Kind.REAL,
        open_hardware=_open_cabinet,
        clock=SystemClock(battery_backed=settings.clock.battery_backed),
        sockets=listening_sockets(),
        open_log=open_event_log,
        software=software_version(),
        end_begins=end_in_time,
    )
    await serve(settings, outside)


def _open_cabinet(profile: Profile, faults: HardwareFaults) -> Cabinet:
    return build_cabinet(profile, faults=faults)


def end_in_time() -> None:
    """The process begins to end: ``STOP_WITHIN_S`` from now it has ended, even if its disk or a driver hangs.

    What is committed is committed, a commit cut short is no commit, and `hal.safe_outputs` runs after this process.
    """
    threading.Thread(target=_end, name="end-in-time", daemon=True).start()


def _end() -> None:
    time.sleep(STOP_WITHIN_S)
    sys.stderr.write("abholfach-controller: something hangs at the end: the process is ended without waiting for it\n")
    os._exit(CUT_SHORT)


def run(serving: Callable[[], Coroutine[None, None, None]]) -> int:
    """Runs the coroutine that ``serving`` makes, and says in words what prevents a start."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    try:
        asyncio.run(serving())
    except (ConfigurationError, HardwareFault, LogError, StartRefused, SocketActivationError) as error:
        code = getattr(error, "code", "configuration")
        text = str(error).removeprefix(f"{code}: ")
        sys.stderr.write(f"abholfach-controller: {code}: {text}\n")
        return UNUSABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
