"""Every variant of the protocols through the whole procedure; what it costs, what it reads, what it lets out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hal.eid.emrtd import EmrtdRules, verify
from hal.eid.outcome import Verified
from hal.eid.revocation_import import import_revocation_list
from hal.eid.trust_import import pin_root
from hal.eid.trust_store import TrustStore
from simulator.card.chip import Chip
from simulator.card.image import Misbehaviour
from simulator.card.issuing_state import IssuingState
from simulator.card.personalisation import personalise, printed_zone
from tests.unit.eid.chip_line import ChipLine
from tests.unit.eid.documents import (
    CAN,
    HOLDER,
    KEY,
    NOW,
    PERMIT,
    STATE,
    Access,
    Trusting,
    Watched,
    check,
    expected,
    issued,
    scenario,
    told,
    trust,
)

PACE_CURVES = (
    "secp224r1",
    "brainpoolP224r1",
    "secp256r1",
    "brainpoolP256r1",
    "brainpoolP320r1",
    "secp384r1",
    "brainpoolP384r1",
    "brainpoolP512r1",
    "secp521r1",
)
PRIMES = ("dh-1024-160", "dh-2048-224", "dh-2048-256")
SUITES = ("3DES", "AES-128", "AES-192", "AES-256")
VARIANTS: list[dict[str, Any]] = [
    *({"pace": [f"ECDH-GM-AES-128 {curve}"]} for curve in PACE_CURVES),
    *({"pace": [f"ECDH-IM-AES-128 {curve}"]} for curve in PACE_CURVES if curve != "secp224r1"),
    *({"pace": [f"ECDH-CAM-AES-128 {curve}"]} for curve in ("brainpoolP256r1", "secp384r1")),
    *({"pace": [f"DH-GM-AES-128 {prime}"]} for prime in PRIMES),
    *({"pace": [f"DH-IM-AES-128 {prime}"]} for prime in PRIMES),
    *({"pace": [f"ECDH-GM-{suite} brainpoolP256r1"]} for suite in SUITES),
    *({"pace": [f"ECDH-IM-{suite} secp256r1"]} for suite in SUITES),
    *({"pace": [f"ECDH-CAM-{suite} brainpoolP256r1"]} for suite in SUITES[1:]),
    *({"chip_authentication": [f"ECDH-{suite} secp256r1"]} for suite in SUITES),
    *({"chip_authentication": [f"DH-{suite} dh-2048-256"]} for suite in SUITES),
    *({"chip_authentication": [f"ECDH-AES-128 {curve}"]} for curve in ("brainpoolP512r1", "secp521r1")),
    *({"chip_authentication": ["ECDH-AES-256 secp384r1"], "key_form": form} for form in ("named", "standardised")),
    {"chip_authentication": ["DH-AES-128 dh-1024-160"], "key_form": "standardised"},
    {"chip_authentication": ["ECDH-3DES secp256r1", "ECDH-AES-256 brainpoolP384r1", "DH-AES-128 dh-2048-224"]},
    *({"chip_authentication": [], "active_authentication": f"rsa 2048 {digest}"} for digest in ("sha1", "sha256")),
    {"chip_authentication": [], "active_authentication": "rsa 1024 sha1"},
    {"chip_authentication": [], "active_authentication": "ecdsa brainpoolP256r1 sha256"},
    {"chip_authentication": [], "active_authentication": "ecdsa secp521r1 sha512"},
    {"pace": ["ECDH-GM-3DES secp256r1", "ECDH-IM-AES-256 brainpoolP256r1", "DH-GM-AES-128 dh-2048-256"]},
    {"pace": ["ECDH-GM-AES-256 secp256r1", "ECDH-GM-AES-256 brainpoolP384r1"]},
    {"pace": ["ECDH-GM-AES-128 brainpoolP256r1", "ECDH-CAM-AES-128 brainpoolP256r1"]},
]
WITHOUT_PACE: list[dict[str, Any]] = [
    {"pace": [], "chip_authentication": ["ECDH-3DES secp256r1"]},
    {"pace": [], "chip_authentication": ["DH-AES-128 dh-1024-160"]},
    {"pace": [], "chip_authentication": [], "active_authentication": "rsa 1024 sha1"},
]
NEEDS_EXTENDED_LENGTH = ("dh-2048", "rsa 2048")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> TrustStore:
    return trust(tmp_path_factory.mktemp("trust"), Trusting.FRESH)


def names(chip: Mapping[str, Any]) -> str:
    return " ".join(str(value) for value in chip.values())


@pytest.mark.parametrize("chip", VARIANTS, ids=names)
def test_every_variant_with_extended_length(chip: dict[str, Any], store: TrustStore) -> None:
    of, trace = scenario(chip=chip), Watched()
    line = ChipLine(Chip(issued(of)))
    outcome = check(line, of, store, trace=trace)
    assert told(outcome) == ("verified", "")
    assert isinstance(outcome, Verified)
    assert set(outcome.verifiers) & set(expected(of))
    assert trace.apdus == len(line.commands) <= 16


@pytest.mark.parametrize("chip", WITHOUT_PACE, ids=names)
@pytest.mark.parametrize("extended_length", [True, False])
def test_documents_of_before_pace(chip: dict[str, Any], extended_length: bool, store: TrustStore) -> None:
    of, trace = scenario(chip={**chip, "extended_length": extended_length}), Watched()
    line = ChipLine(Chip(issued(of)), extended_length=extended_length)
    assert told(check(line, of, store, access=Access.MRZ, trace=trace)) == ("verified", "")
    assert trace.of("access_control").protocol == "BAC"
    assert trace.apdus == len(line.commands) <= 30


@pytest.mark.parametrize(
    "chip", [one for one in VARIANTS if not any(word in names(one) for word in NEEDS_EXTENDED_LENGTH)], ids=names
)
def test_every_variant_in_short_commands(chip: dict[str, Any], store: TrustStore) -> None:
    """At most 30 commands with chip authentication, also where neither card nor reader takes extended length."""
    of, trace = scenario(chip={**chip, "extended_length": False}), Watched()
    line = ChipLine(Chip(issued(of)), extended_length=False)
    assert told(check(line, of, store, access=Access.MRZ, trace=trace)) == ("verified", "")
    assert trace.of("capabilities").algorithm == "short length"
    assert trace.apdus == len(line.commands) <= 30


@pytest.mark.parametrize(
    "chip",
    [
        {"pace": ["DH-GM-AES-128 dh-2048-256"]},
        {"chip_authentication": ["DH-AES-128 dh-2048-256"]},
        {"chip_authentication": [], "active_authentication": "rsa 2048 sha256"},
    ],
    ids=names,
)
def test_long_keys_where_there_are_short_commands_only(chip: dict[str, Any], store: TrustStore) -> None:
    """Neither forged nor a copy: it cannot be done with this reader and this card, and a person has to look."""
    of = scenario(chip={**chip, "extended_length": False})
    line = ChipLine(Chip(issued(of)), extended_length=False)
    assert told(check(line, of, store)) == ("unsupported", "protocol_unsupported")


def test_a_card_may_say_it_in_its_own_file(store: TrustStore) -> None:
    """Its answer to reset says nothing of extended length, EF.ATR/INFO does; the reader may still be against it."""
    of = scenario()
    for image, offered, most in (
        (issued(of), "extended length", 15),
        (replace(issued(of), attributes=b"\x47\x03\x00\x00\x40"), "extended length", 15),
        (replace(issued(of), attributes=bytes.fromhex("7F6608020207D0020203E8")), "extended length", 17),
        (replace(issued(of), attributes=bytes.fromhex("47030000C07F66080202010002020100")), "short length", 20),
        (replace(issued(of), attributes=b"\x47\x03\x00\x00\x80"), "short length", 20),
        (replace(issued(of), attributes=b"\x47\x83\x00\x00\x80"), "short length", 20),
        (replace(issued(of), attributes=b"\x7f\x66\x02\x05\x00"), "short length", 20),
        (replace(issued(of), misbehaviour=frozenset({Misbehaviour.REFUSES_EXTENDED_LENGTH})), "extended length", 21),
    ):
        trace = Watched()
        line = ChipLine(Chip(image), extended_length=False)
        assert told(check(line, of, store, trace=trace)) == ("verified", "")
        assert trace.of("capabilities").algorithm == offered
        assert trace.apdus <= most


@pytest.mark.parametrize(
    ("chip", "misbehaviour"),
    [
        ({}, Misbehaviour.REFUSES_EXTENDED_LENGTH),
        ({}, Misbehaviour.WITHOUT_SHORT_IDENTIFIERS),
        ({}, Misbehaviour.WANTS_EXACT_LENGTH),
        ({}, Misbehaviour.ANSWERS_IN_PORTIONS),
        ({}, Misbehaviour.READS_SHORT),
        ({"max_read": 700}, None),
    ],
)
def test_ways_of_cards_that_are_allowed(
    chip: dict[str, Any], misbehaviour: Misbehaviour | None, store: TrustStore
) -> None:
    of = scenario(chip={**chip, "misbehaviour": [misbehaviour.value] if misbehaviour else []})
    assert told(check(ChipLine(Chip(issued(of))), of, store)) == ("verified", "")


@pytest.mark.parametrize(
    ("extended_length", "ending"),
    [(True, ("refused", "secure_messaging_failed")), (False, ("unsupported", "card_failed"))],
)
def test_a_card_that_gives_more_than_was_asked_for(
    extended_length: bool, ending: tuple[str, str], store: TrustStore
) -> None:
    """More than any answer may have is none; within a short answer there is no room for more."""
    of = scenario(chip={"misbehaviour": [Misbehaviour.READS_TOO_MUCH.value]})
    assert told(check(ChipLine(Chip(issued(of)), extended_length=extended_length), of, store)) == ending


STATES = [
    ("rsa 3072 sha256", "rsa 2048 sha256", {}),
    ("rsa-pss 3072 sha512", "rsa-pss 2048 sha384", {"lds": 1, "digest": "sha384"}),
    ("ecdsa secp384r1 sha384 explicit", "ecdsa secp256r1 sha224 explicit", {"digest": "sha224"}),
    (
        "ecdsa brainpoolP512r1 sha512",
        "ecdsa secp521r1 sha512",
        {"lds": 1, "digest": "sha512", "by_key_identifier": True},
    ),
]


@pytest.mark.parametrize(("csca", "signer", "plan"), STATES, ids=lambda one: str(one))
def test_states_sign_in_many_ways(csca: str, signer: str, plan: dict[str, Any], tmp_path: Path) -> None:
    state = IssuingState(NOW, csca=csca, signer=signer)
    pin_root(tmp_path, state.csca.certificate, NOW)
    import_revocation_list(tmp_path, state.revocation_list(), NOW)
    of = scenario(security_object=plan)
    outcome = check(ChipLine(Chip(personalise(of, state))), of, TrustStore.open(tmp_path))
    assert told(outcome) == ("verified", "")


def test_both_signed_files_are_of_one_state(tmp_path: Path) -> None:
    """EF.CardSecurity of another state, which is trusted as well: the key that it signs is not this document's."""
    of = scenario(chip={"pace": ["ECDH-CAM-AES-128 brainpoolP256r1"]})
    neighbour = IssuingState(NOW, seed="neighbour", country="NB")
    for state in (STATE, neighbour):
        pin_root(tmp_path, state.csca.certificate, NOW)
        import_revocation_list(tmp_path, state.revocation_list(), NOW)
    store = TrustStore.open(tmp_path)
    assert told(check(ChipLine(Chip(issued(of))), of, store)) == ("verified", "")
    image = replace(issued(of), card_security=personalise(of, neighbour).card_security)
    assert told(check(ChipLine(Chip(image)), of, store)) == ("refused", "document_signer_misused")


