"""What the technician's desk is made with."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from controller.adapters.certificate import certificate_ends
from controller.adapters.machine import machine_state
from controller.adapters.recent_log import keep_recent_log
from controller.adapters.support_bundle import LAST_EVENTS, bundle_bytes
from controller.ports import CabinetMap, EventLog, TechnicianLook
from controller.services.actor import Actor
from controller.services.front import Front
from controller.services.technician import Surroundings, TechnicianService
from controller.settings import Settings
from hal.interfaces import Indicators


@contextlib.asynccontextmanager
async def technicians_desk(
    settings: Settings,
    actor: Actor,
    event_log: EventLog,
    front: Front,
    indicators: Indicators,
    cabinet: CabinetMap,
    software: str,
    stop: Callable[[], None],
) -> AsyncIterator[TechnicianService]:
    """The desk; until the end of the block what is logged is kept for its bundles."""
    recent = keep_recent_log()
    tls = settings.mqtt.tls if settings.mqtt is not None else None

    async def bundle(status: object, look: TechnicianLook) -> tuple[str, bytes]:
        entries = await event_log.read(max(0, actor.box.seq - LAST_EVENTS), LAST_EVENTS)
        paths = (settings.file, settings.paths.cabinet, settings.paths.policies)
        content = await asyncio.to_thread(
            bundle_bytes,
            status=status,
            look=look,
            software=software,
            configuration=paths,
            entries=entries,
            journal=recent.text(),
        )
        at = datetime.fromtimestamp(actor.now().wall_ms / 1000, UTC)
        return f"abholfach-{actor.box.box}-{at:%Y%m%dT%H%M%SZ}.zip", content

    around = Surroundings(
        machine=machine_state,
        disk_free=event_log.free_bytes,
        disk_alarm_bytes=settings.disk.alarm_bytes,
        certificate_ends_wall_ms=await asyncio.to_thread(certificate_ends, tls.certificate if tls else None),
        tls=tls is not None,
        central=settings.mqtt is not None,
        stop=stop,
        bundle=bundle,
    )
    try:
        yield TechnicianService(actor, event_log, front, indicators, cabinet, around)
    finally:
        logging.getLogger().removeHandler(recent)
