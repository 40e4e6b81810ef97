"""``check``: the camera or scanner that codes are read with, and the staff's own."""

from __future__ import annotations

import grp
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from controller.identity import Identity
from controller.settings import Settings
from hal.interfaces import HardwareFault
from hal.reader import check_source
from provisioning.findings import Check, Finding, Machine, State
from provisioning.templates import SERVICE_USERS

_SOURCE = re.compile(r"^ABHOLFACH_READER_SOURCE=(.+)$", re.MULTILINE)
_READERS = (("scanner", "reader-qr.env", True), ("staff's scanner", "reader-staff.env", False))


def _readers(machine: Machine, _settings: Settings, _identity: Identity) -> Iterator[Finding]:
    for name, file_name, needed in _READERS:
        file = machine.configuration.parent / file_name
        if not file.is_file():
            if needed:
                yield Finding(name, State.FAILED, f"no {file}: abholfach-provision init makes it")
            continue
        found = _SOURCE.search(file.read_text("utf-8"))
        if found is None:
            yield Finding(name, State.FAILED, f"{file}: no line ABHOLFACH_READER_SOURCE=…")
        else:
            yield _source(machine, name, found[1].strip())


def _source(machine: Machine, name: str, source: str) -> Finding:
    try:
        check_source(source)
    except HardwareFault as fault:
        return Finding(name, State.FAILED, str(fault))
    kind, _, rest = source.partition(":")
    device = rest.partition(",")[0]
    if not device.startswith("/"):
        return Finding(name, State.OK, source)
    there = machine.root / device.removeprefix("/")
    if not there.exists():
        return Finding(name, State.WARNING, f"{device} is not there: plug it in, or name another")
    if kind in ("serial", "hid") and not _is_the_readers(there):
        return Finding(
            name,
            State.FAILED,
            f"{device} is not the reader's: abholfach-provision init writes the udev rule; udevadm control --reload,"
            " then plug it in anew",
        )
    return Finding(name, State.OK, source)


def _is_the_readers(device: Path) -> bool:
    found = device.stat()
    try:
        group = grp.getgrnam(SERVICE_USERS["reader_qr"])
    except KeyError:
        return False
    return found.st_gid == group.gr_gid and stat.S_IMODE(found.st_mode) & 0o060 == 0o060


CHECKS: tuple[Check, ...] = (_readers,)
