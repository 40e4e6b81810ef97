"""Certificates that are well signed and break a rule: altered octet by octet, then signed again by the right key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from asn1crypto import core, x509

from hal.eid.certificates import check_authority, parse_certificate
from hal.eid.names import country_of, name_key, readable
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.passive_authentication import verify
from simulator.card import der
from simulator.card.pki import Issued
from simulator.card.signing import SigningKey
from tests.unit.eid.trust.state import GROUPS, NOW, Utopia, authority, curve_key, security_object, signer


def altered(issued: Issued, signing: SigningKey, change: Callable[[Any], None], outer: bytes = b"") -> Issued:
    """``issued`` with its TBSCertificate changed and signed again; ``outer``: another signature algorithm outside."""
    body = x509.Certificate.load(issued.certificate)["tbs_certificate"]
    change(body)
    encoded = body.dump(force=True)
    certificate = der.sequence(encoded, outer or signing.algorithm(), der.bits(signing.sign(encoded)))
    return replace(issued, certificate=certificate)


def extension(body: Any, name: str) -> Any:
    return next(one for one in body["extensions"] if one["extn_id"].native == name)


def drop(name: str) -> Callable[[Any], None]:
    def change(body: Any) -> None:
        body["extensions"] = [one for one in body["extensions"] if one["extn_id"].native != name]

    return change


def add(oid: str, *, critical: bool) -> Callable[[Any], None]:
    def change(body: Any) -> None:
        body["extensions"].append(
            x509.Extension({"extn_id": oid, "critical": critical, "extn_value": core.ParsableOctetString(b"\x05\x00")})
        )

    return change


def must_look_at_types(body: Any) -> None:
    extension(body, "2.23.136.1.1.6.2")["critical"] = True


def may_issue_too(body: Any) -> None:
    value = x509.BasicConstraints({"ca": True})
    body["extensions"].append(
        x509.Extension({"extn_id": "basic_constraints", "extn_value": core.ParsableOctetString(value.dump())})
    )


def same_twice(body: Any) -> None:
    body["extensions"].append(extension(body, "key_usage").copy())


def other_authority_key(body: Any) -> None:
    value = x509.AuthorityKeyIdentifier({"key_identifier": b"another key"})
    extension(body, "authority_key_identifier")["extn_value"] = core.ParsableOctetString(value.dump())


def reason_of(utopia: Utopia, change: Callable[[Any], None], outer: bytes = b"") -> Reason:
    by = altered(signer(utopia.csca), utopia.csca.key, change, outer)
    with pytest.raises(NotAccepted) as caught:
        verify(security_object(by), GROUPS, utopia.trusted(), NOW, False)
    return caught.value.reason


def test_signed_again_it_passes(utopia: Utopia) -> None:
    by = altered(signer(utopia.csca), utopia.csca.key, lambda body: None)
    assert verify(security_object(by), GROUPS, utopia.trusted(), NOW, False).issuing_state == "UT"


def test_an_unknown_extension_that_is_not_critical_is_passed_over(utopia: Utopia) -> None:
    by = altered(signer(utopia.csca), utopia.csca.key, add("1.2.3.4", critical=False))
    assert verify(security_object(by), GROUPS, utopia.trusted(), NOW, False).issuing_state == "UT"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (add("1.2.3.4", critical=True), Reason.DOCUMENT_SIGNER_MISUSED),
        (must_look_at_types, Reason.DOCUMENT_SIGNER_MISUSED),
        (drop("key_usage"), Reason.DOCUMENT_SIGNER_MISUSED),
        (may_issue_too, Reason.DOCUMENT_SIGNER_MISUSED),
        (same_twice, Reason.SECURITY_OBJECT_MALFORMED),
        (other_authority_key, Reason.DOCUMENT_SIGNER_UNTRUSTED),
    ],
    ids=[
        "unknown critical extension",
        "only certain types of document, critical",
        "no key usage",
        "an authority",
        "an extension twice",
        "another authority key",
    ],
)
def test_a_document_signer_that_breaks_a_rule(utopia: Utopia, change: Callable[[Any], None], reason: Reason) -> None:
    assert reason_of(utopia, change) is reason


def test_a_signer_whose_authority_key_is_not_said_is_found_by_name(utopia: Utopia) -> None:
    by = altered(signer(utopia.csca), utopia.csca.key, drop("authority_key_identifier"))
    assert verify(security_object(by), GROUPS, utopia.trusted(), NOW, False).issuing_state == "UT"


def test_two_signature_algorithms_in_one_certificate(utopia: Utopia) -> None:
    outer = curve_key(digest="sha384").algorithm()
    assert reason_of(utopia, lambda body: None, outer) is Reason.SECURITY_OBJECT_MALFORMED


@pytest.mark.parametrize(
    "change",
    [add("1.2.3.4", critical=True), drop("key_usage"), drop("basic_constraints")],
    ids=["unknown critical extension", "no key usage", "no authority"],
)
def test_a_csca_that_breaks_a_rule(change: Callable[[Any], None]) -> None:
    csca = authority()
    check_authority(parse_certificate(csca.certificate))
    with pytest.raises(NotAccepted) as caught:
        check_authority(parse_certificate(altered(csca, csca.key, change).certificate))
    assert caught.value.reason is Reason.DOCUMENT_SIGNER_UNTRUSTED


def name(*parts: tuple[str, bytes]) -> bytes:
    return der.sequence(*(der.set_of([der.sequence(der.object_identifier(oid), value)]) for oid, value in parts))


COUNTRY, COMMON_NAME, ORGANISATION = "2.5.4.6", "2.5.4.3", "2.5.4.10"


def test_names_are_the_same_in_another_order_case_spacing_and_string_type() -> None:
    one = name(
        (COUNTRY, der.printable("DE")), (ORGANISATION, der.utf8("bund")), (COMMON_NAME, der.utf8("CSCA  Germany"))
    )
    two = name(
        (COMMON_NAME, der.printable("csca germany")), (COUNTRY, der.utf8("de")), (ORGANISATION, der.printable("Bund"))
    )
    assert name_key(one) == name_key(two)
    assert readable(name_key(one)) == "csca germany"
    assert country_of(one) == country_of(two) == "DE"


def test_names_with_another_part_are_others() -> None:
    one = name((COUNTRY, der.printable("DE")), (COMMON_NAME, der.utf8("csca")))
    for other in (
        name((COUNTRY, der.printable("DK")), (COMMON_NAME, der.utf8("csca"))),
        name((COUNTRY, der.printable("DE")), (ORGANISATION, der.utf8("csca"))),
        name((COUNTRY, der.printable("DE")), (COMMON_NAME, der.utf8("csca")), (COMMON_NAME, der.utf8("csca"))),
        name((COUNTRY, der.printable("DE"))),
    ):
        assert name_key(other) != name_key(one)


@pytest.mark.parametrize("country", [b"", der.printable("D"), der.printable("D3"), der.printable("DEUT")])
def test_what_is_no_country(country: bytes) -> None:
    encoded = name((COUNTRY, country)) if country else name((COMMON_NAME, der.utf8("csca")))
    assert country_of(encoded) == ""


def test_two_countries_are_none() -> None:
    assert country_of(name((COUNTRY, der.printable("DE")), (COUNTRY, der.printable("FR")))) == ""
