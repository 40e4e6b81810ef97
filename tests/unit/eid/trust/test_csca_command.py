"""``abholfach csca``, as an administrator types it."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import pem
from hypothesis import given
from hypothesis import strategies as st

from controller import cli_csca
from controller.cli import main
from hal.eid.ldif import REVOCATION_LIST, binary_values
from hal.eid.outcome import NotAccepted
from hal.eid.trust_input import InputKind, kind_of
from hal.eid.trust_store import TrustStore
from simulator.card.pki import Span, revocation_list
from tests.unit.eid.trust.state import NOW, YEAR, Utopia, authority, master_list_of

DAY = timedelta(days=1)


class Office:
    """An administrator with files, at a box whose clock says `NOW`."""

    def __init__(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.here, self.capsys = tmp_path, capsys
        self.trust = tmp_path / "trust"
        self.csca = authority()

    def file(self, name: str, content: bytes) -> str:
        path = self.here / name
        path.write_bytes(content)
        return str(path)

    def run(self, *words: str) -> tuple[int, str]:
        code = main(["csca", *words, "--trust", str(self.trust)])
        return code, "".join(self.capsys.readouterr())

    def root(self) -> str:
        return self.file("root.cer", self.csca.certificate)


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(cli_csca, "_now", lambda: NOW)
    return Office(tmp_path, capsys)


def test_root_list_and_revocation_list_in_one_go(office: Office) -> None:
    arcadia = authority(name="CSCA Arcadia", country="AA")
    code, said = office.run(
        "import",
        "--root",
        office.root(),
        office.file("ml", master_list_of(office.csca, [office.csca.certificate, arcadia.certificate])),
        office.file("crl", revocation_list(office.csca, [7, 8], NOW - DAY, NOW + DAY)),
        office.file("link", authority(above=office.csca, serial=2).certificate),
    )
    assert code == 0, said
    assert hashlib.sha256(office.csca.certificate).hexdigest() in said
    assert "Master list of UT" in said
    assert "2 certificates" in said
    assert "Revocation list of UT, csca utopia" in said
    assert "issued by one that is trusted" in said
    assert TrustStore.open(office.trust).anchor_count == 3
    code, said = office.run("list")
    assert code == 0
    assert "AA:1 UT:2" in said
    assert "good until 2026-11-23" in said
    code, said = office.run("list", "--all")
    assert "csca arcadia" in said


def test_pem_is_taken_too(office: Office) -> None:
    root = office.file("root.pem", pem.armor("CERTIFICATE", office.csca.certificate))
    code, said = office.run("import", "--root", root)
    assert code == 0, said


def ldif(*lists: bytes) -> bytes:
    """As the ICAO PKD's download has them: folded lines, other entries between them."""
    entries = [b"version: 1\n", b"dn: cn=x,o=dsc,c=AA,dc=data\nuserCertificate;binary:: AAAA\n BBBB\n"]
    for one in lists:
        text = b"certificateRevocationList;binary:: " + base64.b64encode(one)
        folded = b"\n ".join(text[at : at + 60] for at in range(0, len(text), 60))
        entries.append(b"dn: o=crl,c=UT,dc=data\nobjectClass: cRLDistributionPoint\n" + folded + b"\n")
    return b"\n".join(entries)


def test_the_revocation_lists_of_the_pkd(office: Office) -> None:
    arcadia, stranger = authority(name="CSCA AA", country="AA"), authority(name="CSCA XX", country="XX")
    lists = [
        revocation_list(office.csca, [1], NOW - 9 * DAY, NOW + DAY),
        revocation_list(stranger, [], NOW - DAY, NOW + DAY),
        revocation_list(office.csca, [7, 8], NOW - DAY, NOW + DAY),
        revocation_list(arcadia, [], NOW - DAY, NOW + DAY),
        b"not a list",
    ]
    files = [
        office.file("ml", master_list_of(office.csca, [arcadia.certificate])),
        office.file("pkd.ldif", ldif(*lists)),
    ]
    code, said = office.run("import", "--root", office.root(), *files)
    assert code == 0, said
    assert "Revocation lists: 2 of 2 states AA UT" in said
    assert "left out: 1 (data_malformed)" in said
    assert "left out: 1 (document_signer_untrusted)" in said
    store = TrustStore.open(office.trust)
    (utopia,) = (one for one in store.manifest.revocation_lists if one.country == "UT")
    (listed,) = store.revocation_lists(utopia.issuer)
    assert listed.serials == {7, 8}
    code, said = office.run("import", office.file("old.ldif", ldif(lists[0])))
    assert code == 0
    assert "left out: 1 (older_list)" in said


