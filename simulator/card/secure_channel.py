"""Secure messaging as the chip does it (ICAO 9303-11, 9.8)."""

from __future__ import annotations

import hmac

from simulator.card import tlv
from simulator.card.command import EXTENDED_MAXIMUM, SHORT_MAXIMUM, Command, Refusal, Status
from simulator.card.suites import COUNTER_AUTHENTICATION, COUNTER_ENCRYPTION, Suite, unpad

ENCRYPTED = 0x87
ENCRYPTED_ODD = 0x85
"""For odd INS: without the padding indicator."""
EXPECTED = 0x97
STATUS = 0x99
MAC = 0x8E


class SecureChannel:
    """One session: two keys and a counter. A `Refusal` from `open` ends it (the chip forgets it)."""

    def __init__(self, suite: Suite, encryption: bytes, authentication: bytes, counter: int = 0) -> None:
        self.suite = suite
        self._encryption = encryption
        self._authentication = authentication
        self.counter = counter

    @classmethod
    def from_secret(cls, suite: Suite, secret: bytes, counter: int = 0) -> SecureChannel:
        """Keys of a shared secret."""
        return cls(
            suite, suite.derive(secret, COUNTER_ENCRYPTION), suite.derive(secret, COUNTER_AUTHENTICATION), counter
        )

    def encrypt_with_minus_one(self, plain: bytes) -> bytes:
        """What PACE-CAM sends in its last step: padded, with the encrypted counter -1 as IV (9303-11, 4.4.3.5.3)."""
        iv = self.suite.encrypt(self._encryption, b"\xff" * self.suite.block)
        return self.suite.encrypt(self._encryption, self.suite.pad(plain), iv)

    def token(self, message: bytes) -> bytes:
        """PACE's authentication token."""
        return self.suite.token(self._authentication, message)

    def open(self, command: Command) -> Command:
        """The command inside; raises `Refusal` 6987 or 6988."""
        self.count()
        try:
            objects = tlv.decode(command.data)
        except tlv.MalformedTlv:
            raise Refusal(Status.MESSAGING_OBJECTS_WRONG) from None
        found = dict(objects)
        if MAC not in found:
            raise Refusal(Status.MESSAGING_OBJECTS_MISSING)
        allowed = (ENCRYPTED_ODD if command.ins & 1 else ENCRYPTED, EXPECTED, MAC)
        tags = [tag for tag, _ in objects]
        if tags != [tag for tag in allowed if tag in found]:
            raise Refusal(Status.MESSAGING_OBJECTS_WRONG)
        body = b"".join(tlv.encode(tag, value) for tag, value in objects if tag != MAC)
        if not hmac.compare_digest(self._mac(command.header, body), found[MAC]):
            raise Refusal(Status.MESSAGING_OBJECTS_WRONG)
        return Command(
            command.cla & ~0x0C,
            command.ins,
            command.p1,
            command.p2,
            self._decrypt(found.get(ENCRYPTED_ODD if command.ins & 1 else ENCRYPTED), odd=bool(command.ins & 1)),
            _expected(found.get(EXPECTED)),
            command.extended,
        )

    def _mac(self, header: bytes, body: bytes) -> bytes:
        padded = self.suite.pad(body) if body else b""
        return self.suite.authenticate(self._authentication, self._counter_bytes() + self.suite.pad(header) + padded)

    def _decrypt(self, value: bytes | None, *, odd: bool) -> bytes:
        if value is None:
            return b""
        if not odd:
            if value[:1] != b"\x01":
                raise Refusal(Status.MESSAGING_OBJECTS_WRONG)
            value = value[1:]
        if not value or len(value) % self.suite.block:
            raise Refusal(Status.MESSAGING_OBJECTS_WRONG)
        try:
            return unpad(self.suite.decrypt(self._encryption, value, self._iv()))
        except ValueError:
            raise Refusal(Status.MESSAGING_OBJECTS_WRONG) from None

    def protect(self, data: bytes, status: int, *, odd: bool = False) -> bytes:
        """The response APDU: DO 87 (85) when there are data, DO 99, DO 8E, status."""
        self.count()
        body = (self.encrypted_object(data, odd=odd) if data else b"") + tlv.encode(STATUS, status.to_bytes(2, "big"))
        return self.seal(body, status)

    def encrypted_object(self, data: bytes, *, odd: bool = False) -> bytes:
        """DO 87, or DO 85."""
        return self.encrypted_padded(self.suite.pad(data), odd=odd)

    def encrypted_padded(self, padded: bytes, *, odd: bool = False) -> bytes:
        """The same of bytes that are padded already."""
        encrypted = self.suite.encrypt(self._encryption, padded, self._iv())
        return tlv.encode(ENCRYPTED_ODD, encrypted) if odd else tlv.encode(ENCRYPTED, b"\x01" + encrypted)

    def seal(self, body: bytes, status: int) -> bytes:
        """``body`` with its MAC, and the status behind."""
        mac = self.suite.authenticate(self._authentication, self._counter_bytes() + self.suite.pad(body))
        return body + tlv.encode(MAC, mac) + status.to_bytes(2, "big")

    def room_inside(self, room: int) -> int:
        """How many plain bytes fit into a response whose data may have ``room`` bytes."""
        room = min(room, EXTENDED_MAXIMUM)
        overhead = 10 + 4 + (5 if room > SHORT_MAXIMUM else 3) + 1
        return max(0, (room - overhead) // self.suite.block * self.suite.block - 1)

    def _iv(self) -> bytes | None:
        if self.suite is Suite.TRIPLE_DES:
            return None
        return self.suite.encrypt(self._encryption, self._counter_bytes())

    def count(self) -> None:
        """One command or response further."""
        self.counter = (self.counter + 1) % (1 << 8 * self.suite.block)

    def _counter_bytes(self) -> bytes:
        return self.counter.to_bytes(self.suite.block, "big")


def _expected(value: bytes | None) -> int | None:
    if value is None:
        return None
    if not 1 <= len(value) <= 2:
        raise Refusal(Status.MESSAGING_OBJECTS_WRONG)
    return int.from_bytes(value, "big") or (SHORT_MAXIMUM if len(value) == 1 else EXTENDED_MAXIMUM)
