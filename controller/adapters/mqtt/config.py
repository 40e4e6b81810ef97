"""How the box is connected to its broker, and who it is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)

Seconds = Annotated[float, msgspec.Meta(gt=0, le=86400)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")]


class TlsFiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Paths of PEM files. Without ``ca_file`` the system's certificates count; certificate and key go together (mutual
    TLS).
    """

    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""

    def __post_init__(self) -> None:
        if bool(self.certificate_file) != bool(self.key_file):
            raise ValueError("certificate_file and key_file are given together or not at all")


class MqttConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The link to the central system. Times in seconds.

    ``commands``: ``unsigned`` takes plain JSON commands, which only a simulated box may; ``refused`` answers every
    command with ``rejected(commands_refused)``. ``consumers`` are the names under which the log is acknowledged, each
    with a cursor of its own; the one named ``authority`` may command. The password stands in a file, so that it is in
    no process list and no configuration."""

    host: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8883
    tls: TlsFiles | None = None
    username: str = ""
    password_file: str = ""
    commands: Literal["unsigned", "refused"] = "refused"
    consumers: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=8)] = ("central",)
    authority: Name = "central"
    #: A connection that is silent for one and a half times this long is dead.
    keepalive_s: Annotated[int, msgspec.Meta(ge=5, le=3600)] = 30
    connect_timeout_s: Seconds = 10.0
    #: Each try waits a random time between 0 and a bound that doubles from ``reconnect_min_s`` to ``reconnect_max_s``,
    #: so that a fleet does not come back all at once.
    reconnect_min_s: Seconds = 1.0
    reconnect_max_s: Seconds = 300.0
    #: Events sent and not yet taken by the broker (PUBACK).
    window: Annotated[int, msgspec.Meta(ge=1, le=20)] = 20
    #: Events sent and not yet acknowledged by the slowest consumer.
    ahead: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1000
    #: Without progress of the cursor for this long, sending starts again behind the cursor; doubles up to
    #: ``resend_max_s``.
    resend_after_s: Seconds = 30.0
    resend_max_s: Seconds = 600.0
    health_every_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 60.0
    #: Changes of a state topic within this time are sent as one.
    state_interval_s: Annotated[float, msgspec.Meta(gt=0, le=10)] = 0.2

    def __post_init__(self) -> None:
        if not self.host or any(character.isspace() for character in self.host):
            raise ValueError("host is the broker's name or address")
        if len(set(self.consumers)) != len(self.consumers):
            raise ValueError("consumers are named once each")
        if self.authority not in self.consumers:
            raise ValueError("authority is one of the consumers")
        if self.reconnect_max_s < self.reconnect_min_s or self.resend_max_s < self.resend_after_s:
            raise ValueError("reconnect_max_s and resend_max_s are not below reconnect_min_s and resend_after_s")
        if bool(self.username) != bool(self.password_file) and self.password_file:
            raise ValueError("password_file needs a username")


@dataclass(frozen=True, slots=True)
class BoxIdentity:
    """Who the box is on MQTT: its id, the epoch of its log, this boot's id, its software, and whether its hardware is
    ``real`` or ``simulated``.
    """

    box: str
    epoch: int
    boot: str
    software: str
    hardware: str

    def __post_init__(self) -> None:
        # The id becomes part of topics: a slash, a plus or a hash sign would reach other boxes.
        if _NAME.fullmatch(self.box) is None:
            raise ValueError("a box's id is 1 to 64 letters, digits, dots, hyphens or underscores")
        if self.hardware not in ("real", "simulated"):
            raise ValueError("hardware is real or simulated")
