"""CMS as programs of the field write it: streamed, with indefinite lengths (BER), where the signed parts are DER."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asn1crypto import cms, core

from hal.eid.outcome import NotAccepted, Reason
from hal.eid.security_object import parse_security_object
from hal.eid.signed_data import check_signature, parse_signed_data
from simulator.card import der, tlv
from simulator.card.cms import signed_data
from simulator.card.signing import DIGESTS
from tests.unit.eid.trust.state import GROUPS, LDS, authority, lds_content, signer

_END = b"\x00\x00"


def streamed(encoded: bytes, chunk: int) -> bytes:
    """The same SignedData as a program writes it that does not know how long the content will be."""
    ((_, outer),) = tlv.decode(encoded)
    kind, (_, body) = tlv.decode(outer)
    ((_, members),) = tlv.decode(body)
    version, digests, (_, encapsulated), *rest = tlv.decode(members)
    content_type, (_, wrapped) = tlv.decode(encapsulated)
    ((_, content),) = tlv.decode(wrapped)
    chunks = b"".join(tlv.encode(0x04, content[at : at + chunk]) for at in range(0, len(content), chunk))
    inner = b"\x30\x80" + tlv.encode(*content_type) + b"\xa0\x80\x24\x80" + chunks + 3 * _END
    whole = tlv.encode(*version) + tlv.encode(*digests) + inner + b"".join(tlv.encode(*one) for one in rest)
    return b"\x30\x80" + tlv.encode(*kind) + b"\xa0\x80\x30\x80" + whole + 3 * _END


@pytest.mark.parametrize("chunk", [1, 40, 1000])
def test_streamed_cms_means_the_same(chunk: int) -> None:
    by = signer(authority())
    encoded = signed_data(LDS, lds_content(GROUPS), [by.as_signer()], [by.certificate])
    parsed = parse_signed_data(streamed(encoded, chunk), LDS)
    check_signature(parsed, parsed.signer(), sha1=False)
    assert parsed == parse_signed_data(encoded, LDS)


def test_streamed_cms_that_does_not_end() -> None:
    by = signer(authority())
    encoded = streamed(signed_data(LDS, lds_content(GROUPS), [by.as_signer()], [by.certificate]), 40)
    for cut in (1, 2, 4, 6):
        with pytest.raises(NotAccepted) as caught:
            parse_signed_data(encoded[:-cut], LDS)
        assert caught.value.reason is Reason.SECURITY_OBJECT_MALFORMED


def signed_again(change: Callable[[Any], None]) -> bytes:
    """SignedData whose SignedData or signed attributes were changed before they were signed."""
    by = signer(authority())
    encoded = signed_data(LDS, lds_content(GROUPS), [by.as_signer()], [by.certificate])
    info = cms.ContentInfo.load(encoded)
    change(info["content"])
    attributes = info["content"]["signer_infos"][0]["signed_attrs"].dump(force=True)
    info["content"]["signer_infos"][0]["signature"] = by.key.sign(b"\x31" + attributes[1:])
    return bytes(info.dump(force=True))


def attributes_of(data: Any) -> Any:
    return data["signer_infos"][0]["signed_attrs"]


def attribute_twice(data: Any) -> None:
    attributes_of(data).append(attributes_of(data)[1].copy())


def two_values(data: Any) -> None:
    values = attributes_of(data)[1]["values"]
    values.append(values[0].copy())


def no_digest(data: Any) -> None:
    kept = [one for one in attributes_of(data) if one["type"].native != "message_digest"]
    data["signer_infos"][0]["signed_attrs"] = cms.CMSAttributes(kept)


def no_attributes(data: Any) -> None:
    data["signer_infos"][0]["signed_attrs"] = cms.CMSAttributes([])


def unannounced_digest(data: Any) -> None:
    data["digest_algorithms"] = cms.DigestAlgorithms([{"algorithm": "sha512"}])


def other_signer_version(data: Any) -> None:
    data["signer_infos"][0]["version"] = "v3"


def test_signed_again_it_is_accepted() -> None:
    parsed = parse_signed_data(signed_again(lambda data: None), LDS)
    check_signature(parsed, parsed.signer(), sha1=False)


@pytest.mark.parametrize(
    "change",
    [
        attribute_twice,
        two_values,
        no_digest,
        unannounced_digest,
        other_signer_version,
    ],
)
def test_signed_data_that_breaks_a_rule(change: Callable[[Any], None]) -> None:
    with pytest.raises(NotAccepted) as caught:
        parse_signed_data(signed_again(change), LDS)
    assert caught.value.reason is Reason.SECURITY_OBJECT_MALFORMED


def test_without_signed_attributes_nobody_said_what_is_signed() -> None:
    with pytest.raises(NotAccepted) as caught:
        parse_signed_data(signed_again(no_attributes), LDS)
    assert caught.value.reason is Reason.CONTENT_TYPE_WRONG


def test_another_message_digest_than_the_contents() -> None:
    def change(data: Any) -> None:
        data["encap_content_info"]["content"] = core.ParsableOctetString(b"something else")

    parsed = parse_signed_data(signed_again(change), LDS)
    with pytest.raises(NotAccepted) as caught:
        check_signature(parsed, parsed.signer(), sha1=False)
    assert caught.value.reason is Reason.SIGNATURE_WRONG


def test_a_content_of_another_type_below_an_attribute_of_the_right_one() -> None:
    by = signer(authority())
    encoded = signed_data("1.2.3.4", lds_content(GROUPS), [by.as_signer()], [by.certificate], attribute_type=LDS)
    with pytest.raises(NotAccepted) as caught:
        parse_signed_data(encoded, LDS)
    assert caught.value.reason is Reason.CONTENT_TYPE_WRONG


def lds(version: int, numbers: tuple[int, ...], *, versions: bool, octets: int = 32) -> bytes:
    hashes = [der.sequence(der.integer(number), der.octets(bytes(octets))) for number in numbers]
    info = der.sequence(der.printable("0108"), der.printable("040000")) if versions else b""
    algorithm = der.algorithm(DIGESTS["sha256"][0])
    content = der.sequence(der.integer(version), algorithm, der.sequence(*hashes), info)
    by = signer(authority())
    return tlv.encode(0x77, signed_data(LDS, content, [by.as_signer()], [by.certificate]))


@pytest.mark.parametrize(
    "file",
    [
        lds(0, (1, 2), versions=True),
        lds(1, (1, 2), versions=False),
        lds(2, (1, 2), versions=True),
        lds(0, (1, 1), versions=False),
        lds(0, (1, 2), versions=False, octets=20),
    ],
    ids=["0 with versions", "1 without", "2", "a data group twice", "a hash too short"],
)
def test_an_lds_security_object_that_breaks_a_rule(file: bytes) -> None:
    with pytest.raises(NotAccepted) as caught:
        parse_security_object(file)
    assert caught.value.reason is Reason.SECURITY_OBJECT_MALFORMED


def test_an_lds_security_object_that_breaks_none() -> None:
    assert list(parse_security_object(lds(1, (1, 16), versions=True)).data_groups) == [1, 16]
