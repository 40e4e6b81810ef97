"""From the start to the end of a controller process."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from functools import partial

from controller.adapters.event_codec import EventCodec
from controller.adapters.event_store import DamageMark, ReserveFile, free_bytes, hold_data_directory
from controller.bootstrap.boards import affected_by
from controller.bootstrap.controller import Controller
from controller.bootstrap.out_of_order import serve_out_of_order
from controller.bootstrap.outside import Outside
from controller.bootstrap.plan import plan_of
from controller.identity import Identity, check_kind, load_identity
from controller.ports import LogError
from controller.services.hardware_faults import HardwareFaults
from controller.services.startup import Plan, fold
from controller.settings import Settings
from hal.profile import Profile
from hal.wiring.moved_wires import load_map


async def serve(settings: Settings, outside: Outside) -> None:
    """Runs the controller until SIGTERM or SIGINT.

    Raises what made it end otherwise; the process must then end too. Configuration errors, hardware faults and a log
    that must not be opened are raised before anything is served. A *damaged* log is not: the box then says that it is
    out of order.
    """
    identity = load_identity(settings.paths.data)
    check_kind(identity, outside.kind, settings.paths.data)
    profile = load_map(settings.paths.cabinet, settings.paths.data)
    plan = plan_of(identity, profile, settings, outside.software, outside.clock.wall_ms())
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with hold_data_directory(settings.paths.data):
        await _serve_held(settings, outside, identity, profile, plan, stop)


async def _serve_held(
    settings: Settings, outside: Outside, identity: Identity, profile: Profile, plan: Plan, stop: asyncio.Event
) -> None:
    """With the data directory held, so that no second controller claims the same pins."""
    faults = HardwareFaults(partial(affected_by, profile))
    # Pins are claimed, all outputs inactive, before the log is read: no door can open while nobody decides.
    hardware = await asyncio.to_thread(outside.open_hardware, profile, faults)
    closing = contextlib.AsyncExitStack()
    closing.push_async_callback(asyncio.to_thread, hardware.close)
    try:
        reserve = ReserveFile(settings.paths.data)
        _keep_reserve(reserve, settings)
        codec = EventCodec()
        found = DamageMark(settings.paths.data).read()
        if found is not None:
            message = "the log was found damaged; restore it, then run abholfach log verify"
            remembered = LogError(found.code, message, found.seq)
            await serve_out_of_order(settings, outside, identity, remembered, stop)
            return
        try:
            event_log, opened = outside.open_log(settings.paths.data / "log.db", identity.box, codec.fold_version)
        except LogError as error:
            if error.code != "log_damaged":
                raise
            await serve_out_of_order(settings, outside, identity, error, stop)
            return
        try:
            try:
                box = fold(opened, codec)
            except LogError as error:
                await serve_out_of_order(settings, outside, identity, error, stop)
                return
            running = Controller(
                settings, outside, identity, profile, plan, hardware, faults, event_log, opened, reserve
            )
            await running.run(box, codec, stop)
        finally:
            # Outputs first: a log whose disk hangs takes its time to close.
            outside.end_begins()
            await closing.aclose()
            await event_log.close()
    finally:
        await closing.aclose()


def _keep_reserve(reserve: ReserveFile, settings: Settings) -> None:
    """Room is set aside while there is enough of it; a start on a full disk gives it back instead, to settle on."""
    if free_bytes(settings.paths.data) < settings.disk.refuse_bytes:
        reserve.release()
    else:
        reserve.ensure()
