"""What the box notices beside its doors: the mains, its housing, temperature and supply.

Everything is a fault that comes and goes (`hal.interfaces.FaultListener`); what follows from it is the controller's.
Contacts are asked every 50 ms and not listened to: they are few and slow, a signal may be missed for one round without
harm, and nothing can go silent as callbacks do.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hal.boards.board import BoardContacts, Switch
from hal.contacts import BoardLine, HeaderLine, Line, Steadied
from hal.edges import Edges
from hal.headphones import ContactJack, DeviceJack, HeadphoneSocket
from hal.interfaces import Fault, FaultListener, monotonic_ms
from hal.presence import LOOK_EVERY_MS, Presence, presences
from hal.profile import HEADER, ClosedLevel, Contact, Gauge, Inputs, Profile

log = logging.getLogger(__name__)

POLL_MS = 50
GAUGE_EVERY_MS = 5_000

POWER_FAIL = "power_fail"
TAMPER = "tamper"
INPUT_UNREADABLE = "input_unreadable"

HYSTERESIS: Mapping[str, int] = {"temperature": 2_000, "supply_voltage": 200}
"""How far a value has to come back before its fault is over: 2 degrees, 0.2 V."""


@dataclass
class _Pin:
    contact: Contact
    line: Line
    fault: Fault
    steadied: Steadied = field(init=False)

    def __post_init__(self) -> None:
        self.steadied = Steadied(self.contact.debounce_ms)

    def active(self) -> bool:
        """Raises whatever its device does."""
        return self.line.high() is (self.contact.active is ClosedLevel.HIGH)


@dataclass
class _Scale:
    name: str
    gauge: Gauge
    too_low: Fault
    too_high: Fault


class InputWatch:
    """Asks contacts and gauges on a thread of its own, from when it is made until it is closed."""

    def __init__(
        self,
        profile: Profile,
        edges: Edges,
        faults: FaultListener | None = None,
        *,
        boards: Mapping[str, BoardContacts] | None = None,
        amplifier: Switch | None = None,
        gauge_every_ms: int = GAUGE_EVERY_MS,
    ) -> None:
        """Claim the contacts' pins and begin. ``boards``: where the contacts are that are not on the header, by name;
        ``amplifier``: the loudspeaker's, ours from now on. Raises ``HardwareFault``.
        """
        self._profile = profile
        self._edges = edges
        self._faults = faults
        self._boards = boards or {}
        self._gauge_every_ms = gauge_every_ms
        self._told: dict[tuple[str, str], bool] = {}
        self._values: dict[str, int] = {}
        self._stop = threading.Event()
        self._pins: dict[str, _Pin] = {}
        self._thread = threading.Thread(target=self._run, name="inputs", daemon=True)
        self._scales = list(_scales(profile.inputs))
        self._presences: list[Presence] = list(presences(profile))
        self.headphones = HeadphoneSocket(None, amplifier=amplifier)
        try:
            for name, contact, fault in _contacts(profile.inputs):
                self._pins[name] = _Pin(contact, self._line(name), fault)
            self.headphones = self._socket(amplifier)
        except BaseException:
            self.close()
            raise
        if self._pins or self._scales or self._presences or self.headphones.there:
            self._thread.start()

    def _line(self, name: str) -> Line:
        """Raises ``HardwareFault``."""
        wire = self._profile.contacts()[name]
        if wire.bank == HEADER:
            return HeaderLine(name, wire.channel, self._edges.header())
        return BoardLine(name, self._boards[name], self._profile.closed_level(wire.bank))

    def _socket(self, amplifier: Switch | None) -> HeadphoneSocket:
        jack = self._profile.inputs.headphones
        if jack is None:
            return HeadphoneSocket(None, amplifier=amplifier)
        if jack.device:
            return HeadphoneSocket(DeviceJack(jack.device, self._edges.input), jack.debounce_ms, amplifier)
        contact = ContactJack(self._line("headphones"), jack.active is ClosedLevel.HIGH)
        return HeadphoneSocket(contact, jack.debounce_ms, amplifier)

    @property
    def values(self) -> Mapping[str, int]:
        """What the gauges said last, by name, in their files' units; without those that cannot be read."""
        return dict(self._values)

    def close(self) -> None:
        """Stop asking and give the pins back. Idempotent."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(2.0)
        for pin in self._pins.values():
            pin.line.close()
        self.headphones.close()

    def _run(self) -> None:
        gauges_due = presences_due = 0
        while not self._stop.is_set():
            now = monotonic_ms()
            for name, pin in self._pins.items():
                self._ask(name, pin, now)
            if self.headphones.there:
                problem = self.headphones.look(now)
                self._say(_unreadable("headphones", problem), problem is not None)
            if now >= presences_due:
                presences_due = now + LOOK_EVERY_MS
                self._look_for_things(now)
            if now >= gauges_due:
                gauges_due = now + self._gauge_every_ms
                for scale in self._scales:
                    self._measure(scale)
            self._stop.wait(POLL_MS / 1000)

    def _look_for_things(self, now: int) -> None:
        for thing in self._presences:
            gone = thing.is_gone(self._edges.present, now)
            if gone is not None:
                self._say(thing.fault, gone)

    def _ask(self, name: str, pin: _Pin, now: int) -> None:
        try:
            active = pin.active()
        except Exception as error:
            # The pin libraries' errors have no common base. What stood last goes on standing.
            self._say(_unreadable(name, error), True)
            return
        self._say(_unreadable(name), False)
        if pin.steadied.feed(active, now):
            self._say(pin.fault, active)

    def _measure(self, scale: _Scale) -> None:
        try:
            value = int(self._edges.file(scale.gauge.file))
        except (OSError, ValueError) as error:
            self._values.pop(scale.name, None)
            self._say(_unreadable(scale.name, error), True)
            return
        self._say(_unreadable(scale.name), False)
        self._values[scale.name] = value
        back = HYSTERESIS[scale.name]
        low, high = scale.gauge.low, scale.gauge.high
        if low is not None and (value < low or value >= low + back):
            self._say(scale.too_low, value < low)
        if high is not None and (value > high or value <= high - back):
            self._say(scale.too_high, value > high)

    def _say(self, fault: Fault, active: bool) -> None:
        """Changes only; but what is not so is said at first too: an earlier process may have ended while it was."""
        key = (fault.code, fault.subject)
        if self._told.get(key) is active or self._faults is None:
            return
        self._told[key] = active
        try:
            if active:
                log.warning("%s: %s", fault.code, fault.message)
                self._faults.fault_raised(fault)
            else:
                self._faults.fault_cleared(fault.code, fault.subject)
        except Exception:
            log.exception("the fault listener raised")


def _contacts(inputs: Inputs) -> Iterator[tuple[str, Contact, Fault]]:
    if inputs.power_fail is not None:
        fault = Fault(
            POWER_FAIL,
            "mains",
            "the uninterruptible supply says that the mains are gone",
            "See the fuse and the plug. The box goes off by itself and comes back with the mains.",
        )
        yield "power_fail", inputs.power_fail, fault
    if inputs.tamper is not None:
        fault = Fault(TAMPER, "housing", "the housing's contact says open", "See who has it open, and close it.")
        yield "tamper", inputs.tamper, fault
    if inputs.thermostat is not None:
        fault = Fault("temperature_high", "thermostat", "the thermostat says too hot", "See fan, filter and sun.")
        yield "thermostat", inputs.thermostat, fault
    if inputs.supply_fault is not None:
        fault = Fault(
            "supply_low", "supply", "the supply says that its output is bad", "See the supply, its load and its wires."
        )
        yield "supply_fault", inputs.supply_fault, fault


def _scales(inputs: Inputs) -> Iterator[_Scale]:
    if inputs.temperature is not None:
        cold = Fault("temperature_low", "inside", "it is too cold in the box", "See its heating and its place.")
        hot = Fault("temperature_high", "inside", "it is too hot in the box", "See fan, filter and sun.")
        yield _Scale("temperature", inputs.temperature, cold, hot)
    if inputs.supply_voltage is not None:
        low = Fault("supply_low", "locks", "the supply's voltage is too low", "See the supply, its load and its wires.")
        high = Fault("supply_high", "locks", "the supply's voltage is too high", "Take the supply out of use.")
        yield _Scale("supply_voltage", inputs.supply_voltage, low, high)


def _unreadable(name: str, error: Exception | None = None) -> Fault:
    advice = "Check its pin, board or file, and its wiring."
    return Fault(INPUT_UNREADABLE, name, f"it cannot be read ({error})", advice)
