"""Documents from scenarios, read by the verifier without any reader between: genuine ones pass, and each forgery has
the flaw that it is named after.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from hal.eid.access_key import CardAccessNumber, MrzKey
from hal.eid.emrtd import EmrtdRules, verify
from hal.eid.outcome import Outcome, Reason, Refused, Verified
from hal.eid.trust_store import TrustStore
from simulator.card import scenario as scenario_module
from simulator.card.chip import Chip
from simulator.card.issuing_state import IssuingState
from simulator.card.personalisation import personalise, printed_zone
from simulator.card.scenario import Forgery, Scenario, read_scenario
from simulator.trust import fill_trust_store
from tests.unit.card.documents import AT, passport, residence_permit

KEY = bytes(range(32))
SCENARIOS = Path(scenario_module.__file__).with_name("scenarios")


class Line:
    """A card with no reader between."""

    extended_length = True

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        chip.power_on()

    def transmit(self, command: bytes) -> bytes:
        return self._chip.transmit(command)


@pytest.fixture(scope="module")
def state() -> IssuingState:
    return IssuingState(AT)


@pytest.fixture(scope="module")
def trust(state: IssuingState, tmp_path_factory: pytest.TempPathFactory) -> TrustStore:
    directory = tmp_path_factory.mktemp("trust") / "store"
    fill_trust_store(directory, state)
    return TrustStore.open(directory)


def check(scenario: Scenario, state: IssuingState, trust: TrustStore, **rules: bool) -> Outcome:
    can = scenario.document.can
    access = CardAccessNumber(can) if can else MrzKey(printed_zone(scenario).information)
    chip = Chip(personalise(scenario, state))
    return verify(Line(chip), access, KEY, trust, AT, EmrtdRules(**rules))


CHIPS: dict[str, dict[str, Any]] = {
    "usual": {},
    "bac only": {"pace": [], "bac": True},
    "integrated mapping": {"pace": ["ECDH-IM-AES-256 secp256r1"]},
    "chip authentication mapping": {
        "pace": ["ECDH-GM-AES-128 brainpoolP256r1", "ECDH-CAM-AES-128 brainpoolP256r1"],
        "chip_authentication": [],
    },
    "modular groups": {"pace": ["DH-GM-AES-128 dh-2048-256"], "chip_authentication": ["DH-AES-128 dh-2048-256"]},
    "3des": {"pace": ["ECDH-GM-3DES secp256r1"], "chip_authentication": ["ECDH-3DES secp256r1"]},
    "active authentication by rsa": {"chip_authentication": [], "active_authentication": "rsa 2048 sha256"},
    "active authentication by ecdsa": {
        "chip_authentication": [],
        "active_authentication": "ecdsa brainpoolP256r1 sha256",
    },
    "two chip keys": {"chip_authentication": ["ECDH-AES-128 secp256r1", "ECDH-AES-256 brainpoolP384r1"]},
    "named curve": {"key_form": "named"},
    "standardised curve": {"key_form": "standardised"},
    "no extended length": {"extended_length": False},
}


@pytest.mark.parametrize("name", CHIPS)
def test_genuine_passports_are_verified(name: str, state: IssuingState, trust: TrustStore) -> None:
    scenario = passport(**CHIPS[name])
    if name == "bac only":
        scenario = msgspec.structs.replace(scenario, document=msgspec.structs.replace(scenario.document, can=""))
    outcome = check(scenario, state, trust)
    assert isinstance(outcome, Verified), outcome
    assert outcome.issuing_state == "UT"


def test_a_residence_permit_is_verified(state: IssuingState, trust: TrustStore) -> None:
    assert isinstance(check(residence_permit(), state, trust), Verified)


REFUSALS = {
    Forgery.SIGNATURE: Reason.SIGNATURE_WRONG,
    Forgery.DATA_GROUP: Reason.DATA_GROUP_CHANGED,
    Forgery.CONTENT_TYPE: Reason.CONTENT_TYPE_WRONG,
    Forgery.SIGNED_CONTENT_TYPE: Reason.CONTENT_TYPE_WRONG,
    Forgery.TWO_SIGNERS: Reason.SIGNER_COUNT_WRONG,
    Forgery.NO_SIGNER: Reason.SIGNER_COUNT_WRONG,
    Forgery.UNPINNED_AUTHORITY: Reason.DOCUMENT_SIGNER_UNTRUSTED,
    Forgery.FOREIGN_CURVE: Reason.CURVE_UNKNOWN,
    Forgery.WEAK_DIGEST: Reason.ALGORITHM_WEAK,
    Forgery.MALFORMED: Reason.SECURITY_OBJECT_MALFORMED,
    Forgery.SIGNER_EXPIRED: Reason.DOCUMENT_SIGNER_EXPIRED,
    Forgery.SIGNER_REVOKED: Reason.DOCUMENT_SIGNER_REVOKED,
    Forgery.SIGNER_MISUSED: Reason.DOCUMENT_SIGNER_MISUSED,
    Forgery.EXPIRED: Reason.DOCUMENT_EXPIRED,
    Forgery.CLONE: Reason.CLONED,
    Forgery.CLONE_STRIPPED: Reason.DATA_GROUP_MISSING,
    Forgery.WITHOUT_CLONE_PROOF: Reason.CLONE_UNPROVABLE,
    Forgery.SECURITY_INFOS: Reason.SECURITY_INFOS_CHANGED,
}


def test_every_forgery_is_expected() -> None:
    assert set(REFUSALS) == set(Forgery) - {Forgery.NONE}


@pytest.mark.parametrize("forgery", REFUSALS)
def test_each_forgery_has_its_own_flaw(forgery: Forgery, state: IssuingState, trust: TrustStore) -> None:
    outcome = check(passport(forgery.value), state, trust)
    assert isinstance(outcome, Refused)
    assert outcome.reason is REFUSALS[forgery]


@pytest.mark.parametrize("active", ["rsa 2048 sha256", "ecdsa brainpoolP256r1 sha256"])
def test_a_clone_without_the_key_of_active_authentication(active: str, state: IssuingState, trust: TrustStore) -> None:
    scenario = passport("clone", chip_authentication=[], active_authentication=active)
    outcome = check(scenario, state, trust)
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.CLONED


@pytest.mark.parametrize(
    ("csca", "signer"),
    [
        ("rsa 3072 sha256", "rsa 2048 sha256"),
        ("rsa-pss 3072 sha512", "rsa-pss 2048 sha256"),
        ("ecdsa secp521r1 sha512", "ecdsa secp384r1 sha384"),
        ("ecdsa brainpoolP512r1 sha512 explicit", "ecdsa brainpoolP384r1 sha384 explicit"),
        ("ecdsa secp256r1 sha256", "ecdsa secp224r1 sha224"),
    ],
)
@pytest.mark.parametrize(("lds", "by_key"), [(0, False), (1, True)])
def test_states_sign_in_many_ways(csca: str, signer: str, lds: int, by_key: bool, tmp_path: Path) -> None:
    state = IssuingState(AT, csca=csca, signer=signer)
    fill_trust_store(tmp_path / "trust", state)
    plan = msgspec.structs.replace(passport().security_object, lds=lds, by_key_identifier=by_key, digest="sha512")
    scenario = msgspec.structs.replace(passport(), security_object=plan)
    outcome = check(scenario, state, TrustStore.open(tmp_path / "trust"))
    assert isinstance(outcome, Verified), outcome


def test_the_same_words_make_the_same_document(state: IssuingState) -> None:
    one, other = (personalise(passport(), IssuingState(AT)) for _ in range(2))
    assert one.chip_authentication == other.chip_authentication
    assert one.files.keys() == other.files.keys()
    assert one.files[0x0101] == other.files[0x0101]


def test_the_zone_is_the_standards_example() -> None:
    """ICAO 9303-4, appendix A to section 4: but for the optional data, which ours leaves out."""
    first, second = printed_zone(passport()).lines
    assert first == "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    assert second.startswith("L898902C36UTO7408122F")


def test_scenarios_come_from_files_and_say_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "anna.toml"
    file.write_text(
        '[holder]\nprimary = "Eriksson"\ngiven = "Anna"\n[document]\nnumber = "L898902C3"\nexpires = "20321231"\n'
    )
    assert read_scenario(file).holder.primary == "Eriksson"
    file.write_text('[holder]\nprimary = "Eriksson"\n[document]\nnumber = "L898902C3"\nexpires = "2032"\n')
    with pytest.raises(msgspec.ValidationError, match="YYYYMMDD"):
        read_scenario(file)
    file.write_text("colour = 1\n")
    with pytest.raises(msgspec.ValidationError):
        read_scenario(file)


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.toml")), ids=lambda file: str(file.stem))
def test_the_scenarios_that_ship_are_genuine_documents(file: Path, state: IssuingState, trust: TrustStore) -> None:
    assert isinstance(check(read_scenario(file), state, trust), Verified)


def test_secrets_of_a_document_are_not_printed() -> None:
    scenario = passport()
    for secret in ("123456", "L898902C3"):
        assert secret not in repr(personalise(scenario, IssuingState(AT)))
    assert "ERIKSSON" not in repr(printed_zone(scenario))