def test_a_pkd_file_that_is_broken_changes_nothing(office: Office) -> None:
    good = ldif(revocation_list(office.csca, [7], NOW - DAY, NOW + DAY))
    office.run("import", "--root", office.root())
    broken = good + b"dn: o=crl\ncertificateRevocationList;binary:: !!!!\n"
    code, said = office.run("import", office.file("pkd.ldif", broken))
    assert code == 1
    assert "data_malformed" in said
    assert TrustStore.open(office.trust).manifest.revocation_lists == ()


@given(st.lists(st.binary(max_size=40)))
def test_any_lines_are_ldif_with_values_or_without(lines: list[bytes]) -> None:
    try:
        found = list(binary_values(lines, REVOCATION_LIST))
    except NotAccepted:
        return
    assert len(found) <= len(lines)


def test_a_list_without_a_root(office: Office) -> None:
    code, said = office.run("import", office.file("ml", master_list_of(office.csca, [office.csca.certificate])))
    assert code == 2
    assert "--root" in said


def test_a_list_that_is_refused_says_why_and_leaves_the_store(office: Office) -> None:
    forger = authority()
    forged = office.file("ml", master_list_of(forger, [forger.certificate]))
    code, said = office.run("import", "--root", office.root(), forged)
    assert code == 1
    assert "refused: document_signer_untrusted" in said
    assert TrustStore.open(office.trust).anchor_count == 1


def test_an_older_list_needs_to_be_said(office: Office) -> None:
    lists = [
        office.file(f"ml{days}", master_list_of(office.csca, [office.csca.certificate], signed_at=NOW - days * DAY))
        for days in (1, 9)
    ]
    assert office.run("import", "--root", office.root(), lists[0])[0] == 0
    code, said = office.run("import", lists[1])
    assert code == 1
    assert "--older" in said
    assert office.run("import", "--older", lists[1])[0] == 0


def test_files_that_are_not_there_or_nothing_at_all(office: Office) -> None:
    assert office.run("import")[0] == 2
    assert office.run("import", str(office.here / "nothing"))[0] == 2
    assert office.run("import", "--root", office.root(), office.file("empty", b""))[0] == 1
    assert office.run("import", office.file("text", b"-----BEGIN CERTIFICATE-----\nnothing"))[0] == 1


def test_an_empty_store_says_what_to_do(office: Office) -> None:
    code, said = office.run("list")
    assert code == 1
    assert "csca import --root" in said


def test_expire_says_what_is_over_and_what_will_be(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    short = authority(name="CSCA AA", country="AA", valid=Span(NOW - YEAR, NOW + 5 * DAY))
    files = [
        office.file("ml", master_list_of(office.csca, [short.certificate])),
        office.file("crl", revocation_list(office.csca, [], NOW - DAY, NOW + DAY)),
    ]
    assert office.run("import", "--root", office.root(), *files)[0] == 0
    code, said = office.run("expire")
    assert code == 0
    assert "Over within 90 days: 1" in said
    monkeypatch.setattr(cli_csca, "_now", lambda: NOW + 6 * DAY)
    code, said = office.run("expire")
    assert code == 1
    assert "Taken out: 1" in said
    assert "Stale revocation list of UT" in said
    assert "Left: 1 certificates" in said


def test_what_a_file_is(utopia: Utopia) -> None:
    csca = utopia.csca
    assert kind_of(csca.certificate) is InputKind.CERTIFICATE
    assert kind_of(revocation_list(csca, [1], NOW, NOW + DAY)) is InputKind.REVOCATION_LIST
    assert kind_of(master_list_of(csca, [csca.certificate])) is InputKind.MASTER_LIST
    assert kind_of(b"\x30\x80" + bytes.fromhex("06092a864886f70d010702a080")) is InputKind.MASTER_LIST


@given(st.binary(max_size=40) | st.binary(max_size=40).map(lambda rest: b"\x30\x26" + rest))
def test_any_file_is_one_of_them_or_none(content: bytes) -> None:
    try:
        kind = kind_of(content)
    except NotAccepted:
        return
    assert kind in InputKind
    assert content[:1] == b"\x30"
