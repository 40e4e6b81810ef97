"""Verifiers: the mathematics by their standards' own examples, and what people type."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.verifiers import (
    factor_key,
    hkdf_sha256,
    normalise_birth_date,
    normalise_pin,
    token_digest,
    token_secret,
    token_text,
    verifier,
)

TOKEN = "ABHOLFACH-P-AAAQEAYEAUDAOCAJBIFQYDIOB4"


@pytest.mark.parametrize(
    ("secret", "salt", "info", "expected"),
    [
        # RFC 5869, A.1 to A.3
        (
            "0b" * 22,
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            bytes(range(0x50)).hex(),
            bytes(range(0x60, 0xB0)).hex(),
            bytes(range(0xB0, 0x100)).hex(),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
            "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ),
        (
            "0b" * 22,
            "",
            "",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ],
)
def test_hkdf_by_the_examples_of_its_rfc(secret: str, salt: str, info: str, expected: str) -> None:
    length = len(expected) // 2
    assert hkdf_sha256(bytes.fromhex(secret), bytes.fromhex(salt), bytes.fromhex(info), length).hex() == expected


@given(st.binary(min_size=1, max_size=64), st.binary(max_size=64), st.binary(max_size=64), st.integers(1, 200))
def test_hkdf_agrees_with_a_library(secret: bytes, salt: bytes, info: bytes, length: int) -> None:
    assert hkdf_sha256(secret, salt, info, length) == HKDF(SHA256(), length, salt, info).derive(secret)


@pytest.mark.parametrize("length", [0, 8161])
def test_hkdf_refuses_lengths_it_cannot_give(length: int) -> None:
    with pytest.raises(ValueError, match="length"):
        hkdf_sha256(b"secret", b"", b"", length)


def test_a_verifier_depends_on_code_right_factor_and_value() -> None:
    secret = token_secret(TOKEN)
    assert secret == bytes(range(16))
    reference = verifier(factor_key(secret, "r1", "birth_date"), "19800229")
    assert reference.hex() == "ae35c0be22172a457f3ae7c556d36766a8e55ae23fe864cd9521d39aaf13a53c"
    for other in (
        verifier(factor_key(bytes(16), "r1", "birth_date"), "19800229"),
        verifier(factor_key(secret, "r2", "birth_date"), "19800229"),
        verifier(factor_key(secret, "r1", "pin"), "19800229"),
        verifier(factor_key(secret, "r1", "birth_date"), "19800228"),
    ):
        assert other != reference


@given(st.binary(min_size=16, max_size=16))
def test_a_code_carries_its_secret(secret: bytes) -> None:
    text = token_text(secret)
    assert len(text) == 38
    assert token_secret(text) == secret
    assert len(token_digest(text)) == 32


@given(st.binary(min_size=16, max_size=16), st.sampled_from("BCDFGHIJKLNOPQRSTVWXYZ2345"))
def test_a_code_has_one_spelling(secret: bytes, last: str) -> None:
    """26 characters carry 130 bits: of the four spellings of a secret one counts."""
    text = token_text(secret)[:-1] + last
    value = base64.b32decode("A" * 7 + last)[-1] & 0b11
    if value:
        with pytest.raises(ValueError, match="pickup code"):
            token_secret(text)


@pytest.mark.parametrize(
    "text", ["", "ABHOLFACH-P-", TOKEN[:-1], TOKEN + "A", TOKEN.lower(), TOKEN + "\n", TOKEN.replace("-P-", "-B-")]
)
def test_what_is_no_code(text: str) -> None:
    with pytest.raises(ValueError, match="not a pickup code"):
        token_secret(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19800229", "19800229"),
        ("1980-02-29", "19800229"),
        ("29.02.1980", "19800229"),
        (" 29.2.1980 ", "19800229"),
        ("29/02/1980", "19800229"),
        ("29 02 1980", "19800229"),
        ("٢٩.٠٢.١٩٨٠", "19800229"),
        ("۲۹.۰۲.۱۹۸۰", "19800229"),
        ("19800000", "19800000"),
        ("XX.XX.1980", "19800000"),
        ("xx.02.1980", "19800200"),
    ],
)
def test_birth_dates_as_people_write_them(text: str, expected: str) -> None:
    assert normalise_birth_date(text) == expected


@pytest.mark.parametrize(
    "text", ["", "29.02.1981", "31.04.1980", "1980", "29.02.80", "29.XX.1980", "00000000", "19801301", "1" * 100_000]
)
def test_what_is_no_birth_date(text: str) -> None:
    with pytest.raises(ValueError, match="not a date of birth") as caught:
        normalise_birth_date(text)
    assert not text or text not in str(caught.value)


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_refused_without_being_quoted(text: str) -> None:
    for normalise, digits in ((normalise_birth_date, 8), (normalise_pin, 0)):
        said = ""
        try:
            result = normalise(text)
        except ValueError as error:
            said = str(error)
            result = "0" * digits or "0"
        assert len(text) < 4 or text not in said
        assert result.isascii()
        assert result.isdigit()
        assert not digits or len(result) == digits


def test_pins() -> None:
    assert normalise_pin(" 12 34-56") == "123456"
    assert normalise_pin("١٢٣٤") == "1234"
    for wrong in ("123", "1" * 13, "12a4", "", "²³¹¹"):
        with pytest.raises(ValueError, match="a PIN has 4 to 12 digits"):
            normalise_pin(wrong)
