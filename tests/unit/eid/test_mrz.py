"""Machine readable zones: the standard's examples, every check digit, nothing mended, nothing told."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.eid.mrz import MrzError, MrzSize, parse_mrz
from hal.wire.document_key import check_digit
from hal.wire.holder import holder_candidates

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/icao/machine-readable-zones.json").read_text())
TODAY = date(2026, 11, 22)
PASSPORT = "\n".join(VECTORS["zones"][2]["lines"])


@pytest.mark.parametrize("zone", VECTORS["zones"], ids=lambda zone: f"{zone['size']}-{zone['document_number']}")
def test_the_standards_examples(zone: dict[str, Any]) -> None:
    mrz = parse_mrz("\n".join(zone["lines"]))
    assert mrz.size is MrzSize[zone["size"]]
    assert mrz.document_number == zone["document_number"]
    assert mrz.access_information == zone["access_information"]
    assert list(holder_candidates(mrz, TODAY)) == zone["holder"]


def test_lines_may_come_without_line_ends() -> None:
    assert parse_mrz(PASSPORT.replace("\n", "")) == parse_mrz(PASSPORT)


def test_a_passport_field_by_field() -> None:
    mrz = parse_mrz(PASSPORT)
    assert (mrz.document_code, mrz.issuing_state, mrz.nationality, mrz.sex) == ("P", "UTO", "UTO", "F")
    assert (mrz.birth_date, mrz.expiry_date, mrz.optional_data) == ("740812", "120415", "ZE184226B")
    assert mrz.expires() == date(2012, 4, 15)


@pytest.mark.parametrize("zone", VECTORS["zones"], ids=lambda zone: f"{zone['size']}-{zone['document_number']}")
def test_no_digit_of_number_or_date_can_change_unnoticed(zone: dict[str, Any]) -> None:
    """Each character that goes into the access key, replaced by each other digit."""
    text = "".join(zone["lines"])
    right = parse_mrz(text)
    for at, character in enumerate(text):
        if not character.isdigit():
            continue
        for other in "0123456789":
            if other != character:
                with pytest.raises(MrzError):
                    parse_mrz(text[:at] + other + text[at + 1 :])
    assert parse_mrz(text) == right


@given(st.text(alphabet="ABCXYZ0123456789< ", min_size=70, max_size=95))
def test_noise_is_an_error_of_its_own_kind(text: str) -> None:
    with pytest.raises(MrzError):
        parse_mrz(text)


@given(st.text(max_size=100))
def test_any_text_is_a_zone_or_an_error(text: str) -> None:
    with pytest.raises(MrzError):
        parse_mrz(text)


def _td1(
    *, number: str = "L01X00T47", birth: str = "830812", expiry: str = "330801", name: str = "MUSTERMANN<<ERIKA"
) -> str:
    upper = ("ID" + "D<<" + number + check_digit(number)).ljust(30, "<")
    middle = birth + check_digit(birth) + "F" + expiry + check_digit(expiry) + "D<<" + "<" * 11
    composite = check_digit(upper[5:30] + middle[:7] + middle[8:15] + middle[18:29])
    return "\n".join((upper, middle + composite, name.ljust(30, "<")))


@pytest.mark.parametrize(
    ("birth", "holders"),
    [
        ("<<<<<<", ["00000000"]),
        ("83<<<<", ["19830000"]),
        ("8308<<", ["19830800"]),
        ("26<<<<", ["20260000", "19260000"]),
        ("261122", ["20261122", "19261122"]),
        ("261123", ["19261123"]),
        ("060101", ["20060101", "19060101"]),
        ("050101", ["20050101"]),
        ("270101", ["19270101"]),
    ],
)
def test_what_is_not_known_of_a_birth_and_which_century(birth: str, holders: list[str]) -> None:
    mrz = parse_mrz(_td1(birth=birth))
    assert list(holder_candidates(mrz, TODAY)) == [f"MUSTERMANN|ERIKA|{born}" for born in holders]


@pytest.mark.parametrize("expiry", ["331301", "330231", "330800"])
def test_a_day_of_expiry_that_there_is_not(expiry: str) -> None:
    with pytest.raises(MrzError):
        parse_mrz(_td1(expiry=expiry)).expires()


@pytest.mark.parametrize(
    "broken",
    [
        {"expiry": "33<<<<"},
        {"birth": "8<0812"},
        {"name": "<" * 30},
        {"name": "MUSTERMANN<<ER1KA"},
        {"number": "<<<<<<<<<"},
    ],
)
def test_fields_have_their_form(broken: dict[str, str]) -> None:
    with pytest.raises(MrzError):
        parse_mrz(_td1(**broken))


def test_a_single_name_may_stand_on_either_side() -> None:
    for name in ("SUDARPA", "<<SUDARPA"):
        assert holder_candidates(parse_mrz(_td1(name=name)), TODAY) == ("SUDARPA||19830812",)


def test_an_empty_personal_number_may_have_no_check_digit() -> None:
    upper, lower = PASSPORT.split("\n")
    for digit in "<0":
        empty = lower[:28] + "<" * 14 + digit
        composite = check_digit(empty[:10] + empty[13:20] + empty[21:43])
        assert parse_mrz(f"{upper}\n{empty}{composite}").optional_data == ""


def test_nothing_of_a_person_is_shown() -> None:
    mrz = parse_mrz(PASSPORT)
    for part in ("ERIKSSON", "740812", "L898902C3", "ZE184226B"):
        assert part not in repr(mrz)
        with pytest.raises(MrzError) as caught:
            parse_mrz(PASSPORT.replace("L898902C3", "L898902C4"))
        assert part not in str(caught.value)
