"""What the pages post is read strictly and repeated nowhere."""

from __future__ import annotations

import datetime
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from kiosk_ui.forms import FORM, JSON, FactorForm, Form, FormError, NumberForm, read_form
from kiosk_ui.pickup_number import is_pickup_number


def request(body: bytes, content_type: str) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", content_type.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)))
def test_every_date_there_is_becomes_eight_digits(date: datetime.date) -> None:
    for day, month in ((f"{date.day:02d}", f"{date.month:02d}"), (str(date.day), str(date.month))):
        assert FactorForm(day=day, month=month, year=str(date.year)).factor() == f"{date:%Y%m%d}"


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("31", "02", "1990"),
        ("29", "02", "1900"),
        ("0", "1", "1990"),
        ("1", "13", "1990"),
        ("1", "1", "90"),
        ("", "1", "1990"),
        ("１", "1", "1990"),
        ("+1", "1", "1990"),
        ("1", "1", "1899"),
    ],
)
def test_a_date_that_does_not_exist(day: str, month: str, year: str) -> None:
    with pytest.raises(FormError, match="no_such_date"):
        FactorForm(day=day, month=month, year=year).factor()


@given(st.from_regex(r"[0-9]{4,12}", fullmatch=True, alphabet=st.characters(max_codepoint=127)))
def test_a_pin_is_taken_as_it_is(pin: str) -> None:
    assert FactorForm(value=pin).factor() == pin


@given(st.text(min_size=1, max_size=20).filter(lambda text: not (text.isascii() and text.isdigit())))
def test_what_is_no_pin_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(FormError) as caught:
        FactorForm(value=text, day="1", month="1", year="1990").factor()
    assert str(caught.value) == "pin"


@pytest.mark.parametrize("pin", ["1", "123", "1234567890123"])
def test_a_pin_has_four_to_twelve_digits(pin: str) -> None:
    with pytest.raises(FormError, match="pin"):
        FactorForm(value=pin).factor()


def test_a_form_shows_nothing_of_what_is_in_it() -> None:
    assert "8351" not in f"{FactorForm(value='8351')!r} {FactorForm(value='8351')} {[FactorForm(value='8351')]}"


@pytest.mark.parametrize(
    ("tag", "shown"), [("3-17", (3, 17)), ("17", (None, 17)), ("", None), ("a", None), ("-1", None), ("1-2-3", None)]
)
def test_the_tag_a_page_showed(tag: str, shown: tuple[int | None, int] | None) -> None:
    if shown is None:
        with pytest.raises(FormError):
            Form(revision=tag).shown()
    else:
        assert Form(revision=tag).shown() == shown


async def test_form_and_json_say_the_same() -> None:
    fields = {"session": "S-1", "revision": "3-4", "value": "1234"}
    a = await read_form(request(json.dumps(fields).encode(), JSON), FactorForm)
    b = await read_form(request(urlencode(fields).encode(), FORM + "; charset=utf-8"), FactorForm)
    assert a == b == FactorForm(session="S-1", revision="3-4", value="1234")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"value": "1234", "extra": "1"}', JSON),
        (b'{"value": 1234}', JSON),
        (b'["1234"]', JSON),
        (b'{"value": "1234"', JSON),
        (b"value=1234&value=1234", FORM),
        (b"value", FORM),
        (b"value=\xff", FORM),
        (b'{"value": "1234"}', "text/plain"),
        (b'{"value": "1234"}', ""),
        (b'{"value": "' + b"1" * 300 + b'"}', JSON),
    ],
)
async def test_everything_else_is_refused_without_repeating_it(body: bytes, content_type: str) -> None:
    with pytest.raises(FormError) as caught:
        await read_form(request(body, content_type), FactorForm)
    assert "1234" not in str(caught.value)
    assert caught.value.__cause__ is None


@given(st.integers(0, 10**11 - 1), st.data())
def test_a_pickup_number_has_one_check_digit_that_finds_every_wrong_digit(number: int, data: st.DataObject) -> None:
    right = [f"{number:011d}{digit}" for digit in range(10) if is_pickup_number(f"{number:011d}{digit}")]
    assert len(right) == 1
    assert NumberForm(number=right[0]).checked() == right[0]
    place = data.draw(st.integers(0, 11))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != right[0][place]]))
    with pytest.raises(FormError, match="number_typo"):
        NumberForm(number=right[0][:place] + digit + right[0][place + 1 :]).checked()


@pytest.mark.parametrize("number", ["", "12345678901", "1234567890144", "12345678901４", "1234 5678 901", "abc"])
def test_what_is_no_number_is_a_typo_and_is_not_repeated(number: str) -> None:
    with pytest.raises(FormError) as caught:
        NumberForm(number=number).checked()
    assert str(caught.value) == "number_typo"
