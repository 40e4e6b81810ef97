"""The board profile: which pin is which lock, which door, and where it is in the cabinet's front.

One TOML file, ``cabinet.toml``, made by provisioning from one of ``hal/profiles/``. It is read strictly: an unknown
key, a pin used twice or a value that the hardware cannot have is a ``ConfigurationError`` with file, line and key, and
the controller does not start. There is no default back end and no fallback.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum
from importlib import resources
from pathlib import Path

import msgspec

from hal import strict_toml
from hal.interfaces import PULSE_CAP_MS, PULSE_FLOOR_MS
from hal.strict_toml import ConfigurationError, Document
from hal.toml_lines import KeyPath

OUTPUT_PINS = range(9, 28)
"""GPIO 9–27 are pulled down until somebody claims them. The others are pulled up: a lock there opens at power-on."""

INPUT_PINS = range(2, 28)
"""GPIO 0 and 1 belong to the identification EEPROM of expansion boards."""

ONE_SHOT_CAP_MS = 1500
"""The longest hardware limit that still protects a coil."""

_LABEL = re.compile(r"[A-Z]{1,2}[0-9]{2,3}")


class BackendKind(StrEnum):
    """The kinds of hardware there are drivers for."""

    GPIO = "gpio"


class Size(StrEnum):
    """How much a compartment takes."""

    S = "S"
    M = "M"
    L = "L"


class Senses(StrEnum):
    """What the contact of a door says: the door itself, its latch, or closed only if both are."""

    DOOR = "door"
    LATCH = "latch"
    BOTH = "both"


class ClosedLevel(StrEnum):
    """The level of a sensor's pin while the door is closed. With ``low`` a cut wire says "open", which is the safer."""

    LOW = "low"
    HIGH = "high"


class Backend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which kind of hardware this is. There is no default."""

    kind: BackendKind


class Sensors(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all door sensors have in common."""

    closed_level: ClosedLevel
    senses: Senses
    debounce_ms: int = 30
    """How long a level has to stand before it is believed; 5 to 500 ms."""


