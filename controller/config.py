"""Reads ``abholfach.toml`` strictly, with every path resolved and every user looked up.

Whatever is wrong (a key that does not exist, a value that cannot be, a file that is not there) is a
``ConfigurationError`` with file, line and key, and the controller does not start. Nothing here has a default that
weakens the box: the hardware's back end and whether MQTT is on must be written down.

The commented original of the file is ``provisioning/defaults/abholfach.toml``.
"""

from __future__ import annotations

import ipaddress
import os
import pwd
import re
from pathlib import Path
from typing import Annotated

import msgspec

from controller.settings import (
    Backend,
    CentralMode,
    ClockSettings,
    CommandTrust,
    Consumer,
    DiskSettings,
    Heartbeat,
    MqttSettings,
    Paths,
    PeerUsers,
    PowerSettings,
    ScreenSettings,
    Settings,
    Text,
    Tls,
)
from hal import strict_toml
from hal.strict_toml import ConfigurationError, Document
from hal.toml_lines import KeyPath

__all__ = ["ConfigurationError", "Settings", "load_settings"]

FORMAT = 1

#: Watched by ``abholfach-browser-restart.path``.
RESTART_FILE = "browser-restart"
#: Watched by ``abholfach-power-off.path``.
POWER_OFF_FILE = "power-off"

_CONSUMER = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class _Paths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    data: Text
    cabinet: Text
    policies: Text
    calendar: Text | None = None