def test_the_strongest_variant_is_taken(store: TrustStore) -> None:
    of, trace = scenario(chip=VARIANTS[-3]), Watched()
    check(ChipLine(Chip(issued(of))), of, store, trace=trace)
    assert trace.of("access_control").protocol == "PACE-ECDH-IM-AES-CBC-CMAC-256"
    of, trace = scenario(chip=VARIANTS[-2]), Watched()
    check(ChipLine(Chip(issued(of))), of, store, trace=trace)
    assert trace.of("access_control").algorithm == "brainpoolP384r1"
    of, trace = scenario(chip=VARIANTS[-1]), Watched()
    check(ChipLine(Chip(issued(of))), of, store, trace=trace)
    assert trace.of("clone_proof").protocol == "PACE-CAM"


def test_the_order_of_the_steps(store: TrustStore) -> None:
    of, trace = scenario(chip={"active_authentication": "rsa 1024 sha1"}), Watched()
    check(ChipLine(Chip(issued(of))), of, store, trace=trace)
    assert [step.name for step in trace.steps] == [
        "card_access",
        "access_control",
        "select",
        *["read"] * 4,
        "passive_authentication",
        "clone_proof",
        "security_infos",
        "expiry",
        "match",
    ]
    assert [step.algorithm for step in trace.steps if step.name == "read"] == ["DG1", "DG14", "DG15", "EF.SOD"]
    assert trace.of("clone_proof").protocol.startswith("CA-"), "chip authentication is enough"


