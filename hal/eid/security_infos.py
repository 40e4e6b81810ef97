"""SecurityInfos: what a chip says of its own protocols, in EF.CardAccess (unsigned) and in DG14 (signed).

ICAO Doc 9303-11, 9.2; BSI TR-03110-3, A.1. What is not needed for reading a travel document is kept as `OtherInfo`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hal.eid import der, tlv
from hal.eid.tlv import Element, TlvError

_BSI = "0.4.0.127.0.7.2.2"
PUBLIC_KEY = f"{_BSI}.1"
TERMINAL_AUTHENTICATION = f"{_BSI}.2"
CHIP_AUTHENTICATION = f"{_BSI}.3"
PACE = f"{_BSI}.4"
ACTIVE_AUTHENTICATION = "2.23.136.1.1.5"

_PACE_MAPPINGS = {1: "DH-GM", 2: "ECDH-GM", 3: "DH-IM", 4: "ECDH-IM", 6: "ECDH-CAM"}
_KEY_AGREEMENTS = {1: "DH", 2: "ECDH"}
_CIPHERS = {1: "3DES-CBC-CBC", 2: "AES-CBC-CMAC-128", 3: "AES-CBC-CMAC-192", 4: "AES-CBC-CMAC-256"}


@dataclass(frozen=True, slots=True)
class PaceInfo:
    """One variant of PACE that the chip offers. ``parameter_id``: of the standardised domain parameters, when given."""

    oid: str
    version: int
    parameter_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChipAuthenticationInfo:
    """One variant of chip authentication; ``key_id`` names the key when there are several."""

    oid: str
    version: int
    key_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChipAuthenticationPublicKeyInfo:
    """A public key of the chip: a SubjectPublicKeyInfo as it stands."""

    oid: str
    subject_public_key_info: bytes = field(repr=False)
    key_id: int | None = None


@dataclass(frozen=True, slots=True)
class ActiveAuthenticationInfo:
    """How an elliptic curve key of DG15 signs: ``signature_algorithm`` is one of ``ecdsa-plain-signatures``."""

    oid: str
    version: int
    signature_algorithm: str


@dataclass(frozen=True, slots=True)
class TerminalAuthenticationInfo:
    """The chip can tell entitled terminals from others. Nothing here needs an entitlement."""

    oid: str
    version: int


@dataclass(frozen=True, slots=True)
class OtherInfo:
    """An info of another protocol, or PACE with domain parameters of the chip's own."""

    oid: str


SecurityInfo = (
    PaceInfo
    | ChipAuthenticationInfo
    | ChipAuthenticationPublicKeyInfo
    | ActiveAuthenticationInfo
    | TerminalAuthenticationInfo
    | OtherInfo
)


@dataclass(frozen=True, slots=True)
class SecurityInfos:
    """All infos in their order on the chip. ``encoded``: the same ones as octets, to compare two files."""

    infos: tuple[SecurityInfo, ...]
    encoded: tuple[bytes, ...] = field(repr=False)

    @property
    def pace(self) -> tuple[PaceInfo, ...]:
        return tuple(one for one in self.infos if isinstance(one, PaceInfo))

    @property
    def chip_authentication(self) -> tuple[ChipAuthenticationInfo, ...]:
        return tuple(one for one in self.infos if isinstance(one, ChipAuthenticationInfo))

    @property
    def chip_keys(self) -> tuple[ChipAuthenticationPublicKeyInfo, ...]:
        return tuple(one for one in self.infos if isinstance(one, ChipAuthenticationPublicKeyInfo))

    @property
    def active_authentication(self) -> tuple[ActiveAuthenticationInfo, ...]:
        return tuple(one for one in self.infos if isinstance(one, ActiveAuthenticationInfo))

    def encoded_of_pace(self) -> frozenset[bytes]:
        """Everything that is said about PACE, with domain parameters, as octets."""
        return frozenset(
            octets for one, octets in zip(self.infos, self.encoded, strict=True) if one.oid.startswith(PACE + ".")
        )


def parse(data: bytes) -> SecurityInfos:
    """The SecurityInfos that EF.CardAccess consists of and DG14 wraps.

    Raises `TlvError` when they are not well formed: also for a known protocol with fields that it does not have.
    """
    members = tlv.parse(tlv.parse_one(data, der.SET, shortest=False), shortest=False)
    return SecurityInfos(tuple(map(_info, members)), tuple(member.encoded for member in members))


def protocol_name(oid: str) -> str:
    """The name that the standards use, for the technician: ``PACE-ECDH-GM-AES-CBC-CMAC-128``; the OID if unknown."""
    for prefix, title, agreements in (
        (PACE, "PACE", _PACE_MAPPINGS),
        (CHIP_AUTHENTICATION, "CA", _KEY_AGREEMENTS),
    ):
        if oid.startswith(prefix + "."):
            arcs = [int(arc) for arc in oid[len(prefix) + 1 :].split(".")]
            if len(arcs) == 2 and arcs[0] in agreements and arcs[1] in _CIPHERS:
                return f"{title}-{agreements[arcs[0]]}-{_CIPHERS[arcs[1]]}"
    return oid


def _info(member: Element) -> SecurityInfo:
    if member.tag != der.SEQUENCE:
        raise TlvError("a SecurityInfo is a sequence")
    fields = tlv.parse(member.value, shortest=False)
    if not 2 <= len(fields) <= 3:
        raise TlvError("a SecurityInfo has two or three fields")
    oid = der.object_identifier(fields[0])
    for family, depth, build in _KNOWN:
        if oid == family or (oid.startswith(family + ".") and oid.count(".") == family.count(".") + depth):
            return build(oid, fields[1], fields[2] if len(fields) == 3 else None)
    return OtherInfo(oid)


def _optional_integer(element: Element | None) -> int | None:
    return None if element is None else der.integer(element)


def _pace(oid: str, required: Element, optional: Element | None) -> SecurityInfo:
    return PaceInfo(oid, der.integer(required), _optional_integer(optional))


def _chip_authentication(oid: str, required: Element, optional: Element | None) -> SecurityInfo:
    return ChipAuthenticationInfo(oid, der.integer(required), _optional_integer(optional))


def _public_key(oid: str, required: Element, optional: Element | None) -> SecurityInfo:
    if required.tag != der.SEQUENCE:
        raise TlvError("a chip's public key is a sequence")
    return ChipAuthenticationPublicKeyInfo(oid, required.encoded, _optional_integer(optional))


def _active_authentication(oid: str, required: Element, optional: Element | None) -> SecurityInfo:
    if optional is None:
        raise TlvError("an ActiveAuthenticationInfo names its algorithm")
    return ActiveAuthenticationInfo(oid, der.integer(required), der.object_identifier(optional))


def _terminal_authentication(oid: str, required: Element, _: Element | None) -> SecurityInfo:
    return TerminalAuthenticationInfo(oid, der.integer(required))


_Builder = Callable[[str, Element, Element | None], SecurityInfo]
_KNOWN: tuple[tuple[str, int, _Builder], ...] = (
    # Family, arcs below it. PACE and chip authentication have two: key agreement, cipher. With one they are the chip's
    # own domain parameters, which ICAO does not allow for travel documents: `OtherInfo`.
    (PACE, 2, _pace),
    (CHIP_AUTHENTICATION, 2, _chip_authentication),
    (PUBLIC_KEY, 1, _public_key),
    (ACTIVE_AUTHENTICATION, 0, _active_authentication),
    (TERMINAL_AUTHENTICATION, 0, _terminal_authentication),
)
