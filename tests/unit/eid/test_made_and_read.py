"""Whoever makes a credential and the card reader agree: the verifiers of a name are those of its document's chip."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from controller.domain.pickup_number import digest_of_tag, secret_of_tag
from controller.domain.verifiers import factor_key, token_secret
from hal.eid.mrz import parse_mrz
from hal.wire.document_key import check_digit
from hal.wire.holder import holder_candidates, verifiers
from simulator.pickup_codes import Holder, keyed, new_codes, normalised

TODAY = date(2026, 11, 22)


def _document(name: str, birth: str) -> str:
    lower = "C01X00T478" + "D<<" + birth + check_digit(birth) + "F" + "330801" + check_digit("330801") + "<" * 15
    return f"{'P<D<<' + name:<<44}\n{lower}{check_digit(lower[:10] + lower[13:20] + lower[21:43])}"


@pytest.mark.parametrize("factor", ["emrtd", "eid"])
@pytest.mark.parametrize(
    ("name", "birth", "same"),
    [
        ("MUELLER<<JOERG<UWE", "800229", True),
        ("MULLER<<JORG<UWE", "800229", True),
        ("MUXXLLER<<JOERG<UWE", "800229", True),
        ("MUELLER<<JOERG", "800229", False),
        ("MUELLER<<JOERG<UWE", "800228", False),
        ("MUELLER<JOERG<<UWE", "800229", False),
    ],
)
def test_the_right_document_matches_and_no_other(factor: str, name: str, birth: str, same: bool) -> None:
    made = new_codes("r1", Holder("29.02.1980", "", "Müller", "Jörg-Uwe"), None)
    stored = made.credentials[0]["verifiers"][factor]
    assert 1 <= len(stored) // 64 <= 8
    key = factor_key(token_secret(made.token), "r1", factor)
    read = verifiers(key, holder_candidates(parse_mrz(_document(name, birth)), TODAY))
    assert any(stored[at : at + 64] == one.hex() for at in range(0, len(stored), 64) for one in read) is same


def test_both_credentials_of_a_right_and_every_factor_have_keys_of_their_own() -> None:
    tag = bytes(range(64))
    values = normalised(Holder("29.02.1980", "", "Müller"))
    by_number = keyed(secret_of_tag(tag), "r1", values)
    by_code = keyed(digest_of_tag(tag)[:16], "r1", values)
    assert len({by_number["emrtd"], by_number["eid"], by_code["emrtd"], by_code["eid"]}) == 4
    assert keyed(secret_of_tag(tag), "r2", values) != by_number


@pytest.mark.parametrize(
    "told", [{"surname": "Müller"}, {"surname": "王", "birth_date": "1.1.1980"}, {"birth_date": "31.2.1980"}]
)
def test_what_makes_no_verifier_is_an_error_that_quotes_nothing(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"name|date") as caught:
        new_codes("r1", Holder(**told), None)
    assert not any(value in str(caught.value) for value in told.values())
    assert not any(value in repr(Holder(**told)) for value in told.values())
