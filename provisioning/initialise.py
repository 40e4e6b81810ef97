"""``abholfach-provision init``: directories, identity, configuration, cabinet profile, policies.

It may be run again at any time: what is there stays, and the report says so. ``force`` writes the configuration anew
and keeps the old one beside it; identity, device key and log are never touched by anything here.
"""

from __future__ import annotations

import difflib
import grp
import os
import pwd
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from controller import identity as identities
from controller.adapters.public_holidays import public_holidays
from controller.calendar_file import FIRST_YEAR, Land, load_calendar
from controller.config import ConfigurationError
from controller.identity import BOX_ID, DEVICE_KEY_NAME, IDENTITY_NAME, Identity, Kind
from controller.policies_file import load_policies
from controller.settings import CommandTrust, Heartbeat
from hal.interfaces import HardwareFault
from hal.profile import load_profile, shipped_profiles
from hal.reader import CARD_READERS, check_source
from provisioning import device_rules, keyboard, sound, templates
from provisioning.errors import ProvisioningError
from provisioning.files import Owner, make_directory, replace, write_new
from provisioning.templates import Broker

CONFIGURATION = Path("/etc/abholfach")
DATA = Path("/var/lib/abholfach")
LOG_NAME = "log.db"

CONTROLLER_USER = "abholfach-controller"
SHARED_GROUP = "abholfach"

DEFAULT_SCANNER = "picamera2"


@dataclass(frozen=True, slots=True)
class Plan:
    """What box is to be made, and where.

    ``data_in_file`` is the data directory as the configuration names it, where that differs (an image that is being
    built). ``profile`` is a shipped profile's name or a file. ``land``: whose public holidays count (``BY``), or none.
    ``scanner`` and ``staff_scanner``: what the residents' and (perhaps) the staff's codes are read with.
    ``card_reader``: ``pcsc[:PART-OF-A-NAME]``, or nothing for a box that reads no chips. ``own``: the files of a real
    box are given to its users.
    """

    config: Path
    data: Path
    box: str
    kind: Kind
    profile: str
    policies: Path = templates.POLICIES
    calendar: Path = templates.CALENDAR
    land: str = "none"
    seen_empty_by: str = ""
    broker: Broker | None = None
    room: str = ""
    phone: str = ""
    scanner: str = DEFAULT_SCANNER
    staff_scanner: str = ""
    card_reader: str = ""
    data_in_file: str = ""
    heartbeat: Heartbeat = Heartbeat.REQUIRED
    own: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the report: ``what`` is made, kept or replaced."""

    what: str
    path: Path


@dataclass(frozen=True, slots=True)
class Owners:
    """Who gets what: the data, what the controller alone reads, and what the pages read too."""

    data: Owner | None = None
    controller: Owner | None = None
    shared: Owner | None = None


def initialise(plan: Plan) -> tuple[Step, ...]:
    """Make what is not there yet. Everything is checked before anything is written.

    Raises ``ProvisioningError`` and, for a profile or policies that cannot be used, ``ConfigurationError``.
    """
    _check(plan)
    profile = find_profile(plan.profile)
    load_profile(profile)
    load_policies(plan.policies)
    if plan.calendar != templates.CALENDAR:
        load_calendar(plan.calendar, public_holidays, FIRST_YEAR)
    if plan.land not in {land.value for land in Land}:
        raise ProvisioningError("no_such_land", f"{plan.land}: one of {', '.join(land.value for land in Land)}")
    if plan.card_reader.partition(":")[0] not in ("", CARD_READERS) or "\n" in plan.card_reader:
        raise ProvisioningError(
            "no_such_card_reader", f"card readers are {CARD_READERS} or {CARD_READERS}:PART-OF-A-NAME"
        )
    rules = _device_rules(plan)
    _check_what_is_there(plan)
    owners = _owners() if plan.own else Owners()
    steps = [
        _directory(plan.config, 0o750, owners.shared),
        _directory(plan.data, 0o700, owners.data),
        *_configuration(plan, profile, owners),
        *_identity(plan, owners),
    ]
    for place, content in _machine_files(plan, rules).items():
        # Beside our own directory, in the same /etc.
        file = plan.config.parent / place
        make_directory(file.parent, 0o755, None)
        steps.append(_file(file, content, 0o644, None, force=plan.force))
    return tuple(steps)


def _machine_files(plan: Plan, rules: bytes) -> dict[str, bytes]:
    """What a real box's system has to know of its devices, by place below ``/etc``; without what would be empty."""
    if plan.kind is not Kind.REAL:
        return {}
    profile = load_profile(find_profile(plan.profile))
    jack = profile.inputs.headphones
    files = {
        device_rules.PLACE: rules,
        device_rules.HEADPHONES: device_rules.headphones_rule("" if jack is None else jack.device),
        sound.PLACE: sound.configuration(profile.speech).encode(),
    }
    keys = keyboard.own({} if profile.keypad is None else profile.keypad.keys)
    files |= {place: text.encode() for place, text in keys.items()}
    return {place: content for place, content in files.items() if content}


def _device_rules(plan: Plan) -> bytes:
    """The udev rules of a real box's scanners. Raises ``ProvisioningError`` for one that no box can read."""
    if plan.kind is not Kind.REAL:
        return b""
    sources = [plan.scanner, plan.staff_scanner] if plan.staff_scanner else [plan.scanner]
    for source in sources:
        try:
            check_source(source)
        except HardwareFault as fault:
            raise ProvisioningError("no_such_scanner", str(fault)) from fault
    return device_rules.rules(sources)


