"""The udev rules that give a scanner's port or keyboard to the reader's process, and to nobody else.

The reader is in neither ``dialout`` nor ``input``: with those it could open every lock on a serial board, and read what
is typed on the touch screen. A scanner that is a keyboard is kept from the screen by the same rule, also while no
reader runs that has grabbed it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from provisioning.errors import ProvisioningError
from provisioning.templates import SERVICE_USERS

PLACE: Final = "udev/rules.d/61-abholfach-scanners.rules"
"""Below ``/etc``. After the rules that name devices (``60-serial.rules``, ``60-persistent-input.rules``)."""

_DEVICE: Final = re.compile(r"/dev/(?P<name>[A-Za-z0-9#+.:=@_/-]+)", re.ASCII)
"""What udev itself leaves in a name; nothing of it means anything in a rule."""

_NUMBERED: Final = re.compile(r"(?:input/event|ttyACM|ttyUSB)[0-9]+", re.ASCII)

_HEAD = """\
# Written by abholfach-provision init. After a change: udevadm control --reload, then plug the scanner in anew.
"""


CONTROLLER_GROUP: Final = "abholfach-controller"

HEADPHONES: Final = "udev/rules.d/62-abholfach-headphones.rules"
"""The rule of the headphone socket, below ``/etc``."""

IN_FORCE: Final = "udevadm control --reload; udevadm trigger --subsystem-match=input"
"""What makes it count: a socket of the computer's own cannot be plugged in anew."""

_HEAD_OF_HEADPHONES = f"# Written by abholfach-provision init. After a change: {IN_FORCE}\n"


def headphones_rule(device: str) -> bytes:
    """Lets the controller read the one input device that tells of headphones; empty for none. Raises
    ``ProvisioningError`` (``device_name``).
    """
    if not device:
        return b""
    gives = f'GROUP="{CONTROLLER_GROUP}", MODE="0640"'
    return f'{_HEAD_OF_HEADPHONES}SUBSYSTEM=="input", SYMLINK=="{_name(device)}", {gives}\n'.encode()


def rules(sources: Iterable[str]) -> bytes:
    """The rules for those of ``sources`` that need one; empty for none. Raises ``ProvisioningError``
    (``device_name``).
    """
    lines = [line for source in sources for line in _lines(source)]
    return (_HEAD + "".join(f"{line}\n" for line in lines)).encode() if lines else b""


def _lines(source: str) -> list[str]:
    kind, _, rest = source.partition(":")
    if kind not in ("serial", "hid"):
        return []
    name = _name(rest.partition(",")[0])
    subsystem = "tty" if kind == "serial" else "input"
    gives = f'GROUP="{SERVICE_USERS["reader_qr"]}", MODE="0660"'
    if kind == "hid":
        gives += ', ENV{LIBINPUT_IGNORE_DEVICE}="1"'
    by_link = f'SUBSYSTEM=="{subsystem}", SYMLINK=="{name}", {gives}'
    return [by_link] if "/" in name else [by_link, f'SUBSYSTEM=="{subsystem}", KERNEL=="{name}", {gives}']


def _name(device: str) -> str:
    match = _DEVICE.fullmatch(device)
    if match is None or ".." in device:
        raise ProvisioningError("device_name", f"{device}: name it as it is in /dev, like /dev/serial/by-id/usb-…")
    name = match["name"]
    if _NUMBERED.fullmatch(name):
        raise ProvisioningError(
            "device_name",
            f"{device} is another device after a restart: name it by ls /dev/serial/by-id or ls /dev/input/by-id",
        )
    return name