class _Hardware(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    backend: Backend


class _Tls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ca: Text
    certificate: Text
    key: Text


class _Mqtt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool
    host: str = ""
    port: Port | None = None
    username: str = ""
    password_file: str = ""
    commands: CommandTrust = CommandTrust.REFUSED
    tls: _Tls | None = None
    consumers: tuple[Consumer, ...] = ()


class _Screen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    heartbeat: Heartbeat = Heartbeat.REQUIRED
    restart_file: str = ""


class _Power(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    off_file: str = ""


_Users = tuple[str | int, ...]


class _Sockets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ui: _Users
    reader_qr: _Users
    reader_eid: _Users
    admin: _Users


class _Central(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    mode: CentralMode


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    paths: _Paths
    hardware: _Hardware
    mqtt: _Mqtt
    sockets: _Sockets
    clock: ClockSettings = ClockSettings()
    disk: DiskSettings = DiskSettings()
    screen: _Screen = _Screen()
    power: _Power = _Power()
    central: _Central | None = None


def load_settings(path: Path) -> Settings:
    """Read and check ``path``. Raises ``ConfigurationError`` for the first thing that is wrong."""
    document = strict_toml.read(path)
    return _Reading(document, document.convert(_File)).settings()


class _Reading:
    """The rules that go over more than one key, or over more than the file."""

    def __init__(self, document: Document, file: _File) -> None:
        self._document = document
        self._file = file
        self._folder = document.file.absolute().parent

    def settings(self) -> Settings:
        file = self._file
        if file.format != FORMAT:
            raise self._error(("format",), f"format {file.format} is not known; this version reads format {FORMAT}")
        self._disk()
        return Settings(
            file=self._document.file.absolute(),
            paths=self._paths(),
            backend=file.hardware.backend,
            mqtt=self._mqtt() if file.mqtt.enabled else None,
            sockets=PeerUsers(
                ui=self._users("ui", file.sockets.ui),
                reader_qr=self._users("reader_qr", file.sockets.reader_qr),
                reader_eid=self._users("reader_eid", file.sockets.reader_eid),
                admin=self._users("admin", file.sockets.admin),
            ),
            clock=file.clock,
            disk=file.disk,
            screen=ScreenSettings(file.screen.heartbeat, self._flag(file.screen.restart_file, RESTART_FILE)),
            power=PowerSettings(self._flag(file.power.off_file, POWER_OFF_FILE)),
            central=self._central(),
        )

    def _error(self, path: KeyPath, message: str) -> ConfigurationError:
        return self._document.error(path, message)

    def _disk(self) -> None:
        disk = self._file.disk
        if disk.refuse_mb >= disk.alarm_mb:
            raise self._error(
                ("disk", "refuse_mb"),
                f"must be less than alarm_mb ({disk.alarm_mb}): alarm first, then refusal",
            )

    def _paths(self) -> Paths:
        paths = self._file.paths
        data = self._path(paths.data)
        if not data.is_dir():
            raise self._error(("paths", "data"), f"{data} is not a directory; abholfach-provision init makes it")
        return Paths(
            data=data,
            cabinet=self._existing(("paths", "cabinet"), paths.cabinet),
            policies=self._existing(("paths", "policies"), paths.policies),
            calendar=self._existing(("paths", "calendar"), paths.calendar) if paths.calendar is not None else None,
        )

    def _flag(self, text: str, name: str) -> Path | None:
        """As written; else in the directory that systemd has made for this service; else none."""
        if text:
            return self._path(text)
        directory = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
        return Path(directory) / name if directory else None

    def _path(self, text: str) -> Path:
        return Path(os.path.normpath(self._folder / text))

    def _existing(self, key: KeyPath, text: str) -> Path:
        path = self._path(text)
        if not path.is_file():
            raise self._error(key, f"there is no file {path}")
        return path

    def _mqtt(self) -> MqttSettings:
        mqtt = self._file.mqtt
        if not mqtt.host.strip():
            raise self._error(("mqtt", "host"), "this key is missing: where is the broker? Or set enabled = false")
        if mqtt.port is None:
            raise self._error(("mqtt", "port"), "this key is missing: usually 8883 with TLS, 1883 without")
        if mqtt.tls is None and not _is_this_computer(mqtt.host):
            raise self._error(
                ("mqtt", "host"),
                f"[mqtt.tls] is missing: {mqtt.host} is another computer, and without TLS anybody on"
                " the way may read and command",
            )
        if bool(mqtt.username) != bool(mqtt.password_file):
            missing = "password_file" if mqtt.username else "username"
            raise self._error(("mqtt", missing), "this key is missing: username and password_file go together")
        if mqtt.commands is CommandTrust.UNSIGNED and self._file.hardware.backend is not Backend.SIMULATED:
            raise self._error(("mqtt", "commands"), "unsigned commands are for a simulated box only; write refused")
        self._consumers(mqtt.consumers)
        tls = mqtt.tls
        return MqttSettings(
            host=mqtt.host,
            port=mqtt.port,
            username=mqtt.username,
            password_file=self._existing(("mqtt", "password_file"), mqtt.password_file) if mqtt.username else None,
            consumers=mqtt.consumers,
            commands=mqtt.commands,
            tls=None
            if tls is None
            else Tls(
                ca=self._existing(("mqtt", "tls", "ca"), tls.ca),
                certificate=self._existing(("mqtt", "tls", "certificate"), tls.certificate),
                key=self._existing(("mqtt", "tls", "key"), tls.key),
            ),
        )

    def _consumers(self, consumers: tuple[Consumer, ...]) -> None:
        names: dict[str, int] = {}
        authority: int | None = None
        for index, consumer in enumerate(consumers):
            at: KeyPath = ("mqtt", "consumers", index)
            if not _CONSUMER.fullmatch(consumer.name):
                raise self._error((*at, "name"), f'"{consumer.name}" is not a name of a-z, 0-9, - and _')
            if consumer.name in names:
                line = self._document.line(("mqtt", "consumers", names[consumer.name], "name"))
                raise self._error((*at, "name"), f"{consumer.name} is already there (line {line})")
            names[consumer.name] = index
            if consumer.authority:
                if authority is not None:
                    first = ("mqtt", "consumers", authority, "authority")
                    raise self._error(
                        (*at, "authority"),
                        f"{consumers[authority].name} has it already (line {self._document.line(first)}): one commands,"
                        " and only one",
                    )
                authority = index
        alone = self._central() is CentralMode.STANDALONE
        if authority is None and not alone:
            raise self._error(("mqtt", "consumers"), "one consumer, and only one, has authority = true")
        if authority is not None and alone:
            raise self._error(
                ("mqtt", "consumers", authority, "authority"),
                f"{consumers[authority].name} may not command a box that makes its orders itself ([central] mode)",
            )

    def _central(self) -> CentralMode:
        """As it is written; otherwise there is a central system where MQTT is on."""
        mqtt, written = self._file.mqtt, self._file.central
        if written is None:
            return CentralMode.MQTT if mqtt.enabled else CentralMode.STANDALONE
        if written.mode is CentralMode.MQTT and not mqtt.enabled:
            raise self._error(("central", "mode"), 'no order ever comes while [mqtt] is off; write "standalone"')
        return written.mode

    def _users(self, key: str, users: _Users) -> frozenset[int]:
        uids: set[int] = set()
        for index, user in enumerate(users):
            at: KeyPath = ("sockets", key, index)
            if isinstance(user, str):
                try:
                    uids.add(pwd.getpwnam(user).pw_uid)
                except KeyError as error:
                    raise self._error(
                        at, f'this computer has no user "{user}"; systemd-sysusers makes those of the box'
                    ) from error
            elif user < 0:
                raise self._error(at, f"{user} is not a uid")
            else:
                uids.add(user)
        if not uids:
            raise self._error(("sockets", key), "must name at least one user, or nobody could ever connect")
        return frozenset(uids)


def _is_this_computer(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
