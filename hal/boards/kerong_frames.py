"""What KERONG's CU12, CU16 and CU48 lock boards say on RS-485: 19200 8N1, ``02 ADDR CMD [DATA] 03 SUM``.

``ADDR`` is board number << 4 | lock, ``SUM`` the low byte of the sum of all bytes before it. Commands used here:

    30  how are the locks of a board?     → 35 with four bytes: locks 1–8, locks 9–16, items 1–8, items 9–16
    31  energise the lock in ADDR         → 35, as for 30
    37  the board's pulse time            → 37 (or 38) with two bytes, high first, in steps of 10 ms; up to 60 s
    37  with two bytes of data sets it    → the same

There is no public standard. This follows what independent programs for these boards agree on (KR-CU16 controllers on
GitHub by jin0949, julio-alv/lkaas-kerong and suryavirkapur/kerong-lib; a TypeScript client for CU12/CU16 for 37). They
differ in two things, so both ways are taken: the time is answered under 37 or 38, and a board may not answer 31 at all.
In a status, bit 1 is a closed lock for most of them and an open one for kerong-lib: the profile's ``closed_level``
says. Board 15 is every board of the line (32 to F0 makes all of them answer), so no board has that address.

Boards with 48 locks are also known with another language: docs/adr/0034-boards-whose-pulse-time-is-not-known.md.
"""

from __future__ import annotations

from hal.boards.exchange import exchange
from hal.edges import SerialLine

STX, ETX = 0x02, 0x03
STATUS, UNLOCK, PULSE_TIME = 0x30, 0x31, 0x37
STATUS_REPLY, PULSE_TIME_REPLY = 0x35, 0x38

STATUS_SIZE, PULSE_TIME_SIZE = 9, 7


def frame(address: int, command: int, data: bytes = b"") -> bytes:
    """A whole message. ``address``: board << 4 | lock."""
    body = bytes([STX, address, command]) + data + bytes([ETX])
    return body + bytes([sum(body) & 0xFF])


def find(heard: bytes, board: int, commands: tuple[int, ...], size: int) -> bytes | None:
    """The data of the first valid answer of ``board`` in ``heard``, whatever is before or after it."""
    for start in range(len(heard) - size + 1):
        got = heard[start : start + size]
        if (
            got[0] == STX
            and got[1] >> 4 == board
            and got[2] in commands
            and got[-2] == ETX
            and sum(got[:-1]) & 0xFF == got[-1]
        ):
            return got[3:-2]
    return None


def ask(line: SerialLine, request: bytes, commands: tuple[int, ...], size: int) -> bytes:
    """Send ``request`` and give the data of its answer. Raises as `exchange` does."""
    board = request[1] >> 4
    return exchange(line, request, lambda heard: find(heard, board, commands, size), size, bytes([STX]))


def status(line: SerialLine, board: int) -> int:
    """The lock bits of sixteen locks; lock 1 is bit 0."""
    data = ask(line, frame(board << 4, STATUS), (STATUS_REPLY,), STATUS_SIZE)
    return data[0] | data[1] << 8


def unlock(line: SerialLine, board: int, lock: int) -> None:
    """Energise ``lock`` (0 to 15) for the board's pulse time. Never repeat it: a lost answer is not a lost pulse."""
    ask(line, frame(board << 4 | lock, UNLOCK), (STATUS_REPLY,), STATUS_SIZE)


def pulse_ms(line: SerialLine, board: int) -> int:
    """The board's pulse time."""
    return _time(ask(line, frame(board << 4, PULSE_TIME), (PULSE_TIME, PULSE_TIME_REPLY), PULSE_TIME_SIZE))


def set_pulse_ms(line: SerialLine, board: int, duration_ms: int) -> int:
    """Set it, in steps of 10 ms; gives what the board says that it is now."""
    data = (duration_ms // 10).to_bytes(2, "big")
    request = frame(board << 4, PULSE_TIME, data)
    return _time(ask(line, request, (PULSE_TIME, PULSE_TIME_REPLY), PULSE_TIME_SIZE))


def _time(data: bytes) -> int:
    return int.from_bytes(data, "big") * 10
