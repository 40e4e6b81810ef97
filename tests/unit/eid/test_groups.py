"""Multiplication on every standardised group, against another implementation (the `ecdsa` package) and plain powers."""

from __future__ import annotations

from dataclasses import replace

import ecdsa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.eid import modular_group
from hal.eid.domain_parameters import standardised
from hal.eid.elliptic_group import EllipticGroup
from hal.eid.key_agreement import GroupError
from hal.eid.modular_group import ModularGroup

CURVES = {
    8: ecdsa.NIST192p,
    9: ecdsa.BRAINPOOLP192r1,
    10: ecdsa.NIST224p,
    11: ecdsa.BRAINPOOLP224r1,
    12: ecdsa.NIST256p,
    13: ecdsa.BRAINPOOLP256r1,
    14: ecdsa.BRAINPOOLP320r1,
    15: ecdsa.NIST384p,
    16: ecdsa.BRAINPOOLP384r1,
    17: ecdsa.BRAINPOOLP512r1,
    18: ecdsa.NIST521p,
}
NUMBERS = st.integers(min_value=0, max_value=2**521)


def curve_group(parameter_id: int) -> EllipticGroup:
    group = standardised(parameter_id)
    assert isinstance(group, EllipticGroup)
    return group


def prime_group(parameter_id: int) -> ModularGroup:
    group = standardised(parameter_id)
    assert isinstance(group, ModularGroup)
    return group


def point_of(group: EllipticGroup, parameter_id: int, number: int) -> bytes:
    """``number`` times the generator, reckoned by the other implementation."""
    point = CURVES[parameter_id].generator * number
    return group.encode((int(point.x()), int(point.y())))


@pytest.mark.parametrize("parameter_id", CURVES)
def test_parameters_are_the_standard_ones(parameter_id: int) -> None:
    curve, other = curve_group(parameter_id).curve, CURVES[parameter_id]
    assert (curve.p, curve.a, curve.b) == (other.curve.p(), other.curve.a() % other.curve.p(), other.curve.b())
    assert curve.generator == (other.generator.x(), other.generator.y())
    assert (curve.order, curve.cofactor) == (other.order, 1)


@pytest.mark.parametrize("parameter_id", CURVES)
@given(private=NUMBERS, other=NUMBERS)
def test_multiplication_as_another_implementation_does_it(parameter_id: int, private: int, other: int) -> None:
    group = curve_group(parameter_id)
    private, other = private % (group.curve.order - 1) + 1, other % (group.curve.order - 1) + 1
    pair = group.key_pair(private)
    expected = point_of(group, parameter_id, private * other)
    assert pair.public == point_of(group, parameter_id, private)
    assert pair.multiply(point_of(group, parameter_id, other)) == expected
    assert pair.agree(point_of(group, parameter_id, other)) == expected[1 : 1 + group.curve.field_octets]