def find_profile(name: str) -> Path:
    """A shipped profile by its name, or a file. Raises ``ProvisioningError`` (``no_such_profile``)."""
    shipped = shipped_profiles()
    if name in shipped:
        return shipped[name]
    file = Path(name)
    if file.is_file():
        return file
    close = difflib.get_close_matches(name, shipped, n=1)
    hint = f"did you mean {close[0]}?" if close else f"there is {', '.join(sorted(shipped))}; or name a file"
    raise ProvisioningError("no_such_profile", f"{name}: {hint}")


def _check(plan: Plan) -> None:
    if not BOX_ID.fullmatch(plan.box):
        raise ProvisioningError("bad_box_id", f'"{plan.box}": a-z, 0-9 and -, at most 32 of them, like musterstadt-1')
    broker = plan.broker
    if broker is None:
        return
    if broker.commands is CommandTrust.UNSIGNED and plan.kind is Kind.REAL:
        raise ProvisioningError("unsigned_commands", "only a simulated box takes them; leave --commands out")
    if plan.kind is Kind.REAL and broker.tls is None and broker.host not in ("127.0.0.1", "::1", "localhost"):
        raise ProvisioningError(
            "tls_missing", f"{broker.host} is another computer: give --mqtt-ca, --mqtt-certificate and --mqtt-key"
        )


def _check_what_is_there(plan: Plan) -> None:
    """Another box's data are never turned into this one's."""
    file = plan.data / IDENTITY_NAME
    if not file.exists():
        if (plan.data / LOG_NAME).exists():
            raise ProvisioningError(
                "log_without_identity",
                f"{plan.data} holds a log but no {IDENTITY_NAME}: put it back from a backup, or name another directory",
            )
        return
    there = identities.load_identity(file)
    if (there.box, there.kind) != (plan.box, plan.kind):
        raise ProvisioningError(
            "other_box",
            f"{plan.data} is box {there.box} ({there.kind.value}), not {plan.box} ({plan.kind.value}); an identity is"
            " never changed: name another directory",
        )


def _configuration(plan: Plan, profile: Path, owners: Owners) -> list[Step]:
    data = plan.data_in_file or str(plan.data.absolute())
    contents: list[tuple[str, bytes, int, Owner | None]] = [
        ("cabinet.toml", profile.read_bytes(), 0o640, owners.controller),
        ("policies.toml", plan.policies.read_bytes(), 0o640, owners.controller),
        ("calendar.toml", templates.calendar(plan.calendar, plan.land), 0o640, owners.controller),
        ("office.toml", templates.office(plan.room, plan.phone), 0o640, owners.shared),
        (
            "abholfach.toml",
            templates.configuration(data, plan.kind, plan.broker, plan.heartbeat),
            0o640,
            owners.controller,
        ),
    ]
    if plan.kind is Kind.REAL:
        contents.append(("reader-qr.env", templates.reader(plan.scanner), 0o640, owners.shared))
        if plan.staff_scanner:
            contents.append(("reader-staff.env", templates.reader(plan.staff_scanner, "staff"), 0o640, owners.shared))
        if plan.card_reader:
            contents.append(("reader-eid.env", templates.card_reader(plan.card_reader), 0o640, owners.shared))
    return [
        _file(plan.config / name, content, mode, owner, force=plan.force) for name, content, mode, owner in contents
    ]


def _identity(plan: Plan, owners: Owners) -> list[Step]:
    """The key first: a data directory with an identity is whole."""
    key = _file(plan.data / DEVICE_KEY_NAME, secrets.token_bytes(identities.DEVICE_KEY_BYTES), 0o600, owners.data)
    identity = Identity(
        format=identities.FORMAT,
        box=plan.box,
        kind=plan.kind,
        salt=secrets.token_hex(identities.SALT_BYTES),
        created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        seen_empty_by=plan.seen_empty_by.strip(),
    )
    content = msgspec.json.format(msgspec.json.encode(identity), indent=2) + b"\n"
    return [key, _file(plan.data / IDENTITY_NAME, content, 0o640, owners.data)]


def _directory(path: Path, mode: int, owner: Owner | None) -> Step:
    return Step("made" if make_directory(path, mode, owner) else "kept", path)


def _file(path: Path, content: bytes, mode: int, owner: Owner | None, *, force: bool = False) -> Step:
    if force and path.is_file() and path.read_bytes() != content:
        replace(path, content, mode, owner)
        return Step("replaced", path)
    return Step("made" if write_new(path, content, mode, owner) else "kept", path)


def _owners() -> Owners:
    if os.geteuid() != 0:
        raise ProvisioningError("not_root", "a real box is set up as root: sudo abholfach-provision …")
    try:
        controller = pwd.getpwnam(CONTROLLER_USER)
        shared = grp.getgrnam(SHARED_GROUP)
    except KeyError as error:
        raise ProvisioningError(
            "users_missing", "install systemd/sysusers.d/abholfach.conf first and run systemd-sysusers"
        ) from error
    return Owners(
        data=Owner(controller.pw_uid, controller.pw_gid),
        controller=Owner(0, controller.pw_gid),
        shared=Owner(0, shared.gr_gid),
    )


__all__ = ["CONFIGURATION", "DATA", "ConfigurationError", "Plan", "Step", "find_profile", "initialise"]
