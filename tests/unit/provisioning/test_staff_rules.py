"""What a staff id, a role and a PIN may be."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.wire.codes import SecretText
from provisioning.errors import ProvisioningError
from provisioning.staff import check_pin, check_roles, check_staff_id


@pytest.mark.parametrize("pin", ["0000", "1111", "123456", "0123456789", "4321", "987654", "9012", "98765432109"])
def test_a_pin_that_a_stranger_tries_first_is_refused(pin: str) -> None:
    with pytest.raises(ProvisioningError) as caught:
        check_pin(SecretText(pin))
    assert caught.value.code == "guessable_pin"


@pytest.mark.parametrize("pin", ["", "123", "1357924680135", "12a4", "12 4", "１２３５", "5829\n", "-582"])
def test_what_is_no_pin_is_refused_without_repeating_it(pin: str) -> None:
    with pytest.raises(ProvisioningError) as caught:
        check_pin(SecretText(pin))
    assert caught.value.code == "bad_pin"
    assert not pin or pin not in str(caught.value)


@given(st.from_regex(r"[0-9]{4,12}", fullmatch=True))
def test_any_other_run_of_digits_is_a_pin(pin: str) -> None:
    digits = [int(digit) for digit in pin]
    run = any(all((b - a) % 10 == step for a, b in itertools.pairwise(digits)) for step in (0, 1, 9))
    if not run and pin.isascii():
        check_pin(SecretText(pin))


def test_roles_come_in_their_usual_order_and_once() -> None:
    assert check_roles(["supervisor", "loader", "loader"]) == ("loader", "supervisor")


@pytest.mark.parametrize("roles", [[], ["loader", "boss"], ["Loader"]])
def test_roles_that_do_not_exist_are_named(roles: list[str]) -> None:
    with pytest.raises(ProvisioningError, match="loader, supervisor, technician, auditor"):
        check_roles(roles)


@pytest.mark.parametrize("staff", ["", "Erika Muster", "a" * 33, "../x", "ü"])
def test_an_id_is_no_name(staff: str) -> None:
    with pytest.raises(ProvisioningError, match="personnel id"):
        check_staff_id(staff)
