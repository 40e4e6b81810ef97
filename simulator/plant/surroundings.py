"""What is around the compartments: mains, housing, temperature, supply."""

from __future__ import annotations

from hal.profile import HEADER, ClosedLevel, Contact, Profile, Wire
from simulator.plant.reeds import OnLevel

DEFAULTS = {"temperature": 22_000, "supply_voltage": 12_000}
"""In the units of their files: thousandths of a degree, millivolts."""


class UnknownInput(Exception):
    """This cabinet has no such contact or gauge."""


class Surroundings:
    """Contacts are quiet and gauges say what is usual until somebody moves them. ``on_level`` hears of the lines."""

    def __init__(self, profile: Profile, on_level: OnLevel) -> None:
        inputs = profile.inputs
        contacts = {"power_fail": inputs.power_fail, "tamper": inputs.tamper}
        self._contacts = {name: contact for name, contact in contacts.items() if contact is not None}
        gauges = {"temperature": inputs.temperature, "supply_voltage": inputs.supply_voltage}
        self._files = {gauge.file: name for name, gauge in gauges.items() if gauge is not None}
        self._on_level = on_level
        self.active = dict.fromkeys(self._contacts, False)
        self.values: dict[str, int | None] = {name: DEFAULTS[name] for name in self._files.values()}
        """``None``: the file cannot be read."""

    def levels(self) -> dict[str, int | None]:
        """The contacts' lines."""
        return {_line(contact): self._level(name) for name, contact in self._contacts.items()}

    def set_contact(self, name: str, active: bool, now: float) -> None:
        """Raises `UnknownInput`."""
        if name not in self._contacts:
            raise UnknownInput(name)
        if self.active[name] is not active:
            self.active[name] = active
            self._on_level(_line(self._contacts[name]), self._level(name), now)

    def set_gauge(self, name: str, value: int | None) -> None:
        """Raises `UnknownInput`."""
        if name not in self.values:
            raise UnknownInput(name)
        self.values[name] = value

    def read_file(self, path: str) -> str | None:
        """What the kernel would say there; ``None``: an error. Raises `UnknownInput`."""
        if path not in self._files:
            raise UnknownInput(path)
        value = self.values[self._files[path]]
        return None if value is None else f"{value}\n"

    def _level(self, name: str) -> int:
        return int(self.active[name] is (self._contacts[name].active is ClosedLevel.HIGH))


def _line(contact: Contact) -> str:
    return str(Wire(HEADER, contact.pin))
