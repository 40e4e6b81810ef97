"""Serving a box that decides nothing: its log cannot be trusted."""

from __future__ import annotations

import asyncio
import logging

from controller.adapters.mqtt import BoxIdentity, MqttLink
from controller.bootstrap.central import identity_payload, mqtt_config
from controller.bootstrap.outside import Outside
from controller.bootstrap.sockets import control_sockets
from controller.bootstrap.tasks import until, watchdog
from controller.identity import Identity
from controller.ports import LogError
from controller.services.out_of_order import OutOfOrderFeed, OutOfOrderOperations
from controller.settings import Settings
from hal.notify import notify

log = logging.getLogger(__name__)


async def serve_out_of_order(
    settings: Settings, outside: Outside, identity: Identity, error: LogError, stop: asyncio.Event
) -> None:
    """The log cannot be trusted: nothing is decided, nothing opens, and every page and the central system say so."""
    log.error("out of order: %s (entry %d): %s", error.code, error.seq, error)
    operations = OutOfOrderOperations(identity.box, identity.kind.value, f"{error.code}:{error.seq}", outside.clock)
    # The loop alone has to make progress here; without a sign of life systemd would start the box anew for ever.
    tasks = {asyncio.create_task(watchdog(lambda: None), name="watchdog")}
    if settings.mqtt is not None:
        feed = OutOfOrderFeed(identity_payload(identity, outside.software), operations.reason)
        boot = outside.clock.boot_id()
        about = BoxIdentity(
            box=identity.box, epoch=1, boot=boot, software=outside.software, hardware=identity.kind.value
        )
        link = MqttLink(mqtt_config(settings.mqtt, identity), feed, about, on_link_state=lambda connected, detail: None)
        tasks.add(asyncio.create_task(link.run(), name="mqtt"))
    async with control_sockets(operations, settings, outside):
        notify(f"READY=1\nSTATUS=out of order: {error.code} at entry {error.seq}")
        try:
            await until(stop, tasks)
        finally:
            outside.end_begins()
            notify("STOPPING=1")
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
