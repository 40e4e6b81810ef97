"""Chip authentication, version 1: the chip agrees on new session keys with a private key that never leaves it.

ICAO Doc 9303-11, 6.2; BSI TR-03110-1, 3.4. Its public key stands in the signed DG14. The protocol has no token of its
own: the chip has proven its key when its first answer under the new keys is authentic. `authenticate` asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from asn1crypto import core, keys

from hal.eid import curves, der, tlv
from hal.eid.apdu import SHORT_EXPECTED, CommandApdu
from hal.eid.domain_parameters import standardised
from hal.eid.elliptic_group import EllipticGroup
from hal.eid.files import DATA_GROUPS
from hal.eid.key_agreement import Group, GroupError, KeyPair
from hal.eid.key_derivation import CIPHER_SUITES
from hal.eid.messaging import Messaging
from hal.eid.modular_group import ModularGroup
from hal.eid.outcome import NotAccepted, NotPossible, Reason
from hal.eid.parsing import guarded
from hal.eid.secure_messaging import SecureMessaging
from hal.eid.security_infos import (
    CHIP_AUTHENTICATION,
    PUBLIC_KEY,
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    SecurityInfos,
    protocol_name,
)

_MANAGE_ENVIRONMENT = 0x22
_GENERAL_AUTHENTICATE = 0x86
_SELECT = 0xA4
_KEY_AGREEMENT = 0xA6
_AUTHENTICATION = 0xA4
_VERSION = 1

_ELLIPTIC_CURVE = "1.2.840.10045.2.1"
_STANDARDISED = "0.4.0.127.0.7.1.2"
_DH_PUBLIC_NUMBER = "1.2.840.10046.2.1"
_DH_PKCS3 = "1.2.840.113549.1.3.1"
_SHORTEST_PRIME = 1024
_LONGEST_PRIME = 4096
"""Longer ones would only keep the box busy."""


@dataclass(frozen=True, slots=True)
class ChipKey:
    """One way in which the chip can prove itself. ``key_id`` when the chip has several keys."""

    oid: str
    group: Group
    public: bytes = field(repr=False)
    key_id: int | None

    @property
    def protocol(self) -> str:
        """``CA-ECDH-AES-CBC-CMAC-128``."""
        return protocol_name(self.oid)


def strongest(infos: SecurityInfos) -> ChipKey | None:
    """The strongest variant that the chip offers and that can be done here; None when it offers none at all.

    Raises `NotPossible` or `NotAccepted` of the first key when none of several can be used.
    """
    first_error: NotAccepted | None = None
    for oid, key in _variants(infos):
        try:
            group, public = public_key(key.subject_public_key_info)
        except NotAccepted as error:
            first_error = first_error or error
        else:
            return ChipKey(oid, group, public, key.key_id)
    if first_error is not None:
        raise first_error
    return None


def authenticate(messaging: SecureMessaging, key: ChipKey, ephemeral: KeyPair | None = None) -> SecureMessaging:
    """Have the chip prove that it holds the private key of ``key``; from then on speak over what is returned.

    Raises `NotAccepted` (``cloned``) when it cannot, `NotPossible` when a key does not fit into one short APDU and
    there is no extended length, and `ChannelError`. ``ephemeral`` is given by tests of published examples only.
    """
    ephemeral = key.group.generate() if ephemeral is None else ephemeral
    if _last_arc(key.oid) == 1:
        agree_by_template(messaging, key, ephemeral)
    else:
        agree_by_general_authenticate(messaging, key, ephemeral)
    renewed = CIPHER_SUITES[_last_arc(key.oid)].keys(ephemeral.agree(key.public)).session(messaging.below)
    try:
        _expect_success(renewed, CommandApdu(0x00, _SELECT, 0x02, 0x0C, DATA_GROUPS[14].fid.to_bytes(2, "big")))
    except NotAccepted as error:
        raise NotAccepted(Reason.CLONED, f"first answer under the new keys: {error}") from None
    return renewed


def agree_by_template(messaging: Messaging, key: ChipKey, ephemeral: KeyPair) -> None:
    """MSE:Set KAT: one command, for 3DES, which every chip with 3DES knows."""
    data = tlv.encode(0x91, ephemeral.public) + _key_reference(key)
    _expect_success(messaging, CommandApdu(0x00, _MANAGE_ENVIRONMENT, 0x41, _KEY_AGREEMENT, data))


def agree_by_general_authenticate(messaging: Messaging, key: ChipKey, ephemeral: KeyPair) -> None:
    """MSE:Set AT and GENERAL AUTHENTICATE: for AES; some chips with 3DES know it too."""
    data = tlv.encode(0x80, der.encode_object_identifier(key.oid)) + _key_reference(key)
    _expect_success(messaging, CommandApdu(0x00, _MANAGE_ENVIRONMENT, 0x41, _AUTHENTICATION, data))
    data = tlv.encode(0x7C, tlv.encode(0x80, ephemeral.public))
    _expect_success(messaging, CommandApdu(0x00, _GENERAL_AUTHENTICATE, 0x00, 0x00, data, SHORT_EXPECTED))


def _key_reference(key: ChipKey) -> bytes:
    return b"" if key.key_id is None else tlv.encode(0x84, _unsigned(key.key_id))


def _expect_success(messaging: Messaging, command: CommandApdu) -> None:
    if len(command.data) > messaging.largest_command:
        raise NotPossible(Reason.PROTOCOL_UNSUPPORTED, "a key that needs extended length, which is not there")
    answer = messaging.exchange(command)
    if not answer.ok:
        raise NotAccepted(Reason.CLONED, f"chip authentication answered {answer.status:04X}")


def _variants(infos: SecurityInfos) -> list[tuple[str, ChipAuthenticationPublicKeyInfo]]:
    """Pairs of protocol and key, the strongest first: longer keys, AES before 3DES, curves before primes."""
    pairs = [
        (info.oid, key)
        for info in infos.chip_authentication
        for key in infos.chip_keys
        if _belong_together(info, key, len(infos.chip_keys))
    ]
    if not pairs:
        # Documents of the first years have the key alone: it is for 3DES then.
        pairs = [
            (f"{CHIP_AUTHENTICATION}.{_last_arc(key.oid)}.1", key)
            for key in infos.chip_keys
            if not infos.chip_authentication and key.oid in (f"{PUBLIC_KEY}.1", f"{PUBLIC_KEY}.2")
        ]
    return sorted(pairs, key=lambda pair: (_last_arc(pair[0]), pair[0]), reverse=True)


def _belong_together(info: ChipAuthenticationInfo, key: ChipAuthenticationPublicKeyInfo, keys_there: int) -> bool:
    agreement, suite = map(int, info.oid.split(".")[-2:])
    return (
        info.version == _VERSION
        and suite in CIPHER_SUITES
        and agreement == _last_arc(key.oid)
        and (info.key_id == key.key_id or (info.key_id is None and keys_there == 1))
    )


def public_key(subject_public_key_info: bytes) -> tuple[Group, bytes]:
    """Group and element of a chip's public key; the curve named, standardised or spelled out.

    Raises `NotAccepted` (``data_malformed``, ``curve_unknown``, ``algorithm_weak``) or `NotPossible`
    (``algorithm_unsupported``).
    """
    with guarded(Reason.DATA_MALFORMED, "a chip's public key"):
        algorithm, key_field = tlv.parse(
            tlv.parse_one(subject_public_key_info, der.SEQUENCE, shortest=False), shortest=False
        )
        identifier, *parameters = tlv.parse(algorithm.value, shortest=False)
        oid, octets = der.object_identifier(identifier), der.bit_string(key_field)
        group: Group
        if oid == _STANDARDISED:
            group = _standardised(der.integer(parameters[0]))
            octets = octets if isinstance(group, EllipticGroup) else _number(octets)
        elif oid == _ELLIPTIC_CURVE:
            group = EllipticGroup(curves.of_parameters(keys.ECDomainParameters.load(parameters[0].encoded)))
        elif oid in (_DH_PUBLIC_NUMBER, _DH_PKCS3):
            group, octets = _modular_group(oid, parameters[0]), _number(octets)
        else:
            raise NotPossible(Reason.ALGORITHM_UNSUPPORTED, f"a chip's public key of kind {oid}")
        try:
            return group, group.decode(octets)
        except GroupError as error:
            raise NotAccepted(Reason.DATA_MALFORMED, f"a chip's public key: {error}") from None


def _standardised(parameter_id: int) -> Group:
    group = standardised(parameter_id)
    if group is None:
        raise NotPossible(Reason.ALGORITHM_UNSUPPORTED, f"standardised domain parameters {parameter_id}")
    return group


def _number(octets: bytes) -> bytes:
    """The content of the INTEGER that a DH public key is, as an element."""
    return _unsigned(int(core.Integer.load(octets, strict=True).native))


def _modular_group(oid: str, parameters: tlv.Element) -> ModularGroup:
    """X9.42 says p, g, q; PKCS #3 says p and g, and the order is then that of all numbers or half of them: a safe
    prime.
    """
    p, g, *rest = (der.integer(one) for one in tlv.parse(parameters.value, shortest=False) if one.tag == der.INTEGER)
    if p.bit_length() < _SHORTEST_PRIME:
        raise NotAccepted(Reason.ALGORITHM_WEAK, f"a prime of less than {_SHORTEST_PRIME} bits")
    q = rest[0] if oid == _DH_PUBLIC_NUMBER else (p - 1) // 2
    if p.bit_length() > _LONGEST_PRIME or p % 2 == 0 or not 1 < g < p or q < 2 or (p - 1) % q or pow(g, q, p) != 1:
        raise NotPossible(Reason.ALGORITHM_UNSUPPORTED, "parameters of a prime group that do not fit together")
    return ModularGroup(f"DH-{p.bit_length()}-{q.bit_length()}", p, g, q)


def _last_arc(oid: str) -> int:
    return int(oid.rpartition(".")[2])


def _unsigned(number: int) -> bytes:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")
