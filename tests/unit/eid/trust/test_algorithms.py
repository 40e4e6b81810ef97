"""Every algorithm that a document may be signed with, and those that are too weak."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asn1crypto import algos
from cryptography.hazmat.primitives.asymmetric import ec

from hal.eid.outcome import NotAccepted, NotPossible, Reason
from hal.eid.passive_authentication import SHA1_UNTIL, verify
from hal.eid.signatures import scheme_of
from simulator.card import der
from simulator.card.pki import Span
from simulator.card.signing import CurveForm, SigningKey
from tests.unit.eid.trust.state import (
    CURVES,
    GROUPS,
    NOW,
    YEAR,
    Utopia,
    authority,
    curve_key,
    rsa_key,
    security_object,
    signer,
)

DIGESTS = ("sha224", "sha256", "sha384", "sha512")
BEFORE_2020 = Span(SHA1_UNTIL - timedelta(days=1), NOW + YEAR)
OLD_CSCA = Span(SHA1_UNTIL - YEAR, NOW + YEAR)


def accepted(utopia: Utopia, key: SigningKey, *, digest: str = "sha256", version: int = 0) -> str:
    by = signer(utopia.csca, key)
    sod = security_object(by, digest=digest, version=version)
    return verify(sod, GROUPS, utopia.trusted(), NOW, False).algorithm


@pytest.mark.parametrize("form", [CurveForm.NAMED, CurveForm.EXPLICIT])
@pytest.mark.parametrize("curve", CURVES)
def test_ecdsa_on_every_curve_named_or_written_out(utopia: Utopia, curve: str, form: CurveForm) -> None:
    assert accepted(utopia, curve_key(curve, form=form)) == "ECDSA with sha256"


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("digest", DIGESTS)
def test_every_hash_in_both_versions_of_the_structure(utopia: Utopia, digest: str, version: int) -> None:
    assert accepted(utopia, curve_key(digest=digest), digest=digest, version=version) == f"ECDSA with {digest}"


@pytest.mark.parametrize("digest", DIGESTS)
@pytest.mark.parametrize("pss", [False, True])
def test_rsa_with_both_paddings(utopia: Utopia, digest: str, pss: bool) -> None:
    family = "RSASSA-PSS" if pss else "RSA PKCS#1 v1.5"
    assert accepted(utopia, SigningKey(rsa_key(), digest, pss)) == f"{family} with {digest}"


@pytest.mark.parametrize("pss", [False, True])
def test_a_csca_with_an_rsa_key(utopia: Utopia, pss: bool) -> None:
    state = Utopia(utopia.directory, authority(SigningKey(rsa_key(), "sha512", pss)))
    assert accepted(state, curve_key("brainpoolP256r1")) == "ECDSA with sha256"


@pytest.mark.parametrize("form", [CurveForm.NAMED, CurveForm.EXPLICIT])
def test_a_csca_on_a_curve(utopia: Utopia, form: CurveForm) -> None:
    state = Utopia(utopia.directory, authority(curve_key("brainpoolP512r1", "sha512", form)))
    assert accepted(state, curve_key("brainpoolP384r1", "sha384")) == "ECDSA with sha384"


def sha1_document(utopia: Utopia, family: str, valid: Span) -> str:
    key = curve_key(digest="sha1") if family == "ECDSA" else SigningKey(rsa_key(), "sha1")
    state = Utopia(utopia.directory, authority(valid=OLD_CSCA))
    sod = security_object(signer(state.csca, key, valid=valid), digest=key.digest)
    return verify(sod, GROUPS, state.trusted(), NOW, False).algorithm


@pytest.mark.parametrize("family", ["ECDSA", "RSA"])
def test_sha1_of_a_signer_of_before_2020_counts(utopia: Utopia, family: str) -> None:
    assert sha1_document(utopia, family, BEFORE_2020).endswith("with sha1")


@pytest.mark.parametrize("family", ["ECDSA", "RSA"])
def test_sha1_of_a_later_signer_does_not(utopia: Utopia, family: str) -> None:
    with pytest.raises(NotAccepted) as caught:
        sha1_document(utopia, family, Span(SHA1_UNTIL, NOW + YEAR))
    assert caught.value.reason is Reason.ALGORITHM_WEAK


def test_sha1_hashes_below_a_good_signature_do_not_count_later(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca), digest="sha1")
    with pytest.raises(NotAccepted) as caught:
        verify(sod, GROUPS, utopia.trusted(), NOW, False)
    assert caught.value.reason is Reason.ALGORITHM_WEAK


def test_a_short_rsa_key_is_refused(utopia: Utopia) -> None:
    with pytest.raises(NotAccepted) as caught:
        accepted(utopia, SigningKey(rsa_key(1024)))
    assert caught.value.reason is Reason.ALGORITHM_WEAK


def test_a_short_curve_is_refused(utopia: Utopia) -> None:
    with pytest.raises(NotAccepted) as caught:
        accepted(utopia, SigningKey(ec.generate_private_key(ec.SECP192R1())))
    assert caught.value.reason is Reason.ALGORITHM_WEAK


def test_a_curve_that_no_document_should_have_is_not_known(utopia: Utopia) -> None:
    with pytest.raises(NotPossible) as caught:
        accepted(utopia, SigningKey(ec.generate_private_key(ec.SECP256K1())))
    assert caught.value.reason is Reason.ALGORITHM_UNSUPPORTED


@pytest.mark.parametrize("curve", CURVES)
def test_another_base_point_is_another_curve(utopia: Utopia, curve: str) -> None:
    with pytest.raises(NotAccepted) as caught:
        accepted(utopia, curve_key(curve, form=CurveForm.FOREIGN))
    assert caught.value.reason is Reason.CURVE_UNKNOWN


@pytest.mark.parametrize("oid", ["1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11"], ids=["ECDSA", "RSA"])
def test_a_signature_algorithm_has_no_parameters_or_null(oid: str) -> None:
    for parameters in (b"", der.NULL):
        scheme_of(algos.SignedDigestAlgorithm.load(der.algorithm(oid, parameters)))
    for parameters in (der.integer(5), der.octets(b""), der.sequence()):
        with pytest.raises(NotAccepted) as caught:
            scheme_of(algos.SignedDigestAlgorithm.load(der.algorithm(oid, parameters)))
        assert caught.value.reason is Reason.SECURITY_OBJECT_MALFORMED


@pytest.mark.parametrize(
    ("oid", "reason"),
    [
        ("1.2.840.113549.1.1.4", Reason.ALGORITHM_WEAK),  # MD5 with RSA
        ("1.2.840.113549.1.1.2", Reason.ALGORITHM_WEAK),  # MD2 with RSA
        ("1.2.840.10040.4.3", Reason.ALGORITHM_UNSUPPORTED),  # DSA
        ("1.3.101.112", Reason.ALGORITHM_UNSUPPORTED),  # Ed25519
        ("1.2.3.4", Reason.ALGORITHM_UNSUPPORTED),
    ],
)
def test_signature_algorithms_that_documents_do_not_have(oid: str, reason: Reason) -> None:
    with pytest.raises(NotAccepted) as caught:
        scheme_of(algos.SignedDigestAlgorithm.load(der.algorithm(oid)))
    assert caught.value.reason is reason
    assert isinstance(caught.value, NotPossible) is (reason is Reason.ALGORITHM_UNSUPPORTED)
