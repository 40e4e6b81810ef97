"""All emulated boards of one cabinet, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

from hal.profile import Bank, GpioBank, KerongBank, Mcp23017Bank, Profile, WaveshareBank, kind_of
from simulator.boards import protocol as say
from simulator.boards.faults import BoardFault, PortFault, Standing
from simulator.boards.i2c import EmulatedBus
from simulator.boards.languages import LANGUAGES
from simulator.boards.mcp23017 import EmulatedExpander
from simulator.boards.port import EmulatedPort
from simulator.boards.protocol import BoardsError
from simulator.boards.wires import PlantLines
from simulator.edges import place_of

OnSerial = KerongBank | WaveshareBank
OnLine = OnSerial | Mcp23017Bank


def line_of(bank: OnLine) -> str:
    """The serial port or the bus that a bank is on, as messages name it."""
    return f"/dev/i2c-{bank.bus}" if isinstance(bank, Mcp23017Bank) else bank.port


def _on_line(bank: Bank) -> bool:
    return isinstance(bank, Mcp23017Bank) or type(bank) in LANGUAGES


def has_emulated_boards(profile: Profile) -> bool:
    """Is anything of ``profile`` on a board, not on the header?"""
    return any(not isinstance(bank, GpioBank) for bank in profile.banks)


class EmulatedBoards:
    """The boards of ``profile`` that are on serial lines or buses. Lives on one event loop; end it with ``close``."""

    def __init__(self, profile: Profile, wires: PlantLines, folder: Path, *, seed: int = 0) -> None:
        """Every line is plugged in, its pty (of a bus: its socket) in ``folder`` as `simulator.edges.place_of` says."""
        self._wires = wires
        self._banks = {bank.name: bank for bank in profile.banks if isinstance(bank, OnLine) and _on_line(bank)}
        self._faults = {name: Standing() for name in self._banks}
        self._ports: dict[str, EmulatedPort | EmulatedBus] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for line in dict.fromkeys(line_of(bank) for bank in self._banks.values()):
            banks = [bank for bank in self._banks.values() if line_of(bank) == line]
            faults = {bank.name: self._faults[bank.name] for bank in banks}
            place = place_of(folder, line)
            chips = {bank.name: EmulatedExpander(bank, wires) for bank in banks if isinstance(bank, Mcp23017Bank)}
            if chips:
                self._ports[line] = EmulatedBus(place, chips, faults, seed=seed)
            else:
                language = LANGUAGES[type(banks[0])](banks, wires)
                self._ports[line] = EmulatedPort(line, place, language, faults, seed=seed)

    def close(self) -> None:
        """Pull everything out."""
        for port in self._ports.values():
            port.close()

    def status(self) -> say.BoardsStatus:
        """How everything stands."""
        boards = [
            say.BoardStatus(name, kind_of(bank).value, line_of(bank), self._faults[name].names())
            for name, bank in self._banks.items()
        ]
        ports = [
            say.PortStatus(name, port.plugged, port.exchanges, port.faults.names())
            for name, port in self._ports.items()
        ]
        return say.BoardsStatus(boards, ports)

    def break_it(self, request: say.Break) -> None:
        """Raises `BoardsError`."""
        if request.on in self._ports:
            self._break_port(self._ports[request.on], _port_fault(request.fault), request.times)
        elif request.on in self._banks:
            fault = _board_fault(request.fault)
            if fault is BoardFault.SWAPPED:
                self._swap(request)
            self._faults[request.on].begin(fault, request.times)
            port = self._ports[line_of(self._banks[request.on])]
            if isinstance(port, EmulatedBus):
                port.board_broke(request.on, fault)
        else:
            raise self._unknown(request.on)

    def _swap(self, request: say.Break) -> None:
        if request.what not in ("lock", "sensor"):
            raise BoardsError("bad_request", 'what is "lock" or "sensor"')
        self._wires.swap(request.on, request.what, request.first, request.second)

    @staticmethod
    def _break_port(port: EmulatedPort | EmulatedBus, fault: PortFault, times: int | None) -> None:
        match fault:
            case PortFault.UNPLUGGED:
                port.unplug()
                port.faults.begin(fault, None)
            case PortFault.STALE:
                port.go_stale()  # whoever opens it again has it whole, so nothing stands
            case PortFault.NOISE:
                port.faults.begin(fault, times)

    def mend(self, request: say.Mend) -> None:
        """Raises `BoardsError`."""
        if request.on in self._ports:
            port = self._ports[request.on]
            gone = None if request.fault is None else _port_fault(request.fault)
            port.faults.end(gone)
            if gone in (None, PortFault.UNPLUGGED):
                port.plug()
        elif request.on in self._banks:
            healed = None if request.fault is None else _board_fault(request.fault)
            self._faults[request.on].end(healed)
            if healed in (None, BoardFault.SWAPPED):
                self._wires.unswap(request.on)
        else:
            raise self._unknown(request.on)

    def _unknown(self, subject: str) -> BoardsError:
        known = ", ".join((*self._banks, *self._ports)) or "nothing"
        return BoardsError("unknown_subject", f"{subject} is neither a board nor a port; there is {known}")


def _board_fault(name: str) -> BoardFault:
    try:
        return BoardFault(name)
    except ValueError:
        raise BoardsError("unknown_fault", f"{name} is none of {', '.join(BoardFault)}") from None


def _port_fault(name: str) -> PortFault:
    try:
        return PortFault(name)
    except ValueError:
        raise BoardsError("unknown_fault", f"{name} is none of {', '.join(PortFault)}") from None
