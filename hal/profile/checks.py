"""The rules of a board profile that go over more than one key."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hal.interfaces import PULSE_CAP_MS, PULSE_FLOOR_MS
from hal.profile.around import HEADER
from hal.profile.check_devices import check_devices
from hal.profile.model import (
    Bank,
    Compartment,
    GpioBank,
    KerongBank,
    Mcp23017Bank,
    Profile,
    WaveshareBank,
    Wire,
)
from hal.strict_toml import ConfigurationError, Document
from hal.toml_lines import KeyPath

OUTPUT_PINS = range(9, 28)
"""GPIO 9–27 are pulled down until somebody claims them. The others are pulled up: a lock there opens at power-on."""

INPUT_PINS = range(2, 28)
"""GPIO 0 and 1 belong to the identification EEPROM of expansion boards."""

I2C_PINS = range(2, 4)
"""GPIO 2 and 3 are the I²C bus 1, where there is an expander."""

ONE_SHOT_CAP_MS = 1500
"""The longest hardware limit that still protects a coil."""

KERONG_LOCKS = (12, 16, 48)
KERONG_BOARD_LOCKS = 16
"""So many locks one address has; a CU48 answers to three in a row."""
KERONG_LAST = 14
"""The last address of a board. What is said to 15 is said to every board of the line: doors of others would open."""
WAVESHARE_RELAYS = (8, 16, 32)
WAVESHARE_BAUDS = (9_600, 19_200, 38_400, 57_600, 115_200)
"""Slower ones would need a longer silence before each question than `hal.boards.modbus_rtu` keeps."""
MCP23017_CHANNELS = 16
MCP23017_OUTPUTS_ONLY = (7, 15)
"""As inputs they may stop the bus when they change while they are read: data sheet DS20001952, revision D."""

_MOVES = re.compile(r"/dev/tty(USB|ACM)[0-9]+")
"""Adapters get these in the order in which they are found: the next start may exchange two lines and all their
doors.
"""

_LABEL = re.compile(r"[A-Z]{1,2}[0-9]{2,3}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", re.ASCII)


class Check:
    """One profile and the document it came from. Raises ``ConfigurationError`` for the first thing that is wrong."""

    def __init__(self, document: Document, profile: Profile) -> None:
        self._document = document
        self._profile = profile

    def all(self) -> None:
        if self._profile.format != 2:
            raise self._error(("format",), f"format {self._profile.format} is not known; this version reads format 2")
        self._within(("sensors", "debounce_ms"), self._profile.sensors.debounce_ms, 5, 500)
        self._banks()
        self._addresses()
        self._compartments()
        self._wires()

    def _error(self, path: KeyPath, message: str) -> ConfigurationError:
        return self._document.error(path, message)

    def _within(self, path: KeyPath, value: int, low: int, high: int, unit: str = " ms") -> None:
        if not low <= value <= high:
            raise self._error(path, f"{value}{unit} is not between {low} and {high}{unit}")

    def _one_of(self, path: KeyPath, value: int, allowed: tuple[int, ...]) -> None:
        if value not in allowed:
            raise self._error(path, f"{value} is none of {', '.join(str(one) for one in allowed)}")

    def _once(self, seen: dict[object, KeyPath], value: object, path: KeyPath, what: str) -> None:
        if value in seen:
            first = seen[value]
            raise self._error(
                path, f"{what} is already used by {self._document.name(first)} (line {self._document.line(first)})"
            )
        seen[value] = path

    # --- banks ---------------------------------------------------------------------------------------------------

    def _banks(self) -> None:
        if not self._profile.banks:
            raise self._error(("banks",), "a cabinet has at least one bank")
        seen: dict[object, KeyPath] = {}
        for index, bank in enumerate(self._profile.banks):
            at: KeyPath = ("banks", index)
            self._once(seen, bank.name, (*at, "name"), f"bank {bank.name}")
            if bank.name == HEADER or _NAME.fullmatch(bank.name) is None:
                raise self._error((*at, "name"), "must be letters, digits, - and _, and not header")
            if not bank.supply.strip():
                raise self._error((*at, "supply"), "must not be empty")
            self._within((*at, "pulse_ms"), bank.pulse_ms, PULSE_FLOOR_MS, PULSE_CAP_MS)
            self._bank(at, bank)

    def _bank(self, at: KeyPath, bank: Bank) -> None:
        match bank:
            case GpioBank():
                self._one_shot(at, bank, "a GPIO bank", bank.one_shot_ms)
            case Mcp23017Bank():
                if any(compartment.bank == bank.name for compartment in self._profile.compartments):
                    self._one_shot(at, bank, "an expander that drives locks", bank.one_shot_ms)
                self._within((*at, "bus"), bank.bus, 0, 32, "")
                self._within((*at, "address"), bank.address, 0x20, 0x27, "")
            case KerongBank():
                self._port(at, bank.port)
                self._one_of((*at, "locks"), bank.locks, KERONG_LOCKS)
                self._within((*at, "board"), bank.board, 0, KERONG_LAST + 1 - _addresses(bank), "")
                if bank.pulse_ms % 10:
                    raise self._error((*at, "pulse_ms"), "the board counts in steps of 10 ms")
            case WaveshareBank():
                self._port(at, bank.port)
                self._within((*at, "unit"), bank.unit, 1, 247, "")
                self._one_of((*at, "relays"), bank.relays, WAVESHARE_RELAYS)
                self._one_of((*at, "inputs"), bank.inputs, (0, 8))
                self._one_of((*at, "baud"), bank.baud, WAVESHARE_BAUDS)
                if bank.pulse_ms % 100:
                    raise self._error((*at, "pulse_ms"), "the board counts in steps of 100 ms")

    def _one_shot(self, at: KeyPath, bank: Bank, what: str, one_shot_ms: int | None) -> None:
        path: KeyPath = (*at, "one_shot_ms")
        if one_shot_ms is None:
            raise self._error(
                path,
                f"this key is missing: {what} needs a hardware one-shot that ends every pulse, because a line stays"
                " driven when the controller dies; say after how many ms it does",
            )
        self._within(path, one_shot_ms, PULSE_FLOOR_MS, ONE_SHOT_CAP_MS)
        if one_shot_ms < bank.pulse_ms:
            raise self._error(path, f"the hardware would end a pulse of {bank.pulse_ms} ms after {one_shot_ms} ms")

    def _port(self, at: KeyPath, port: str) -> None:
        if not port.startswith("/dev/") or "/../" in port or len(port) > 200:
            raise self._error((*at, "port"), "must be a device by a name that stays: /dev/serial/by-id/…")
        if _MOVES.fullmatch(port):
            raise self._error(
                (*at, "port"),
                "must be a name that stays, or another adapter may have it after the next start and other doors open:"
                " /dev/serial/by-id/…, or /dev/serial/by-path/… where two adapters have the same",
            )

    def _addresses(self) -> None:
        """Two boards never answer to the same address, and one line has one language."""
        languages: dict[str, tuple[type, int, KeyPath]] = {}
        seen: dict[object, KeyPath] = {}
        for index, bank in enumerate(self._profile.banks):
            at: KeyPath = ("banks", index)
            if isinstance(bank, KerongBank | WaveshareBank):
                baud = bank.baud if isinstance(bank, WaveshareBank) else 0
                spoken, speed, first = languages.setdefault(bank.port, (type(bank), baud, (*at, "port")))
                where = f"{self._document.name(first)}, line {self._document.line(first)}"
                if spoken is not type(bank):
                    message = f"boards of another kind are on this line ({where}): each kind needs a line of its own"
                    raise self._error((*at, "port"), message)
                if speed != baud:
                    raise self._error((*at, "port"), f"{baud} baud, and {speed} on the same line ({where})")
            match bank:
                case KerongBank():
                    for board in range(bank.board, bank.board + _addresses(bank)):
                        self._once(seen, (bank.port, board), (*at, "board"), f"board {board} of this port")
                case WaveshareBank():
                    self._once(seen, (bank.port, bank.unit), (*at, "unit"), f"unit {bank.unit} of this port")
                case Mcp23017Bank():
                    what = f"address 0x{bank.address:02X} of this bus"
                    self._once(seen, (bank.bus, bank.address), (*at, "address"), what)
                case GpioBank():
                    pass  # all pins are of the one header

    # --- compartments --------------------------------------------------------------------------------------------

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
            for key, name in (
                ("bank", compartment.bank),
                ("sensor_bank", compartment.sensor_bank or HEADER),
                ("lamp_bank", compartment.lamp_bank),
            ):
                if name not in banks and (key == "bank" or name != HEADER):
                    raise self._error((*at, key), f'there is no bank "{name}"; there is {", ".join(banks)}')
            self._within((*at, "height_mm"), compartment.height_mm, 0, 2500, " mm")
            self._within((*at, "column"), compartment.column, 1, 99, "")
            self._within((*at, "row"), compartment.row, 1, 99, "")
            place = (compartment.column, compartment.row)
            self._once(places, place, (*at, "row"), f"column {place[0]}, row {place[1]}")

    # --- wires ---------------------------------------------------------------------------------------------------

    def _wires(self) -> None:
        self._outputs: dict[object, KeyPath] = {}
        self._inputs: dict[object, KeyPath] = {}
        banks: Mapping[str, Bank] = {bank.name: bank for bank in self._profile.banks}
        for index, compartment in enumerate(self._profile.compartments):
            at: KeyPath = ("compartments", index)
            self._output((*at, "lock"), self._profile.lock_wire(compartment), banks)
            self._sensor(at, compartment, banks)
            self._switched((*at, "lamp"), compartment.lamp, compartment.lamp_bank, banks)
        indicators = self._profile.indicators
        for key, pin, bank in (
            ("buzzer", indicators.buzzer, indicators.buzzer_bank),
            ("scanner_light", indicators.scanner_light, indicators.scanner_light_bank),
            ("door_light", indicators.door_light, indicators.door_light_bank),
            ("loudspeaker", indicators.loudspeaker, indicators.loudspeaker_bank),
        ):
            self._switched(("indicators", key), pin, bank, banks)
        if indicators.loudspeaker is not None and self._profile.inputs.headphones is None:
            raise self._error(("indicators", "loudspeaker"), "it is switched off by headphones, and [inputs] has none")
        self._contacts(banks)
        check_devices(self._document, self._profile)

    def _switched(self, path: KeyPath, channel: int | None, bank: str, banks: Mapping[str, Bank]) -> None:
        """A lamp, a light, the buzzer, the amplifier."""
        bank_path: KeyPath = (*path[:-1], f"{path[-1]}_bank")
        wire = self._at(bank_path, bank, channel or 0, banks)
        if channel is None:
            return
        own = banks.get(wire.bank)
        if isinstance(own, KerongBank):
            raise self._error(bank_path, "its outputs are locks: lamps are on the header, an MCP23017 or a relay board")
        if isinstance(own, WaveshareBank) and path[-1] == "buzzer":
            raise self._error(bank_path, "a relay does not follow its patterns: on the header or an MCP23017")
        self._output(path, wire, banks)

    def _at(self, path: KeyPath, bank: str, channel: int, banks: Mapping[str, Bank]) -> Wire:
        """A channel of ``bank``; GPIO banks are pins of the header."""
        if bank != HEADER and bank not in banks:
            raise self._error(path, f'there is no bank "{bank}"; there is {", ".join(banks)}')
        return Wire(HEADER if bank == HEADER or isinstance(banks[bank], GpioBank) else bank, channel)

    def _contacts(self, banks: Mapping[str, Bank]) -> None:
        inputs = self._profile.inputs
        for key, contact in (
            ("power_fail", inputs.power_fail),
            ("tamper", inputs.tamper),
            ("thermostat", inputs.thermostat),
            ("supply_fault", inputs.supply_fault),
            ("headphones", inputs.headphones),
        ):
            if contact is None:
                continue
            self._within(("inputs", key, "debounce_ms"), contact.debounce_ms, 10, 10_000)
            wire = self._at(("inputs", key, "bank"), contact.bank, contact.pin or 0, banks)
            if contact.pin is not None:
                self._input(("inputs", key, "pin"), wire, banks)

    def _sensor(self, at: KeyPath, compartment: Compartment, banks: Mapping[str, Bank]) -> None:
        wire = self._profile.sensor_wire(compartment)
        own = None if wire.bank == HEADER else banks[wire.bank]
        if compartment.sensor is None and not isinstance(own, KerongBank):
            raise self._error((*at, "sensor"), "this key is missing: only boards with a sensor for each lock need none")
        self._input((*at, "sensor" if compartment.sensor is not None else "lock"), wire, banks)

    def _input(self, path: KeyPath, wire: Wire, banks: Mapping[str, Bank]) -> None:
        own = None if wire.bank == HEADER else banks[wire.bank]
        match own:
            case WaveshareBank():
                self._within(path, wire.channel, 0, own.inputs - 1, "")
            case KerongBank():
                self._within(path, wire.channel, 0, own.locks - 1, "")
            case Mcp23017Bank():
                self._within(path, wire.channel, 0, MCP23017_CHANNELS - 1, "")
                if wire.channel in MCP23017_OUTPUTS_ONLY:
                    raise self._error(path, "channels 7 and 15 of an MCP23017 (GPA7, GPB7) are outputs only")
            case _:
                self._input_pin(path, wire.channel)
        shared = own is None or isinstance(own, Mcp23017Bank)  # one pin is an output or an input, never both
        self._once(self._outputs if shared else self._inputs, wire, path, _name(wire))

    def _output(self, path: KeyPath, wire: Wire, banks: Mapping[str, Bank]) -> None:
        own = None if wire.bank == HEADER else banks[wire.bank]
        match own:
            case WaveshareBank():
                self._within(path, wire.channel, 0, own.relays - 1, "")
            case KerongBank():
                self._within(path, wire.channel, 0, own.locks - 1, "")
            case Mcp23017Bank():
                self._within(path, wire.channel, 0, MCP23017_CHANNELS - 1, "")
            case _:
                if wire.channel not in OUTPUT_PINS:
                    raise self._error(
                        path,
                        f"GPIO {wire.channel} cannot be an output here: only 9 to 27 are pulled down while nobody"
                        " drives them",
                    )
        self._once(self._outputs, wire, path, _name(wire))

    def _input_pin(self, path: KeyPath, pin: int) -> None:
        if pin not in INPUT_PINS:
            raise self._error(path, f"GPIO {pin} cannot be an input: 2 to 27 can")
        if pin in I2C_PINS and any(isinstance(bank, Mcp23017Bank) and bank.bus == 1 for bank in self._profile.banks):
            raise self._error(path, f"GPIO {pin} is the I²C bus that the expanders are on")


def _addresses(bank: KerongBank) -> int:
    return -(-bank.locks // KERONG_BOARD_LOCKS)


def _name(wire: Wire) -> str:
    return f"pin {wire.channel}" if wire.bank == HEADER else f"channel {wire.channel} of {wire.bank}"
