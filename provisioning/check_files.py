"""The checks of the box's own files, and of what they point to."""

from __future__ import annotations

import shutil
import socket
import stat
from collections.abc import Iterator

from controller import identity as identities
from controller.adapters.public_holidays import public_holidays
from controller.calendar_file import FIRST_YEAR, Land, load_calendar, read_calendar
from controller.config import ConfigurationError
from controller.identity import Identity, Kind
from controller.policies_file import read_policies
from controller.settings import Backend, MqttSettings, Settings
from hal.profile import load_profile
from hal.wiring.moved_wires import FILE_NAME, lapsed, load_map
from kiosk_ui.settings import SettingsError, read_office
from provisioning.findings import Check, Finding, Machine, State


def _identity(_machine: Machine, settings: Settings, identity: Identity) -> Iterator[Finding]:
    fits = (settings.backend is Backend.SIMULATED) == (identity.kind is Kind.SIMULATED)
    words = f"{identity.box}, {identity.kind.value}"
    if fits:
        yield Finding("identity", State.OK, words)
    else:
        yield Finding(
            "identity",
            State.FAILED,
            f"{words}, but hardware.backend is {settings.backend.value}: the data and the configuration are of"
            " different boxes",
        )
    if not identity.seen_empty_by:
        yield Finding(
            "seen empty", State.WARNING, "nobody is named: staff have to look into every compartment before it is used"
        )


def _device_key(_machine: Machine, settings: Settings, _identity: Identity) -> Iterator[Finding]:
    try:
        identities.load_device_key(settings.paths.data)
    except ConfigurationError as error:
        yield Finding("device key", State.FAILED, str(error))
    else:
        yield Finding("device key", State.OK, "there, and for its owner only")


def _modes(machine: Machine, settings: Settings, _identity: Identity) -> Iterator[Finding]:
    """Who may read what: the data are the controller's, the configuration is nobody's to write."""
    wrong: list[str] = []
    for path, forbidden in (
        (settings.paths.data, 0o027),
        (machine.configuration.absolute().parent, 0o022),
        (machine.configuration, 0o022),
        (settings.paths.cabinet, 0o022),
        (settings.paths.policies, 0o022),
        *(((settings.paths.calendar, 0o022),) if settings.paths.calendar is not None else ()),
        *((tls, 0o077) for tls in ([settings.mqtt.tls.key] if settings.mqtt and settings.mqtt.tls else [])),
    ):
        mode = stat.S_IMODE(path.stat().st_mode)
        # A key that the controller's group may read is as the group's: the group has no other member.
        if mode & forbidden & ~(0o040 if forbidden == 0o077 else 0):
            wrong.append(f"{path} has mode {mode:04o}, chmod {mode & ~forbidden:04o} it")
    yield Finding(
        "modes", State.FAILED if wrong else State.OK, "; ".join(wrong) or "nobody else may write, or read data"
    )


def _profile(_machine: Machine, settings: Settings, _identity: Identity) -> Iterator[Finding]:
    try:
        profile = load_map(settings.paths.cabinet, settings.paths.data)
    except ConfigurationError as error:
        yield Finding("cabinet", State.FAILED, str(error))
        return
    yield Finding("cabinet", State.OK, f"{profile.name}, {len(profile.compartments)} compartments")
    corrected = settings.paths.data / FILE_NAME
    forgotten = lapsed(load_profile(settings.paths.cabinet), corrected)
    if forgotten:
        yield Finding(
            "cabinet",
            State.WARNING,
            f"{corrected} corrects the wires of {', '.join(forgotten)} in an earlier cabinet.toml and is in force no"
            " more: commission the box again, then take the file away",
        )


def _policies(_machine: Machine, settings: Settings, _identity: Identity) -> Iterator[Finding]:
    try:
        policies = read_policies(settings.paths.policies)
    except ConfigurationError as error:
        yield Finding("policies", State.FAILED, str(error))
        return
    if policies.confirmed:
        yield Finding("policies", State.OK, f"confirmed by {policies.confirmed_by} on {policies.confirmed_on}")
    else:
        yield Finding(
            "policies",
            State.WARNING,
            f"not confirmed: the data protection officer reads {settings.paths.policies} and is named in it",
        )


def _calendar(_machine: Machine, settings: Settings, _identity: Identity) -> Iterator[Finding]:
    path = settings.paths.calendar
    if path is None:
        yield Finding("calendar", State.WARNING, "none: always open, and no page can say when staff are there")
        return
    try:
        file = read_calendar(path)
        load_calendar(path, public_holidays, FIRST_YEAR)
    except ConfigurationError as error:
        yield Finding("calendar", State.FAILED, str(error))
        return
    if file.land is Land.NONE:
        yield Finding("calendar", State.WARNING, f"public holidays do not count: name the Land in {path}")
    else:
        yield Finding("calendar", State.OK, f"{file.time_zone}, public holidays of {file.land.value}")


def _office(machine: Machine, _settings: Settings, _identity: Identity) -> Iterator[Finding]:
    file = machine.configuration.with_name("office.toml")
    try:
        office = read_office(file)
    except SettingsError as error:
        yield Finding("office", State.FAILED, str(error))
        return
    missing = [name for name in ("counter_room", "phone") if not getattr(office, name)]
    if missing:
        yield Finding("office", State.WARNING, f"{file} has no {', no '.join(missing)}: pages cannot say where to go")
    else:
        yield Finding("office", State.OK, f"{office.counter_room}, {office.phone}")


def _disk(_machine: Machine, settings: Settings, _identity: Identity) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.paths.data).free
    words = f"{free // 1_000_000} MB free for {settings.paths.data}"
    if free < settings.disk.refuse_bytes:
        yield Finding("disk", State.FAILED, f"{words}: nothing new begins below {settings.disk.refuse_mb} MB")
    elif free < settings.disk.alarm_bytes:
        yield Finding("disk", State.WARNING, f"{words}: alarm below {settings.disk.alarm_mb} MB")
    else:
        yield Finding("disk", State.OK, words)


def _broker(machine: Machine, settings: Settings, _identity: Identity) -> Iterator[Finding]:
    mqtt = settings.mqtt
    if mqtt is None:
        yield Finding("broker", State.OK, "off: the box works alone")
        return
    problem = _reach(mqtt, machine.connect_timeout_s)
    where = f"{mqtt.host}:{mqtt.port}"
    if problem:
        # No failure: the box works without, and sends its log when the broker is back.
        yield Finding("broker", State.WARNING, f"{where} cannot be reached ({problem}): network, firewall, broker")
    else:
        yield Finding("broker", State.OK, f"{where} answers")


def _reach(mqtt: MqttSettings, timeout_s: float) -> str:
    try:
        with socket.create_connection((mqtt.host, mqtt.port), timeout=timeout_s):
            return ""
    except OSError as error:
        return str(error.strerror or error)


CHECKS: tuple[Check, ...] = (_identity, _device_key, _modes, _profile, _policies, _calendar, _office, _disk, _broker)
