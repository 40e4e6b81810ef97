"""What is around the compartments: mains, housing, temperature, supply, headphones, and things that are plugged in."""

from __future__ import annotations

from hal.presence import presences
from hal.profile import ClosedLevel, Profile, Wire
from simulator.plant.reeds import OnLevel

DEFAULTS = {"temperature": 22_000, "supply_voltage": 12_000}
"""In the units of their files: thousandths of a degree, millivolts."""


class UnknownInput(Exception):
    """This cabinet has no such contact, gauge or thing."""


class Surroundings:
    """Contacts are quiet, gauges say what is usual and things are there until somebody moves them. ``on_level`` hears
    of the lines.
    """

    def __init__(self, profile: Profile, on_level: OnLevel) -> None:
        inputs = profile.inputs
        contacts = {
            "power_fail": inputs.power_fail,
            "tamper": inputs.tamper,
            "thermostat": inputs.thermostat,
            "supply_fault": inputs.supply_fault,
            "headphones": inputs.headphones,
        }
        self._active_high = {
            name: contact.active is ClosedLevel.HIGH for name, contact in contacts.items() if contact is not None
        }
        self._wires: dict[str, Wire] = profile.contacts()
        self._jack = inputs.headphones.device if inputs.headphones is not None else ""
        gauges = {"temperature": inputs.temperature, "supply_voltage": inputs.supply_voltage}
        self._files = {gauge.file: name for name, gauge in gauges.items() if gauge is not None}
        self._on_level = on_level
        self.active = dict.fromkeys(self._active_high, False)
        self.values: dict[str, int | None] = {name: DEFAULTS[name] for name in self._files.values()}
        """``None``: the file cannot be read."""
        self._things = {thing.fault.subject: thing.path for thing in presences(profile)}
        if self._jack:
            self._things["socket"] = self._jack
        self.there = dict.fromkeys(self._things, True)
        """Whether each thing is plugged in: ``keypad``, the sound cards ``loudspeaker`` and ``headphones``, and
        ``socket``, which tells of headphones.
        """

    def levels(self) -> dict[str, int | None]:
        """The contacts' lines."""
        return {str(wire): self._level(name) for name, wire in self._wires.items()}

    def set_contact(self, name: str, active: bool, now: float) -> None:
        """Raises `UnknownInput`."""
        if name not in self.active:
            raise UnknownInput(name)
        if self.active[name] is not active:
            self.active[name] = active
            if name in self._wires:
                self._on_level(str(self._wires[name]), self._level(name), now)

    def set_gauge(self, name: str, value: int | None) -> None:
        """Raises `UnknownInput`."""
        if name not in self.values:
            raise UnknownInput(name)
        self.values[name] = value

    def set_thing(self, name: str, there: bool) -> None:
        """Plug it in, or pull it out. Raises `UnknownInput`."""
        if name not in self.there:
            raise UnknownInput(name)
        self.there[name] = there

    def read_file(self, path: str) -> str | None:
        """What the kernel would say there; ``None``: an error. Raises `UnknownInput`."""
        if path not in self._files:
            raise UnknownInput(path)
        value = self.values[self._files[path]]
        return None if value is None else f"{value}\n"

    def present(self, path: str) -> bool:
        """Whether the kernel would know a device there. Raises `UnknownInput`."""
        names = [name for name, own in self._things.items() if own == path]
        if not names:
            raise UnknownInput(path)
        return all(self.there[name] for name in names)

    def switched(self, path: str) -> bool | None:
        """Whether an input device's switch is on; ``None``: there is no such device."""
        return self.active["headphones"] if path == self._jack and path and self.there["socket"] else None

    def _level(self, name: str) -> int:
        return int(self.active[name] is self._active_high[name])
