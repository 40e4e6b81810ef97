"""Security objects of real documents, with the CSCA certificates of their states (tests/vectors)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hal.eid import passive_authentication
from hal.eid.certificates import parse_certificate
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.passive_authentication import verify_card_security
from hal.eid.security_infos import ChipAuthenticationPublicKeyInfo, parse
from hal.eid.security_object import parse_security_object
from hal.eid.signed_data import check_signature
from hal.eid.trust_store import TrustStore
from tests.unit.eid.trust.state import NOW, Utopia

VECTORS = json.loads((Path(__file__).parents[3] / "vectors/security_objects.json").read_text())
DOCUMENTS: list[dict[str, Any]] = VECTORS["documents"]
CHAINED = [one for one in DOCUMENTS if one["csca"]]


def named(one: dict[str, Any]) -> str:
    return str(one["name"])


@pytest.fixture
def trust(utopia: Utopia) -> TrustStore:
    return utopia.trusted(*(bytes.fromhex(one["csca"]) for one in CHAINED))


def refusal(document: dict[str, Any], trust: TrustStore, at: datetime = NOW, file: bytes = b"") -> NotAccepted:
    with pytest.raises(NotAccepted) as caught:
        passive_authentication.verify(file or bytes.fromhex(document["file"]), {}, trust, at, False)
    return caught.value


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_real_security_object_is_read_and_its_signature_holds(document: dict[str, Any]) -> None:
    parsed = parse_security_object(bytes.fromhex(document["file"]))
    signer = parsed.signed.signer()
    assert list(parsed.data_groups) == document["data_groups"]
    assert parsed.lds_version == document["lds_version"]
    assert str(parsed.signed.scheme) == document["algorithm"]
    assert signer.country == document["state"]
    check_signature(parsed.signed, signer, sha1=document["state"] == "RU")


@pytest.mark.parametrize("document", CHAINED, ids=named)
def test_a_real_document_passes_up_to_the_data_group_that_nobody_published(
    document: dict[str, Any], trust: TrustStore
) -> None:
    assert refusal(document, trust).reason is Reason.DATA_GROUP_MISSING


@pytest.mark.parametrize("document", CHAINED, ids=named)
def test_a_real_document_of_a_state_that_is_not_pinned(document: dict[str, Any], utopia: Utopia) -> None:
    assert refusal(document, utopia.trusted()).reason is Reason.DOCUMENT_SIGNER_UNTRUSTED


@pytest.mark.parametrize("document", CHAINED, ids=named)
def test_a_real_document_after_its_signers_time(document: dict[str, Any], trust: TrustStore) -> None:
    signer = parse_security_object(bytes.fromhex(document["file"])).signed.signer()
    after = signer.not_after + timedelta(seconds=1)
    assert refusal(document, trust, after).reason is Reason.DOCUMENT_SIGNER_EXPIRED


def test_sha1_counts_only_from_signers_of_before_2020(trust: TrustStore, monkeypatch: pytest.MonkeyPatch) -> None:
    (russia,) = (one for one in DOCUMENTS if one["state"] == "RU")
    assert refusal(russia, trust).reason is Reason.DATA_GROUP_MISSING
    monkeypatch.setattr(passive_authentication, "SHA1_UNTIL", datetime(2019, 11, 1, tzinfo=UTC))
    assert refusal(russia, trust).reason is Reason.ALGORITHM_WEAK


def test_a_real_card_security_is_accepted_and_says_its_keys(trust: TrustStore) -> None:
    (card,) = VECTORS["card_security"]
    signed = verify_card_security(bytes.fromhex(card["file"]), trust, NOW, False)
    assert signed.issuing_state == "DE"
    infos = parse(signed.content).infos
    assert {one.key_id for one in infos if isinstance(one, ChipAuthenticationPublicKeyInfo)} == {13, 72}


def test_a_card_security_is_no_security_object(trust: TrustStore) -> None:
    (card,) = VECTORS["card_security"]
    content = bytes.fromhex(card["file"])
    wrapped = b"\x77\x82" + len(content).to_bytes(2, "big") + content
    assert refusal(card, trust, file=wrapped).reason is Reason.CONTENT_TYPE_WRONG


def test_a_csca_that_the_csca_before_it_issued_is_an_anchor_of_its_own() -> None:
    (austria,) = (one for one in CHAINED if one["state"] == "AT")
    certificate = parse_certificate(bytes.fromhex(austria["csca"]))
    assert certificate.self_issued
    assert certificate.authority_key_id != certificate.subject_key_id


def test_every_changed_octet_of_a_real_security_object(trust: TrustStore) -> None:
    """Unchanged it gets as far as the data groups. Only case and string types of the signer's name change nothing."""
    (germany,) = (one for one in DOCUMENTS if one["state"] == "DE")
    file = bytes.fromhex(germany["file"])
    left = []
    for position, octet in enumerate(file):
        changed = file[:position] + bytes((octet ^ (1 << position % 8),)) + file[position + 1 :]
        if refusal(germany, trust, file=changed).reason is Reason.DATA_GROUP_MISSING:
            left.append(position)
    name = file.rindex(b"csca-germany")
    assert all(name - 70 <= position <= name + 12 for position in left), left
