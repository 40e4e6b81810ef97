"""An MCP23017 as it is on the bus: its registers, and pins that lead to the plant.

Written from the maker's data sheet, but by itself: `hal.boards.expander` does not import it, nor it that.
"""

from __future__ import annotations

from hal.profile import Mcp23017Bank
from simulator.boards.wires import PlantLines

_NAMES = ("IODIR", "IPOL", "GPINTEN", "DEFVAL", "INTCON", "IOCON", "GPPU", "INTF", "INTCAP", "GPIO", "OLAT")
_BANK = 0x80
"""The bit of IOCON that changes every address."""


class EmulatedExpander:
    """One chip, from power-on. Its outputs drive lines of the plant; a pin that is none is held low from outside."""

    def __init__(self, bank: Mcp23017Bank, wires: PlantLines) -> None:
        self.bank = bank
        self._wires = wires
        self._driven: dict[int, int] = {}
        self._registers: dict[tuple[str, int], int] = {}
        self.reset()

    def reset(self) -> None:
        """Power comes on, or its reset pin was pulled: everything is forgotten, all pins are inputs."""
        self._registers = {(name, port): 0xFF if name == "IODIR" else 0 for name in _NAMES for port in range(2)}
        self._drive()

    def read(self, address: int) -> int:
        """What a register says; 0 where there is none."""
        name, port = self._register(address)
        if name == "GPIO":
            return self._pins(port)
        return self._registers.get((name, port), 0)

    def write(self, address: int, value: int) -> None:
        """Write a register. GPIO writes the latch, INTF and INTCAP cannot be written."""
        name, port = self._register(address)
        match name:
            case "GPIO" | "OLAT":
                self._registers["OLAT", port] = value
            case "IOCON":  # both addresses are the same register
                self._registers["IOCON", 0] = self._registers["IOCON", 1] = value
            case "INTF" | "INTCAP" | "":
                return
            case _:
                self._registers[name, port] = value
        self._drive()

    def _register(self, address: int) -> tuple[str, int]:
        if self._registers["IOCON", 0] & _BANK:
            port, index = divmod(address, 0x10)
        else:
            index, port = divmod(address, 2)
        return (_NAMES[index], port) if index < len(_NAMES) and port < 2 else ("", 0)

    def _pins(self, port: int) -> int:
        value = 0
        for bit in range(8):
            if self._registers["IODIR", port] >> bit & 1:
                level = self._wires.level(self.bank.name, 8 * port + bit)
                high = self._registers["GPPU", port] >> bit & 1 if level is None else level
                high ^= self._registers["IPOL", port] >> bit & 1
            else:
                high = self._registers["OLAT", port] >> bit & 1
            value |= high << bit
        return value

    def _drive(self) -> None:
        for channel in range(16):
            port, bit = divmod(channel, 8)
            is_output = not self._registers["IODIR", port] >> bit & 1
            level = self._registers["OLAT", port] >> bit & 1 if is_output else 0
            if self._driven.get(channel) != level:
                self._driven[channel] = level
                self._wires.drive(self.bank.name, channel, level)
