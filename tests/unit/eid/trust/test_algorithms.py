"""Every algorithm that a document may be signed with, and those that are too weak."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from hal.eid.outcome import NotAccepted, NotPossible, Reason
from hal.eid.passive_authentication import SHA1_UNTIL, verify
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
