"""What an exception, a debugger or a log would show of what carries secrets: no secret."""

from __future__ import annotations

import inspect

import msgspec
import pytest

from controller import api, ports

SECRET = "never-to-be-shown"


def requests() -> list[type[api.Request[object]]]:
    found = [each for each in vars(api).values() if inspect.isclass(each) and issubclass(each, api.Request)]
    return [each for each in found if "session" in each.__struct_fields__ or "token" in each.__struct_fields__]


@pytest.mark.parametrize("kind", requests(), ids=lambda kind: kind.__name__)
def test_no_request_shows_the_token_of_its_session(kind: type[api.Request[object]]) -> None:
    fields = {
        each.name: SECRET for each in msgspec.structs.fields(kind) if each.required or each.name in ("session", "token")
    }
    assert SECRET not in repr(kind(**fields))


@pytest.mark.parametrize(
    "row",
    [
        ports.PutCredential(SECRET.encode(), "qr", "r-1", {"pin": SECRET}),
        ports.PutStaffCredential("anna", SECRET.encode(), SECRET),
        ports.PutOfficePassword("anna", SECRET),
        ports.CredentialRow(SECRET.encode(), "qr", "r-1", {"pin": SECRET}, "", 0),
        ports.StaffCredentialRow("anna", SECRET.encode(), SECRET, SECRET),
    ],
    ids=lambda row: type(row).__name__,
)
def test_no_row_shows_what_a_short_pin_could_be_tried_against(row: object) -> None:
    assert SECRET not in repr(row)
    assert "anna" in repr(row) or "r-1" in repr(row)
