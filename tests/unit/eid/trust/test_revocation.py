"""Revocation lists: whose they are, how long they count, what they take back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from asn1crypto import core, crl

from hal.eid.outcome import NotAccepted, Reason
from hal.eid.passive_authentication import verify
from hal.eid.revocation import Revocation, parse_revocation_list
from hal.eid.revocation_import import import_revocation_list
from hal.eid.trust_import import import_link
from hal.eid.trust_manifest import TrustStoreError
from hal.eid.trust_store import TrustStore
from simulator.card import der
from simulator.card.pki import Issued, revocation_list
from tests.unit.eid.trust.state import GROUPS, NOW, YEAR, Utopia, authority, curve_key, security_object, signer

DAY = timedelta(days=1)


def listed(
    utopia: Utopia, serials: list[int], *, by: Issued | None = None, this: datetime = NOW - DAY, until: datetime
) -> TrustStore:
    utopia.trusted()
    import_revocation_list(utopia.directory, revocation_list(by or utopia.csca, serials, this, until), NOW)
    return TrustStore.open(utopia.directory)


def checked(utopia: Utopia, trust: TrustStore, at: datetime = NOW, *, required: bool = True) -> Revocation:
    return verify(security_object(signer(utopia.csca, serial=77)), GROUPS, trust, at, required).revocation


def refused(utopia: Utopia, trust: TrustStore, at: datetime = NOW, *, required: bool = True) -> Reason:
    with pytest.raises(NotAccepted) as caught:
        checked(utopia, trust, at, required=required)
    return caught.value.reason


def test_a_fresh_list_that_does_not_name_it(utopia: Utopia) -> None:
    assert checked(utopia, listed(utopia, [1000, 78], until=NOW + DAY)) is Revocation.GOOD


def test_a_list_without_entries(utopia: Utopia) -> None:
    assert checked(utopia, listed(utopia, [], until=NOW + DAY)) is Revocation.GOOD


@pytest.mark.parametrize("required", [True, False])
def test_a_revoked_signer(utopia: Utopia, required: bool) -> None:
    trust = listed(utopia, [5, 77], until=NOW + DAY)
    assert refused(utopia, trust, required=required) is Reason.DOCUMENT_SIGNER_REVOKED


def test_a_stale_list_is_not_enough_where_one_is_asked_for(utopia: Utopia) -> None:
    trust = listed(utopia, [5], until=NOW + DAY)
    assert refused(utopia, trust, NOW + 2 * DAY) is Reason.REVOCATION_UNKNOWN
    assert checked(utopia, trust, NOW + 2 * DAY, required=False) is Revocation.UNKNOWN


def test_a_list_is_not_fresh_before_it_was_made(utopia: Utopia) -> None:
    trust = listed(utopia, [5], until=NOW + DAY)
    assert refused(utopia, trust, NOW - 2 * DAY) is Reason.REVOCATION_UNKNOWN


def test_a_list_that_does_not_say_when_the_next_one_comes_is_never_fresh(utopia: Utopia) -> None:
    utopia.trusted()
    content = crl.CertificateList.load(revocation_list(utopia.csca, [5], NOW - DAY, NOW + DAY))
    body = content["tbs_cert_list"]
    del body["next_update"]
    encoded = body.dump(force=True)
    endless = der.sequence(encoded, utopia.csca.key.algorithm(), der.bits(utopia.csca.key.sign(encoded)))
    import_revocation_list(utopia.directory, endless, NOW)
    trust = TrustStore.open(utopia.directory)
    assert refused(utopia, trust) is Reason.REVOCATION_UNKNOWN
    assert checked(utopia, trust, required=False) is Revocation.UNKNOWN


def test_what_a_stale_list_revokes_stays_revoked(utopia: Utopia) -> None:
    trust = listed(utopia, [77], until=NOW + DAY)
    assert refused(utopia, trust, NOW + 2 * DAY, required=False) is Reason.DOCUMENT_SIGNER_REVOKED


def test_a_revoked_csca_takes_its_signers_with_it(utopia: Utopia) -> None:
    trust = listed(utopia, [utopia.csca.serial], until=NOW + DAY)
    assert refused(utopia, trust) is Reason.DOCUMENT_SIGNER_REVOKED


def test_the_list_of_the_next_key_speaks_for_the_signers_of_the_one_before(utopia: Utopia) -> None:
    utopia.trusted()
    successor = authority(curve_key(), above=utopia.csca, serial=2)
    import_link(utopia.directory, successor.certificate, NOW)
    trust = listed(utopia, [77], by=successor, until=NOW + DAY)
    assert refused(utopia, trust) is Reason.DOCUMENT_SIGNER_REVOKED


@pytest.mark.parametrize(
    "forger",
    [authority(), authority(name="CSCA Elsewhere"), authority(country="XX")],
    ids=["same name", "other name", "other country"],
)
def test_a_list_that_no_anchor_signed(utopia: Utopia, forger: Issued) -> None:
    with pytest.raises(NotAccepted) as caught:
        listed(utopia, [], by=forger, until=NOW + DAY)
    assert caught.value.reason is Reason.DOCUMENT_SIGNER_UNTRUSTED


def test_a_list_that_is_signed_with_sha1(utopia: Utopia) -> None:
    state = Utopia(utopia.directory, authority(curve_key(digest="sha1")))
    with pytest.raises(NotAccepted) as caught:
        listed(state, [], until=NOW + DAY)
    assert caught.value.reason is Reason.ALGORITHM_WEAK


def test_a_changed_list(utopia: Utopia) -> None:
    utopia.trusted()
    good = revocation_list(utopia.csca, [77, 78], NOW - DAY, NOW + DAY)
    where = good.index(der.integer(77))
    with pytest.raises(NotAccepted) as caught:
        import_revocation_list(utopia.directory, good[: where + 2] + b"\x4f" + good[where + 3 :], NOW)
    assert caught.value.reason is Reason.DOCUMENT_SIGNER_UNTRUSTED


def test_an_older_list_does_not_take_the_place_of_a_newer_one(utopia: Utopia) -> None:
    listed(utopia, [77], until=NOW + DAY)
    older = revocation_list(utopia.csca, [], NOW - 5 * DAY, NOW + DAY)
    with pytest.raises(TrustStoreError) as caught:
        import_revocation_list(utopia.directory, older, NOW)
    assert caught.value.code == "older_list"
    import_revocation_list(utopia.directory, older, NOW, older=True)
    assert checked(utopia, TrustStore.open(utopia.directory)) is Revocation.GOOD


def test_a_newer_list_takes_the_place_of_the_one_before(utopia: Utopia) -> None:
    listed(utopia, [77], this=NOW - 5 * DAY, until=NOW + DAY)
    trust = listed(utopia, [], until=NOW + DAY)
    assert len(trust.manifest.revocation_lists) == 1
    assert checked(utopia, trust) is Revocation.GOOD


def test_a_list_of_tomorrow(utopia: Utopia) -> None:
    with pytest.raises(TrustStoreError) as caught:
        listed(utopia, [], this=NOW + 3 * DAY, until=NOW + YEAR)
    assert caught.value.code == "clock_wrong"


def test_an_entry_with_a_critical_extension_that_nobody_knows() -> None:
    content = crl.CertificateList.load(revocation_list(authority(), [5], NOW, NOW + YEAR))
    (entry,) = content["tbs_cert_list"]["revoked_certificates"]
    issuer = {"extn_id": "1.2.3.4", "critical": True, "extn_value": core.ParsableOctetString(b"\x05\x00")}
    entry["crl_entry_extensions"] = [issuer]
    with pytest.raises(NotAccepted) as caught:
        parse_revocation_list(content.dump(force=True))
    assert caught.value.reason is Reason.DATA_MALFORMED


@pytest.mark.parametrize("extension", ["delta_crl_indicator", "issuing_distribution_point", "2.23.136.1.1.99"])
def test_a_list_with_a_critical_extension_that_narrows_it_is_not_taken_for_a_whole_one(extension: str) -> None:
    content = crl.CertificateList.load(revocation_list(authority(), [], NOW, NOW + YEAR))
    number = content["tbs_cert_list"]["crl_extensions"][1]
    parse_revocation_list(content.dump(force=True))
    number["extn_id"], number["critical"] = extension, True
    with pytest.raises(NotAccepted) as caught:
        parse_revocation_list(content.dump(force=True))
    assert caught.value.reason is Reason.DATA_MALFORMED
