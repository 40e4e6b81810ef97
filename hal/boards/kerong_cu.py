"""KERONG CU boards as lock banks with door contacts. The frames are in `hal.boards.kerong_frames`.

The board times its pulses. Its time is read before every pulse and set if it is another one; one that will not be set,
or that says more than the cap, gets no pulse at all: fault ``pulse_cap_unsafe``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hal.boards import kerong_frames as frames
from hal.boards.board import Opened
from hal.boards.serial_banks import open_serial_banks
from hal.boards.serial_board import NoAnswer, PulseUnsafe
from hal.edges import Edges, SerialLine
from hal.interfaces import PULSE_CAP_MS, DoorLevel, FaultListener
from hal.profile import ClosedLevel, KerongBank, Profile

BAUD = 19_200
LOCKS_AN_ADDRESS = 16
STEP_MS = 10


class KerongBoard:
    """One board: a CU12 or CU16 with one address, a CU48 with three in a row. A `SerialBoard`."""

    can_cut = False
    """No command ends a pulse that runs."""

    def __init__(self, bank: KerongBank, closed_level: ClosedLevel) -> None:
        self._bank = bank
        self._closed_bit = closed_level is ClosedLevel.HIGH

    @property
    def name(self) -> str:
        """See `SerialBoard.name`."""
        return self._bank.name

    @property
    def _addresses(self) -> range:
        return range(self._bank.board, self._bank.board + -(-self._bank.locks // LOCKS_AN_ADDRESS))

    def prepare(self, line: SerialLine) -> None:
        """See `SerialBoard.prepare`: every address gets the profile's pulse time. It wakes with no coil energised."""
        for address in self._addresses:
            try:
                self._agree(line, address, self._bank.pulse_ms)
            except NoAnswer:
                self._says_its_time(line, address)
                self._agree(line, address, self._bank.pulse_ms)

    @staticmethod
    def _says_its_time(line: SerialLine, address: int) -> None:
        """A board that answers, but never this question, is not silent: what it does with a coil is not known."""
        for _ in range(2):
            frames.status(line, address)
            try:
                frames.pulse_ms(line, address)
            except NoAnswer:
                continue
            return
        raise PulseUnsafe(
            f"the board does not say its pulse time at address {address}",
            "Its program is too old, or it is another make. Do not use its locks before that is settled.",
        )

    @property
    def parts(self) -> Sequence[range]:
        """See `InParts.parts`: one for each address."""
        firsts = range(0, self._bank.locks, LOCKS_AN_ADDRESS)
        return [range(first, min(first + LOCKS_AN_ADDRESS, self._bank.locks)) for first in firsts]

    def poll_part(self, line: SerialLine, part: int) -> Mapping[int, DoorLevel]:
        """See `InParts.poll_part`."""
        bits = frames.status(line, self._bank.board + part)
        levels: dict[int, DoorLevel] = {}
        for index, channel in enumerate(self.parts[part]):
            closed = bool(bits >> index & 1) == self._closed_bit
            levels[channel] = DoorLevel.CLOSED if closed else DoorLevel.OPEN
        return levels

    def poll(self, line: SerialLine) -> Mapping[int, DoorLevel]:
        """See `SerialBoard.poll`."""
        whole: dict[int, DoorLevel] = {}
        for part in range(len(self.parts)):
            whole.update(self.poll_part(line, part))
        return whole

    def arm(self, line: SerialLine, channel: int, duration_ms: int) -> None:
        """See `SerialBoard.arm`: it answers, and will end the pulse in time."""
        self._agree(line, self._address(channel), duration_ms)

    def fire(self, line: SerialLine, channel: int, duration_ms: int) -> None:
        """See `SerialBoard.fire`."""
        frames.unlock(line, self._address(channel), channel % LOCKS_AN_ADDRESS)

    def switch_off(self, line: SerialLine) -> None:
        """Never asked: see ``can_cut``."""
        raise NotImplementedError("a CU board has no such command")

    def _address(self, channel: int) -> int:
        return self._bank.board + channel // LOCKS_AN_ADDRESS

    def _agree(self, line: SerialLine, address: int, duration_ms: int) -> None:
        said = frames.pulse_ms(line, address)
        if said != duration_ms:
            said = frames.set_pulse_ms(line, address, duration_ms)
            said = frames.pulse_ms(line, address)
        if said != duration_ms or said > PULSE_CAP_MS:
            raise PulseUnsafe(
                f"the board's pulse time at address {address} is {said} ms and does not become {duration_ms} ms",
                "Do not use its locks: a coil that stays on burns out. Replace the board, or set the time with the"
                " maker's program.",
            )


def open_kerong(profile: Profile, edges: Edges, faults: FaultListener | None) -> Opened:
    """Every CU board's locks and door contacts: see `open_serial_banks`."""
    banks = [bank for bank in profile.banks if isinstance(bank, KerongBank)]
    return open_serial_banks(banks, KerongBoard, profile, edges, faults, baud_of=lambda bank: BAUD, step_ms=STEP_MS)
