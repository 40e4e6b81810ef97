"""The staff page at the box in Debian's Chromium, with a scripted controller behind it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from controller.api import FrontView
from tests.e2e.accessibility.inspection import AXE, AXE_SCRIPT, RULES
from tests.e2e.pages import staff_views, views
from tests.e2e.pages.conftest import Stand
from tests.e2e.pages.running import Watched, browser, opened
from tests.e2e.pages.scripted import Refusal

pytestmark = pytest.mark.e2e

PANELS = ((1080, 1920), (1280, 800))

#: Names what is too small for a finger in a hurry, cut off, or wider than the screen. 110 px are 20 mm.
FITS = """() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth + 1) found.push("wider than the screen");
  for (const each of document.querySelectorAll("#page button, #page .kern-btn, #page .tile, #page .place")) {
    if (!each.checkVisibility()) continue;
    const r = each.getBoundingClientRect();
    const typed = each.matches(".letter, .field, .key");
    if (!typed && (r.width < 108 || r.height < 108)) found.push("small: " + (each.dataset.key || each.className));
    if (each.scrollWidth > each.clientWidth + 2) found.push("cut off: " + (each.dataset.key || each.className));
  }
  const plan = document.querySelector(".front__plan svg");
  if (plan && plan.getBoundingClientRect().height < 150) found.push("the front cannot be read");
  return found;
}"""


async def at_hand(stand: Stand, window: Watched, name: str) -> None:
    """Shows a view and waits until it stands."""
    revision = stand.controller.show("staff", staff_views.staff(name))
    await window.page.wait_for_selector(f'#page[data-tag$="-{revision}"]')


async def test_every_page_and_place_fits_can_be_touched_and_has_nothing_axe_objects_to(stand: Stand) -> None:
    problems: list[str] = []
    async with browser() as chrome:
        for size in PANELS:
            async with opened(chrome, f"{stand.ui.origin}/staff", *size) as window:
                await window.page.evaluate(AXE_SCRIPT)
                for name in staff_views.STAFF:
                    await at_hand(stand, window, name)
                    problems += [f"{size} {name}: {each}" for each in await window.page.evaluate(FITS)]
                    problems += [f"{size} {name}: {each}" for each in await window.page.evaluate(AXE, RULES)]
                    focused = await window.page.evaluate("document.activeElement.classList.contains('headline')")
                    assert focused, f"{name}: the headline is not where the reading begins"
                for look, base in staff_views.LOOKS.items():
                    await at_hand(stand, window, base)
                    await window.page.evaluate("look => goTo(look)", look)
                    await window.page.wait_for_selector(f'#page[data-look="{look}"]')
                    problems += [f"{size} {look}: {each}" for each in await window.page.evaluate(FITS)]
                    problems += [f"{size} {look}: {each}" for each in await window.page.evaluate(AXE, RULES)]
                    await window.page.evaluate("goTo('')")
                    await window.page.wait_for_selector('#page[data-look=""]')
                assert window.complaints == []
    assert not problems, "\n".join(problems)


def leads_to(stand: Stand, page: str) -> Callable[[dict[str, object]], None]:
    def answer(_: dict[str, object]) -> None:
        stand.controller.show("staff", staff_views.staff(page))

    return answer


async def test_log_in_answer_clarify_with_the_story(stand: Stand) -> None:
    stand.controller.staff = staff_views.staff("pin")
    for method, page in (
        ("staff.login", "questions"),
        ("staff.request_opening", "show_badge"),
        ("staff.report", "load_ready"),
    ):
        stand.controller.answers[method] = leads_to(stand, page)
    async with browser() as chrome, opened(chrome, f"{stand.ui.origin}/staff") as window:
        await window.page.keyboard.type("4711")
        await window.page.click("[data-enter]")
        await window.shows("load_ready")
        await window.page.click("text=Ja, er liegt darin")
        await window.page.click('[data-key="tile-clarification"]')
        await window.page.click('[data-key="clarify-A05"]')
        await window.shows("show_badge")
        said = await window.page.inner_text("#page")
        assert "Die Tür ging nicht auf" in said
        assert "m.weber" in said, "who put it in"
        assert "2 von 5" in said
        await at_hand(stand, window, "report")
        await window.page.click('[data-show="empty"]')
        await window.page.click("text=Er wurde abgeholt >> visible=true")
        await window.shows("load_ready")
        assert await window.page.get_attribute("#page", "data-look") == "", "home, not the list of before"
        assert window.complaints == []
    asked = stand.controller.asked
    assert asked("staff.login") == [{"pin": "4711"}]
    assert asked("staff.answer_loading")[0] == {"session": "P-3", "deposit": "D-9", "answer": "yes"}
    assert asked("staff.request_opening")[0]["compartment"] == "A05"
    assert asked("staff.report")[0] == {"session": "P-3", "contents": "empty", "deposit_end": "collected_unconfirmed"}


@pytest.mark.parametrize(
    ("page", "key", "method", "fields"),
    [
        ("load_ready", "undo", "staff.undo", {}),
        ("load_open", "obstructed", "staff.obstructed", {}),
        ("load_open", "too_small", "staff.too_small", {}),
        ("load_swap", "no_old_document", "staff.no_old_document", {}),
        ("show_badge", "skip", "staff.skip", {}),
        ("show_badge", "leave_round", "staff.leave_round", {}),
        ("show_badge", "drop_request", "staff.drop_request", {}),
        ("round", "go_on", "staff.go_on", {}),
        ("waiting", "interrupt", "staff.interrupt", {}),
        ("waiting", "soon", "staff.soon", {}),
        ("waiting", "come-H1", "staff.acknowledge_help", {"call": "H1"}),
        ("waiting", "go_on", "staff.go_on", {}),
        ("load_full", "start_roundrecall", "staff.start_round", {"purpose": "recall", "reason": ""}),
        ("report_stocktake", "reportas_booked", "staff.report", {"contents": "as_booked", "deposit_end": ""}),
        ("report_returns", "no_old_document", "staff.no_old_document", {}),
        ("report_undo", "reportempty-expected", "staff.report", {"contents": "empty", "deposit_end": "expected"}),
        ("scan_out", "reportenvelope", "staff.report", {"contents": "envelope", "deposit_end": ""}),
    ],
)
async def test_a_button_asks_for_exactly_this(
    stand: Stand, page: str, key: str, method: str, fields: dict[str, str]
) -> None:
    stand.controller.staff = staff_views.staff(page)
    async with stand.client() as client:
        html = (await client.get("/staff")).text
        form = next(part for part in html.split("<form")[1:] if f'data-key="{key}"' in part.split("</form>")[0])
        action = form.split('action="')[1].split('"')[0]
        posted = dict(pair.split('" value="') for pair in _hidden(form))
        answer = await client.post(action, data=posted)
    assert answer.status_code == 200
    assert stand.controller.asked(method) == [{"session": "P-3", **fields}]


def _hidden(form: str) -> list[str]:
    return [part.split('">')[0] for part in form.split("</form>")[0].split('type="hidden" name="')[1:]]


async def test_doors_are_sent_once_and_then_one_by_one(stand: Stand) -> None:
    stand.controller.staff = staff_views.staff("load_ready")
    async with browser() as chrome, opened(chrome, f"{stand.ui.origin}/staff") as window:
        await window.page.wait_for_selector('[data-door="A07"]')
        assert await window.page.locator("[data-door]").count() == 12
        await window.page.evaluate("document.querySelector('[data-door=A01]').dataset.seen = 'yes'")
        changed = next(view for view in views.front() if view.label == "A07")
        changed = msgspec.structs.replace(changed, state="occupied", door="open")
        stand.controller.results["staff.front"] = lambda params: FrontView(
            8, (changed,) if params["since"] == 7 else ()
        )
        stand.controller.show("staff", msgspec.structs.replace(staff_views.staff("load_ready"), front_revision=8))
        await window.page.wait_for_selector('[data-door="A07"] .plan__door--open')
        assert await window.page.locator("[data-door]").count() == 12
        assert await window.page.locator("[data-seen]").count() == 1, "the others were not touched"
        await at_hand(stand, window, "load_open")
        await window.page.wait_for_selector('[data-door="A08"] .plan__door--lit')
        assert window.complaints == []
    assert [asked["since"] for asked in stand.controller.asked("staff.front")] == [0, 7]


async def test_a_touched_door_tells_what_can_be_done_with_it(stand: Stand) -> None:
    stand.controller.staff = staff_views.staff("load_ready")
    async with browser() as chrome, opened(chrome, f"{stand.ui.origin}/staff") as window:
        await window.page.click('[data-door="A02"]')
        await window.page.wait_for_selector('#page[data-look="compartment:A02"]')
        said = await window.page.inner_text(".work")
        assert "ORD-2026-0101" in said
        assert "Abholfrist vorbei" in said
        await window.page.click('[data-show="service"]')
        await window.page.click('[data-key="out-lock"]')
        # An envelope is scanned while somebody looks something up: the controller's page comes first.
        await at_hand(stand, window, "load_open")
        await at_hand(stand, window, "load_ready")
        assert await window.page.get_attribute("#page", "data-look") == ""
        assert window.complaints == []
    assert stand.controller.asked("staff.set_service") == [
        {"session": "P-3", "compartment": "A02", "state": "out_of_service", "reason": "lock"}
    ]


async def test_search_by_touch_and_by_keyboard(stand: Stand) -> None:
    stand.controller.staff = staff_views.staff("load_ready")
    async with browser() as chrome, opened(chrome, f"{stand.ui.origin}/staff") as window:
        await window.page.click('[data-key="tile-search"]')
        for letter in "014":
            await window.page.click(f'[data-letter="{letter}"]')
        await window.page.wait_for_selector('#page[data-look="search:014"]')
        assert await window.page.locator(".rows__row").count() == 1
        await window.page.keyboard.press("Backspace")
        await window.page.keyboard.type("04")
        await window.page.wait_for_selector('#page[data-look="search:0104"]')
        assert "A04" in await window.page.inner_text(".rows")


async def test_a_session_that_is_about_to_end_says_so_and_one_touch_goes_on(stand: Stand) -> None:
    soon = msgspec.structs.replace(staff_views.staff("load_ready"), ends_in_ms=20_000, warns_in_ms=1)
    stand.controller.staff = soon
    stand.controller.answers["staff.keep_active"] = leads_to(stand, "load_ready")
    async with browser() as chrome, opened(chrome, f"{stand.ui.origin}/staff") as window:
        await window.page.wait_for_selector('[data-layer="more_time"]:not([hidden])')
        await window.page.click('[data-key="keep_active"]')
        await window.page.wait_for_selector('[data-layer="more_time"]', state="hidden")


async def test_a_wrong_pin_says_how_often_still(stand: Stand) -> None:
    def wrong(_: dict[str, object]) -> None:
        raise Refusal("pin_wrong", tries_left=3)

    stand.controller.staff = staff_views.staff("pin")
    stand.controller.answers["staff.login"] = wrong
    async with browser() as chrome, opened(chrome, f"{stand.ui.origin}/staff") as window:
        await window.page.keyboard.type("1111")
        await window.page.click("[data-enter]")
        await window.page.wait_for_selector("text=Noch 3 Versuche")


async def test_the_box_s_screen_goes_to_the_resident_whom_staff_let_go_first(stand: Stand) -> None:
    stand.controller.staff = staff_views.staff("load_ready")
    async with browser() as chrome, opened(chrome, f"{stand.ui.origin}/staff?at=box") as window:
        await window.shows("load_ready")
        stand.controller.show("staff", staff_views.staff("busy"))
        await window.page.wait_for_url(stand.ui.address)
        await window.shows("start")


async def test_the_shift_s_list_can_be_put_away(stand: Stand) -> None:
    stand.controller.staff = staff_views.staff("load_end")
    async with browser() as chrome, opened(chrome, f"{stand.ui.origin}/staff") as window:
        assert await window.page.inner_text(".headline >> nth=0") == (
            "Fertig: 9 eingelegt, 2 zur Seite gelegt, 1 herausgenommen"
        )
        async with window.page.expect_response(lambda answer: answer.request.method == "POST"):
            await window.page.click('[data-key="dismiss"]')
        assert stand.controller.asked("staff.dismiss") == [{"revision": 1}]
