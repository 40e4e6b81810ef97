"""What the guard lets through: for the pages at the box and for those of the office alike."""

from __future__ import annotations

import pytest
from starlette.types import Scope

from kiosk_ui.guard import refusal_of

HOST = "box.test:8443"
ORIGIN = f"https://{HOST}"


def post(**headers: str) -> Scope:
    given = {"host": HOST, "origin": ORIGIN} | {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    return {"type": "http", "method": "POST", "path": "/login", "headers": raw}


def status_of(scope: Scope) -> int:
    refusal = refusal_of(scope, {HOST}, {ORIGIN}, 100)
    return 200 if refusal is None else refusal.status_code


def test_a_body_of_a_known_length_passes() -> None:
    assert status_of(post(content_length="100")) == 200
    assert status_of(post(content_length="101")) == 413


@pytest.mark.parametrize("coding", ["chunked", "Chunked", "gzip, chunked", ""])
def test_a_length_beside_a_transfer_coding_says_nothing(coding: str) -> None:
    """HTTP goes by the coding then: a short length would let a body of any length into memory, before a login too."""
    assert status_of(post(content_length="10", transfer_encoding=coding)) == 411


@pytest.mark.parametrize("length", ["", "-1", "+1", "1_0", "1" * 5000])
def test_what_is_no_length_is_refused(length: str) -> None:
    assert status_of(post(content_length=length)) in (411, 413)
