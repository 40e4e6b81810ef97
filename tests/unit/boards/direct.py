"""A serial line without a port: what is written is heard at once, what is answered can be read at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hal.boards.station import Command
from hal.interfaces import Fault
from simulator.boards.wires import PlantLines


class DirectLine:
    """A `hal.edges.SerialLine` whose other end is a function from what was written to what comes back."""

    def __init__(self, other_end: Callable[[bytes], bytes]) -> None:
        self.timeout: float | None = 0.1
        self.written: list[bytes] = []
        self.unread = b""
        self._other_end = other_end

    def write(self, data: bytes) -> int:
        self.written.append(data)
        self.unread += self._other_end(data)
        return len(data)

    def read(self, size: int = 1) -> bytes:
        got, self.unread = self.unread[:size], self.unread[size:]
        return got

    def flush(self) -> None:
        pass

    def reset_input_buffer(self) -> None:
        self.unread = b""

    def close(self) -> None:
        pass


class HandBus:
    """A `hal.boards.station.Bus` without a thread: ``do`` runs what was put, on a clock that stands still."""

    port = "/dev/line"

    def __init__(self) -> None:
        self.now = 1_000_000
        self.put_commands: list[Command] = []
        self.users = 0

    def clock(self) -> int:
        return self.now

    def progress(self) -> int:
        return self.now

    def put(self, command: Command) -> None:
        self.put_commands.append(command)

    def let_go(self) -> None:
        self.users -= 1

    def do(self, line: DirectLine | None) -> None:
        """Everything that was put, with this line."""
        commands, self.put_commands = self.put_commands, []
        for command in commands:
            command(line)


class HeardFaults:
    """A `hal.interfaces.FaultListener` that remembers."""

    def __init__(self) -> None:
        self.standing: dict[tuple[str, str], Fault] = {}
        self.told: list[tuple[str, str, bool]] = []

    def fault_raised(self, fault: Fault) -> None:
        self.standing[fault.code, fault.subject] = fault
        self.told.append((fault.code, fault.subject, True))

    def fault_cleared(self, code: str, subject: str) -> None:
        # Inputs clear at the start what may stand from before.
        if self.standing.pop((code, subject), None) is not None:
            self.told.append((code, subject, False))


def scripted(answers: Sequence[bytes]) -> Callable[[bytes], bytes]:
    """Another end that says these, one for each message; then nothing."""
    left = list(answers)
    return lambda data: left.pop(0) if left else b""


class HandWires(PlantLines):
    """Wires of emulated boards without a plant: inputs as given, outputs remembered."""

    def __init__(self, levels: dict[str, int | None]) -> None:
        self._levels = levels
        self._swapped = {}
        self.driven: dict[str, int] = {}

    def drive(self, bank: str, channel: int, level: int) -> None:
        self.driven[f"{bank}:{channel}"] = level
