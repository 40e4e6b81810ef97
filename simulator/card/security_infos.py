"""SecurityInfos as an issuer writes them: EF.CardAccess, DG14, the content of EF.CardSecurity.

Sources: ICAO 9303-11, 9.2; BSI TR-03110-3, A.1.1; for public keys TR-03110-3, A.2 and RFC 3279.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum, auto

from simulator.card import der
from simulator.card.groups import CurveGroup, ModularGroup, standard_group
from simulator.card.image import AgreementKey, ChipAuthenticationKey, PaceVariant
from simulator.card.signing import CurveForm, curve_key_info, parameter_id

_BSI = "0.4.0.127.0.7.2.2"
_PUBLIC_KEY = f"{_BSI}.1"
_CHIP_AUTHENTICATION = f"{_BSI}.3"
_PACE = f"{_BSI}.4"
_ACTIVE_AUTHENTICATION = "2.23.136.1.1.5"
_PLAIN_ECDSA = "0.4.0.127.0.7.1.1.4.1"
_STANDARD_PARAMETERS = "0.4.0.127.0.7.1.2"
_DH_PUBLIC_NUMBER = "1.2.840.10046.2.1"

_MAPPINGS = {"DH-GM": 1, "ECDH-GM": 2, "DH-IM": 3, "ECDH-IM": 4, "ECDH-CAM": 6}
_AGREEMENTS = {"DH": 1, "ECDH": 2}
_SUITES = {"3DES": 1, "AES-128": 2, "AES-192": 3, "AES-256": 4}
_MODULAR = {"dh-1024-160": 0, "dh-2048-224": 1, "dh-2048-256": 2}
_DIGESTS = {"sha1": 1, "sha224": 2, "sha256": 3, "sha384": 4, "sha512": 5}


class KeyForm(StrEnum):
    """How the public key for chip authentication names its group."""

    EXPLICIT = auto()
    """All parameters written out, as most documents have it."""
    NAMED = auto()
    STANDARDISED = auto()
    """By the number of the standardised domain parameters."""


def group_id(name: str) -> int:
    """Number of the domain parameters of a curve, or of ``dh-1024-160``, ``dh-2048-224``, ``dh-2048-256``. Raises
    ``ValueError``.
    """
    if name in _MODULAR:
        return _MODULAR[name]
    try:
        return parameter_id(name)
    except KeyError:
        raise ValueError(f"no domain parameters: {name}") from None


def pace_variant(words: str) -> PaceVariant:
    """From words as scenarios have them: ``ECDH-GM-AES-128 brainpoolP256r1``. Raises ``ValueError``."""
    protocol, group = _two(words)
    for mapping, arc in _MAPPINGS.items():
        if protocol.startswith(mapping + "-") and protocol[len(mapping) + 1 :] in _SUITES:
            return PaceVariant(f"{_PACE}.{arc}.{_SUITES[protocol[len(mapping) + 1 :]]}", group_id(group))
    raise ValueError(f"no variant of PACE: {words}")


def chip_authentication_suite(protocol: str) -> str:
    """Object identifier of ``ECDH-AES-128``, ``DH-3DES`` … Raises ``ValueError``."""
    agreement, _, suite = protocol.partition("-")
    if agreement not in _AGREEMENTS or suite not in _SUITES:
        raise ValueError(f"no variant of chip authentication: {protocol}")
    return f"{_CHIP_AUTHENTICATION}.{_AGREEMENTS[agreement]}.{_SUITES[suite]}"


def _two(words: str) -> tuple[str, str]:
    first, _, second = words.partition(" ")
    return first, second


def pace_infos(variants: Sequence[PaceVariant]) -> list[bytes]:
    return [
        der.sequence(der.object_identifier(one.oid), der.integer(2), der.integer(one.parameter_id)) for one in variants
    ]


def chip_authentication_infos(keys: Sequence[ChipAuthenticationKey], form: KeyForm) -> list[bytes]:
    """For each key its variants and its public key."""
    infos = []
    for one in keys:
        key_id = b"" if one.key_id is None else der.integer(one.key_id)
        infos += [der.sequence(der.object_identifier(suite), der.integer(1), key_id) for suite in one.suites]
        infos.append(_public_key_info(one.key, form, key_id))
    return infos


def mapping_key_info(key: AgreementKey, form: KeyForm) -> bytes:
    """The static key of PACE with chip authentication mapping, for EF.CardSecurity."""
    return _public_key_info(key, form, b"")


def _public_key_info(key: AgreementKey, form: KeyForm, key_id: bytes) -> bytes:
    agreement = 1 if key.parameter_id in _MODULAR.values() else 2
    oid = der.object_identifier(f"{_PUBLIC_KEY}.{agreement}")
    return der.sequence(oid, agreement_key_info(key, form), key_id)


def agreement_key_info(key: AgreementKey, form: KeyForm) -> bytes:
    """SubjectPublicKeyInfo of a key for key agreement."""
    group = standard_group(key.parameter_id)
    if isinstance(group, ModularGroup):
        number = group.public(key.private)
        value = der.integer(number)
        parameters = [der.integer(value) for value in (group.parameters.p, group.parameters.g, group.parameters.q)]
        identifier = der.algorithm(_DH_PUBLIC_NUMBER, der.sequence(*parameters))
    else:
        value = group.encode(group.public(key.private))
        if form is not KeyForm.STANDARDISED:
            return _curve_key(group, value, form)
    if form is KeyForm.STANDARDISED:
        identifier = der.algorithm(_STANDARD_PARAMETERS, der.integer(key.parameter_id))
    return der.sequence(identifier, der.bits(value))


def _curve_key(group: CurveGroup, point: bytes, form: KeyForm) -> bytes:
    return curve_key_info(
        group.parameters.name, point, CurveForm.NAMED if form is KeyForm.NAMED else CurveForm.EXPLICIT
    )


def active_authentication_info(digest: str) -> bytes:
    """That the elliptic curve key in DG15 signs plainly (r ‖ s) over this digest."""
    algorithm = der.object_identifier(f"{_PLAIN_ECDSA}.{_DIGESTS[digest]}")
    return der.sequence(der.object_identifier(_ACTIVE_AUTHENTICATION), der.integer(1), algorithm)
