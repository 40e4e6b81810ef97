"""CMS SignedData (RFC 5652) with exactly one signer, as ICAO uses it: security objects, EF.CardSecurity, master
lists.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import cms, core

from hal.eid import signatures
from hal.eid.certificates import Certificate, parse_certificate
from hal.eid.names import name_key
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.parsing import guarded
from hal.eid.signatures import Scheme

_MALFORMED = Reason.SECURITY_OBJECT_MALFORMED
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_TIME = "1.2.840.113549.1.9.5"
_SET_OF = b"\x31"


@dataclass(frozen=True, slots=True)
class SignedData:
    """What one signer signed. Nothing of it counts before `check_signature` accepted it for a trusted certificate.

    The signer is named either by ``signer_issuer`` (as `names.name_key`) and ``signer_serial`` or by ``signer_key_id``.
    ``certificates``: DER, as embedded. ``signed_at``: the signer's claim, None when it makes none.
    """

    content: bytes = field(repr=False)
    certificates: tuple[bytes, ...] = field(repr=False)
    signer_issuer: str
    signer_serial: int | None = field(repr=False)
    signer_key_id: bytes
    digest: str
    scheme: Scheme
    signature: bytes = field(repr=False)
    signed_attributes: bytes = field(repr=False)
    message_digest: bytes = field(repr=False)
    signed_at: datetime | None

    def signer(self) -> Certificate:
        """The embedded certificate that the signer names, nothing of it checked.

        Raises `NotAccepted`: ``document_signer_untrusted`` when it is not embedded, ``security_object_malformed`` when
        an embedded certificate is malformed.
        """
        for encoded in self.certificates:
            certificate = parse_certificate(encoded)
            if self.signer_key_id:
                found = certificate.subject_key_id == self.signer_key_id
            else:
                found = (certificate.issuer, certificate.serial) == (self.signer_issuer, self.signer_serial)
            if found:
                return certificate
        raise NotAccepted(Reason.DOCUMENT_SIGNER_UNTRUSTED, "the signer's certificate is not embedded")


def parse_signed_data(encoded: bytes, content_type: str) -> SignedData:
    """Takes a ContentInfo apart whose content is to be of ``content_type`` (dotted).

    Raises `NotAccepted`: ``signer_count_wrong`` unless there is exactly one signer, ``content_type_wrong`` when the
    content, or the signed attribute on it, says another type, ``security_object_malformed`` for anything else that is
    not as RFC 5652 says, ``algorithm_weak``; `NotPossible`: ``algorithm_unsupported``.
    """
    with guarded(_MALFORMED, "CMS SignedData"):
        info = cms.ContentInfo.load(encoded, strict=True)
        if info["content_type"].native != "signed_data":
            raise NotAccepted(_MALFORMED, "not SignedData")
        return _parse(info["content"], content_type)


def _parse(data: cms.SignedData, content_type: str) -> SignedData:
    if data["version"].native not in ("v1", "v3", "v4", "v5"):
        raise ValueError("version")
    if len(data["signer_infos"]) != 1:
        raise NotAccepted(Reason.SIGNER_COUNT_WRONG, str(len(data["signer_infos"])))
    signer = data["signer_infos"][0]
    digest = signatures.digest_name(signer["digest_algorithm"])
    if digest not in {signatures.digest_name(one) for one in data["digest_algorithms"]}:
        raise ValueError("the signer's hash is not announced")
    if data["encap_content_info"]["content_type"].dotted != content_type:
        raise NotAccepted(Reason.CONTENT_TYPE_WRONG, "content")
    attributes = _attributes(signer["signed_attrs"])
    if bytes(core.ObjectIdentifier(content_type).dump()) != attributes.get(_CONTENT_TYPE):
        raise NotAccepted(Reason.CONTENT_TYPE_WRONG, "signed attribute")
    issuer, serial, key_id = _signer_name(signer)
    return SignedData(
        content=_octets(data["encap_content_info"]["content"]),
        certificates=tuple(one.chosen.dump() for one in data["certificates"] if one.name == "certificate"),
        signer_issuer=issuer,
        signer_serial=serial,
        signer_key_id=key_id,
        digest=digest,
        scheme=signatures.scheme_of(signer["signature_algorithm"], digest),
        signature=bytes(signer["signature"].native),
        signed_attributes=_SET_OF + signer["signed_attrs"].dump()[1:],
        message_digest=_octets(core.OctetString.load(attributes[_MESSAGE_DIGEST], strict=True)),
        signed_at=_signing_time(attributes.get(_SIGNING_TIME)),
    )


def _attributes(attributes: cms.CMSAttributes) -> dict[str, bytes]:
    """Type → its one value (DER). RFC 5652, 11: content type and message digest stand there once, with one value."""
    found: dict[str, bytes] = {}
    for attribute in attributes:
        oid = attribute["type"].dotted
        if oid in found:
            raise ValueError("an attribute twice")
        values = attribute["values"]
        if oid in (_CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_TIME) and len(values) != 1:
            raise ValueError("an attribute with several values")
        found[oid] = values[0].dump() if len(values) else b""
    return found


def _signing_time(encoded: bytes | None) -> datetime | None:
    if encoded is None:
        return None
    moment = cms.Time.load(encoded, strict=True).native
    if not isinstance(moment, datetime):
        raise TypeError("not a time")
    return moment


def _signer_name(signer: cms.SignerInfo) -> tuple[str, int | None, bytes]:
    name = signer["sid"]
    if name.name == "issuer_and_serial_number":
        if signer["version"].native != "v1":
            raise ValueError("version of the signer")
        return name_key(name.chosen["issuer"].dump()), name.chosen["serial_number"].native, b""
    key_id = bytes(name.chosen.native)
    if signer["version"].native != "v3" or not key_id:
        raise ValueError("version of the signer")
    return "", None, key_id


def _octets(value: core.OctetString) -> bytes:
    content = bytes(value)
    if not content:
        raise ValueError("nothing inside")
    return content


def check_signature(data: SignedData, signer: Certificate, *, sha1: bool) -> None:
    """That ``signer``'s key signed exactly this content.

    Raises `NotAccepted` (``signature_wrong``; ``algorithm_weak`` for SHA-1 unless ``sha1``) and what loading the key
    raises.
    """
    if not hmac.compare_digest(signatures.digest(data.digest, data.content, sha1=sha1), data.message_digest):
        raise NotAccepted(Reason.SIGNATURE_WRONG, "the content is not what was signed")
    signatures.check(data.scheme, signer.public_key(), data.signature, data.signed_attributes, sha1=sha1)