class WatchedContent(bytes):
    """A file that notes when something of it is read."""

    opened: set[int]
    fid: int

    def __getitem__(self, key: Any) -> Any:
        self.opened.add(self.fid)
        return super().__getitem__(key)


def watched(fid: int, content: bytes, opened: set[int]) -> WatchedContent:
    made = WatchedContent(content)
    made.fid, made.opened = fid, opened
    return made


@pytest.mark.parametrize("chip", [{}, {"pace": []}, {"active_authentication": "rsa 1024 sha1"}], ids=names)
def test_face_and_fingerprints_are_never_read(chip: dict[str, Any], store: TrustStore) -> None:
    of = scenario(chip=chip)
    opened: set[int] = set()
    files = {**issued(of).files, 0x0103: b"\x63\x02\x01\x00"}
    image = replace(issued(of), files={fid: watched(fid, content, opened) for fid, content in files.items()})
    assert told(check(ChipLine(Chip(image)), of, store, access=Access.MRZ)) == ("verified", "")
    assert opened == {0x0101, 0x010E, 0x011D} | (files.keys() & {0x010F})
    assert 0x0102 in files


def test_a_residence_permit(store: TrustStore) -> None:
    of = scenario(document=PERMIT)
    for access in (Access.CAN, Access.MRZ):
        outcome = check(ChipLine(Chip(issued(of))), of, store, access=access)
        assert isinstance(outcome, Verified)
        assert set(outcome.verifiers) & set(expected(of))


