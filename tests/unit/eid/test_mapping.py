"""The generator after the mapping: as published, and as another implementation reckons it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.eid.domain_parameters import standardised
from hal.eid.elliptic_group import EllipticGroup
from hal.eid.key_agreement import GroupError
from hal.eid.key_derivation import AES_128, AES_192, AES_256, CIPHER_SUITES, TDES, CipherSuite
from hal.eid.mapping import encode_point, map_generic, map_integrated, pseudo_random
from simulator.card.groups import CurveGroup, standard_group
from simulator.card.mapping import pseudo_random as chips_pseudo_random
from simulator.card.suites import Suite
from tests.unit.eid.card_lines import examples, octets
from tests.unit.eid.test_groups import CURVES, curve_group, point_of, prime_group

EXAMPLES = {example["name"]: example for example in examples("pace")}
GENERIC = [example for example in EXAMPLES.values() if "shared_element" in example]
SUITES = {TDES: Suite.TRIPLE_DES, AES_128: Suite.AES_128, AES_192: Suite.AES_192, AES_256: Suite.AES_256}
INTEGRATED = [number for number in CURVES if number != 10]


def chips_mapping_key(example: dict[str, Any]) -> bytes:
    if "chip_mapping_public" in example:
        return octets(example["chip_mapping_public"])
    answer = octets(example["exchanges"][2][1])
    size = 65 if answer[2] == 0x82 else 128
    return answer[-2 - size : -2]


@pytest.mark.parametrize("example", GENERIC, ids=lambda example: example["name"])
def test_published_generic_mappings(example: dict[str, Any]) -> None:
    group = standardised(example["parameter_id"])
    assert group is not None
    pair = group.key_pair(int(example["private_keys"][0], 16))
    chip = group.decode(chips_mapping_key(example))
    assert pair.multiply(chip) == octets(example["shared_element"])
    assert map_generic(group, octets(example["nonce"]), pair, chip) == octets(example["generator"])


def test_published_integrated_mappings() -> None:
    on_curve, modulo_prime = EXAMPLES["icao-H1-ecdh-im"], EXAMPLES["icao-H2-dh-im"]
    point = map_integrated(curve_group(13), AES_128, octets(on_curve["nonce"]), octets(on_curve["own_nonce"]))
    assert point[1:33] == octets(on_curve["generator_x"])
    number = map_integrated(prime_group(0), AES_128, octets(modulo_prime["nonce"]), octets(modulo_prime["own_nonce"]))
    assert number == octets(modulo_prime["generator"])


@pytest.mark.parametrize("parameter_id", CURVES)
@given(nonce=st.binary(min_size=16, max_size=16), mine=st.integers(1, 2**190), chips=st.integers(1, 2**190))
def test_the_generic_mapping_of_another_implementation(parameter_id: int, nonce: bytes, mine: int, chips: int) -> None:
    group = curve_group(parameter_id)
    expected = int.from_bytes(nonce, "big") + mine * chips
    mapped = map_generic(group, nonce, group.key_pair(mine), point_of(group, parameter_id, chips))
    assert mapped == point_of(group, parameter_id, expected)


@pytest.mark.parametrize("parameter_id", [0, 8, 13, 14])
def test_a_nonce_that_is_a_multiple_of_the_order_adds_nothing(parameter_id: int) -> None:
    group = standardised(parameter_id)
    assert group is not None
    order = group.curve.order if isinstance(group, EllipticGroup) else prime_group(0).q
    mine, chip = group.key_pair(3), group.key_pair(5).public
    for nonce in (bytes(16), (2 * order).to_bytes(64, "big")):
        assert map_generic(group, nonce, mine, chip) == group.key_pair(15).public


@pytest.mark.parametrize("parameter_id", [0, 8, 13, 14])
def test_a_generator_that_is_neutral_is_refused(parameter_id: int) -> None:
    group = standardised(parameter_id)
    assert group is not None
    order = group.curve.order if isinstance(group, EllipticGroup) else prime_group(0).q
    with pytest.raises(GroupError):
        map_generic(group, (order - 15).to_bytes(48, "big"), group.key_pair(3), group.key_pair(5).public)


@pytest.mark.parametrize("suite", CIPHER_SUITES.values(), ids=lambda suite: suite.token_algorithm)
@given(data=st.data())
def test_the_chips_own_reading_of_the_pseudo_random_number(suite: CipherSuite, data: st.DataObject) -> None:
    chip = data.draw(st.binary(min_size=suite.nonce_size, max_size=suite.nonce_size))
    own = data.draw(st.binary(min_size=suite.key_size, max_size=suite.key_size))
    for prime in (curve_group(8).curve.p, curve_group(18).curve.p, prime_group(0).p):
        assert pseudo_random(suite, chip, own, prime) == chips_pseudo_random(SUITES[suite], chip, own, prime)


@pytest.mark.parametrize("parameter_id", INTEGRATED)
@given(number=st.integers(2, 2**191))
def test_every_number_becomes_a_point(parameter_id: int, number: int) -> None:
    group = curve_group(parameter_id)
    point = encode_point(group, number)
    group.check(point)
    chips = standard_group(parameter_id)
    assert isinstance(chips, CurveGroup)
    assert chips.from_field(number) == point


@pytest.mark.parametrize("parameter_id", INTEGRATED)
def test_three_numbers_have_no_point(parameter_id: int) -> None:
    group = curve_group(parameter_id)
    for number in (0, 1, group.curve.p - 1):
        with pytest.raises(GroupError):
            encode_point(group, number)


def test_no_integrated_mapping_on_secp224r1() -> None:
    with pytest.raises(GroupError, match="no integrated mapping"):
        encode_point(curve_group(10), 5)


@pytest.mark.parametrize("number", [0, 1, -1])
def test_a_number_whose_power_is_neutral_is_refused(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    group = prime_group(0)
    monkeypatch.setattr("hal.eid.mapping.pseudo_random", lambda *_: number % group.p)
    with pytest.raises(GroupError, match="neutral"):
        map_integrated(group, AES_128, bytes(16), bytes(16))


@pytest.mark.parametrize("suite", CIPHER_SUITES.values(), ids=lambda suite: suite.token_algorithm)
def test_nonces_of_the_wrong_length_are_refused(suite: CipherSuite) -> None:
    for chip, own in (
        (bytes(suite.nonce_size - 16), bytes(suite.key_size)),
        (bytes(suite.nonce_size + 16), bytes(suite.key_size)),
        (bytes(suite.nonce_size), bytes(suite.key_size - 8)),
    ):
        with pytest.raises(GroupError):
            map_integrated(curve_group(13), suite, chip, own)
