"""The office takes turns on the line that the residents' pages use too."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from controller import api
from kiosk_ui import languages
from kiosk_ui.link import Link
from kiosk_ui.office.desk import AT_ONCE, Desk
from kiosk_ui.settings import Office


class SlowLink:
    """Answers when it is told to; counts how many wait."""

    def __init__(self) -> None:
        self.waiting = 0
        self.most = 0
        self.go = asyncio.Event()

    async def call(self, request: api.Request[Any], within_s: float = 0) -> Any:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await self.go.wait()
        self.waiting -= 1
        return api.Nothing()


async def test_however_many_ask_the_line_is_never_full_of_them() -> None:
    link = SlowLink()
    german = languages.load("de", {"static": lambda name: name})
    desk = Desk(cast(Link, link), german.environment, Office())
    asking = [asyncio.create_task(desk.call(api.GetStaff())) for _ in range(40)]
    await asyncio.sleep(0.05)
    assert link.most == AT_ONCE
    link.go.set()
    await asyncio.gather(*asking)
    assert link.most == AT_ONCE
