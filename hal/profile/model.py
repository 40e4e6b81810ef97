"""What a board profile says: banks of locks, compartments, and which wire goes where."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from hal.profile.around import HEADER, ClosedLevel, IndicatorPins, Inputs, Keypad, Speech


class BankKind(StrEnum):
    """The kinds of hardware there are drivers for."""

    GPIO = "gpio"
    KERONG_CU = "kerong_cu"
    WAVESHARE_RELAY = "waveshare_relay"
    MCP23017 = "mcp23017"


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


class Sensors(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all door sensors have in common."""

    closed_level: ClosedLevel
    senses: Senses
    debounce_ms: int = 30
    """How long a level has to stand before it is believed; 5 to 500 ms."""


class _Bank(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, tag_field="kind"
):
    """Locks that share a board, a supply and a pulse limit."""

    name: str
    supply: str
    """Banks with the same supply never energise two coils at a time."""
    pulse_ms: int
    closed_level: ClosedLevel | None = None
    """Of this bank's door inputs, where they differ from the others'."""


class GpioBank(_Bank, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="gpio"):
    """Driver stages on the header's pins; channels are GPIO numbers."""

    one_shot_ms: int | None = None
    """After how many ms the hardware ends a pulse by itself. Required: Linux keeps a line driven when the controller
    dies.
    """


class Mcp23017Bank(_Bank, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="mcp23017"):
    """A port expander on I²C; channels 0–15 (A0–A7, B0–B7), as outputs or inputs."""

    bus: int
    """I²C bus: 1 is ``/dev/i2c-1``."""
    address: int
    """0x20 to 0x27."""
    one_shot_ms: int | None = None
    """As for GPIO: an expander latches what it was told last. Required where it drives locks."""


class KerongBank(_Bank, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="kerong_cu"):
    """A KERONG CU board on RS-485; channels 0 to ``locks`` - 1, each with its own door (and perhaps item) sensor."""

    port: str
    """The serial device, by a name that stays: ``/dev/serial/by-id/…``."""
    board: int
    """Its address by the switches, 0 to 14 (15 means every board). A CU48 has three in a row."""
    locks: int
    """12, 16 or 48."""


class WaveshareBank(_Bank, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="waveshare_relay"):
    """A Waveshare Modbus RTU relay board; channels 0 to ``relays`` - 1, and as many inputs as it has."""

    port: str
    unit: int
    """Its Modbus address, 1 to 247."""
    relays: int
    """8, 16 or 32."""
    inputs: int = 0
    """Digital inputs on the same board: 0 or 8."""
    baud: int = 9_600
    """As all boards of its line are set: 9600 (as they leave the factory), 19200, 38400, 57600 or 115200."""


Bank = GpioBank | Mcp23017Bank | KerongBank | WaveshareBank


def kind_of(bank: Bank) -> BankKind:
    """Which driver a bank needs."""
    return BankKind(str(bank.__struct_config__.tag))


class Compartment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One compartment: what it is for people, and its wires."""

    label: str
    bank: str
    size: Size
    height_mm: int
    """The lower edge above the floor."""
    column: int
    row: int
    lock: int
    """The bank's channel that drives the lock."""
    sensor: int | None = None
    """The channel of its door contact; boards with a sensor for each lock need none to be named."""
    sensor_bank: str = ""
    """Where the door contact is, if not on the lock's own bank: a bank's name, or ``header``."""
    lamp: int | None = None
    lamp_bank: str = HEADER


@dataclass(frozen=True, slots=True)
class Wire:
    """One end of a wire: a channel of a bank, or of the header."""

    bank: str
    channel: int

    def __str__(self) -> str:
        return f"{self.bank}:{self.channel}"


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole cabinet."""

    format: int
    name: str
    sensors: Sensors
    banks: tuple[Bank, ...]
    compartments: tuple[Compartment, ...]
    indicators: IndicatorPins = IndicatorPins()
    inputs: Inputs = Inputs()
    keypad: Keypad | None = None
    speech: Speech = Speech()

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

    def bank(self, name: str) -> Bank:
        """The bank with this name; ``KeyError`` if there is none."""
        for bank in self.banks:
            if bank.name == name:
                return bank
        raise KeyError(name)

    def bank_of(self, label: str) -> Bank:
        """The bank that the compartment's lock is on."""
        return self.bank(self.compartment(label).bank)

    def pulse_ms(self, label: str) -> int:
        """How long the compartment's lock is to be energised, in ms."""
        return self.bank_of(label).pulse_ms

    def lock_wire(self, compartment: Compartment) -> Wire:
        """What drives the compartment's lock."""
        return Wire(self._place(compartment.bank), compartment.lock)

    def sensor_wire(self, compartment: Compartment) -> Wire:
        """Where its door contact ends."""
        channel = compartment.lock if compartment.sensor is None else compartment.sensor
        return Wire(self._place(compartment.sensor_bank or compartment.bank), channel)

    def lamp_wire(self, compartment: Compartment) -> Wire | None:
        """What drives its lamp, if it has one."""
        return None if compartment.lamp is None else Wire(self._place(compartment.lamp_bank), compartment.lamp)

    def outputs(self) -> dict[str, Wire]:
        """Whatever is switched beside locks, by what it is called in faults: ``the lamp of A07``, ``the buzzer``."""
        own = self.indicators
        named: list[tuple[str, int | None, str]] = [
            ("the buzzer", own.buzzer, own.buzzer_bank),
            ("the scanner light", own.scanner_light, own.scanner_light_bank),
            ("the door light", own.door_light, own.door_light_bank),
            ("the loudspeaker", own.loudspeaker, own.loudspeaker_bank),
        ]
        lamps = {lamp_name(item.label): wire for item in self.compartments if (wire := self.lamp_wire(item))}
        return lamps | {name: Wire(self._place(bank), channel) for name, channel, bank in named if channel is not None}

    def contacts(self) -> dict[str, Wire]:
        """The contacts that are no door's, by their names in ``inputs``."""
        own = self.inputs
        named = {
            "power_fail": own.power_fail,
            "tamper": own.tamper,
            "thermostat": own.thermostat,
            "supply_fault": own.supply_fault,
            "headphones": own.headphones,
        }
        return {
            name: Wire(self._place(contact.bank), contact.pin)
            for name, contact in named.items()
            if contact is not None and contact.pin is not None
        }

    def closed_level(self, place: str) -> ClosedLevel:
        """Of the door inputs of a bank, or of the header."""
        own = None if place == HEADER else self.bank(place).closed_level
        return own if own is not None else self.sensors.closed_level

    def _place(self, name: str) -> str:
        """GPIO banks are pins of the one header."""
        if name == HEADER or isinstance(self.bank(name), GpioBank):
            return HEADER
        return name

    def profile_hash(self) -> str:
        """SHA-256, in hex, of what the file says, not of how it is written: comments and order do not count."""
        canonical = msgspec.json.encode(self, order="deterministic")
        return hashlib.sha256(canonical).hexdigest()


def lamp_name(label: str) -> str:
    """What the lamp of a compartment is called."""
    return f"the lamp of {label}"
