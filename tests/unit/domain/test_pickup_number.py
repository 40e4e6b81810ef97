"""The pickup number: its check digit, and what is kept of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.adapters.number_tag import number_tag
from controller.domain.pickup_number import (
    check_digit,
    digest_of_tag,
    is_pickup_number,
    keyed_digest,
    secret_of_tag,
)
from kiosk_ui.pickup_number import is_pickup_number as the_pages_say

#: As the reference implementation of argon2 gives it (argon2 -id -t 2 -k 19456 -p 1 -l 64).
TAG = (
    "08c3c72bbfc8d2f50811a7a9518f45769fa28a50d4f5632fdd6c4656a5cc3f76"
    "6305ce84b376ce172701b0dbe9735d862264d1aada19f4df03b4e1afb5f18e24"
)
ELEVEN = st.text("0123456789", min_size=11, max_size=11)


def test_the_check_digit_is_that_of_the_standard() -> None:
    """ISO/IEC 7064, MOD 11,10, by its definition: with the check digit the recursion ends at one."""
    for number in ("00000000001", "12345678901", "86095742719", "99999999999"):
        product = 10
        for digit in number:
            total = (int(digit) + product) % 10
            product = ((total or 10) * 2) % 11
        assert (product + int(check_digit(number))) % 10 == 1


@given(ELEVEN)
def test_box_and_pages_agree(eleven: str) -> None:
    right = check_digit(eleven)
    for digit in "0123456789":
        assert is_pickup_number(eleven + digit) == the_pages_say(eleven + digit) == (digit == right)


@given(ELEVEN, st.integers(0, 11), st.integers(1, 9))
def test_every_single_wrong_digit_is_found(eleven: str, place: int, more: int) -> None:
    number = eleven + check_digit(eleven)
    wrong = str((int(number[place]) + more) % 10)
    assert not is_pickup_number(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "1" * 11, "1" * 13, "12345678901x", "１２３４５６７８９０１２", "1234 5678 9012", "-12345678901"]
)
def test_anything_else_is_no_number(text: str) -> None:
    assert not is_pickup_number(text)


def test_no_error_quotes_what_was_typed() -> None:
    with pytest.raises(ValueError, match="eleven digits") as wrong:
        check_digit("4711471147")
    assert "4711" not in str(wrong.value)


def test_the_tag_is_argon2id_of_the_number_and_the_box() -> None:
    """Whoever makes numbers needs exactly this: version 19, m = 19 MiB, t = 2, p = 1, 64 bytes."""
    tag = number_tag("123456789018", bytes(range(16)))
    assert tag.hex() == TAG
    assert digest_of_tag(tag) + secret_of_tag(tag) == tag
    assert number_tag("123456789018", bytes(16)) != tag, "another box, another tag"


def test_what_is_stored_says_nothing_without_the_devices_key() -> None:
    digest = bytes(32)
    assert keyed_digest(b"k" * 32, digest) != digest
    assert keyed_digest(b"k" * 32, digest) != keyed_digest(b"l" * 32, digest)


def test_a_tag_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        digest_of_tag(bytes(32))
