"""May the locks of this box be fired and its map be changed? Only where nothing can be inside.

Before the first start there is no log, and the installer's word is all there is. Afterwards the log decides, by the
rule of the controller itself: every compartment has to be empty. The controller applies that rule once more when it
starts with a changed map, and refuses to start where it is not kept.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from controller.adapters.event_codec import EventCodec
from controller.adapters.event_store import DamageMark, hold_data_directory, open_log
from controller.adapters.event_store.disk import DATABASE_NAME, LOCK_NAME
from controller.domain.model import Box
from controller.domain.testable import why_not_testable
from controller.ports import LogError
from controller.services.startup import fold
from provisioning.errors import ProvisioningError


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the data directory, so that no controller runs meanwhile. Raises ``ProvisioningError``."""
    lock = data / LOCK_NAME
    fresh = not lock.exists()
    try:
        with hold_data_directory(data):
            if fresh and os.geteuid() == 0:
                owner = data.stat()
                os.chown(lock, owner.st_uid, owner.st_gid)  # the controller has to open it later
            yield
    except LogError as error:
        raise ProvisioningError(error.code, str(error)) from error


def check_empty(data: Path, box_id: str) -> bool:
    """``True`` when the log says that the box is empty, ``False`` when there is no log yet.

    The data directory is held. Raises ``ProvisioningError`` (``cabinet_not_empty``, ``log_damaged`` and the log's other
    codes).
    """
    if not (data / DATABASE_NAME).exists():
        return False
    if DamageMark(data).read() is not None:
        raise ProvisioningError("log_damaged", "restore the log first, and run abholfach log verify")
    try:
        box = asyncio.run(_state(data, box_id))
    except LogError as error:
        raise ProvisioningError(error.code, str(error)) from error
    full = not_empty(box)
    if full:
        raise ProvisioningError(
            "cabinet_not_empty",
            f"{', '.join(full[:8])}{' and others' if len(full) > 8 else ''}: not known to be empty. Start the"
            " controller, empty the box and look into these; then come back",
        )
    return True


def not_empty(box: Box) -> list[str]:
    """Labels that may hold something, or that nobody has looked into. That the map was changed since does not count by
    itself: it was while the box was empty, or by two badges, and then what may lie behind a moved wire is quarantined.
    """
    plain = {label: replace(item, remapped=False, out_of_service=()) for label, item in box.compartments.items()}
    unmapped = replace(box, compartments=plain)
    return [label for label, item in plain.items() if why_not_testable(unmapped, item)]


async def _state(data: Path, box_id: str) -> Box:
    codec = EventCodec()
    log, opened = await asyncio.to_thread(open_log, data / DATABASE_NAME, box_id, fold_version=codec.fold_version)
    try:
        return fold(opened, codec)
    finally:
        await log.close()
