"""Forged and misused security objects, each with its own reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from hal.eid.outcome import NotAccepted, NotPossible, Reason
from hal.eid.passive_authentication import Authenticity, verify, verify_card_security
from hal.eid.revocation import Revocation
from hal.eid.trust_store import TrustStore
from simulator.card import tlv
from simulator.card.cms import signed_data
from simulator.card.pki import Role, Span
from tests.unit.eid.trust.state import (
    GROUPS,
    NOW,
    YEAR,
    Utopia,
    authority,
    curve_key,
    security_object,
    signer,
)


def reason_of(
    sod: bytes, trust: TrustStore, read: Mapping[int, bytes] = GROUPS, at: datetime = NOW, revocation: bool = False
) -> Reason:
    with pytest.raises(NotAccepted) as caught:
        verify(sod, read, trust, at, revocation)
    return caught.value.reason


def test_a_good_document_passes(utopia: Utopia) -> None:
    found = verify(security_object(signer(utopia.csca)), GROUPS, utopia.trusted(), NOW, False)
    assert isinstance(found, Authenticity)
    assert (found.issuing_state, found.revocation) == ("UT", Revocation.UNKNOWN)
    assert set(found.data_groups) == set(GROUPS)


def test_a_signer_named_by_its_key_passes(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca), by_key_identifier=True)
    assert verify(sod, GROUPS, utopia.trusted(), NOW, False).issuing_state == "UT"


def test_nothing_passes_an_empty_store(utopia: Utopia) -> None:
    with pytest.raises(NotPossible) as caught:
        verify(security_object(signer(utopia.csca)), GROUPS, TrustStore.open(utopia.directory), NOW, False)
    assert caught.value.reason is Reason.TRUST_STORE_EMPTY


def test_a_spoiled_signature(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca), spoil_signature=True)
    assert reason_of(sod, utopia.trusted()) is Reason.SIGNATURE_WRONG


def test_another_content_type(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca), content_type="1.2.840.113549.1.7.1")
    assert reason_of(sod, utopia.trusted()) is Reason.CONTENT_TYPE_WRONG


def test_a_signed_attribute_that_names_another_content_type(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca), attribute_type="1.2.840.113549.1.7.1")
    assert reason_of(sod, utopia.trusted()) is Reason.CONTENT_TYPE_WRONG


def test_two_signers(utopia: Utopia) -> None:
    one, two = signer(utopia.csca, serial=1), signer(utopia.csca, serial=2)
    sod = security_object(one, signers=(one, two), certificates=[one.certificate, two.certificate])
    assert reason_of(sod, utopia.trusted()) is Reason.SIGNER_COUNT_WRONG


def test_no_certificate_inside(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca), certificates=[])
    assert reason_of(sod, utopia.trusted()) is Reason.DOCUMENT_SIGNER_UNTRUSTED


def test_the_certificate_of_another_signer_inside(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca), certificates=[signer(utopia.csca, serial=5).certificate])
    assert reason_of(sod, utopia.trusted()) is Reason.DOCUMENT_SIGNER_UNTRUSTED


def test_a_csca_of_the_same_name_that_is_not_pinned(utopia: Utopia) -> None:
    sod = security_object(signer(authority()))
    assert reason_of(sod, utopia.trusted()) is Reason.DOCUMENT_SIGNER_UNTRUSTED


def test_the_csca_brought_along_counts_for_nothing(utopia: Utopia) -> None:
    foreign = authority(name="CSCA Elsewhere")
    by = signer(foreign)
    sod = security_object(by, certificates=[by.certificate, foreign.certificate])
    assert reason_of(sod, utopia.trusted()) is Reason.DOCUMENT_SIGNER_UNTRUSTED


def test_a_signer_below_another_signer(utopia: Utopia) -> None:
    above = signer(utopia.csca)
    by = signer(above, serial=5)
    sod = security_object(by, certificates=[by.certificate, above.certificate])
    assert reason_of(sod, utopia.trusted()) is Reason.DOCUMENT_SIGNER_UNTRUSTED


@pytest.mark.parametrize("role", [Role.LIST_SIGNER, Role.KEY_ENCIPHERMENT, Role.AUTHORITY])
def test_a_certificate_for_another_purpose(utopia: Utopia, role: Role) -> None:
    sod = security_object(signer(utopia.csca, role=role))
    assert reason_of(sod, utopia.trusted()) is Reason.DOCUMENT_SIGNER_MISUSED


def test_a_signer_of_another_country(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca, country="XX"))
    assert reason_of(sod, utopia.trusted()) is Reason.DOCUMENT_SIGNER_MISUSED


def test_a_certificate_of_version_1(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca, version=1))
    assert reason_of(sod, utopia.trusted()) is Reason.DOCUMENT_SIGNER_MISUSED


@pytest.mark.parametrize("valid", [Span(NOW - YEAR, NOW - timedelta(seconds=1)), Span(NOW + YEAR, NOW + 2 * YEAR)])
def test_a_signer_that_is_not_valid_now(utopia: Utopia, valid: Span) -> None:
    sod = security_object(signer(utopia.csca, valid=valid))
    assert reason_of(sod, utopia.trusted()) is Reason.DOCUMENT_SIGNER_EXPIRED


def test_a_csca_that_is_not_valid_any_more(utopia: Utopia) -> None:
    state = Utopia(utopia.directory, authority(valid=Span(NOW - 3 * YEAR, NOW + YEAR)))
    sod = security_object(signer(state.csca))
    assert reason_of(sod, state.trusted(), at=NOW + 2 * YEAR) is Reason.DOCUMENT_SIGNER_UNTRUSTED


@pytest.mark.parametrize(("start", "end"), [(-3, -2), (0, 1)], ids=["before", "after"])
def test_a_signer_that_was_issued_outside_the_cscas_private_key_usage_period(
    utopia: Utopia, start: int, end: int
) -> None:
    state = Utopia(utopia.directory, authority(signs=Span(NOW + start * YEAR, NOW + end * YEAR)))
    sod = security_object(signer(state.csca))
    assert reason_of(sod, state.trusted()) is Reason.DOCUMENT_SIGNER_UNTRUSTED


def test_of_two_certificates_for_one_csca_key_one_that_fits_is_enough(utopia: Utopia) -> None:
    key = curve_key()
    short = authority(key, above=utopia.csca, serial=2, valid=Span(NOW - 3 * YEAR, NOW - YEAR))
    long = authority(key, above=utopia.csca, serial=3, signs=Span(NOW - 3 * YEAR, NOW - 2 * YEAR))
    fits = authority(key, above=utopia.csca, serial=4, valid=Span(NOW - 3 * YEAR, NOW + YEAR))
    sod = security_object(signer(short))
    assert reason_of(sod, utopia.trusted(long.certificate)) is Reason.DOCUMENT_SIGNER_UNTRUSTED
    trust = utopia.trusted(long.certificate, fits.certificate)
    assert verify(sod, GROUPS, trust, NOW, False).issuing_state == "UT"


def test_a_data_group_with_another_hash(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca))
    assert reason_of(sod, utopia.trusted(), {**GROUPS, 1: b"somebody else"}) is Reason.DATA_GROUP_CHANGED


def test_a_data_group_that_was_not_signed(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca))
    assert reason_of(sod, utopia.trusted(), {**GROUPS, 15: b"a key"}) is Reason.DATA_GROUP_CHANGED


@pytest.mark.parametrize("stripped", [1, 14, 15])
def test_a_data_group_that_was_signed_and_is_held_back(utopia: Utopia, stripped: int) -> None:
    groups = {1: b"mrz", 2: b"face", 14: b"keys", 15: b"key"}
    sod = security_object(signer(utopia.csca), groups)
    read = {number: content for number, content in groups.items() if number not in (2, stripped)}
    assert reason_of(sod, utopia.trusted(), read) is Reason.DATA_GROUP_MISSING


def test_a_security_object_without_the_mrz(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca), {2: b"face"})
    assert reason_of(sod, utopia.trusted(), {}) is Reason.DATA_GROUP_MISSING


@pytest.mark.parametrize("groups", [{}, {1: b"mrz", 17: b"?"}, {0: b"?"}], ids=["none", "17", "0"])
def test_impossible_data_groups(utopia: Utopia, groups: dict[int, bytes]) -> None:
    sod = security_object(signer(utopia.csca), groups)
    assert reason_of(sod, utopia.trusted(), groups) is Reason.SECURITY_OBJECT_MALFORMED


def test_revocation_that_is_asked_for_and_unknown(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca))
    assert reason_of(sod, utopia.trusted(), revocation=True) is Reason.REVOCATION_UNKNOWN


def test_bytes_after_the_end(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca))
    inner = tlv.encode(0x77, sod[4:] + b"\x05\x00")
    assert reason_of(sod + b"\x00", utopia.trusted()) is Reason.SECURITY_OBJECT_MALFORMED
    assert reason_of(inner, utopia.trusted()) is Reason.SECURITY_OBJECT_MALFORMED


def test_a_card_security_by_a_misused_signer(utopia: Utopia) -> None:
    by = signer(utopia.csca, role=Role.LIST_SIGNER)
    file = signed_data("0.4.0.127.0.7.3.2.1", b"\x31\x00", [by.as_signer()], [by.certificate])
    with pytest.raises(NotAccepted) as caught:
        verify_card_security(file, utopia.trusted(), NOW, False)
    assert caught.value.reason is Reason.DOCUMENT_SIGNER_MISUSED
