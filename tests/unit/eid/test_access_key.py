from __future__ import annotations

import pytest

from hal.eid.access_key import CardAccessNumber, MrzKey


@pytest.mark.parametrize(
    ("number", "birth", "expiry", "information"),
    [
        ("L898902C", "690806", "940623", "L898902C<369080619406236"),  # 9303-11, D.2
        ("T22000129", "640812", "101031", "T22000129364081251010318"),  # 9303-11, G.1
        ("C11T002JM", "960812", "231031", "C11T002JM496081222310314"),  # 9303-11, I.1
        ("d23145890734", "340712", "950712", "D23145890734934071279507122"),  # 9303-11, D.2: longer than nine
    ],
)
def test_what_is_taken_from_a_machine_readable_zone(number: str, birth: str, expiry: str, information: str) -> None:
    assert MrzKey.of(number, birth, expiry) == MrzKey(information)


@pytest.mark.parametrize("digits", ["", "12345", "1234567", "12345a", "12345²", "١٢٣٤٥٦"])
def test_a_can_has_six_digits(digits: str) -> None:
    with pytest.raises(ValueError, match="six digits") as refused:
        CardAccessNumber(digits)
    assert not digits or digits not in str(refused.value)


@pytest.mark.parametrize(
    "information", ["", "L898902C<36908061940623", "L898902C<36908061940623ß", "l898902c<369080619406236"]
)
def test_other_characters_are_in_no_machine_readable_zone(information: str) -> None:
    with pytest.raises(ValueError, match="machine readable zone"):
        MrzKey(information)


@pytest.mark.parametrize("dates", [("69080", "940623"), ("690806", "1994-06-23"), ("6908ß6", "940623")])
def test_dates_have_six_characters(dates: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r"YYMMDD|machine readable"):
        MrzKey.of("L898902C", *dates)


def test_keys_are_not_shown() -> None:
    assert "123456" not in repr(CardAccessNumber("123456"))
    assert "L898902C" not in repr(MrzKey("L898902C<369080619406236"))
