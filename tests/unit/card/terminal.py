"""A terminal of few lines, made of the card's own primitives: for tests of the card that need a channel to it.

It believes the card nothing that these tests are not about; what is right is for the published examples to say.
"""

from __future__ import annotations

from typing import Any

from simulator.card import tlv
from simulator.card.chip import Chip
from simulator.card.command import Command, Status, parse_command
from simulator.card.groups import Group, standard_group
from simulator.card.mapping import map_generic, map_integrated
from simulator.card.pace import NonceMapping, PaceProtocol, Password, password_key
from simulator.card.secure_channel import ENCRYPTED, ENCRYPTED_ODD, EXPECTED, MAC, STATUS, SecureChannel
from simulator.card.suites import COUNTER_AUTHENTICATION, COUNTER_ENCRYPTION, Suite, unpad

MSE_PACE = "0022C1A4"
SELECT_TRAVEL_DOCUMENT = "00A4040C07A0000002471001"


class Protected:
    """The terminal's end of a secured channel."""

    def __init__(self, suite: Suite, secret: bytes, counter: int = 0) -> None:
        self.suite = suite
        self.counter = counter
        self._encryption = suite.derive(secret, COUNTER_ENCRYPTION)
        self._authentication = suite.derive(secret, COUNTER_AUTHENTICATION)

    def command(self, plain: Command) -> bytes:
        """The protected form."""
        self.counter += 1
        header = bytes((plain.cla | 0x0C, plain.ins, plain.p1, plain.p2))
        body = b""
        if plain.data:
            encrypted = self.suite.encrypt(self._encryption, self.suite.pad(plain.data), self._iv())
            odd = bool(plain.ins & 1)
            body += tlv.encode(ENCRYPTED_ODD, encrypted) if odd else tlv.encode(ENCRYPTED, b"\x01" + encrypted)
        if plain.expected is not None:
            size = 2 if plain.extended else 1
            body += tlv.encode(EXPECTED, (plain.expected % 256**size).to_bytes(size, "big"))
        body += tlv.encode(MAC, self._mac(self.suite.pad(header) + (self.suite.pad(body) if body else b"")))
        return header + framed(body, extended=plain.extended or len(body) > 255)

    def answer(self, response: bytes) -> tuple[bytes, int]:
        """What was protected; AssertionError when it is not what an honest chip sends."""
        self.counter += 1
        objects = tlv.decode(response[:-2])
        found = dict(objects)
        body = b"".join(tlv.encode(tag, value) for tag, value in objects if tag != MAC)
        assert found[MAC] == self._mac(self.suite.pad(body)), "MAC"
        assert found[STATUS] == response[-2:], "status"
        assert [tag for tag, _ in objects] == [t for t in (ENCRYPTED, ENCRYPTED_ODD, STATUS, MAC) if t in found]
        value = found[ENCRYPTED][1:] if ENCRYPTED in found else found.get(ENCRYPTED_ODD, b"")
        data = unpad(self.suite.decrypt(self._encryption, value, self._iv())) if value else b""
        return data, int.from_bytes(response[-2:], "big")

    def _mac(self, padded: bytes) -> bytes:
        return self.suite.authenticate(self._authentication, self.counter.to_bytes(self.suite.block, "big") + padded)

    def _iv(self) -> bytes | None:
        if self.suite is Suite.TRIPLE_DES:
            return None
        return self.suite.encrypt(self._encryption, self.counter.to_bytes(self.suite.block, "big"))


def framed(body: bytes, *, extended: bool) -> bytes:
    """Lc, data, Le of a protected command."""
    return b"\0" + len(body).to_bytes(2, "big") + body + b"\0\0" if extended else bytes([len(body)]) + body + b"\0"


