"""Reading modes are told while somebody is being served, and at no other time."""

from __future__ import annotations

import msgspec
import pytest

from tests.e2e.pages import views
from tests.e2e.pages.conftest import Stand, stand
from tests.e2e.pages.running import browser, opened

__all__ = ["stand"]

pytestmark = pytest.mark.e2e


async def test_modes_are_told_in_a_session_only(stand: Stand) -> None:
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.shows("start")
        await window.page.click('[data-mode="contrast"]')
        assert stand.controller.asked("resident.modes") == []
        taking = msgspec.structs.replace(views.KIOSK["take"], session="token-1")
        async with window.page.expect_response("**/kiosk/modes") as first:
            stand.controller.show("kiosk", taking)
        assert (await first.value).status == 204
        async with window.page.expect_response("**/kiosk/modes"):
            await window.page.click('[data-mode="larger"]')
        assert stand.controller.asked("resident.modes") == [
            {"session": "token-1", "modes": ["contrast"]},
            {"session": "token-1", "modes": ["larger", "contrast"]},
        ]
        assert window.complaints == []