@pytest.mark.parametrize(("birth_date", "centuries"), [("19850317", 1), ("20200317", 2), ("19200317", 2)])
def test_both_centuries_of_a_birth_date(birth_date: str, centuries: int, store: TrustStore) -> None:
    of = scenario(holder={"birth_date": birth_date})
    outcome = check(ChipLine(Chip(issued(of))), of, store)
    assert isinstance(outcome, Verified)
    assert len(outcome.verifiers) == centuries
    assert set(outcome.verifiers) & set(expected(of))


def test_another_key_makes_other_verifiers(store: TrustStore) -> None:
    of = scenario()
    access = Access.CAN.key(of)
    first = verify(ChipLine(Chip(issued(of))), access, KEY, store, NOW, EmrtdRules())
    second = verify(ChipLine(Chip(issued(of))), access, bytes(32), store, NOW, EmrtdRules())
    assert isinstance(first, Verified)
    assert isinstance(second, Verified)
    assert not set(first.verifiers) & set(second.verifiers)


def test_the_time_must_say_in_which_zone_it_is(store: TrustStore) -> None:
    of = scenario()
    with pytest.raises(ValueError, match="aware"):
        check(ChipLine(Chip(issued(of))), of, store, at=NOW.replace(tzinfo=None))


def secrets_of_the_test_person() -> list[str]:
    of = scenario()
    zone = printed_zone(of)
    born = date(1985, 3, 17)
    return [
        "MUELLER",
        "OESTERGAARD",
        "ZOE",
        str(HOLDER["given"]),
        CAN,
        "C01X00T47",
        born.strftime("%y%m%d"),
        zone.information,
        KEY.hex(),
        repr(KEY),
        *(one.hex() for one in expected(of)),
    ]


@pytest.mark.parametrize("forgery", ["none", "clone", "signature", "data_group"])
def test_nothing_of_the_person_is_said_on_the_way(
    forgery: str, store: TrustStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    of, trace = scenario(forgery=forgery), Watched()
    for access in Access:
        outcome = check(ChipLine(Chip(issued(of))), of, store, access=access, trace=trace)
        said = f"{outcome!r} {outcome} {trace.steps!r} {access.key(of)!r} {caplog.text} {caplog.records!r}".upper()
        for secret in secrets_of_the_test_person():
            assert secret.upper() not in said
