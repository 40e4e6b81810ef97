"""What the pages post: read strictly, never repeated in an answer or a log.

A body is a form or a JSON object of strings. Everything in it is treated as a secret: the values live in structs
whose repr is ``…``, and a `FormError` names a field at most, never what stood in it.
"""

from __future__ import annotations

import calendar
import re
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request

from kiosk_ui.pickup_number import is_pickup_number

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

NUMBER_TYPO = "number_typo"

_TAG = re.compile(r"(?:([0-9]{1,9})-)?([0-9]{1,15})")
_FIELD_LIMIT = 256

FormT = TypeVar("FormT", bound="Form")


class FormError(ValueError):
    """The body is not what the page sends. ``reason`` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all forms. ``revision`` is the tag the page showed (`kiosk_ui.link`); the controller's bare number
    will do.
    """

    session: str = ""
    revision: str = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    def shown(self) -> tuple[int | None, int]:
        """Generation (None if not given) and revision. Raises `FormError`."""
        match = _TAG.fullmatch(self.revision)
        if match is None:
            raise FormError("revision")
        return (int(match[1]) if match[1] else None), int(match[2])


class LanguageForm(Form, frozen=True):
    language: str = ""


class DeclareForm(Form, frozen=True):
    declaration: str = ""
    answer: str = ""


class ConfirmForm(Form, frozen=True):
    choice: str = ""


class FactorForm(Form, frozen=True):
    """A PIN in ``value``, or a birth date in three fields."""

    value: str = ""
    day: str = ""
    month: str = ""
    year: str = ""

    def factor(self) -> str:
        """What the controller compares: a PIN, or a date as YYYYMMDD. Raises `FormError` with ``no_such_date`` or
        ``pin``.
        """
        if self.value:
            if not re.fullmatch(r"[0-9]{4,12}", self.value, re.ASCII):
                raise FormError("pin")
            return self.value
        return _date(self.day, self.month, self.year)


class AccessForm(Form, frozen=True):
    """What opens a document's chip: ``can`` or ``mrz``."""

    kind: str = ""


class NumberForm(Form, frozen=True):
    """The pickup number: 12 digits."""

    number: str = ""

    def checked(self) -> str:
        """The number, if its check digit is right; raises `FormError` with ``number_typo``. A slip of the finger
        never reaches the controller and costs nothing.
        """
        if not is_pickup_number(self.number):
            raise FormError(NUMBER_TYPO)
        return self.number


class PinForm(Form, frozen=True):
    pin: str = ""


class AnswerForm(Form, frozen=True):
    deposit: str = ""
    answer: str = ""


class OpeningForm(Form, frozen=True):
    compartment: str = ""
    purpose: str = ""
    reason: str = ""


class ReportForm(Form, frozen=True):
    contents: str = ""
    deposit_end: str = ""


class CompartmentForm(Form, frozen=True):
    compartment: str = ""


def _date(day: str, month: str, year: str) -> str:
    if not all(re.fullmatch(r"[0-9]{1,4}", part, re.ASCII) for part in (day, month, year)):
        raise FormError("no_such_date")
    if len(year) != 4 or not 1900 <= int(year) <= 2200 or not 1 <= int(month) <= 12:
        raise FormError("no_such_date")
    if not 1 <= int(day) <= calendar.monthrange(int(year), int(month))[1]:
        raise FormError("no_such_date")
    return f"{int(year):04d}{int(month):02d}{int(day):02d}"


async def read_form(request: Request, form: type[FormT]) -> FormT:
    """Raises `FormError`. The length was checked before (`kiosk_ui.guard`)."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in (FORM, JSON):
        raise FormError("content_type")
    body = await request.body()
    try:
        if content_type == JSON:
            fields: object = msgspec.json.decode(body, type=dict[str, str])
        else:
            pairs = parse_qsl(
                body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=16
            )
            fields = dict(pairs)
            if len(pairs) != len({name for name, _ in pairs}):
                raise ValueError("a field twice")
        read = msgspec.convert(fields, type=form)
    except (ValueError, msgspec.DecodeError):
        # The library's message quotes the input; ours does not.
        raise FormError("form") from None
    if any(len(str(getattr(read, name))) > _FIELD_LIMIT for name in read.__struct_fields__):
        raise FormError("form")
    return read
