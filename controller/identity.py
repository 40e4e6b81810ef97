"""Which box this is: ``identity.json`` and the device key in the data directory.

Provisioning makes both once; nothing ever changes them. A real box's data and a simulated one's never meet: each entry
point states its kind and refuses the other's data.
"""

from __future__ import annotations

import os
import re
import stat
from enum import StrEnum
from pathlib import Path

import msgspec

from hal.strict_toml import ConfigurationError

IDENTITY_NAME = "identity.json"
DEVICE_KEY_NAME = "device.key"
DEVICE_KEY_BYTES = 32
SALT_BYTES = 16
FORMAT = 1

BOX_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
"""A box's id stands in MQTT topics, in certificates and in every event."""

_CREATED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


class Kind(StrEnum):
    """Whether doors are doors."""

    REAL = "real"
    SIMULATED = "simulated"


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of ``identity.json``. It holds no secret: the key is in a file of its own.

    ``salt``: hex, public, of this box; whoever creates an Abholnummer needs it. ``created``: UTC, as in
    ``2026-11-22T08:00:00Z``. ``seen_empty_by``: who looked into every compartment when the box was set up; empty when
    nobody did, and then every compartment has to be looked into before it is used.
    """

    format: int
    box: str
    kind: Kind
    salt: str
    created: str
    seen_empty_by: str = ""


class WrongKind(ConfigurationError):
    """The data of a real box at a simulated one's entry point, or the other way round."""


def load_identity(path: Path) -> Identity:
    """The identity in the data directory, or in the file, ``path``. Raises ``ConfigurationError``."""
    file = path / IDENTITY_NAME if path.is_dir() else path
    try:
        identity = msgspec.json.decode(file.read_bytes(), type=Identity)
    except FileNotFoundError as error:
        raise ConfigurationError(file, None, "", "there is no identity; abholfach-provision init makes one") from error
    except OSError as error:
        raise ConfigurationError(file, None, "", f"the file cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(file, None, "", f"this is not a box's identity: {error}") from error
    for key, right in (
        ("format", identity.format == FORMAT),
        ("box", BOX_ID.fullmatch(identity.box) is not None),
        ("salt", re.fullmatch(rf"[0-9a-f]{{{2 * SALT_BYTES}}}", identity.salt) is not None),
        ("created", _CREATED.fullmatch(identity.created) is not None),
    ):
        if not right:
            raise ConfigurationError(file, None, key, "this value cannot be; put the file back from a backup")
    return identity


def check_kind(identity: Identity, expected: Kind, file: Path = Path(IDENTITY_NAME)) -> None:
    """Raises ``WrongKind`` unless the identity is of the kind that the calling entry point is for."""
    if identity.kind is expected:
        return
    if expected is Kind.REAL:
        what = "this is a simulated box's data; python -m simulator.controller runs it"
    else:
        what = "this is a real box's data, and a simulation must not touch it; abholfach-controller runs it"
    raise WrongKind(file, None, "kind", what)


def load_device_key(data: Path) -> bytes:
    """The 32 secret bytes of this box. Raises ``ConfigurationError`` when others may read them or they are missing."""
    file = data / DEVICE_KEY_NAME
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise ConfigurationError(file, None, "", f"the device key cannot be read: {error.strerror}") from error
    with os.fdopen(handle, "rb") as stream:
        mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
        key = stream.read(DEVICE_KEY_BYTES + 1)
    if mode & 0o077:
        raise ConfigurationError(
            file, None, "", f"others may read the device key (mode {mode:04o}); chmod 600 it, and think about who did"
        )
    if len(key) != DEVICE_KEY_BYTES:
        raise ConfigurationError(file, None, "", f"the device key must have {DEVICE_KEY_BYTES} bytes")
    return key
