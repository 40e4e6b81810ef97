"""What no page of ours sends, and somebody may: it is refused like any other wrong input."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from controller import api
from controller.adapters.control.pages_office import OfficeMethods
from controller.adapters.control.server import RequestError
from controller.domain.model import Role
from controller.ports import OfficeMember
from kiosk_ui.office.cookies import form_token, is_our_form
from kiosk_ui.office.lists import OUTLOOKS, days_of


@pytest.mark.parametrize("zone", ["", "Europe/Berlin", "Pacific/Kiritimati"])
@pytest.mark.parametrize("until", ["9999-12-31", "0001-01-01", "2026-02-30", "", "morgen"])
async def test_a_day_that_no_clock_can_tell_is_no_internal_error(until: str, zone: str) -> None:
    calendar = SimpleNamespace(zone=zone) if zone else None
    box = SimpleNamespace(deposits={"d-1": SimpleNamespace(id="d-1")}, calendar=calendar)

    async def extend(*_: object) -> object:
        raise RequestError(api.REFUSED, "as the rules have it", reason="date_impossible")

    methods = OfficeMethods(
        cast(Any, SimpleNamespace(box=lambda: box)), cast(Any, SimpleNamespace(extend=extend)), frozenset()
    )
    with pytest.raises(RequestError) as refused:
        await methods._extend(api.ExtendPeriod("token", "d-1", until), OfficeMember("sabine", (Role.SUPERVISOR,)))
    assert refused.value.error.data["reason"] == "date_impossible"


@pytest.mark.parametrize("text", ["", "0", "7x", "-7", "0007" + "9" * 30, "0007" + "9" * 5000, "٧"])
def test_an_outlook_that_is_not_offered_is_a_week(text: str) -> None:
    assert days_of(text) == 7


def test_an_outlook_that_is_offered_is_taken() -> None:
    assert [days_of(str(days)) for days in OUTLOOKS] == list(OUTLOOKS)


@pytest.mark.parametrize("given", ["\ud800", "ä", ""])
def test_a_form_token_of_any_letters_is_compared(given: str) -> None:
    assert not is_our_form("cookie", given)
    assert is_our_form("cookie", form_token("cookie"))
