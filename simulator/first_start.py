"""The first start and stop of a box's controller without its process: what stands in the log of a box that was set up
and is to be filled (`simulator.preload`) before anybody comes.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from controller.adapters.clock import SystemClock
from controller.adapters.event_codec import EventCodec
from controller.adapters.event_store import hold_data_directory
from controller.bootstrap import open_event_log, software_version
from controller.bootstrap.plan import plan_of
from controller.config import load_settings
from controller.domain import commands as cmd
from controller.domain.model import Door
from controller.identity import load_identity
from controller.services.actor import Actor
from controller.services.startup import bring_up, fold
from hal.wiring.moved_wires import load_map


def first_start(configuration: Path) -> None:
    """Puts plan, policies and calendar of ``configuration`` (``abholfach.toml``) in force, with every door read as
    closed, by the controller's own rules and log. It must not run, and must never have run.
    """
    with hold_data_directory(load_settings(configuration).paths.data):
        asyncio.run(_start_and_stop(configuration))


async def _start_and_stop(configuration: Path) -> None:
    settings = load_settings(configuration)
    identity = load_identity(settings.paths.data)
    profile = load_map(settings.paths.cabinet, settings.paths.data)
    clock, codec = SystemClock(), EventCodec()
    plan = plan_of(identity, profile, settings, software_version(), clock.wall_ms())
    log, opened = open_event_log(settings.paths.data / "log.db", identity.box, codec.fold_version)
    try:
        actor = Actor(log, codec, clock, lambda: True, fold(opened, codec), opened.snapshot_seq)
        acting = asyncio.create_task(actor.run())
        await bring_up(actor, plan, {item.label: Door.CLOSED for item in profile.compartments})
        await actor.stop([cmd.StopBox("stopped")])
        await acting
        await actor.seal_checkpoint()
    finally:
        await log.close()
