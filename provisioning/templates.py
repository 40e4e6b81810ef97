"""The configuration files as they are first written: commented, complete, with this box's values."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from controller.identity import Kind
from controller.settings import CommandTrust, Heartbeat

SERVICE_USERS: Mapping[str, str] = {
    "ui": "abholfach-ui",
    "reader_qr": "abholfach-reader-qr",
    "reader_eid": "abholfach-reader-eid",
    "admin": "root",
}
"""Who is at the other end of the control sockets of a real box: the users of ``systemd/sysusers.d``."""

POLICIES = Path(str(resources.files("provisioning") / "defaults" / "policies.toml"))
"""The policies that ship: defaults, until the data protection officer has confirmed them."""

CALENDAR = Path(str(resources.files("provisioning") / "defaults" / "calendar.toml"))
"""The calendar that ships: to be written to the hours of this house."""

_OFF = """\
[mqtt]
# The box works alone: orders and results come and go as files.
enabled = false
# host = "broker.example"
# port = 8883
"""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the central system's broker is, and how it is trusted. ``tls``: authority, certificate and key."""

    host: str
    port: int
    consumer: str = "central"
    commands: CommandTrust = CommandTrust.REFUSED
    tls: tuple[Path, Path, Path] | None = None


def configuration(data: str, kind: Kind, broker: Broker | None, heartbeat: Heartbeat = Heartbeat.REQUIRED) -> bytes:
    """``abholfach.toml``. ``data``: the data directory as the file is to name it."""
    if kind is Kind.REAL:
        users: dict[str, str | int] = dict(SERVICE_USERS)
    else:
        users = dict.fromkeys(SERVICE_USERS, os.getuid())
    values = {
        "DATA": _text(data),
        "BACKEND": _text("cabinet" if kind is Kind.REAL else "simulated"),
        "HEARTBEAT": _text(heartbeat.value),
        "CENTRAL": _text("standalone" if broker is None else "mqtt"),
        "MQTT": _OFF if broker is None else _mqtt(broker),
        **{name.upper(): json.dumps([user]) for name, user in users.items()},
    }
    return _fill("abholfach.toml", values)


def office(room: str, phone: str) -> bytes:
    """``office.toml``, for the pages."""
    return _fill("office.toml", {"ROOM": _text(room), "PHONE": _text(phone)})


def calendar(file: Path, land: str) -> bytes:
    """``calendar.toml``: the one that ships, or one of one's own, with the Land filled in where it asks for one."""
    return file.read_text(encoding="utf-8").replace("@LAND@", _text(land)).encode()


def reader(source: str, instance: str = "qr") -> bytes:
    """``reader-qr.env``, which ``abholfach-reader@qr.service`` reads; ``instance`` may also be ``staff``."""
    return (
        f"# Which camera or scanner abholfach-reader@{instance}.service reads (docs/hardware.md).\n"
        f"ABHOLFACH_READER_SOURCE={source}\n"
    ).encode()


def card_reader(source: str) -> bytes:
    """``reader-eid.env``, which ``abholfach-reader@eid.service`` reads."""
    return (
        "# Which card readers abholfach-reader@eid.service uses: pcsc, or pcsc: and a part of their names.\n"
        f"ABHOLFACH_READER_SOURCE={source}\n"
    ).encode()


def _mqtt(broker: Broker) -> str:
    lines = [
        "[mqtt]",
        "enabled = true",
        f"host = {_text(broker.host)}",
        f"port = {broker.port}",
        "# Commands of the central system: refused, or (simulated boxes only) unsigned.",
        f"commands = {_text(broker.commands.value)}",
        "",
    ]
    if broker.tls is not None:
        names = ("ca", "certificate", "key")
        files = [f"{name} = {_text(str(path))}" for name, path in zip(names, broker.tls, strict=True)]
        lines += ["[mqtt.tls]", *files, ""]
    lines += [
        "# Who reads the log, each with a cursor of its own. Exactly one has the authority to command.",
        "[[mqtt.consumers]]",
        f"name = {_text(broker.consumer)}",
        "authority = true",
        "",
    ]
    return "\n".join(lines)


def _text(value: str) -> str:
    """A TOML string: those of JSON are."""
    return json.dumps(value, ensure_ascii=False)


def _fill(name: str, values: Mapping[str, str]) -> bytes:
    text = (resources.files("provisioning") / "defaults" / name).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text.encode()
