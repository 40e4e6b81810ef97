"""What the office's forms send: read strictly; no answer and no log ever repeats it."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

LONGEST_FIELD = 512
LARGEST_FILE = 98_304


class FieldsWrong(ValueError):
    """Not what our pages send."""


class Fields:
    """Values by name; a missing one is empty."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values.get(name, "")

    def __repr__(self) -> str:
        return "Fields(…)"


async def read_fields(request: Request) -> Fields:
    """A posted form. Raises `FieldsWrong`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise FieldsWrong("not a form")
    body = await request.body()
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            max_num_fields=24,
            errors="strict",
        )
    except ValueError:
        raise FieldsWrong("not a form") from None
    values = dict(pairs)
    if len(values) != len(pairs) or any(len(value) > LONGEST_FIELD for value in values.values()):
        raise FieldsWrong("a field twice, or too long")
    return Fields(values)


async def read_file(request: Request, name: str) -> tuple[Fields, bytes]:
    """A form with a file (kept in memory). Raises `FieldsWrong`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise FieldsWrong("not a form with a file")
    try:
        async with request.form(max_files=1, max_fields=8, max_part_size=LARGEST_FILE) as form:
            file = form.get(name)
            if not isinstance(file, UploadFile):
                raise FieldsWrong("no file")
            content = await file.read(LARGEST_FILE + 1)
            values = {key: value for key, value in form.items() if isinstance(value, str)}
    except FieldsWrong:
        raise
    except (HTTPException, MultiPartException, ValueError, KeyError):
        raise FieldsWrong("not a form with a file") from None
    if len(content) > LARGEST_FILE:
        raise FieldsWrong("too long")
    return Fields(values), content
