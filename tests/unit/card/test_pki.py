"""The test state's certificates and lists, seen by somebody else's library and by the importer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtensionOID, ObjectIdentifier

from hal.eid.revocation_import import import_revocation_list
from hal.eid.trust_import import import_link, import_master_list, pin_root
from hal.eid.trust_store import TrustStore
from simulator.card.issuing_state import IssuingState
from simulator.card.mrz import check_digit, name_field, transliterate
from simulator.card.pki import Issued
from simulator.card.scenario import Forgery
from simulator.card.security_infos import chip_authentication_suite, group_id, pace_variant
from simulator.card.signing import make_key
from tests.unit.card.documents import AT

KEYS = ("ecdsa brainpoolP384r1 sha384", "ecdsa secp256r1 sha256", "rsa 2048 sha256", "rsa-pss 2048 sha512")


def read(issued: Issued) -> x509.Certificate:
    return x509.load_der_x509_certificate(issued.certificate)


@pytest.mark.parametrize("words", KEYS)
def test_another_library_reads_and_believes_them(words: str) -> None:
    state = IssuingState(AT, csca=words, signer=words)
    csca, signer = read(state.csca), read(state.signer())
    csca.verify_directly_issued_by(csca)
    signer.verify_directly_issued_by(csca)
    assert csca.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(True, 0)
    usage = signer.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    period = csca.extensions.get_extension_for_oid(ExtensionOID.PRIVATE_KEY_USAGE_PERIOD).value
    assert isinstance(period, x509.PrivateKeyUsagePeriod)
    assert csca.not_valid_before_utc < AT < csca.not_valid_after_utc
    key_id = csca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert signer.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier == key_id


def test_signers_that_are_not_as_they_should_be() -> None:
    state = IssuingState(AT)
    assert read(state.signer(Forgery.SIGNER_EXPIRED)).not_valid_after_utc < AT
    misused = read(state.signer(Forgery.SIGNER_MISUSED)).extensions.get_extension_for_class(x509.KeyUsage).value
    assert not misused.digital_signature
    impostor = read(state.signer(Forgery.UNPINNED_AUTHORITY))
    assert impostor.issuer == read(state.csca).subject
    with pytest.raises(InvalidSignature):
        impostor.verify_directly_issued_by(read(state.csca))


def test_a_revocation_list_names_whom_it_takes_back() -> None:
    state = IssuingState(AT)
    listed = x509.load_der_x509_crl(state.revocation_list())
    key = read(state.csca).public_key()
    assert listed.is_signature_valid(key)  # type: ignore[arg-type]  # of the kinds that sign lists
    assert listed.get_revoked_certificate_by_serial_number(state.signer(Forgery.SIGNER_REVOKED).serial) is not None
    assert listed.get_revoked_certificate_by_serial_number(state.signer().serial) is None
    assert listed.next_update_utc is not None
    assert listed.next_update_utc > AT
    stale = x509.load_der_x509_crl(state.revocation_list(age=timedelta(days=100)))
    assert stale.next_update_utc is not None
    assert stale.next_update_utc < AT


def test_a_master_list_brings_other_states_and_a_link_the_next_key(tmp_path: Path) -> None:
    state, neighbour = IssuingState(AT), IssuingState(AT, seed="neighbour", country="XN")
    own, link = state.next_csca("rsa 2048 sha256")
    pin_root(tmp_path, state.csca.certificate, AT)
    import_master_list(tmp_path, state.master_list([neighbour.csca.certificate]), AT)
    import_revocation_list(tmp_path, state.revocation_list(), AT)
    assert TrustStore.open(tmp_path).anchor_count == 2
    import_link(tmp_path, link.certificate, AT)
    assert TrustStore.open(tmp_path).anchor_count == 3
    assert own.key.public_key_info() == link.key.public_key_info()


def test_a_list_signer_is_for_lists_only() -> None:
    purposes = [ObjectIdentifier("2.23.136.1.1.3")]
    found = [
        extension.value
        for certificate in x509_of_master_list(IssuingState(AT).master_list())
        for extension in certificate.extensions
        if extension.oid == ExtensionOID.EXTENDED_KEY_USAGE
    ]
    assert [list(value) for value in found if isinstance(value, x509.ExtendedKeyUsage)] == [purposes]


def x509_of_master_list(encoded: bytes) -> list[x509.Certificate]:
    from cryptography.hazmat.primitives.serialization import pkcs7

    return pkcs7.load_der_pkcs7_certificates(encoded)


@pytest.mark.parametrize(
    "words", ["", "ecdsa", "ecdsa secp192k1 sha256", "rsa many sha256", "rsa 2048 md5", "ecdsa secp256r1 sha256 odd"]
)
def test_words_that_name_no_key(words: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        make_key(words, seed="x")


def test_words_that_name_no_protocol() -> None:
    for wrong in ("ECDH-GM-AES-128", "ECDH-GM-DES brainpoolP256r1", "ECDH-AES-128 secp256r1", "DH-GM-AES-128 dh-1"):
        with pytest.raises(ValueError, match="no "):
            pace_variant(wrong)
    with pytest.raises(ValueError, match="no "):
        chip_authentication_suite("ECDH")
    with pytest.raises(ValueError, match="no "):
        group_id("curve25519")


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Müller-Groß", "MUELLER<GROSS"),
        ("O'Brien", "OBRIEN"),
        ("Yıldız", "YILDIZ"),
        ("Novák", "NOVAK"),
        ("van der Berg", "VAN<DER<BERG"),
        ("Łuczak", "LUCZAK"),
    ],
)
def test_names_as_they_are_printed(name: str, printed: str) -> None:
    assert transliterate(name) == printed


def test_fields_of_the_zone() -> None:
    """ICAO 9303-3, 4.9, examples of check digits; names that are too long or single."""
    assert check_digit("520727") == "3"
    assert check_digit("AB2134<<<") == "5"
    assert name_field("Arkfreith", "", 39) == "ARKFREITH".ljust(39, "<")
    long = name_field("Nilavadhanananda", "Chayapa Dejthamrong Krasuang", 39)
    assert long == "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"
