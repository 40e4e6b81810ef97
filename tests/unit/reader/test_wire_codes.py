"""Which text is a code of ours, and which mode lets it out."""

from __future__ import annotations

import copy
import pickle
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.wire import (
    ALLOWED,
    BadgeCode,
    OrderBarcode,
    PickupCode,
    ScanMode,
    ScanReport,
    SecretText,
    Symbology,
    admits,
    classify,
)

BASE32 = string.ascii_uppercase + "234567"
token = st.text(alphabet=BASE32, min_size=26, max_size=26)
order = st.from_regex(r"[A-Z0-9][A-Z0-9-]{3,39}", fullmatch=True).filter(lambda text: not text.startswith("ABHOLFACH"))


@given(token)
def test_tokens_are_told_apart_by_their_prefix(token: str) -> None:
    assert isinstance(classify(f"ABHOLFACH-P-{token}"), PickupCode)
    assert isinstance(classify(f"ABHOLFACH-B-{token}"), BadgeCode)


@given(order)
def test_order_barcodes(text: str) -> None:
    code = classify(text)
    assert isinstance(code, OrderBarcode)
    assert code.text.reveal() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ABC",
        "-ABC",
        "A" * 41,
        "abcd",
        "ABCD\n",
        "ABCD ",
        "ÄBCD",
        "ABHOLFACH",
        "ABHOLFACH-X-AAAA",
        "ABHOLFACH-P-" + "A" * 25,
        "ABHOLFACH-P-" + "A" * 27,
        "ABHOLFACH-P-" + "a" * 26,
        "ABHOLFACH-P-" + "A" * 25 + "1",
        "ABHOLFACH-P-" + "A" * 25 + "\n",
        "ABHOLFACH-P-" + "A" * 26 + "\n",
        "ABHOLFACH-P-" + "Ａ" * 26,
        "https://example.org/ABHOLFACH-P-" + "A" * 26,
    ],
)
def test_anything_else_is_none_of_ours(text: str) -> None:
    assert classify(text) is None


@given(st.text(max_size=80), st.sampled_from(ScanMode), st.sampled_from(Symbology))
def test_what_is_admitted_is_always_one_of_the_modes_kinds(text: str, mode: ScanMode, symbology: Symbology) -> None:
    code = admits(mode, text, symbology)
    if code is not None:
        assert type(code) in ALLOWED[mode].kinds
        assert code.text.reveal() == text
        assert len(text) <= ALLOWED[mode].max_length


PICKUP, BADGE, ORDER = "ABHOLFACH-P-" + "A" * 26, "ABHOLFACH-B-" + "B" * 26, "ORD-2026-0001"


@pytest.mark.parametrize(
    ("mode", "admitted"),
    [
        (ScanMode.PICKUP, {PICKUP, BADGE}),
        (ScanMode.LOADING, {PICKUP, BADGE, ORDER}),
        (ScanMode.BADGE, {BADGE}),
        (ScanMode.SLIP, {PICKUP, ORDER}),
        (ScanMode.DOCUMENT_KEY, set()),
        (ScanMode.OFF, set()),
    ],
)
def test_each_mode_admits_its_own(mode: ScanMode, admitted: set[str]) -> None:
    assert {text for text in (PICKUP, BADGE, ORDER) if admits(mode, text, Symbology.QR)} == admitted


@pytest.mark.parametrize("symbology", [Symbology.CODE_128, Symbology.CODE_39, Symbology.DATA_MATRIX])
@pytest.mark.parametrize("mode", list(ScanMode))
def test_tokens_come_as_qr_only(mode: ScanMode, symbology: Symbology) -> None:
    assert admits(mode, PICKUP, symbology) is None
    assert admits(mode, BADGE, symbology) is None


def test_an_order_as_bars_is_for_loading_only() -> None:
    admitting = {mode for mode in ScanMode if admits(mode, ORDER, Symbology.CODE_128)}
    assert admitting == {ScanMode.LOADING, ScanMode.SLIP}


def test_a_secret_does_not_show() -> None:
    secret = SecretText(PICKUP)
    report = ScanReport(secret, Symbology.QR, 1, "qr")
    shown = f"{secret} {secret!r} {report!r} {classify(PICKUP)!r} {[secret]} {secret:}"
    assert PICKUP not in shown
    assert "…" in shown
    assert secret == SecretText(PICKUP)
    assert secret != PICKUP
    for copying in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copying(secret)
