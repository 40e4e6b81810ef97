"""Whose signer may have signed whose document (ICAO Doc 9303-12: country of a certificate; 9303-3: code of a zone)."""

from __future__ import annotations

import pytest
from babel.core import get_global

from hal.eid.issuing_states import ALPHA_2, may_sign_for


@pytest.mark.parametrize(
    ("country", "state"),
    [
        ("DE", "D"),
        ("AT", "AUT"),
        ("FR", "FRA"),
        ("GB", "GBR"),
        ("GB", "GBD"),
        ("GB", "BMU"),
        ("CN", "CHN"),
        ("HK", "CHN"),
        ("EU", "EUE"),
        ("UN", "UNO"),
        ("ZZ", "UNO"),
        ("UN", "UNA"),
        ("KS", "RKS"),
        ("XO", "XOM"),
        ("XPO", "XPO"),
        ("AUT", "AUT"),
        ("UT", "UTO"),
    ],
)
def test_a_state_signs_its_own_documents(country: str, state: str) -> None:
    assert may_sign_for(country, state)


@pytest.mark.parametrize(
    ("country", "state"),
    [
        ("FR", "D"),
        ("D", "FRA"),
        ("DE", "AUT"),
        ("AT", "AUS"),
        ("CN", "HKG"),
        ("UN", "D"),
        ("ZZ", "D"),
        ("EU", "D"),
        ("XX", "XXA"),
        ("", ""),
        ("DE", ""),
        ("", "D"),
        ("QQ", "QQQ"),
    ],
)
def test_nobody_signs_for_another_state(country: str, state: str) -> None:
    assert not may_sign_for(country, state)


def test_the_table_is_iso_3166_1() -> None:
    """As the CLDR has it, which is another source."""
    aliases = get_global("territory_aliases")
    assert len(ALPHA_2) == 249
    assert {alpha_3: [alpha_2] for alpha_3, alpha_2 in ALPHA_2.items()} == {one: aliases[one] for one in ALPHA_2}
