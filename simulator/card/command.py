"""Command APDUs as a card takes them apart, and the status words that it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

SHORT_MAXIMUM = 256
EXTENDED_MAXIMUM = 65536


class Status(IntEnum):
    """Status words of ISO/IEC 7816-4 that this card uses."""

    OK = 0x9000
    END_OF_FILE = 0x6282
    DEACTIVATED = 0x6283
    NOT_AUTHENTICATED = 0x6300
    TRIES = 0x63C0
    LENGTH_WRONG = 0x6700
    CHAINING_UNSUPPORTED = 0x6884
    SECURITY_STATUS = 0x6982
    BLOCKED = 0x6983
    CONDITIONS = 0x6985
    NO_FILE_SELECTED = 0x6986
    MESSAGING_OBJECTS_MISSING = 0x6987
    MESSAGING_OBJECTS_WRONG = 0x6988
    DATA_WRONG = 0x6A80
    NOT_FOUND = 0x6A82
    PARAMETERS_WRONG = 0x6A86
    REFERENCE_UNKNOWN = 0x6A88
    OFFSET_WRONG = 0x6B00
    INSTRUCTION_UNKNOWN = 0x6D00
    CLASS_UNKNOWN = 0x6E00


class Refusal(Exception):
    """The command is answered with this status and no data."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{int(status):04X}")
        self.status = int(status)


@dataclass(frozen=True, slots=True)
class Command:
    """A command APDU. ``expected``: the most bytes that may be answered (Le, with 0 already read as the maximum), None
    when there is no Le.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)
    expected: int | None = None
    extended: bool = False

    @property
    def header(self) -> bytes:
        """CLA INS P1 P2."""
        return bytes((self.cla, self.ins, self.p1, self.p2))

    @property
    def secured(self) -> bool:
        """Whether the class byte says secure messaging with an authenticated header."""
        return self.cla & 0x0C == 0x0C

    @property
    def room(self) -> int:
        """How many bytes an answer may have: by Le, or what fits a short one."""
        return SHORT_MAXIMUM if self.expected is None else self.expected


def parse_command(raw: bytes) -> Command:
    """Cases 1 to 4, short and extended (ISO/IEC 7816-3, 12.1.3); raises `Refusal` 6700 for anything else."""
    if len(raw) < 4:
        raise Refusal(Status.LENGTH_WRONG)
    cla, ins, p1, p2 = raw[:4]
    body = raw[4:]
    if not body:
        return Command(cla, ins, p1, p2)
    if len(body) == 1:
        return Command(cla, ins, p1, p2, b"", body[0] or SHORT_MAXIMUM)
    if body[0]:
        data, expected = _short(body)
        return Command(cla, ins, p1, p2, data, expected)
    data, expected = _extended(body)
    return Command(cla, ins, p1, p2, data, expected, extended=True)


def _short(body: bytes) -> tuple[bytes, int | None]:
    length = body[0]
    rest = body[1 + length :]
    if len(body) < 1 + length or len(rest) > 1:
        raise Refusal(Status.LENGTH_WRONG)
    return body[1 : 1 + length], (rest[0] or SHORT_MAXIMUM) if rest else None


def _extended(body: bytes) -> tuple[bytes, int | None]:
    if len(body) < 3:
        raise Refusal(Status.LENGTH_WRONG)
    length = int.from_bytes(body[1:3], "big")
    if len(body) == 3:
        return b"", length or EXTENDED_MAXIMUM
    rest = body[3 + length :]
    if not length or len(body) < 3 + length or len(rest) not in (0, 2):
        raise Refusal(Status.LENGTH_WRONG)
    return body[3 : 3 + length], (int.from_bytes(rest, "big") or EXTENDED_MAXIMUM) if rest else None
