"""A resident knocks while staff load: who hears of it, for how long, and what each page offers meanwhile."""

from __future__ import annotations

import pytest

from controller.adapters.control.kiosk_view import kiosk_view
from controller.adapters.control.staff_view import staff_view
from controller.api import KioskView, StaffView
from controller.domain import commands as cmd
from controller.ports import Tone
from controller.services.front import TO_STAFF_MS
from controller.services.waiting import SOON_MS, Waiting
from tests.unit.services.bench import Bench
from tests.unit.services.test_people import Counter, code


class Desk(Counter):
    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.waiting = Waiting(bench.actor, self.front, self.refusals, self.tones.append)

    @property
    def kiosk(self) -> KioskView:
        return kiosk_view(self.bench.box, self.front.state, self.bench.actor.now()).view

    @property
    def staff_page(self) -> StaffView:
        shown = staff_view(self.bench.box, self.front.state, self.bench.actor.now())
        return shown if isinstance(shown, StaffView) else shown.view

    def later(self, ms: int) -> None:
        self.bench.clock.advance(ms)
        self.front.expire_notices(self.bench.clock.mono)


@pytest.fixture
async def desk(bench: Bench) -> Desk:
    made = Desk(bench)
    await made.fill()
    await bench.log_in()
    return made


async def test_staff_hear_of_it_once(desk: Desk) -> None:
    assert "knock" in desk.kiosk.actions
    before = desk.tones.count(Tone.REMINDER)
    assert desk.waiting.knock() is None
    assert desk.waiting.knock() is None
    assert desk.tones.count(Tone.REMINDER) == before + 1
    assert desk.staff_page.waiting == "knocked"
    assert desk.staff_page.notice is not None
    assert desk.staff_page.notice.code == "load_waiting"
    assert "knock" not in desk.kiosk.actions, "it was heard"


async def test_nearly_done_takes_the_notice_away_and_a_minute_later_one_may_ask_again(desk: Desk) -> None:
    desk.waiting.knock()
    desk.waiting.soon()
    assert desk.staff_page.waiting == "soon"
    assert desk.staff_page.notice is None
    desk.later(SOON_MS - 1)
    assert "knock" not in desk.kiosk.actions
    desk.later(1)
    assert "knock" in desk.kiosk.actions
    assert desk.staff_page.waiting == ""


async def test_nearly_done_without_anybody_waiting_is_nothing(desk: Desk) -> None:
    desk.waiting.soon()
    assert desk.staff_page.waiting == ""
    assert "knock" in desk.kiosk.actions


async def test_it_is_over_when_staff_have_gone(desk: Desk) -> None:
    desk.waiting.knock()
    await desk.bench.log_out()
    assert desk.front.state.waiting == ""
    assert code(desk.waiting.knock()) == "nobody_to_ask"


async def test_a_technician_is_not_asked(desk: Desk) -> None:
    await desk.bench.log_out()
    await desk.bench.log_in("tom")
    assert desk.kiosk.page == "maintenance"
    assert "knock" not in desk.kiosk.actions
    assert code(desk.waiting.knock()) == "nobody_to_ask"


async def test_the_screen_goes_to_the_resident_and_back(desk: Desk) -> None:
    desk.waiting.knock()
    token = desk.front.state.staff_token
    staff = desk.bench.box.staff_session
    assert staff is not None
    await desk.bench.done(cmd.SuspendStaff(staff.id))
    assert desk.kiosk.page == "start"
    assert (desk.staff_page.page, desk.staff_page.suspended) == ("badge", True)
    assert desk.front.state.staff_token == ""
    assert desk.front.state.waiting == ""
    desk.bench.clock.advance(1_000)
    assert await desk.badge("lena") == ""
    assert desk.kiosk.page == "staff_login", "the screen is led to the staff page"
    assert desk.staff_page.session not in ("", token), "no token of before is good again"
    desk.later(TO_STAFF_MS)
    assert desk.kiosk.page == "staff_busy"
