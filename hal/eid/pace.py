"""PACE: a protected channel from the CAN or MRZ, which nobody who listens can try out (ICAO Doc 9303-11, 4.4).

MSE:Set AT, then four GENERAL AUTHENTICATE: the encrypted nonce, the mapping, the key agreement, the tokens.
Everything that the chip sends up to its token is unauthenticated: points have to be on the curve, keys must not be our
own sent back, and what cannot be parsed is a failure of secure messaging.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from secrets import token_bytes
from typing import Final

from cryptography.hazmat.primitives.constant_time import bytes_eq

from hal.eid import tlv
from hal.eid.access_key import AccessKey
from hal.eid.apdu import CommandApdu, ResponseApdu
from hal.eid.domain_parameters import standardised
from hal.eid.key_agreement import Group, GroupError, KeyPair
from hal.eid.key_derivation import CIPHER_SUITES, CipherSuite, SessionKeys
from hal.eid.mapping import map_generic, map_integrated
from hal.eid.messaging import Messaging
from hal.eid.outcome import NotAccepted, NotPossible, Reason, TryAgain
from hal.eid.secure_messaging import SecureMessaging, SessionCipher
from hal.eid.security_infos import PACE, PaceInfo

_DYNAMIC: Final = 0x7C
_PUBLIC_KEY: Final = 0x7F49
_CHAINED: Final = 0x10
_TOKEN_SIZE: Final = 8
_KEY_NOT_THERE: Final = 0x6A88
_EXPECTED: Final = 256
_EXPECTED_LONG: Final = 512
_LONGEST_NONCE: Final = 64
#: What chips answer to a token that was made with the wrong CAN or MRZ; 63xx is what the standard says.
_TOKEN_REFUSED: Final = frozenset((0x6982, 0x6983, 0x6985, 0x6988, 0x6A80))


class Mapping(IntEnum):
    """The last number but one of a PACE protocol's OID."""

    DH_GENERIC = 1
    ECDH_GENERIC = 2
    DH_INTEGRATED = 3
    ECDH_INTEGRATED = 4
    ECDH_CHIP_AUTHENTICATION = 6

    @property
    def public_key_tag(self) -> int:
        """Of the keys of the groups that it goes with."""
        return 0x84 if self in (Mapping.DH_GENERIC, Mapping.DH_INTEGRATED) else 0x86

    @property
    def integrated(self) -> bool:
        return self in (Mapping.DH_INTEGRATED, Mapping.ECDH_INTEGRATED)


@dataclass(frozen=True, slots=True)
class PaceVariant:
    """All that a `PaceInfo` says, understood."""

    info: PaceInfo
    mapping: Mapping
    suite: CipherSuite
    group: Group


@dataclass(frozen=True, slots=True)
class PaceResult:
    """The channel, and what chip-authentication mapping leaves to check against the chip's signed key.

    ``chip_authentication_data``: the decrypted CA_IC, only after chip-authentication mapping. ``mapping_key``: the
    chip's public key of the mapping, for which CA_IC times the signed key must stand; empty after integrated mapping.
    """

    messaging: SecureMessaging
    variant: PaceVariant
    chip_authentication_data: bytes | None = field(repr=False)
    mapping_key: bytes = field(repr=False)

    @property
    def info(self) -> PaceInfo:
        return self.variant.info


class Randomness:
    """Where PACE's own keys and nonces come from. Only published examples bring another one."""

    def key_pair(self, group: Group) -> KeyPair:
        return group.generate()

    def nonce(self, size: int) -> bytes:
        return token_bytes(size)


def understand(info: PaceInfo) -> PaceVariant | None:
    """What this info asks for; None for what is not spoken here: another mapping, cipher or version, domain parameters
    of the chip's own, parameters that do not go with the protocol.
    """
    prefix, _, last = info.oid.rpartition(".")
    family, _, middle = prefix.rpartition(".")
    if family != PACE or info.version != 2:
        return None
    group = standardised(info.parameter_id)
    suite = CIPHER_SUITES.get(int(last))
    mapping = Mapping(int(middle)) if int(middle) in list(Mapping) else None
    if group is None or suite is None or mapping is None or mapping.public_key_tag != group.public_key_tag:
        return None
    if mapping is Mapping.ECDH_CHIP_AUTHENTICATION and suite.cipher is not SessionCipher.AES:
        return None
    if mapping is Mapping.ECDH_INTEGRATED and info.parameter_id == _SECP224R1:
        return None
    return PaceVariant(info, mapping, suite, group)


