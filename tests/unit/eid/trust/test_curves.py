"""Explicit parameters are a curve only as a whole; the constants are those of another implementation."""

from __future__ import annotations

import ecdsa.curves
import pytest
from asn1crypto import keys
from hypothesis import given
from hypothesis import strategies as st

from hal.eid import curves
from hal.eid.curves import CURVES, NamedCurve
from hal.eid.outcome import NotAccepted, NotPossible, Reason
from hal.eid.signatures import load_public_key
from simulator.card import der
from simulator.card.signing import CurveForm
from tests.unit.eid.trust.state import curve_key


def parameters(curve: NamedCurve) -> tuple[int, int, int, bytes, int, int]:
    x, y = (value.to_bytes(curve.field_octets, "big") for value in curve.generator)
    return curve.p, curve.a, curve.b, b"\x04" + x + y, curve.order, curve.cofactor


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_the_constants_are_those_of_the_ecdsa_package(curve: NamedCurve) -> None:
    known = next(one for one in ecdsa.curves.curves if one.oid and ".".join(map(str, one.oid)) == curve.oid)
    assert (curve.p, curve.a, curve.b) == (known.curve.p(), known.curve.a() % curve.p, known.curve.b())
    assert curve.generator == (known.generator.x(), known.generator.y())
    assert (curve.order, curve.cofactor) == (known.order, known.curve.cofactor())


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_all_parameters_together_are_the_curve(curve: NamedCurve) -> None:
    assert curves.by_parameters(*parameters(curve)) is curve
    assert curves.by_name(curve.oid) is curve


@given(st.sampled_from(CURVES), st.integers(0, 5), st.integers(0, 600))
def test_one_changed_bit_of_one_parameter_is_no_curve(curve: NamedCurve, which: int, bit: int) -> None:
    given_ = list(parameters(curve))
    value = given_[which]
    if isinstance(value, bytes):
        octet = bit % len(value)
        given_[which] = value[:octet] + bytes((value[octet] ^ (1 << bit % 8),)) + value[octet + 1 :]
    else:
        assert isinstance(value, int)
        given_[which] = value ^ (1 << bit)
    with pytest.raises(NotAccepted) as caught:
        curves.by_parameters(*given_)  # type: ignore[arg-type]
    assert caught.value.reason is Reason.CURVE_UNKNOWN


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_a_cofactor_that_is_left_out_or_a_base_point_cut_short_is_no_curve(curve: NamedCurve) -> None:
    p, a, b, generator, order, cofactor = parameters(curve)
    compressed = bytes((2 + generator[-1] % 2,)) + generator[1 : 1 + curve.field_octets]
    for changed in ((p, a, b, generator, order, None), (p, a, b, compressed, order, cofactor)):
        with pytest.raises(NotAccepted) as caught:
            curves.by_parameters(*changed)
        assert caught.value.reason is Reason.CURVE_UNKNOWN


def test_a_field_of_characteristic_two_is_no_curve() -> None:
    specified = der.sequence(
        der.integer(1),
        der.sequence(der.object_identifier("1.2.840.10045.1.2"), der.integer(163)),
        der.sequence(der.octets(b"\x01"), der.octets(b"\x02")),
        der.octets(b"\x04\x01\x02"),
        der.integer(5),
        der.integer(1),
    )
    with pytest.raises(NotAccepted) as caught:
        curves.of_parameters(keys.ECDomainParameters.load(specified))
    assert caught.value.reason is Reason.CURVE_UNKNOWN


def test_curves_without_arithmetic_here_are_unsupported_not_refused() -> None:
    for name in ("brainpoolP224r1", "brainpoolP320r1"):
        curve = next(one for one in CURVES if one.name == name)
        with pytest.raises(NotPossible) as caught:
            curve.public_key(parameters(curve)[3])
        assert caught.value.reason is Reason.ALGORITHM_UNSUPPORTED


@pytest.mark.parametrize("form", [CurveForm.NAMED, CurveForm.EXPLICIT])
def test_a_point_off_its_curve_is_no_key(form: CurveForm) -> None:
    info = curve_key("brainpoolP256r1", form=form).public_key_info()
    load_public_key(info)
    with pytest.raises(NotAccepted) as caught:
        load_public_key(info[:-1] + bytes((info[-1] ^ 1,)))
    assert caught.value.reason is Reason.DATA_MALFORMED
