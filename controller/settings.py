"""The controller's settings as typed values. ``controller.config`` reads them from ``abholfach.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

_MEGABYTE = 1024 * 1024


class Backend(StrEnum):
    """What the controller is connected to: the boards that ``cabinet.toml`` names, or nothing real. ``simulated`` is
    refused by every production entry point.
    """

    CABINET = "cabinet"
    SIMULATED = "simulated"


class CentralMode(StrEnum):
    """Who makes orders and codes. ``MQTT``: a central system, over the consumer with authority. ``STANDALONE``: this
    box, on the office's pages; nobody commands it.
    """

    MQTT = "mqtt"
    STANDALONE = "standalone"


class CommandTrust(StrEnum):
    """What becomes of commands from the central system.

    ``REFUSED``: none is carried out. ``UNSIGNED``: those of the consumer with authority are, on the strength of the
    connection alone. Whoever may publish on the broker may command then, so only a simulated box may be told so.
    """

    REFUSED = "refused"
    UNSIGNED = "unsigned"


Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Consumer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reader of the log at the other end of MQTT, with a cursor of its own. ``authority``: it may command."""

    name: str
    authority: bool


class ClockSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[clock]``: ``battery_backed``: the computer has a real-time clock with a battery, believed without NTP."""

    battery_backed: bool = False


class DiskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[disk]``, in megabytes of free space: below ``alarm_mb`` an alarm, below ``refuse_mb`` nothing new begins."""

    alarm_mb: Annotated[int, msgspec.Meta(ge=64, le=1_048_576)] = 256
    refuse_mb: Annotated[int, msgspec.Meta(ge=32, le=1_048_576)] = 64

    @property
    def alarm_bytes(self) -> int:
        return self.alarm_mb * _MEGABYTE

    @property
    def refuse_bytes(self) -> int:
        return self.refuse_mb * _MEGABYTE


class Heartbeat(StrEnum):
    """Whether the page on the screen has to say what it shows before a door opens for a resident."""

    REQUIRED = "required"
    NOT_REQUIRED = "not_required"


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """``[screen]``. ``restart_file``: what is written when the browser is to be started anew; ``None``: nobody
    watches.
    """

    heartbeat: Heartbeat
    restart_file: Path | None

    @property
    def required(self) -> bool:
        return self.heartbeat is Heartbeat.REQUIRED


@dataclass(frozen=True, slots=True)
class PowerSettings:
    """``[power]``. ``off_file``: what is written when the box is to be switched off; ``None``: nobody watches."""

    off_file: Path | None


@dataclass(frozen=True, slots=True)
class Paths:
    """``[paths]``, absolute: the data directory, the cabinet's profile, the policies, and the calendar if there is
    one.
    """

    data: Path
    cabinet: Path
    policies: Path
    calendar: Path | None = None


@dataclass(frozen=True, slots=True)
class Tls:
    """``[mqtt.tls]``, absolute: who signed the broker's certificate, this box's certificate and its key."""

    ca: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """``[mqtt]`` when it is on. Without ``tls`` the broker is on this computer. ``password_file`` goes with
    ``username``: the password itself stands in no configuration and on no command line."""

    host: str
    port: int
    username: str
    password_file: Path | None
    consumers: tuple[Consumer, ...]
    commands: CommandTrust
    tls: Tls | None

    @property
    def authority(self) -> Consumer | None:
        """The one consumer that may command; nobody in a box that stands alone and is only watched."""
        return next((consumer for consumer in self.consumers if consumer.authority), None)


@dataclass(frozen=True, slots=True)
class PeerUsers:
    """``[sockets]``: the uids that may be at the other end of each control socket (SO_PEERCRED)."""

    ui: frozenset[int]
    reader_qr: frozenset[int]
    reader_eid: frozenset[int]
    admin: frozenset[int]

    def of(self, socket: str) -> frozenset[int]:
        """By the socket's name (``ui``, ``reader-qr``, ``reader-eid``, ``admin``). ``KeyError`` for any other."""
        return {"ui": self.ui, "reader-qr": self.reader_qr, "reader-eid": self.reader_eid, "admin": self.admin}[socket]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything in ``abholfach.toml``. ``mqtt`` is ``None`` when it is off: the box then works alone."""

    file: Path
    paths: Paths
    backend: Backend
    mqtt: MqttSettings | None
    sockets: PeerUsers
    clock: ClockSettings
    disk: DiskSettings
    screen: ScreenSettings
    power: PowerSettings
    central: CentralMode


def describe(settings: Settings) -> Mapping[str, str]:
    """The settings in words for ``abholfach-provision show``; nothing in it is secret."""
    mqtt = settings.mqtt
    authority = mqtt.authority if mqtt is not None else None
    return {
        "back end": settings.backend.value,
        "data": str(settings.paths.data),
        "cabinet": str(settings.paths.cabinet),
        "policies": str(settings.paths.policies),
        "calendar": str(settings.paths.calendar or "none: always open"),
        "mqtt": "off" if mqtt is None else f"{mqtt.host}:{mqtt.port}, {'TLS' if mqtt.tls else 'no TLS'}",
        "orders": "made here" if settings.central is CentralMode.STANDALONE else "made by the central system",
        "commands": "none"
        if mqtt is None or authority is None
        else f"{mqtt.commands.value} (authority: {authority.name})",
    }