_SECP224R1: Final = 10
"""Its prime is 1 modulo 4: the integrated mapping is not defined on it."""


def establish_pace(
    messaging: Messaging,
    info: PaceInfo,
    key: AccessKey,
    *,
    several_parameters: bool = False,
    randomness: Randomness | None = None,
) -> PaceResult:
    """Run PACE and return the protected channel. Five commands.

    ``several_parameters``: the chip offers this protocol with more than one set of domain parameters, so that they
    have to be named. Raises `TryAgain` (``access_key_wrong``), `NotAccepted` (``pace_failed``,
    ``secure_messaging_failed``), `NotPossible` (``protocol_unsupported``, ``card_failed``) and `ChannelError`.
    """
    variant = understand(info)
    if variant is None:
        raise NotPossible(Reason.PROTOCOL_UNSUPPORTED, "a variant of PACE that is not spoken here")
    return _Run(messaging, variant, key, randomness or Randomness()).establish(several_parameters)


@dataclass(frozen=True, slots=True, repr=False)
class _Run:
    messaging: Messaging
    variant: PaceVariant
    key: AccessKey
    randomness: Randomness

    def establish(self, several_parameters: bool) -> PaceResult:
        self._choose(several_parameters)
        try:
            nonce = self._nonce()
            generator, mapping_key = self._map(nonce)
            keys, own_key, chip_key = self._agree(generator)
        except GroupError as error:
            raise NotAccepted(Reason.PACE_FAILED, str(error)) from None
        encrypted = self._authenticate(keys, own_key, chip_key)
        data = None if encrypted is None else _chip_authentication_data(keys, encrypted)
        return PaceResult(keys.session(self.messaging), self.variant, data, mapping_key)

    def _choose(self, several_parameters: bool) -> None:
        data = tlv.encode(0x80, self._oid()) + tlv.encode(0x83, bytes((self.key.reference,)))
        if several_parameters:
            data += tlv.encode(0x84, bytes((self.variant.info.parameter_id or 0,)))
        status = self.messaging.exchange(CommandApdu(0x00, 0x22, 0xC1, 0xA4, data)).status
        if status == _KEY_NOT_THERE:
            raise TryAgain(Reason.ACCESS_KEY_WRONG, "this chip has no such key")
        if status != 0x9000:
            raise NotPossible(Reason.CARD_FAILED, f"MSE:Set AT for PACE: {status:04X}")

    def _oid(self) -> bytes:
        # id-PACE is 0.4.0.127.0.7.2.2.4, all arcs of which are one octet.
        arcs = [int(arc) for arc in self.variant.info.oid.split(".")]
        return bytes((arcs[0] * 40 + arcs[1], *arcs[2:]))

    def _nonce(self) -> bytes:
        encrypted = self._step(b"", 0x80)
        suite = self.variant.suite
        if not encrypted or len(encrypted) % suite.cipher.block_size or len(encrypted) > _LONGEST_NONCE:
            raise GroupError("a nonce of an impossible length")
        return suite.decrypt(suite.access_key(self.key.secret), encrypted)

    def _map(self, nonce: bytes) -> tuple[bytes, bytes]:
        """The new generator and the chip's mapping key."""
        variant = self.variant
        if variant.mapping.integrated:
            own_nonce = self.randomness.nonce(variant.suite.key_size)
            self._send_nonce(own_nonce)
            return map_integrated(variant.group, variant.suite, nonce, own_nonce), b""
        pair = self.randomness.key_pair(variant.group)
        chip_key = self._exchange_keys(0x81, pair.public)
        return map_generic(variant.group, nonce, pair, chip_key), chip_key

    def _send_nonce(self, nonce: bytes) -> None:
        """The answer says nothing: chips send an empty data object, an empty template or nothing at all."""
        answer = self._general_authenticate(tlv.encode(0x81, nonce), chained=True)
        if answer.status != 0x9000:
            raise NotPossible(Reason.CARD_FAILED, f"PACE, second nonce: {answer.status:04X}")
        if answer.data not in (b"", b"\x7c\x00", b"\x7c\x02\x82\x00"):
            raise GroupError("an answer to the second nonce")

    def _agree(self, generator: bytes) -> tuple[SessionKeys, bytes, bytes]:
        """The session's keys, our public key and the chip's."""
        pair = self.randomness.key_pair(self.variant.group)
        own_key = pair.multiply(generator)
        chip_key = self._exchange_keys(0x83, own_key)
        return self.variant.suite.keys(pair.agree(chip_key)), own_key, chip_key

    def _exchange_keys(self, tag: int, own: bytes) -> bytes:
        chip = self.variant.group.decode(self._step(tlv.encode(tag, own), tag + 1))
        if chip == own:
            raise GroupError("our own key sent back")
        return chip

    def _authenticate(self, keys: SessionKeys, own_key: bytes, chip_key: bytes) -> bytes | None:
        """Exchange tokens; returns the encrypted chip authentication data where there have to be some."""
        answer = self._general_authenticate(tlv.encode(0x85, keys.token(self._public_key(chip_key))), chained=False)
        if answer.status >> 8 == 0x63 or answer.status in _TOKEN_REFUSED:
            raise TryAgain(Reason.ACCESS_KEY_WRONG, "the chip did not accept the token")
        objects = _objects(answer)
        if not bytes_eq(objects.pop(0x86, b""), keys.token(self._public_key(own_key))):
            raise NotAccepted(Reason.PACE_FAILED, "a wrong token")
        encrypted = objects.pop(0x8A, None)
        # References of certification authorities, for terminals that have certificates.
        if objects.keys() - {0x87, 0x88}:
            raise NotAccepted(Reason.PACE_FAILED, "an unknown data object beside the token")
        if (encrypted is not None) != (self.variant.mapping is Mapping.ECDH_CHIP_AUTHENTICATION):
            raise NotAccepted(Reason.PACE_FAILED, "chip authentication data missing or unasked")
        return encrypted

    def _public_key(self, element: bytes) -> bytes:
        """The public key data object that a token is over."""
        group = self.variant.group
        return tlv.encode(_PUBLIC_KEY, tlv.encode(0x06, self._oid()) + tlv.encode(group.public_key_tag, element))

    def _step(self, data: bytes, answer_tag: int) -> bytes:
        """One chained GENERAL AUTHENTICATE that is answered by one data object."""
        objects = _objects(self._general_authenticate(data, chained=True))
        if list(objects) != [answer_tag]:
            raise NotAccepted(Reason.SECURE_MESSAGING_FAILED, "not the data object of this step of PACE")
        return objects[answer_tag]

    def _general_authenticate(self, data: bytes, *, chained: bool) -> ResponseApdu:
        # Keys of 2048 bits need more than a short APDU; the channel says whether there is more.
        long = len(data) > _LONG_DATA
        if long and not self.messaging.extended_length:
            raise NotPossible(Reason.PROTOCOL_UNSUPPORTED, "keys of this length need extended length")
        return self.messaging.exchange(
            CommandApdu(
                _CHAINED if chained else 0x00,
                0x86,
                0x00,
                0x00,
                tlv.encode(_DYNAMIC, data),
                _EXPECTED_LONG if long else _EXPECTED,
            )
        )


