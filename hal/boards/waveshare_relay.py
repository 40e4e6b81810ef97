"""Waveshare Modbus RTU relay boards (8, 16, 32 relays; the (D) with 8 inputs) as lock banks with door contacts.

A lock is opened with "flash on" only: function 05 at ``0x0200`` + relay, the value being the time in steps of 100 ms.
The board ends it by itself; a plain ON, which nobody might end, is never written to a relay that has a lock. From the
maker's "Development Protocol V2" (waveshare.com/wiki/Modbus_RTU_Relay and …_(D)), and from what Open-Locker has tried
on the (D) (its ADR 0004 and 0035):

    01  0x0000 +     the relays                        05  0x0200 +      flash on, value × 100 ms
    02  0x0000 +     the inputs                        05  0x00FF 0000   all relays off
    03  0x1000 +     what an input does to the relay of the same number (only where there are inputs); 06 sets it:
                     0 nothing, 1 the relay follows it, 2 it toggles the relay, 3 each change does

Boards have left the factory with 1: a door contact would then drive the lock beside it. So these modes are read and set
to 0 before anything else, and a board that keeps another one gets no pulse: fault ``pulse_cap_unsafe``. Boards sold
before September 2021 (protocol V1) do not speak standard Modbus and are not supported; the maker changes their program.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hal.boards.board import Opened, switches_on
from hal.boards.serial_banks import open_serial_banks
from hal.boards.serial_board import Garbled, NoAnswer, PulseUnsafe
from hal.edges import Edges, SerialLine
from hal.interfaces import DoorLevel, FaultListener
from hal.profile import ClosedLevel, Profile, WaveshareBank

STEP_MS = 100
FLASH_ON = 0x0200
ALL_RELAYS = 0x00FF
INPUT_MODES = 0x1000


class WaveshareBoard:
    """One board. A `SerialBoard`."""

    can_cut = True

    def __init__(self, bank: WaveshareBank, closed_level: ClosedLevel, lit: Collection[int] = ()) -> None:
        """``lit``: the relays that have lamps and the like, and no locks."""
        from hal.boards import modbus_rtu  # a library that is loaded only where there is such a board

        self._modbus = modbus_rtu
        self._bank = bank
        self._closed_input = closed_level is ClosedLevel.HIGH
        self._parted = not bank.inputs
        """Is it known that no input drives a relay?"""
        self._wanted = dict.fromkeys(lit, False)

    @property
    def name(self) -> str:
        """See `SerialBoard.name`."""
        return self._bank.name

    def prepare(self, line: SerialLine) -> None:
        """See `SerialBoard.prepare`: all relays off, and no input drives one."""
        self._parted = not self._bank.inputs
        self.switch_off(line)
        if not self._parted:
            self._part_inputs_from_relays(line)
            self.switch_off(line)

    def poll(self, line: SerialLine) -> Mapping[int, DoorLevel]:
        """See `SerialBoard.poll`. A board without inputs is asked for its relays, to hear that it is there."""
        if not self._bank.inputs:
            self._modbus.read_coils(line, self._bank.unit, self._bank.relays)
            return {}
        inputs = self._modbus.read_inputs(line, self._bank.unit, self._bank.inputs)
        return {
            channel: DoorLevel.CLOSED if level == self._closed_input else DoorLevel.OPEN
            for channel, level in enumerate(inputs)
        }

    def arm(self, line: SerialLine, channel: int, duration_ms: int) -> None:
        """See `SerialBoard.arm`: it answers, no input drives a relay, and none is on that somebody has left so."""
        if not self._parted:
            self._part_inputs_from_relays(line)
        if not self._any_lock_is_on(line):
            return
        self.switch_off(line)
        if self._any_lock_is_on(line):
            raise PulseUnsafe(
                "a relay of the board is on and does not go off",
                "Take the board's power away: a coil that stays on burns out. Then look what else writes to the board.",
            )

    def _any_lock_is_on(self, line: SerialLine) -> bool:
        relays = self._modbus.read_coils(line, self._bank.unit, self._bank.relays)
        return any(level for channel, level in enumerate(relays) if channel not in self._wanted)

    def want(self, channel: int, on: bool) -> None:
        """See `Switching.want`. Raises ``KeyError`` for a relay that has a lock: it is never switched on so."""
        if channel not in self._wanted:
            raise KeyError(channel)
        self._wanted[channel] = on

    def settle(self, line: SerialLine) -> None:
        """See `Switching.settle`: what the relays are is asked, since the board forgets them when its supply dips."""
        if not self._wanted:
            return
        relays = self._modbus.read_coils(line, self._bank.unit, self._bank.relays)
        for channel, on in self._wanted.items():
            if relays[channel] != on:
                self._modbus.write_coil(line, self._bank.unit, channel, on)

    def fire(self, line: SerialLine, channel: int, duration_ms: int) -> None:
        """See `SerialBoard.fire`. ``duration_ms`` is a multiple of ``STEP_MS``.

        When the answer is lost the relay is asked for: one that is on has heard it.
        """
        try:
            self._modbus.flash_relay(line, self._bank.unit, FLASH_ON + channel, duration_ms // STEP_MS)
        except (NoAnswer, Garbled):
            if not self._is_on(line, channel):
                raise

    def _is_on(self, line: SerialLine, channel: int) -> bool:
        try:
            return self._modbus.read_coils(line, self._bank.unit, self._bank.relays)[channel]
        except (NoAnswer, Garbled):
            return False  # not known, and what was not acknowledged stays so

    def switch_off(self, line: SerialLine) -> None:
        """See `SerialBoard.switch_off`."""
        self._modbus.write_coil(line, self._bank.unit, ALL_RELAYS, False)

    def _part_inputs_from_relays(self, line: SerialLine) -> None:
        unit, count = self._bank.unit, self._bank.inputs
        for channel, mode in enumerate(self._modbus.read_registers(line, unit, INPUT_MODES, count)):
            if mode:
                self._modbus.write_register(line, unit, INPUT_MODES + channel, 0)
        driving = [
            channel + 1
            for channel, mode in enumerate(self._modbus.read_registers(line, unit, INPUT_MODES, count))
            if mode
        ]
        if driving:
            inputs = ", ".join(str(number) for number in driving)
            raise PulseUnsafe(
                f"the board lets its inputs {inputs} drive the relays of the same number, and keeps to it",
                "Do not use its locks: a door contact would keep the coil beside it on. Set all inputs to normal mode"
                " with the maker's program, or replace the board.",
            )
        self._parted = True


def open_waveshare(profile: Profile, edges: Edges, faults: FaultListener | None) -> Opened:
    """Every relay board's locks and door contacts: see `open_serial_banks`."""
    banks = [bank for bank in profile.banks if isinstance(bank, WaveshareBank)]

    def board_of(bank: WaveshareBank, closed_level: ClosedLevel) -> WaveshareBoard:
        return WaveshareBoard(bank, closed_level, switches_on(profile, bank.name).values())

    return open_serial_banks(banks, board_of, profile, edges, faults, baud_of=lambda bank: bank.baud, step_ms=STEP_MS)