@pytest.mark.parametrize("parameter_id", CURVES)
def test_the_smallest_and_largest_numbers(parameter_id: int) -> None:
    group = curve_group(parameter_id)
    order = group.curve.order
    for private in (1, 2, 3, order - 2, order - 1):
        pair = group.key_pair(private)
        for other in (1, 2, 3, (order + 1) // 2, order - 2, order - 1):
            assert pair.multiply(point_of(group, parameter_id, other)) == point_of(group, parameter_id, private * other)


@pytest.mark.parametrize("parameter_id", CURVES)
def test_addition(parameter_id: int) -> None:
    group = curve_group(parameter_id)
    points = {number: point_of(group, parameter_id, number) for number in (1, 2, 5, group.curve.order - 2)}
    assert group.combine(points[1], points[1]) == points[2]
    assert group.combine(points[1], points[5]) == point_of(group, parameter_id, 6)
    with pytest.raises(GroupError):
        group.combine(points[2], points[group.curve.order - 2])


@pytest.mark.parametrize("parameter_id", CURVES)
def test_fresh_keys_agree(parameter_id: int) -> None:
    group = curve_group(parameter_id)
    mine, theirs = group.generate(), group.generate()
    assert mine.public != theirs.public
    assert mine.agree(group.decode(theirs.public)) == theirs.agree(group.decode(mine.public))


@pytest.mark.parametrize("parameter_id", CURVES)
def test_what_is_no_point_is_refused(parameter_id: int) -> None:
    group = curve_group(parameter_id)
    size, p = group.curve.field_octets, group.curve.p
    good = group.generator
    x, y = group.point(good)
    for octets in (
        b"",
        b"\x00",
        good[:-1],
        good + b"\x00",
        bytes((2 + (y & 1),)) + good[1 : 1 + size],
        b"\x06" + good[1:],
        good[:-1] + bytes((good[-1] ^ 1,)),
        b"\x04" + bytes(2 * size),
        b"\x04" + (x + p if (x + p).bit_length() <= 8 * size else p).to_bytes(size, "big") + good[1 + size :],
        b"\x04" + p.to_bytes(size, "big") + good[1 + size :],
    ):
        with pytest.raises(GroupError):
            group.decode(octets)
    assert group.decode(good) == good


@given(octets=st.binary(min_size=64, max_size=64))
def test_openssl_takes_no_point_that_we_would_refuse(octets: bytes) -> None:
    group = curve_group(13)
    with pytest.raises(GroupError):
        group.decode(b"\x04" + octets)
    with pytest.raises(GroupError):
        group.key_pair(7).agree(b"\x04" + octets)


@pytest.mark.parametrize("parameter_id", [0, 1, 2])
def test_prime_groups_are_what_they_claim(parameter_id: int) -> None:
    group = prime_group(parameter_id)
    assert (group.p - 1) % group.q == 0
    assert pow(group.g, group.q, group.p) == 1 != group.g
    assert f"{group.p.bit_length()}-{group.q.bit_length()}" in group.name
    for number in (group.p, group.q):
        assert pow(2, number - 1, number) == 1


@pytest.mark.parametrize("parameter_id", [0, 1, 2])
def test_powers_and_what_is_sent(parameter_id: int) -> None:
    group = prime_group(parameter_id)
    mine, theirs = group.generate(), group.generate()
    assert mine.agree(group.decode(theirs.public)) == theirs.agree(group.decode(mine.public))
    pair = group.key_pair(5)
    assert pair.public == modular_group.encode(pow(group.g, 5, group.p))
    assert pair.multiply(pair.public) == modular_group.encode(pow(group.g, 25, group.p))
    assert group.combine(pair.public, pair.public) == modular_group.encode(pow(group.g, 10, group.p))
    with pytest.raises(GroupError):
        group.combine(pair.public, modular_group.encode(pow(group.g, group.q - 5, group.p)))


def test_a_shared_secret_keeps_its_leading_zeros_and_a_public_key_has_none() -> None:
    group = prime_group(0)
    number = 1
    while (small := pow(group.g, number, group.p)).bit_length() > 1016:
        number += 1
    pair = group.key_pair(number)
    assert len(pair.public) == (small.bit_length() + 7) // 8 < 128
    one = group.key_pair(1)
    assert len(one.agree(pair.public)) == 128
    assert group.decode(bytes(128 - len(pair.public)) + pair.public) == pair.public


@pytest.mark.parametrize("parameter_id", [0, 1, 2])
def test_what_is_no_member_of_the_subgroup_is_refused(parameter_id: int) -> None:
    group = prime_group(parameter_id)
    for number in (0, 1, 2, group.p - 1, group.p, group.p + group.g, (group.p - group.g) % group.p):
        with pytest.raises(GroupError):
            group.decode(modular_group.encode(number))
    with pytest.raises(GroupError):
        group.decode(b"\x00" + group.g.to_bytes(group.octets, "big"))


@pytest.mark.parametrize("parameter_id", [0, 13, 14])
def test_zero_is_no_private_key(parameter_id: int) -> None:
    group = standardised(parameter_id)
    assert group is not None
    order = group.q if isinstance(group, ModularGroup) else curve_group(parameter_id).curve.order
    for number in (0, order, 2 * order):
        with pytest.raises(GroupError):
            group.key_pair(number)


def test_only_curves_of_which_every_point_has_the_order() -> None:
    with pytest.raises(ValueError, match="cofactor"):
        EllipticGroup(replace(curve_group(13).curve, cofactor=4))


@pytest.mark.parametrize("parameter_id", [3, 4, 5, 6, 7, 19, 31, 32, -1, None])
def test_reserved_numbers_stand_for_nothing(parameter_id: int | None) -> None:
    assert standardised(parameter_id) is None


@pytest.mark.parametrize("parameter_id", [0, 13, 14])
def test_private_numbers_are_not_shown(parameter_id: int) -> None:
    group = standardised(parameter_id)
    assert group is not None
    shown = repr(group.key_pair(123456789))
    assert "123456789" not in shown
    assert "75bcd15" not in shown
