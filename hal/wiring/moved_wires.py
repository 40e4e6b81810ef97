"""A map that was corrected at the box: which wires are elsewhere than the cabinet's own file says.

``cabinet.toml`` belongs to whoever made the box, and the controller cannot write it. What was corrected under the
controller's rule is kept beside the log, as the wires that differ. It names the map that it corrects by its hash: when
``cabinet.toml`` is changed afterwards, by hand or by ``abholfach-provision commission``, it says nothing any more. It
also names the map that comes out, so that a damaged file is never half believed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from hal.profile import Profile, load_profile
from hal.profile.checks import Check
from hal.strict_toml import ConfigurationError, Document

FILE_NAME = "moved-wires.json"
OLD = ".old"
FORMAT = 1
MAX_BYTES = 1_048_576


class Moved(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The wires of one compartment, as in ``cabinet.toml``."""

    label: str
    bank: str
    lock: int
    sensor: int | None = None
    sensor_bank: str = ""


class MovedWires(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``corrects`` and ``gives``: the hashes of the profile before and after."""

    format: int
    corrects: str
    gives: str
    compartments: tuple[Moved, ...]


def load_map(cabinet: Path, data: Path) -> Profile:
    """The profile of the box as it is wired: ``cabinet``, with what was corrected since. Raises
    ``ConfigurationError``.
    """
    return applied(load_profile(cabinet), data / FILE_NAME)


def applied(profile: Profile, file: Path) -> Profile:
    """``profile`` with the wires of ``file`` where that is about it; itself otherwise. Raises
    ``ConfigurationError``.
    """
    moved = _read(file)
    if moved is None:
        return profile
    if moved.corrects != profile.profile_hash():
        return profile
    result = _with(profile, moved.compartments)
    if result.profile_hash() != moved.gives:
        raise _unusable(file, "it does not give the map that it says")
    return result


def lapsed(profile: Profile, file: Path) -> tuple[str, ...]:
    """The compartments whose corrected wires are in force no more, since ``cabinet.toml`` (``profile``) was changed
    afterwards, and not to them. Raises ``ConfigurationError``.
    """
    moved = _read(file)
    if moved is None or moved.corrects == profile.profile_hash():
        return ()
    known = tuple(each for each in moved.compartments if each.label in profile.labels)
    return tuple(
        old.label
        for old, new in zip(profile.compartments, _with(profile, known).compartments, strict=True)
        if old != new
    )


def _read(file: Path) -> MovedWires | None:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(file, str(error.strerror)) from error
    try:
        moved = msgspec.json.decode(content[:MAX_BYTES], type=MovedWires)
    except msgspec.DecodeError as error:
        raise _unusable(file, str(error)) from error
    if moved.format != FORMAT:
        raise _unusable(file, f"format {moved.format} is not known to this version")
    return moved


def moved_wires(profile: Profile, after: Profile) -> MovedWires:
    """What makes ``after`` out of ``profile``, which is the cabinet's own file.

    Raises ``ConfigurationError`` when ``after`` is no profile that the box would start with.
    """
    changed = tuple(
        Moved(new.label, new.bank, new.lock, new.sensor, new.sensor_bank)
        for old, new in zip(profile.compartments, after.compartments, strict=True)
        if old != new
    )
    moved = MovedWires(FORMAT, profile.profile_hash(), after.profile_hash(), changed)
    Check(Document(Path("corrected map"), ""), after).all()
    if _with(profile, changed) != after:
        raise _unusable(Path("corrected map"), "more than wires would change")
    return moved


def write(file: Path, moved: MovedWires) -> None:
    """Puts it in place, whole or not at all, and durably; what was there is kept with ``.old`` behind its name.

    Raises ``OSError``. Slow: not on an event loop.
    """
    content = msgspec.json.format(msgspec.json.encode(moved), indent=2)
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        if file.exists():
            old = file.with_name(file.name + OLD)
            old.unlink(missing_ok=True)
            os.link(file, old)
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    directory = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _with(profile: Profile, moved: Sequence[Moved]) -> Profile:
    by_label = {each.label: each for each in moved}
    return replace(
        profile,
        compartments=tuple(
            replace(item, bank=new.bank, lock=new.lock, sensor=new.sensor, sensor_bank=new.sensor_bank)
            if (new := by_label.get(item.label)) is not None
            else item
            for item in profile.compartments
        ),
    )


def _unusable(file: Path, why: str) -> ConfigurationError:
    return ConfigurationError(
        file,
        None,
        "",
        f"the corrected map cannot be used: {why}. The map before it is in {file.name}{OLD} or, without one, in"
        " cabinet.toml: put it back, then find out the wires again",
    )