_LONG_DATA: Final = 240


def _objects(answer: ResponseApdu) -> dict[int, bytes]:
    """The data objects of a dynamic authentication template, each at most once."""
    if answer.status != 0x9000:
        raise NotPossible(Reason.CARD_FAILED, f"GENERAL AUTHENTICATE in PACE: {answer.status:04X}")
    try:
        elements = tlv.parse(tlv.parse_one(answer.data, _DYNAMIC))
    except tlv.TlvError as error:
        raise NotAccepted(Reason.SECURE_MESSAGING_FAILED, str(error)) from None
    objects = {element.tag: element.value for element in elements}
    if len(objects) != len(elements):
        raise NotAccepted(Reason.SECURE_MESSAGING_FAILED, "a data object twice")
    return objects


def _chip_authentication_data(keys: SessionKeys, encrypted: bytes) -> bytes:
    """CA_IC. Its initialisation vector is the encryption of -1 (9303-11, 4.4.3.5)."""
    suite = keys.suite
    if not encrypted or len(encrypted) % suite.cipher.block_size:
        raise NotAccepted(Reason.PACE_FAILED, "chip authentication data that are no whole blocks")
    iv = suite.encrypt(keys.encryption, b"\xff" * suite.cipher.block_size)
    padded = suite.decrypt(keys.encryption, encrypted, iv)
    stripped = padded.rstrip(b"\x00")
    if stripped[-1:] != b"\x80":
        raise NotAccepted(Reason.PACE_FAILED, "chip authentication data with wrong padding")
    return stripped[:-1]
