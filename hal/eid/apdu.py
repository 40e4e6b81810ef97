"""Command and response APDUs, short and of extended length (ISO/IEC 7816-4, clause 5)."""

from __future__ import annotations

from dataclasses import dataclass, field

SHORT_DATA = 255
SHORT_EXPECTED = 256
EXTENDED_DATA = 65_535
EXTENDED_EXPECTED = 65_536

SUCCESS = 0x9000


class ApduError(ValueError):
    """What came from a card is no response APDU. The message never holds the bytes."""


@dataclass(frozen=True, slots=True)
class CommandApdu:
    """One command. ``expected`` is Ne, the most bytes that the answer may have (1–65536), or None for no answer.

    Raises ``ValueError`` for fields out of range: commands are made here, never received.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)
    expected: int | None = None

    def __post_init__(self) -> None:
        if any(not 0 <= octet <= 0xFF for octet in (self.cla, self.ins, self.p1, self.p2)):
            raise ValueError("CLA, INS, P1 and P2 are one byte each")
        if len(self.data) > EXTENDED_DATA:
            raise ValueError("a command carries at most 65535 bytes")
        if self.expected is not None and not 1 <= self.expected <= EXTENDED_EXPECTED:
            raise ValueError("an answer has 1 to 65536 bytes")

    @property
    def header(self) -> bytes:
        return bytes((self.cla, self.ins, self.p1, self.p2))

    @property
    def needs_extended_length(self) -> bool:
        """Whether it cannot be said in a short APDU."""
        return len(self.data) > SHORT_DATA or (self.expected or 0) > SHORT_EXPECTED

    def encode(self, extended: bool) -> bytes:
        """The bytes to send. ``extended``: card and reader take extended length, which is used only where the short
        form is not enough. Raises ``ValueError`` when it is needed and not there.
        """
        if not self.needs_extended_length:
            lc = bytes((len(self.data),)) if self.data else b""
            le = b"" if self.expected is None else bytes((self.expected & 0xFF,))
            return self.header + lc + self.data + le
        if not extended:
            raise ValueError("this command needs extended length, which card or reader does not take")
        lc = b"\x00" + len(self.data).to_bytes(2, "big") if self.data else b""
        le = b"" if self.expected is None else (self.expected & 0xFFFF).to_bytes(2, "big")
        if le and not lc:
            le = b"\x00" + le
        return self.header + lc + self.data + le


@dataclass(frozen=True, slots=True)
class ResponseApdu:
    """One answer: its data and its status word SW1-SW2 (``0x9000`` is success)."""

    data: bytes = field(repr=False)
    status: int

    @classmethod
    def from_bytes(cls, raw: bytes) -> ResponseApdu:
        """Raises `ApduError` for what is shorter than a status word or longer than any answer."""
        if not 2 <= len(raw) <= EXTENDED_EXPECTED + 2:
            raise ApduError("an answer is a status word and at most 65536 bytes before it")
        return cls(bytes(raw[:-2]), int.from_bytes(raw[-2:], "big"))

    @property
    def ok(self) -> bool:
        """Whether it is plain success (a warning is not)."""
        return self.status == SUCCESS
