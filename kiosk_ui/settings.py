"""How the pages are started, and what they say about the place they stand in."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

#: A person's fingertip is 20 mm wide; the panel says how many pixels that is (15.6", 1080×1920: 5.56).
DEFAULT_PX_PER_MM = 5.56


class Office(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where people go when the box cannot help, as TOML. Everything may be left out; a page then leaves it out too.

    ``place`` is where the box stands, as it is printed on slips. ``counter_hours`` and ``box_hours`` map a language to
    a line that people read, for example ``de = "Mo–Fr 8–12 Uhr"``; the German line does for a language that is missing
    (`kiosk_ui.hours`).
    """

    place: str = ""
    counter_room: str = ""
    phone: str = ""
    counter_hours: dict[str, str] = {}
    box_hours: dict[str, str] = {}


class SettingsError(ValueError):
    """A setting cannot be used; the message says which one and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one UI process. ``port`` is the one that is listened on: requests that name another host or port
    are refused.
    """

    socket: str
    port: int
    languages: tuple[str, ...]
    office: Office = field(default_factory=Office)
    px_per_mm: float = DEFAULT_PX_PER_MM
    #: Where sounds of what everybody hears are kept (on a memory file system); None: nowhere.
    speech_cache: Path | None = None


def read_office(path: Path | None) -> Office:
    """Raises `SettingsError` when the file cannot be read or says something unknown."""
    if path is None:
        return Office()
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), type=Office)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f"{path}: {error}") from error