class Terminal:
    """Speaks with one chip; protected once a channel is there."""

    def __init__(self, chip: Chip) -> None:
        self.chip = chip
        self.channel: Protected | None = None
        chip.power_on()

    def send(self, command: str | bytes) -> tuple[bytes, int]:
        """A plain command in hexadecimal; goes out protected when there is a channel."""
        raw = bytes.fromhex(command) if isinstance(command, str) else command
        if self.channel is None:
            answer = self.chip.transmit(raw)
            return answer[:-2], int.from_bytes(answer[-2:], "big")
        return self.channel.answer(self.chip.transmit(self.channel.command(parse_command(raw))))

    def ok(self, command: str | bytes) -> bytes:
        """The data of an answer that has to be 9000."""
        data, status = self.send(command)
        assert status == Status.OK, f"{status:04X}"
        return data

    def status(self, command: str | bytes) -> int:
        return self.send(command)[1]

    def authenticate(self, objects: dict[int, bytes], *, last: bool = False) -> tuple[dict[int, bytes], int]:
        """One GENERAL AUTHENTICATE of PACE."""
        data = tlv.encode(0x7C, b"".join(tlv.encode(tag, value) for tag, value in objects.items()))
        command = bytes([0x00 if last else 0x10, 0x86, 0, 0]) + framed(data, extended=len(data) > 200)
        answer, status = self.send(command)
        return (tlv.unpack(answer, 0x7C) if status == Status.OK else {}), status

    def pace(self, oid: str, parameter_id: int, password: Password, secret: str) -> int:
        """Runs PACE; the status of its last step. When it is 9000 the channel is there."""
        return Pacing(self, oid, parameter_id, password, secret).run()


class Pacing:
    """The terminal's side of one PACE run."""

    def __init__(self, terminal: Terminal, oid: str, parameter_id: int, password: Password, secret: str) -> None:
        self._terminal = terminal
        self._protocol = PaceProtocol.from_oid(oid)
        self._parameter_id = parameter_id
        self._password = password
        self._key = password_key(self._protocol.suite, password, secret)
        self.last_answer: dict[int, bytes] = {}
        self.mapping_key = b""
        self.channel: SecureChannel | None = None

    def choose(self) -> int:
        """MSE:Set AT."""
        data = tlv.encode(0x80, tlv.encode_oid(self._protocol.oid)) + tlv.encode(0x83, bytes([self._password]))
        data += tlv.encode(0x84, bytes([self._parameter_id]))
        return self._terminal.status(bytes.fromhex(MSE_PACE) + bytes([len(data)]) + data)

    def run(self) -> int:
        status = self.choose()
        if status != Status.OK and status >> 8 not in (0x63, 0x62):
            return status
        nonce, status = self._terminal.authenticate({})
        if status != Status.OK:
            return status
        suite = self._protocol.suite
        group = self._map(suite.decrypt(self._key, nonce[0x80]))
        private = 0x1234567890ABCDEF % group.order
        own = group.public(private)
        answer, status = self._terminal.authenticate({0x83: group.encode(own)})
        assert status == Status.OK
        theirs = group.decode(answer[0x84])
        secret = group.secret(group.power(theirs, private))
        self.channel = SecureChannel.from_secret(suite, secret)
        self.last_answer, status = self._terminal.authenticate({0x85: self._token(group, theirs)}, last=True)
        if status == Status.OK:
            assert self.last_answer[0x86] == self._token(group, own), "token"
            self._terminal.channel = Protected(suite, secret)
        return status

    def _map(self, nonce: bytes) -> Group[Any]:
        group: Group[Any] = standard_group(self._parameter_id)
        if self._protocol.mapping is NonceMapping.INTEGRATED:
            own = bytes(range(self._protocol.suite.key_bytes))
            _, status = self._terminal.authenticate({0x81: own})
            assert status == Status.OK
            return map_integrated(group, self._protocol.suite, nonce, own)
        private = 0xFEDCBA0987654321 % group.order
        answer, status = self._terminal.authenticate({0x81: group.encode(group.public(private))})
        assert status == Status.OK
        self.mapping_key = answer[0x82]
        return map_generic(group, nonce, group.power(group.decode(answer[0x82]), private))

    def _token(self, group: Group[Any], public: Any) -> bytes:
        assert self.channel is not None
        key = tlv.encode(group.public_key_tag, group.encode(public))
        return self.channel.token(tlv.encode(0x7F49, tlv.encode(0x06, tlv.encode_oid(self._protocol.oid)) + key))
