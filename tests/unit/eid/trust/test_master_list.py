"""Master lists: who may sign one, what becomes of what is in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hal.eid.certificates import parse_certificate
from hal.eid.master_list import verify_master_list
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.passive_authentication import verify
from hal.eid.trust_import import import_link, import_master_list, pin_root
from hal.eid.trust_manifest import ADDED, LINK, ROOT, TrustStoreError
from hal.eid.trust_store import TrustStore
from simulator.card import der
from simulator.card.cms import signed_data
from simulator.card.pki import Issued, Role, Span, issue
from simulator.card.signing import CurveForm, SigningKey
from tests.unit.eid.trust.state import (
    GROUPS,
    NOW,
    YEAR,
    Utopia,
    authority,
    curve_key,
    master_list_of,
    rsa_key,
    security_object,
    signer,
)

DAY = timedelta(days=1)


def other_state(country: str, **options: object) -> Issued:
    return authority(name=f"CSCA {country}", country=country, **options)  # type: ignore[arg-type]


def origins(trust: TrustStore) -> dict[str, str]:
    return {anchor.country: anchor.origin for anchor in trust.manifest.anchors}


def refused(utopia: Utopia, file: bytes) -> Reason:
    pin_root(utopia.directory, utopia.csca.certificate, NOW)
    with pytest.raises(NotAccepted) as caught:
        import_master_list(utopia.directory, file, NOW)
    assert TrustStore.open(utopia.directory).anchor_count == 1
    return caught.value.reason


def code_of(utopia: Utopia, file: bytes, **options: bool) -> str:
    with pytest.raises(TrustStoreError) as caught:
        import_master_list(utopia.directory, file, NOW, **options)
    return caught.value.code


def test_the_certificates_of_a_list_become_anchors(utopia: Utopia) -> None:
    arcadia = other_state("AA")
    trust = utopia.trusted(utopia.csca.certificate, arcadia.certificate)
    assert origins(trust) == {"UT": ROOT, "AA": "list:UT"}
    document = security_object(signer(arcadia, country="AA"))
    assert verify(document, GROUPS, trust, NOW, False).issuing_state == "AA"


def test_without_a_pinned_root_there_is_no_list(utopia: Utopia) -> None:
    assert code_of(utopia, master_list_of(utopia.csca, [utopia.csca.certificate])) == "no_root"


def test_the_lists_own_csca_is_no_root(utopia: Utopia) -> None:
    forger = authority(name="CSCA Forgery")
    file = master_list_of(forger, [forger.certificate])
    assert refused(utopia, file) is Reason.DOCUMENT_SIGNER_UNTRUSTED


def test_a_csca_that_came_with_a_list_may_sign_no_list(utopia: Utopia) -> None:
    arcadia = other_state("AA")
    utopia.trusted(arcadia.certificate)
    by = signer(arcadia, role=Role.LIST_SIGNER, country="AA")
    with pytest.raises(NotAccepted) as caught:
        import_master_list(utopia.directory, master_list_of(arcadia, [arcadia.certificate], list_signer=by), NOW)
    assert caught.value.reason is Reason.DOCUMENT_SIGNER_UNTRUSTED


def test_a_document_signer_may_sign_no_list(utopia: Utopia) -> None:
    file = master_list_of(utopia.csca, [utopia.csca.certificate], list_signer=signer(utopia.csca))
    assert refused(utopia, file) is Reason.DOCUMENT_SIGNER_MISUSED


def test_an_expired_list_signer(utopia: Utopia) -> None:
    by = signer(utopia.csca, role=Role.LIST_SIGNER, valid=Span(NOW - YEAR, NOW - DAY))
    file = master_list_of(utopia.csca, [utopia.csca.certificate], list_signer=by)
    assert refused(utopia, file) is Reason.DOCUMENT_SIGNER_EXPIRED


def test_a_list_signed_with_sha1(utopia: Utopia) -> None:
    by = signer(utopia.csca, SigningKey(rsa_key(), "sha1"), role=Role.LIST_SIGNER)
    file = master_list_of(utopia.csca, [utopia.csca.certificate], list_signer=by)
    assert refused(utopia, file) is Reason.ALGORITHM_WEAK


def test_a_security_object_is_no_list(utopia: Utopia) -> None:
    by = signer(utopia.csca, role=Role.LIST_SIGNER)
    assert refused(utopia, security_object(by)[4:]) is Reason.CONTENT_TYPE_WRONG


def test_every_changed_octet_of_a_list_is_refused_or_changes_nothing(utopia: Utopia) -> None:
    root = parse_certificate(utopia.csca.certificate)
    file = master_list_of(utopia.csca, [utopia.csca.certificate])
    before = verify_master_list(file, [root], NOW)
    left = 0
    for position, octet in enumerate(file):
        changed = file[:position] + bytes((octet ^ (1 << position % 8),)) + file[position + 1 :]
        try:
            after = verify_master_list(changed, [root], NOW)
        except NotAccepted:
            continue
        assert after == before, position
        left += 1
    # The embedded CSCA certificate leads nowhere here (the root itself is pinned), so whatever it says is not read.
    assert left <= len(utopia.csca.certificate) + 8


def test_a_list_without_the_time_of_signing(utopia: Utopia) -> None:
    by = signer(utopia.csca, role=Role.LIST_SIGNER)
    file = signed_data("2.23.136.1.1.2", b"\x30\x00", [by.as_signer()], [by.certificate])
    assert refused(utopia, file) is Reason.SECURITY_OBJECT_MALFORMED


@pytest.mark.parametrize("broken", ["version 1", "nothing inside", "bytes after the end", "no certificates"])
def test_a_signed_list_that_is_malformed(utopia: Utopia, broken: str) -> None:
    certificates = der.set_of([utopia.csca.certificate])
    content = {
        "version 1": der.sequence(der.integer(1), certificates),
        "nothing inside": der.sequence(der.integer(0), der.set_of([])),
        "bytes after the end": der.sequence(der.integer(0), certificates) + b"\x05\x00",
        "no certificates": der.sequence(der.integer(0)),
    }[broken]
    by = signer(utopia.csca, role=Role.LIST_SIGNER)
    file = signed_data("2.23.136.1.1.2", content, [by.as_signer()], [by.certificate], signed_at=NOW)
    assert refused(utopia, file) is Reason.SECURITY_OBJECT_MALFORMED


def test_what_cannot_be_used_is_left_out_and_counted(utopia: Utopia) -> None:
    pin_root(utopia.directory, utopia.csca.certificate, NOW)
    certificates = [
        utopia.csca.certificate,
        other_state("AA", valid=Span(NOW - 2 * YEAR, NOW - DAY)).certificate,
        other_state("BB", key=curve_key(form=CurveForm.FOREIGN)).certificate,
        other_state("CC", key=SigningKey(rsa_key(1024))).certificate,
        signer(utopia.csca).certificate,
        other_state("DD", key=curve_key("brainpoolP384r1", form=CurveForm.EXPLICIT)).certificate,
    ]
    done = import_master_list(utopia.directory, master_list_of(utopia.csca, certificates), NOW)
    assert (done.state, done.anchors, done.new_roots) == ("UT", 2, 0)
    assert done.left_out == {
        "algorithm_weak": 1,
        "curve_unknown": 1,
        "document_signer_expired": 1,
        "document_signer_untrusted": 1,
    }
    assert origins(TrustStore.open(utopia.directory)) == {"UT": ROOT, "DD": "list:UT"}


def test_a_list_of_nothing_usable_changes_nothing(utopia: Utopia) -> None:
    utopia.trusted(other_state("AA").certificate)
    file = master_list_of(utopia.csca, [signer(utopia.csca).certificate], signed_at=NOW)
    assert code_of(utopia, file) == "nothing_usable"
    assert origins(TrustStore.open(utopia.directory)) == {"UT": ROOT, "AA": "list:UT"}


def test_a_newer_list_takes_the_place_of_the_one_before(utopia: Utopia) -> None:
    utopia.trusted(other_state("AA").certificate)
    import_master_list(
        utopia.directory, master_list_of(utopia.csca, [other_state("BB").certificate], signed_at=NOW), NOW
    )
    assert origins(TrustStore.open(utopia.directory)) == {"UT": ROOT, "BB": "list:UT"}


def test_an_older_list_is_refused_unless_said(utopia: Utopia) -> None:
    utopia.trusted(other_state("AA").certificate)
    older = master_list_of(utopia.csca, [other_state("BB").certificate], signed_at=NOW - YEAR)
    assert code_of(utopia, older) == "older_list"
    assert origins(TrustStore.open(utopia.directory)) == {"UT": ROOT, "AA": "list:UT"}
    import_master_list(utopia.directory, older, NOW, older=True)
    assert origins(TrustStore.open(utopia.directory)) == {"UT": ROOT, "BB": "list:UT"}


def test_a_list_of_tomorrow_says_that_the_clock_is_wrong(utopia: Utopia) -> None:
    utopia.trusted()
    file = master_list_of(utopia.csca, [utopia.csca.certificate], signed_at=NOW + 3 * DAY)
    assert code_of(utopia, file) == "clock_wrong"


def test_lists_of_two_states_stand_side_by_side(utopia: Utopia) -> None:
    arcadia = other_state("AA")
    utopia.trusted(other_state("BB").certificate)
    pin_root(utopia.directory, arcadia.certificate, NOW)
    by = signer(arcadia, role=Role.LIST_SIGNER, country="AA")
    file = master_list_of(arcadia, [other_state("CC").certificate], list_signer=by)
    import_master_list(utopia.directory, file, NOW)
    assert origins(TrustStore.open(utopia.directory)) == {"UT": ROOT, "AA": ROOT, "BB": "list:UT", "CC": "list:AA"}


def test_a_link_certificate_in_a_list_lets_the_next_list_be_signed_below_the_new_key(utopia: Utopia) -> None:
    successor_key = curve_key("secp384r1", "sha384")
    link = authority(successor_key, above=utopia.csca, serial=2)
    trust = utopia.trusted(link.certificate, other_state("AA").certificate)
    assert sorted(origin for origin in (one.origin for one in trust.manifest.anchors)) == [LINK, "list:UT", ROOT]
    new = authority(successor_key, serial=3)
    done = import_master_list(utopia.directory, master_list_of(new, [new.certificate], signed_at=NOW), NOW)
    assert done.anchors == 1


def test_a_link_certificate_beside_the_signer_leads_on_from_the_root(utopia: Utopia) -> None:
    utopia.trusted()
    link = authority(curve_key(), above=utopia.csca, serial=2)
    file = master_list_of(link, [other_state("AA").certificate], embedded=link)
    assert import_master_list(utopia.directory, file, NOW).anchors == 1


def test_a_false_link_leads_nowhere(utopia: Utopia) -> None:
    forged_above = Issued(utopia.csca.certificate, utopia.csca.subject, utopia.csca.issuer, 1, curve_key())
    link = authority(curve_key(), above=forged_above, serial=2)
    assert refused(utopia, master_list_of(link, [link.certificate], embedded=link)) is Reason.DOCUMENT_SIGNER_UNTRUSTED


def test_a_document_signer_leads_nowhere_either(utopia: Utopia) -> None:
    below = signer(utopia.csca, serial=5)
    by = signer(below, role=Role.LIST_SIGNER)
    file = master_list_of(utopia.csca, [below.certificate], list_signer=by, embedded=below)
    assert refused(utopia, file) is Reason.DOCUMENT_SIGNER_UNTRUSTED


def test_a_link_that_is_over_leads_nowhere(utopia: Utopia) -> None:
    link = authority(curve_key(), above=utopia.csca, serial=2, valid=Span(NOW - 2 * YEAR, NOW - DAY))
    by = signer(link, role=Role.LIST_SIGNER)
    file = master_list_of(link, [utopia.csca.certificate], list_signer=by, embedded=link)
    assert refused(utopia, file) is Reason.DOCUMENT_SIGNER_UNTRUSTED


def test_a_link_certificate_on_its_own(utopia: Utopia) -> None:
    arcadia = other_state("AA")
    utopia.trusted(arcadia.certificate)
    below_root = authority(name="CSCA Utopia 2", above=utopia.csca, serial=2)
    below_listed = other_state("AA", above=arcadia, serial=2)
    import_link(utopia.directory, below_root.certificate, NOW)
    import_link(utopia.directory, below_listed.certificate, NOW)
    found = [anchor.origin for anchor in TrustStore.open(utopia.directory).manifest.anchors]
    assert sorted(found) == [ADDED, LINK, "list:UT", ROOT]


def test_a_csca_that_no_anchor_issued_is_no_link(utopia: Utopia) -> None:
    utopia.trusted()
    for stranger in (other_state("AA"), authority(above=authority())):
        with pytest.raises(NotAccepted) as caught:
            import_link(utopia.directory, stranger.certificate, NOW)
        assert caught.value.reason is Reason.DOCUMENT_SIGNER_UNTRUSTED


@pytest.mark.parametrize("role", [Role.DOCUMENT_SIGNER, Role.LIST_SIGNER])
def test_what_is_no_csca_is_no_root(utopia: Utopia, role: Role) -> None:
    certificate = issue(role, utopia.csca.subject, curve_key(), None, 1, Span(NOW - YEAR, NOW + YEAR)).certificate
    with pytest.raises(NotAccepted):
        pin_root(utopia.directory, certificate, NOW)


def test_a_link_certificate_is_no_root(utopia: Utopia) -> None:
    link = authority(name="CSCA Utopia 2", above=utopia.csca, serial=2)
    with pytest.raises(NotAccepted) as caught:
        pin_root(utopia.directory, link.certificate, NOW)
    assert caught.value.reason is Reason.DOCUMENT_SIGNER_UNTRUSTED


def test_a_root_whose_own_signature_is_wrong(utopia: Utopia) -> None:
    certificate = utopia.csca.certificate
    with pytest.raises(NotAccepted) as caught:
        pin_root(utopia.directory, certificate[:-1] + bytes((certificate[-1] ^ 1,)), NOW)
    assert caught.value.reason is Reason.SIGNATURE_WRONG