class IndicatorPins(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What tells people something, beside the screen."""

    buzzer_pin: int | None = None


class Bank(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Locks that share a board, a supply and a hardware pulse limit."""

    name: str
    supply: str
    """Banks with the same supply never energise two coils at a time."""
    pulse_ms: int
    one_shot_ms: int | None = None
    """After how many ms the hardware ends a pulse by itself. Required for GPIO, which cannot end one on its own."""


class Compartment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One compartment: what it is for people, and its pins."""

    label: str
    bank: str
    size: Size
    height_mm: int
    """The lower edge above the floor."""
    column: int
    row: int
    lock_pin: int
    sensor_pin: int
    lamp_pin: int | None = None


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole cabinet."""

    format: int
    name: str
    backend: Backend
    sensors: Sensors
    banks: tuple[Bank, ...]
    compartments: tuple[Compartment, ...]
    indicators: IndicatorPins = IndicatorPins()

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in the file's order."""
        return tuple(compartment.label for compartment in self.compartments)

    def compartment(self, label: str) -> Compartment:
        """The compartment with this label; ``KeyError`` if there is none."""
        for compartment in self.compartments:
            if compartment.label == label:
                return compartment
        raise KeyError(label)

    def bank_of(self, label: str) -> Bank:
        """The bank that the compartment's lock is on."""
        name = self.compartment(label).bank
        return next(bank for bank in self.banks if bank.name == name)

    def pulse_ms(self, label: str) -> int:
        """How long the compartment's lock is to be energised, in ms."""
        return self.bank_of(label).pulse_ms

    def profile_hash(self) -> str:
        """SHA-256, in hex, of what the file says, not of how it is written: comments and order do not count."""
        canonical = msgspec.json.encode(self, order="deterministic")
        return hashlib.sha256(canonical).hexdigest()


def load_profile(path: Path) -> Profile:
    """Read and check a board profile. Raises ``ConfigurationError`` for the first thing that is wrong."""
    document = strict_toml.read(path)
    profile = document.convert(Profile)
    _Check(document, profile).all()
    return profile


def shipped_profiles() -> dict[str, Path]:
    """The profiles that come with the package, by name."""
    folder = Path(str(resources.files("hal") / "profiles"))
    return {file.stem: file for file in sorted(folder.glob("*.toml"))}


class _Check:
    """The rules that go over more than one key."""

    def __init__(self, document: Document, profile: Profile) -> None:
        self._document = document
        self._profile = profile

    def all(self) -> None:
        if self._profile.format != 1:
            raise self._error(("format",), f"format {self._profile.format} is not known; this version reads format 1")
        self._sensors()
        self._banks()
        self._compartments()
        self._pins()

    def _error(self, path: KeyPath, message: str) -> ConfigurationError:
        return self._document.error(path, message)

    def _within(self, path: KeyPath, value: int, low: int, high: int, unit: str = " ms") -> None:
        if not low <= value <= high:
            raise self._error(path, f"{value}{unit} is not between {low} and {high}{unit}")

    def _sensors(self) -> None:
        self._within(("sensors", "debounce_ms"), self._profile.sensors.debounce_ms, 5, 500)

    def _banks(self) -> None:
        if not self._profile.banks:
            raise self._error(("banks",), "a cabinet has at least one bank")
        seen: dict[object, KeyPath] = {}
        for index, bank in enumerate(self._profile.banks):
            at: KeyPath = ("banks", index)
            self._once(seen, bank.name, (*at, "name"), f"bank {bank.name}")
            for key, text in (("name", bank.name), ("supply", bank.supply)):
                if not text.strip():
                    raise self._error((*at, key), "must not be empty")
            self._within((*at, "pulse_ms"), bank.pulse_ms, PULSE_FLOOR_MS, PULSE_CAP_MS)
            if bank.one_shot_ms is None:
                raise self._error(
                    (*at, "one_shot_ms"),
                    "this key is missing: a GPIO bank needs a hardware one-shot that ends every pulse, because Linux"
                    " keeps a line driven when the controller dies; say after how many ms it does",
                )
            self._within((*at, "one_shot_ms"), bank.one_shot_ms, PULSE_FLOOR_MS, ONE_SHOT_CAP_MS)
            if bank.one_shot_ms < bank.pulse_ms:
                raise self._error(
                    (*at, "one_shot_ms"),
                    f"the hardware would end a pulse of {bank.pulse_ms} ms after {bank.one_shot_ms} ms",
                )

    def _compartments(self) -> None:
        if not self._profile.compartments:
            raise self._error(("compartments",), "a cabinet has at least one compartment")
        banks = [bank.name for bank in self._profile.banks]
        labels: dict[object, KeyPath] = {}
        places: dict[object, KeyPath] = {}
        for index, compartment in enumerate(self._profile.compartments):
            at: KeyPath = ("compartments", index)
            if not _LABEL.fullmatch(compartment.label):
                raise self._error((*at, "label"), f'"{compartment.label}" is not a label like A07')
            self._once(labels, compartment.label, (*at, "label"), f"label {compartment.label}")
            if compartment.bank not in banks:
                raise self._error((*at, "bank"), f'there is no bank "{compartment.bank}"; there is {", ".join(banks)}')
            self._within((*at, "height_mm"), compartment.height_mm, 0, 2500, " mm")
            self._within((*at, "column"), compartment.column, 1, 99, "")
            self._within((*at, "row"), compartment.row, 1, 99, "")
            place = (compartment.column, compartment.row)
            self._once(places, place, (*at, "row"), f"column {place[0]}, row {place[1]}")

    def _pins(self) -> None:
        used: dict[object, KeyPath] = {}
        for index, compartment in enumerate(self._profile.compartments):
            at: KeyPath = ("compartments", index)
            self._output(used, (*at, "lock_pin"), compartment.lock_pin)
            self._input(used, (*at, "sensor_pin"), compartment.sensor_pin)
            if compartment.lamp_pin is not None:
                self._output(used, (*at, "lamp_pin"), compartment.lamp_pin)
        if self._profile.indicators.buzzer_pin is not None:
            self._output(used, ("indicators", "buzzer_pin"), self._profile.indicators.buzzer_pin)

    def _output(self, used: dict[object, KeyPath], path: KeyPath, pin: int) -> None:
        if pin not in OUTPUT_PINS:
            raise self._error(
                path, f"GPIO {pin} cannot be an output here: only 9 to 27 are pulled down while nobody drives them"
            )
        self._once(used, pin, path, f"pin {pin}")

    def _input(self, used: dict[object, KeyPath], path: KeyPath, pin: int) -> None:
        if pin not in INPUT_PINS:
            raise self._error(path, f"GPIO {pin} cannot be an input: 2 to 27 can")
        self._once(used, pin, path, f"pin {pin}")

    def _once(self, seen: dict[object, KeyPath], value: object, path: KeyPath, what: str) -> None:
        if value in seen:
            first = seen[value]
            raise self._error(
                path, f"{what} is already used by {self._document.name(first)} (line {self._document.line(first)})"
            )
        seen[value] = path
