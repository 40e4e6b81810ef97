"""The checks of the computer that a real box runs on. A laptop that simulates one is not asked."""

from __future__ import annotations

import ctypes
import os
import pwd
import re
import stat
from collections.abc import Iterator

from controller.identity import Identity
from controller.settings import Backend, Settings
from provisioning.findings import Check, Finding, Machine, State
from provisioning.initialise import CONTROLLER_USER
from provisioning.templates import SERVICE_USERS

_TIME_ERROR = 5
"""``adjtimex(2)``: the clock is not synchronised."""
_TIMEX_BYTES = 256
"""More than ``struct timex`` has anywhere."""

_VIRTUAL_READER = (
    "var/lib/dpkg/info/vsmartcard-vpcd*.list",
    "etc/reader.conf.d/*vpcd*",
    "usr/lib/pcsc/drivers/**/libifdvpcd*",
    "usr/local/lib/**/libifdvpcd*",
)


def _users(_machine: Machine, settings: Settings, _identity: Identity) -> Iterator[Finding]:
    missing = []
    for user in (CONTROLLER_USER, *SERVICE_USERS.values()):
        try:
            pwd.getpwnam(user)
        except KeyError:
            missing.append(user)
    shared = settings.sockets.ui & (settings.sockets.reader_qr | settings.sockets.reader_eid)
    if missing:
        yield Finding("users", State.FAILED, f"no {', no '.join(missing)}: systemd-sysusers")
    elif shared:
        yield Finding(
            "users", State.FAILED, "pages and readers share a user, so pages could report badges: see [sockets]"
        )
    else:
        yield Finding("users", State.OK, "each process has its own")


def _sockets(machine: Machine, _settings: Settings, _identity: Identity) -> Iterator[Finding]:
    directory = machine.root / "run/abholfach"
    try:
        mode = stat.S_IMODE(directory.stat().st_mode)
    except OSError:
        yield Finding("sockets", State.FAILED, f"{directory} is not there: systemd-tmpfiles --create")
        return
    if mode & 0o007:
        yield Finding("sockets", State.FAILED, f"{directory} has mode {mode:04o}: chmod 0750 {directory}")
    else:
        yield Finding("sockets", State.OK, str(directory))


def _pins(machine: Machine, settings: Settings, _identity: Identity) -> Iterator[Finding]:
    if settings.backend is not Backend.CABINET:
        return
    chips = sorted((machine.root / "dev").glob("gpiochip*"))
    if chips:
        yield Finding("pins", State.OK, ", ".join(chip.name for chip in chips))
    else:
        yield Finding("pins", State.FAILED, "no /dev/gpiochip*: is this the computer of the box?")


def _virtual_reader(machine: Machine, _settings: Settings, _identity: Identity) -> Iterator[Finding]:
    """With a virtual card reader installed, whoever is on the network could be a card."""
    paths = [path for pattern in _VIRTUAL_READER for path in sorted(machine.root.glob(pattern))]
    # Whatever the file is called: what counts is the driver that it names.
    paths += [path for path in sorted(machine.root.glob("etc/reader.conf.d/*")) if b"vpcd" in path.read_bytes()]
    found = [f"/{path.relative_to(machine.root)}" for path in paths]
    if found:
        yield Finding(
            "card readers", State.FAILED, f"vsmartcard-vpcd is installed ({found[0]}): apt-get purge vsmartcard-vpcd"
        )
    else:
        yield Finding("card readers", State.OK, "no virtual one")


def _clock(_machine: Machine, _settings: Settings, _identity: Identity) -> Iterator[Finding]:
    if _clock_is_synchronised():
        yield Finding("clock", State.OK, "synchronised")
    else:
        yield Finding(
            "clock", State.WARNING, "not synchronised, and nothing expires until it is: timedatectl timesync-status"
        )


def _clock_is_synchronised() -> bool:
    timex = ctypes.create_string_buffer(_TIMEX_BYTES)  # all zero: read only
    return int(ctypes.CDLL(None).adjtimex(timex)) not in (-1, _TIME_ERROR)


def _watchdog(machine: Machine, _settings: Settings, _identity: Identity) -> Iterator[Finding]:
    if not (machine.root / "dev/watchdog0").exists():
        yield Finding("watchdog", State.FAILED, "no /dev/watchdog0: dtparam=watchdog=on in config.txt, and restart")
        return
    etc = machine.root / "etc/systemd"
    texts = [
        file.read_text("utf-8")
        for file in (etc / "system.conf", *sorted(etc.glob("system.conf.d/*.conf")))
        if file.is_file()
    ]
    values = [value for text in texts for value in re.findall(r"^RuntimeWatchdogSec\s*=\s*(\S+)", text, re.MULTILINE)]
    if values and values[-1] not in ("0", "off", "infinity"):
        yield Finding("watchdog", State.OK, f"RuntimeWatchdogSec={values[-1]}")
    else:
        yield Finding(
            "watchdog", State.FAILED, "RuntimeWatchdogSec= is off: install systemd/system.conf.d/abholfach.conf"
        )


def _memory_limits(machine: Machine, _settings: Settings, _identity: Identity) -> Iterator[Finding]:
    """Raspberry Pi OS switches the memory controller off, and ``MemorySwapMax=0`` is then silently without effect."""
    controllers = machine.root / "sys/fs/cgroup/cgroup.controllers"
    enabled = controllers.is_file() and "memory" in controllers.read_text("ascii").split()
    swaps = machine.root / "proc/swaps"
    swapping = swaps.is_file() and len(swaps.read_text("ascii").splitlines()) > 1
    if enabled or not swapping:
        yield Finding("memory", State.OK, "limits hold" if enabled else "no swap")
    else:
        yield Finding(
            "memory",
            State.FAILED,
            "swap is on and MemorySwapMax=0 has no effect, so secrets may reach the card: cgroup_enable=memory in"
            " cmdline.txt, or swapoff",
        )


def _root(_machine: Machine, _settings: Settings, _identity: Identity) -> Iterator[Finding]:
    if os.geteuid() != 0:
        yield Finding("who asks", State.WARNING, "not root: some of this may look better or worse than it is")


CHECKS: tuple[Check, ...] = (_root, _users, _sockets, _pins, _virtual_reader, _clock, _watchdog, _memory_limits)
