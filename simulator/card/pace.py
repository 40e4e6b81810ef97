"""PACE as the chip does it: MSE:Set AT and four times GENERAL AUTHENTICATE (ICAO 9303-11, 4.4; TR-03110-3, B.1)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any

from simulator.card import tlv
from simulator.card.command import Refusal, Status
from simulator.card.groups import Group, NotInGroup, Randomness, standard_group
from simulator.card.image import AgreementKey, Misbehaviour, PaceVariant
from simulator.card.mapping import integrated_nonce_bytes, map_generic, map_integrated
from simulator.card.misbehaving_keys import spoil_public_key
from simulator.card.secure_channel import SecureChannel
from simulator.card.suites import COUNTER_PASSWORD, Suite

PACE_ARC = "0.4.0.127.0.7.2.2.4."
SUITES = (Suite.TRIPLE_DES, Suite.AES_128, Suite.AES_192, Suite.AES_256)
GENERIC_NONCE_BYTES = 16


class NonceMapping(Enum):
    """How the nonce becomes a generator."""

    GENERIC = "gm"
    INTEGRATED = "im"
    CHIP_AUTHENTICATION = "cam"


class Password(IntEnum):
    """Reference of a password in MSE:Set AT."""

    MRZ = 1
    CAN = 2
    PIN = 3
    PUK = 4


_ARCS = {
    1: NonceMapping.GENERIC,
    2: NonceMapping.GENERIC,
    3: NonceMapping.INTEGRATED,
    4: NonceMapping.INTEGRATED,
    6: NonceMapping.CHIP_AUTHENTICATION,
}


@dataclass(frozen=True, slots=True)
class PaceProtocol:
    """What an object identifier of PACE stands for."""

    oid: str
    mapping: NonceMapping
    suite: Suite

    @classmethod
    def from_oid(cls, oid: str) -> PaceProtocol:
        """Raises ValueError or KeyError when it is none of PACE."""
        mapping, suite = (int(arc) for arc in oid.removeprefix(PACE_ARC).split("."))
        return cls(oid, _ARCS[mapping], SUITES[suite - 1])


@dataclass(frozen=True, slots=True)
class Established:
    """How a run ended: the channel, the password that opened it, and what the last answer says."""

    channel: SecureChannel
    password: Password
    answer: bytes


def password_key(suite: Suite, password: Password, secret: str) -> bytes:
    """K_π: the MRZ is hashed first, everything else is taken as it is typed."""
    encoded = secret.encode("latin-1")
    if password is Password.MRZ:
        # The standard says SHA-1.
        encoded = hashlib.sha1(encoded).digest()  # noqa: S324
    return suite.derive(encoded, COUNTER_PASSWORD)


class PaceRun:
    """One run after MSE:Set AT has chosen variant and password. Each step raises `Refusal`, after which the run is
    over.
    """

    def __init__(
        self,
        variant: PaceVariant,
        password: Password,
        secret: str,
        *,
        randomness: Randomness,
        misbehaviour: frozenset[Misbehaviour] = frozenset(),
        mapping_key: AgreementKey | None = None,
        authorities: Mapping[int, bytes] | None = None,
    ) -> None:
        self.password = password
        self._protocol = PaceProtocol.from_oid(variant.oid)
        self._suite = self._protocol.suite
        # Which of both groups it is does not matter from here on.
        self._group: Group[Any] = standard_group(variant.parameter_id)
        self._secret_key = password_key(self._suite, password, secret)
        self._random = randomness
        self._misbehaviour = misbehaviour
        self._mapping_key = mapping_key
        self._authorities = authorities or {}
        self._steps = iter((self._send_nonce, self._map, self._agree))
        self._nonce = b""
        self._map_private = 0
        self._channel: SecureChannel | None = None
        self._public: Any = None
        self._terminal_public: Any = None

    def step(self, data: bytes, *, last: bool) -> bytes | Established:
        """Answer one GENERAL AUTHENTICATE; ``last`` when it was not chained."""
        try:
            objects = tlv.unpack(data, 0x7C)
            handler = next(self._steps, None)
            if last is not (handler is None):
                raise Refusal(Status.CONDITIONS)
            return self._authenticate(objects) if handler is None else handler(objects)
        except (tlv.MalformedTlv, NotInGroup, KeyError):
            raise Refusal(Status.DATA_WRONG) from None

    def _send_nonce(self, objects: dict[int, bytes]) -> bytes:
        if objects:
            raise Refusal(Status.DATA_WRONG)
        integrated = self._protocol.mapping is NonceMapping.INTEGRATED
        self._nonce = self._random(integrated_nonce_bytes(self._suite) if integrated else GENERIC_NONCE_BYTES)
        encrypted = self._suite.encrypt(self._secret_key, self._nonce)
        if Misbehaviour.PACE_NONCE_SHORT in self._misbehaviour:
            encrypted = encrypted[:-3]
        return _answer({0x80: encrypted})

    def _map(self, objects: dict[int, bytes]) -> bytes:
        received = objects[0x81]
        if Misbehaviour.PACE_MALFORMED in self._misbehaviour:
            return bytes.fromhex("7C438241")
        if self._protocol.mapping is NonceMapping.INTEGRATED:
            if len(received) != self._suite.key_bytes:
                raise Refusal(Status.DATA_WRONG)
            self._group = map_integrated(self._group, self._suite, self._nonce, received)
            return _answer({0x82: b""})
        terminal = self._group.decode(received)
        self._map_private = self._group.new_private(self._random)
        public = self._group.encode(self._group.public(self._map_private))
        shared = self._group.power(terminal, self._map_private)
        if self._misbehaviour & {Misbehaviour.PACE_REFLECTS_MAPPING_KEY, Misbehaviour.PACE_MAPPING_POINT_OFF_CURVE}:
            public = spoil_public_key(self._group, public, received, self._misbehaviour)
        self._group = map_generic(self._group, self._nonce, shared)
        return _answer({0x82: public})

    def _agree(self, objects: dict[int, bytes]) -> bytes:
        received = objects[0x83]
        self._terminal_public = self._group.decode(received)
        private = self._group.new_private(self._random)
        self._public = self._group.public(private)
        secret = self._group.secret(self._group.power(self._terminal_public, private))
        self._channel = SecureChannel.from_secret(self._suite, secret)
        public = self._group.encode(self._public)
        if self._misbehaviour & {
            Misbehaviour.PACE_REFLECTS_KEY,
            Misbehaviour.PACE_POINT_OFF_CURVE,
            Misbehaviour.PACE_POINT_AT_INFINITY,
        }:
            public = spoil_public_key(self._group, public, received, self._misbehaviour)
        return _answer({0x84: public})

    def _authenticate(self, objects: dict[int, bytes]) -> Established:
        channel = self._channel
        if channel is None:
            raise Refusal(Status.CONDITIONS)
        if not hmac.compare_digest(objects[0x85], channel.token(self._token_input(self._public))):
            raise Refusal(Status.NOT_AUTHENTICATED)
        token = channel.token(self._token_input(self._terminal_public))
        if Misbehaviour.PACE_TOKEN_WRONG in self._misbehaviour:
            token = bytes([token[0] ^ 1]) + token[1:]
        if Misbehaviour.PACE_TOKEN_REFLECTED in self._misbehaviour:
            token = objects[0x85]
        answer = {} if Misbehaviour.PACE_TOKEN_MISSING in self._misbehaviour else {0x86: token}
        answer.update(self._authorities)
        if self._protocol.mapping is NonceMapping.CHIP_AUTHENTICATION:
            answer.update(self._chip_authentication_data(channel))
        return Established(channel, self.password, _answer(answer))

    def _token_input(self, public: Any) -> bytes:
        return tlv.encode(
            0x7F49,
            tlv.encode(0x06, tlv.encode_oid(self._protocol.oid))
            + tlv.encode(self._group.public_key_tag, self._group.encode(public)),
        )

    def _chip_authentication_data(self, channel: SecureChannel) -> dict[int, bytes]:
        """CA_IC = SK⁻¹ · SK_Map, encrypted (9303-11, 4.4.3.5)."""
        if self._mapping_key is None or Misbehaviour.CAM_DATA_MISSING in self._misbehaviour:
            return {}
        order = self._group.order
        data = pow(self._mapping_key.private, -1, order) * self._map_private % order
        if Misbehaviour.CAM_DATA_WRONG in self._misbehaviour:
            data = data % (order - 1) + 1
        encoded = data.to_bytes((order.bit_length() + 7) // 8, "big")
        return {0x8A: channel.encrypt_with_minus_one(encoded)}


def _answer(objects: Mapping[int, bytes]) -> bytes:
    return tlv.encode(0x7C, b"".join(tlv.encode(tag, value) for tag, value in objects.items()))
