"""Lines to cards without a reader: a virtual chip in this process, and recorded conversations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hal.eid.apdu import CommandApdu, ResponseApdu
from hal.eid.channel import CardRemoved
from simulator.card.chip import Chip


class ChipLine:
    """A chip under power as `hal.eid.channel.CardChannel`: 61xx and 6Cxx are answered as a reader's line does.

    ``pull_at``: the card is gone when the command of this number (from 0) is sent. ``spoil`` may change an answer.
    """

    def __init__(
        self,
        chip: Chip,
        *,
        extended_length: bool = True,
        pull_at: int | None = None,
        spoil: Callable[[int, bytes], bytes] | None = None,
    ) -> None:
        self._chip = chip
        self.extended_length = extended_length
        self._pull_at = pull_at
        self._spoil = spoil
        self.commands: list[bytes] = []
        chip.power_on()

    def transmit(self, command: bytes) -> bytes:
        answer = self._once(command)
        if len(answer) == 2 and answer[0] == 0x6C:
            answer = self._once(command[:-1] + answer[1:])
        data = b""
        while answer[-2:-1] == b"\x61":
            data += answer[:-2]
            answer = self._once(bytes((0x00, 0xC0, 0x00, 0x00)) + answer[-1:])
        return data + answer

    def _once(self, command: bytes) -> bytes:
        index = len(self.commands)
        if index == self._pull_at:
            self._chip.power_off()
            raise CardRemoved
        self.commands.append(command)
        answer = self._chip.transmit(command)
        return answer if self._spoil is None else self._spoil(index, answer)


class Recorded:
    """Says what a real card said, as long as it is asked the same."""

    extended_length = False

    def __init__(self, exchanges: Sequence[Sequence[str]]) -> None:
        self._exchanges = [(bytes.fromhex(command), bytes.fromhex(answer)) for command, answer in exchanges]

    def transmit(self, command: bytes) -> bytes:
        expected, answer = self._exchanges.pop(0)
        assert command.hex() == expected.hex()
        return answer

    @property
    def finished(self) -> bool:
        return not self._exchanges


class Scripted:
    """`hal.eid.messaging.Messaging` whose answers a function makes."""

    largest_answer = 256
    largest_command = 255

    def __init__(self, answer: Callable[[CommandApdu], ResponseApdu], *, extended_length: bool = False) -> None:
        self._answer = answer
        self.extended_length = extended_length
        self.commands: list[CommandApdu] = []

    def exchange(self, command: CommandApdu) -> ResponseApdu:
        self.commands.append(command)
        return self._answer(command)
