"""EF.SOD: the hashes of a document's data groups, signed by its issuer (ICAO Doc 9303-10, 4.6.2, appendix D)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from asn1crypto import algos, core

from hal.eid import signatures, tlv
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.parsing import guarded
from hal.eid.signed_data import SignedData, parse_signed_data

LDS_SECURITY_OBJECT = "2.23.136.1.1.1"
_FILE = 0x77
_GROUPS = range(1, 17)


class _DataGroupHash(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [("number", core.Integer), ("value", core.OctetString)]  # noqa: RUF012


class _DataGroupHashes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _DataGroupHash


class _VersionInfo(core.Sequence):  # type: ignore[misc]
    _fields = [("lds", core.PrintableString), ("unicode", core.PrintableString)]  # noqa: RUF012


class _LdsSecurityObject(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("version", core.Integer),
        ("hash_algorithm", algos.DigestAlgorithm),
        ("hashes", _DataGroupHashes),
        ("versions", _VersionInfo, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class SecurityObject:
    """``data_groups``: number → hash. Nothing of it counts before the signature of ``signed`` is accepted.

    ``lds_version``: as it stands there (``0108``), empty in version 0 of the structure.
    """

    signed: SignedData = field(repr=False)
    digest: str
    data_groups: Mapping[int, bytes] = field(repr=False)
    lds_version: str = ""


def parse_security_object(file: bytes) -> SecurityObject:
    """Takes the content of EF.SOD apart, versions 0 and 1.

    Raises `NotAccepted`: ``security_object_malformed`` and what `parse_signed_data` raises.
    """
    with guarded(Reason.SECURITY_OBJECT_MALFORMED, "EF.SOD"):
        content = tlv.parse_one(file, _FILE, shortest=False)
    signed = parse_signed_data(content, LDS_SECURITY_OBJECT)
    with guarded(Reason.SECURITY_OBJECT_MALFORMED, "the LDS security object"):
        return _parse(signed)


def _parse(signed: SignedData) -> SecurityObject:
    lds = _LdsSecurityObject.load(signed.content, strict=True)
    versions = lds["versions"].native
    if (lds["version"].native, versions is None) not in ((0, True), (1, False)):
        raise ValueError("version")
    digest = signatures.digest_name(lds["hash_algorithm"])
    groups: dict[int, bytes] = {}
    for entry in lds["hashes"]:
        number, value = entry["number"].native, bytes(entry["value"])
        if number not in _GROUPS or number in groups or len(value) != signatures.digest_octets(digest):
            raise ValueError("a data group's hash")
        groups[number] = value
    if not groups:
        raise NotAccepted(Reason.SECURITY_OBJECT_MALFORMED, "no data groups")
    return SecurityObject(signed, digest, MappingProxyType(groups), versions["lds"] if versions else "")
