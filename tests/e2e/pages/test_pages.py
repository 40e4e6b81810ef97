"""The pages in Debian's Chromium, with a scripted controller behind them."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from controller import api
from kiosk_ui.languages import NATIVE_NAMES, PSEUDO_NAMES, RIGHT_TO_LEFT
from tests.e2e.pages import staff_views, views
from tests.e2e.pages.conftest import Stand
from tests.e2e.pages.fits import FITS
from tests.e2e.pages.running import Watched, browser, opened
from tests.e2e.pages.scripted import Refusal
from tests.e2e.pages.shots import LANGUAGES, LAYERS, MODES, PANELS

pytestmark = pytest.mark.e2e

#: `FITS` while a reading mode is on, switched by its button.
FITS_IN_MODE = f"""(mode) => {{
  const turn = () => mode && document.querySelector(`[data-mode=${{mode}}]`).click();
  turn();
  const found = ({FITS})();
  turn();
  return found;
}}"""


#: Looked at on every panel in every mode: the source, and what is longer and more from the right than any language.
WORST = ("de", *PSEUDO_NAMES)


@pytest.mark.parametrize(
    ("language", "whole"),
    [
        *((language, language in WORST) for language in LANGUAGES),
        *(pytest.param(language, True, marks=pytest.mark.slow) for language in LANGUAGES if language not in WORST),
    ],
)
async def test_every_page_fits_on_every_panel_in_every_mode(stand_of_all: Stand, language: str, whole: bool) -> None:
    """Nothing cut off, overlapping or too small to touch; a headline with the focus; no complaint of the browser. Not
    ``whole``: every second page (each in every second language) on each panel, the modes in turn.
    """
    problems: list[str] = []
    turns = itertools.count(LANGUAGES.index(language))

    async def look(window: Watched, what: str) -> None:
        turn = next(turns)
        for place, (width, height) in enumerate(PANELS):
            await window.page.set_viewport_size({"width": width, "height": height})
            for mode in MODES if whole else (MODES[(turn + place) % len(MODES)],):
                found = await window.page.evaluate(FITS_IN_MODE, mode)
                problems.extend(f"{width}x{height} {what} {mode}: {problem}" for problem in found)

    async with browser() as chrome, opened(chrome, stand_of_all.ui.address, *PANELS[0]) as window:
        for place, (name, view) in enumerate(views.KIOSK.items()):
            if not whole and (place + LANGUAGES.index(language)) % 2:
                continue
            stand_of_all.controller.show("kiosk", msgspec.structs.replace(view, language=language))
            await window.shows(name)
            await window.page.wait_for_selector(f'html[lang="{language}"] #page[lang="{language}"]')
            await window.page.evaluate("document.fonts.ready")
            assert (await window.headline()).strip(), name
            assert await window.page.evaluate("document.activeElement.classList.contains('headline')"), name
            await look(window, name)
            for layer, base in LAYERS.items():
                if name in base:
                    await window.page.click(f'[data-show="{layer}"] >> visible=true')
                    await look(window, f"{name} {layer}")
                    await window.page.click('[data-layer]:not([hidden]) [data-show=""]')
        assert not problems, "\n".join(problems)
        assert window.complaints == []


async def type_digits(window: Watched, digits: str) -> None:
    for digit in digits:
        await window.page.click(f'[data-digit="{digit}"]')


async def test_a_birth_date_is_typed_shown_as_dots_and_nowhere_in_the_document(stand: Stand) -> None:
    def wrong(_: dict[str, object]) -> None:
        stand.controller.show("kiosk", views.kiosk("birth_wrong"))
        raise Refusal("factor_wrong", tries_left=2)

    stand.controller.answers["resident.factor"] = wrong
    stand.controller.show("kiosk", views.kiosk("birth"))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.shows("birth")
        enter = window.page.locator("[data-enter]")
        assert await enter.is_disabled()
        await type_digits(window, "3112198")
        await window.page.click("[data-erase]")
        await type_digits(window, "90")
        await window.page.wait_for_function(
            "() => [...document.querySelectorAll('[data-value]')].map(e => e.textContent).join('') === '••••••••'"
        )
        html = await window.page.content()
        assert "1990" not in html.split("</header>")[1].split('class="fields"')[1]
        # A new revision of the same page loses nothing of what was typed.
        stand.controller.show("kiosk", views.kiosk("birth", ends_in_ms=50_000))
        await window.page.wait_for_selector(f'#page[data-tag$="-{stand.controller.kiosk.revision}"]')
        await enter.click()
        await window.shows("birth_wrong")
        assert "2" in await window.page.inner_text(".words")
        # What was typed is gone.
        assert await window.page.inner_text('[data-field="year"] [data-value]') == ""
        assert await window.page.locator("[data-enter]").is_disabled()
        complaints = [each for each in window.complaints if "422" not in each]
        assert complaints == []
    assert [each["value"] for each in stand.controller.asked("resident.factor")] == ["19901231"]


async def test_a_keyboard_of_digits_types_too_and_a_date_that_does_not_exist_is_said(stand: Stand) -> None:
    stand.controller.show("kiosk", views.kiosk("birth"))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.shows("birth")
        await window.page.keyboard.type("31021990")
        await window.page.click("[data-enter]")
        await window.page.wait_for_selector(".notice[role=alert]")
        assert "Dieses Datum gibt es nicht" in await window.page.inner_text(".notice")
    assert stand.controller.asked("resident.factor") == []


async def test_language_contrast_and_size_are_chosen_and_given_back(stand: Stand) -> None:
    def choose(params: dict[str, object]) -> None:
        stand.controller.show("kiosk", views.kiosk("start", language=str(params["language"])))

    stand.controller.answers["resident.language"] = choose
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.page.click('[data-key="language-en"]')
        await window.page.wait_for_selector('html[lang="en"]')
        assert await window.headline() == "Collect your document"
        await window.page.click('[data-mode="contrast"]')
        await window.page.click('[data-mode="larger"]')
        assert await window.page.evaluate("document.documentElement.matches('[data-contrast][data-larger]')")
        stand.controller.show("kiosk", views.kiosk("birth", language="en"))
        await window.shows("birth")
        # The modes stay through the session and end with it.
        assert await window.page.get_attribute('[data-mode="contrast"]', "aria-pressed") == "true"
        stand.controller.show("kiosk", views.kiosk("start"))
        await window.shows("start")
        assert not await window.page.evaluate("document.documentElement.matches('[data-contrast], [data-larger]')")
        assert window.complaints == []


async def test_all_languages_are_one_touch_away_in_their_own_names_and_direction(stand: Stand) -> None:
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        buttons = window.page.locator("[data-layer=''] .language")
        shown = await buttons.evaluate_all(
            "all => all.map(e => [e.lang, e.dir, e.innerText.trim(), getComputedStyle(e).direction])"
        )
        assert shown == [
            [tag, direction, name, direction]
            for tag, name in NATIVE_NAMES.items()
            for direction in ["rtl" if tag in RIGHT_TO_LEFT else "ltr"]
        ]
        assert await buttons.evaluate_all("all => all.every(e => e.checkVisibility())")
        await buttons.nth(6).click()
    assert [each["language"] for each in stand.controller.asked("resident.language")] == ["ar"]


async def test_a_page_loads_only_the_fonts_of_its_letters(stand: Stand) -> None:
    """A page that shows the names of the languages needs all scripts; the others only their own."""
    loaded: dict[str, set[str]] = {}
    async with browser() as chrome:
        for language in ("de", "uk", "ar", "fa", "ti"):
            stand.controller.show("kiosk", views.kiosk("collected", language=language))
            async with opened(chrome, stand.ui.address) as window:
                await window.shows("collected")
                await window.page.evaluate("document.fonts.ready")
                loaded[language] = set(
                    await window.page.evaluate(
                        "[...document.fonts].filter(f => f.status === 'loaded').map(f => `${f.family} ${f.weight}`)"
                    )
                )
                direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
                assert await window.page.evaluate("getComputedStyle(document.body).direction") == direction
                assert await window.page.get_attribute("html", "dir") == direction
    of_script = {
        tag: {face.replace('"', "").rpartition(" ")[0] for face in faces} - {"Fira Sans"}
        for tag, faces in loaded.items()
    }
    assert of_script == {
        "de": set(),
        "uk": set(),
        "ar": {"Noto Sans Arabic"},
        "fa": {"Noto Sans Arabic"},
        "ti": {"Noto Sans Ethiopic"},
    }
    assert any(face.endswith("700") for face in loaded["ar"]), "a headline in Arabic has its own bold"


async def test_the_birth_date_is_read_and_typed_in_the_direction_of_the_language(stand: Stand) -> None:
    """The example in the sentence above runs from the right in Arabic, and so do the fields; the keypad never does."""
    order: dict[str, list[str]] = {}
    async with browser() as chrome:
        for language in ("tr", "ar"):
            stand.controller.show("kiosk", views.kiosk("birth", language=language))
            async with opened(chrome, stand.ui.address) as window:
                await window.shows("birth")
                order[language] = await window.page.evaluate(
                    """() => [...document.querySelectorAll("[data-field], [data-digit='1'], [data-digit='3']")]
                    .map((e) => [e.getBoundingClientRect().left, e.dataset.field || e.dataset.digit])
                    .sort((a, b) => a[0] - b[0]).map((e) => e[1])"""
                )
    assert [name for name in order["tr"] if len(name) > 1] == ["day", "month", "year"]
    assert [name for name in order["ar"] if len(name) > 1] == ["year", "month", "day"]
    for each in order.values():
        assert each.index("1") < each.index("3")


async def test_a_language_that_is_not_offered_falls_back_to_german(stand: Stand) -> None:
    stand.controller.show("kiosk", views.kiosk("take", language="so"))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.shows("take")
        assert await window.page.get_attribute("html", "lang") == "de"
        assert "Nehmen Sie den Umschlag" in await window.headline()
        assert "Take the envelope" in await window.page.inner_text('.beside[lang="en"]')


async def test_help_closes_with_the_next_page_and_a_stale_button_shows_what_stands(stand: Stand) -> None:
    def stale(_: dict[str, object]) -> None:
        raise Refusal("stale", api.STALE)

    stand.controller.answers["resident.confirm"] = stale
    stand.controller.show("kiosk", views.kiosk("confirm"))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.shows("confirm")
        await window.page.click('[data-show="problem"]')
        assert await window.headline() == "Was stimmt nicht?"
        stand.controller.kiosk = msgspec.structs.replace(views.kiosk("done"), revision=99)
        await window.page.click("text=Umschlag fehlt")
        await window.shows("done")
        assert await window.headline() == "Fertig"
    assert stand.controller.asked("resident.confirm")[0]["choice"] == "missing"


async def test_open_again_stands_there_only_while_it_is_allowed(stand: Stand) -> None:
    stand.controller.show("kiosk", views.kiosk("confirm", actions=("confirm",)))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.shows("confirm")
        assert await window.page.locator("text=Fach noch einmal öffnen").count() == 0
        assert await window.page.locator("text=Ja, alles da").count() == 1


async def test_more_time_is_asked_before_the_end_and_one_tap_gives_it(stand: Stand) -> None:
    def extend(_: dict[str, object]) -> None:
        stand.controller.show("kiosk", views.kiosk("birth", ends_in_ms=60_000))

    stand.controller.answers["resident.more_time"] = extend
    stand.controller.show("kiosk", views.kiosk("birth", ends_in_ms=21_000, warns_in_ms=1))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.page.wait_for_selector('[data-layer="more_time"]:not([hidden])')
        await window.page.wait_for_function(
            "() => Number(document.querySelector('[data-remaining]').textContent) <= 21"
        )
        await window.page.click('[data-key="more_time"]')
        await window.page.wait_for_selector('[data-layer="more_time"]', state="hidden")
        assert len(stand.controller.asked("resident.more_time")) == 1


async def test_the_controller_dies_and_comes_back_and_so_does_the_page(stand: Stand) -> None:
    stand.controller.show("kiosk", views.kiosk("birth"))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.shows("birth")
        await stand.controller.stop()
        await window.shows("reconnecting")
        stand.controller.kiosk = views.kiosk("interrupted")
        await stand.controller.start()
        await window.shows("interrupted")


async def test_without_the_server_the_page_itself_says_out_of_order_and_returns(stand: Stand) -> None:
    async with browser() as chrome:
        context = await chrome.new_context(viewport={"width": 1080, "height": 1920})
        page = await context.new_page()
        await page.clock.install()
        await page.goto(stand.ui.address)
        await page.wait_for_selector('#page[data-page="start"]')
        await context.set_offline(True)
        await stand.ui.terminate()
        await page.clock.run_for(20_000)
        assert await page.locator("#gone").is_hidden()
        await page.clock.run_for(8_000)
        await page.wait_for_selector("#gone:not([hidden])")
        said = await page.inner_text("#gone")
        assert "Gestört" in said
        assert "Out of order" in said
        assert await page.locator("#page").is_hidden()
        await context.close()


async def test_nothing_inline_runs_even_if_it_came_in(stand: Stand) -> None:
    """The policy of the page, not our care, keeps a script out: it is tried with one."""
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        seen = await window.page.evaluate(
            """async () => {
              const seen = [];
              document.addEventListener("securitypolicyviolation", (e) => seen.push(e.effectiveDirective));
              const script = document.createElement("div");
              try { script.innerHTML = "<img src=x onerror=alert(1)>"; } catch (e) { seen.push(e.name); }
              try { window.trustedTypes.createPolicy("another", { createHTML: (t) => t }); } catch (e) {
              seen.push(e.name); } await new Promise((done) => setTimeout(done, 50));
              return seen;
            }"""
        )
        assert "TypeError" in seen
        assert "require-trusted-types-for" in seen
        assert "trusted-types" in seen


async def test_the_box_screen_goes_to_the_staff_page_and_back(stand: Stand) -> None:
    stand.controller.staff = staff_views.staff("pin")
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        stand.controller.show("kiosk", views.kiosk("staff_busy"))
        await window.shows("staff_busy")
        stand.controller.show("kiosk", msgspec.structs.replace(views.kiosk("staff_busy"), page="staff_login"))
        await window.page.wait_for_url("**/staff?at=box")
        await window.shows("pin")
        stand.controller.kiosk = views.kiosk("start")
        stand.controller.show("staff", staff_views.staff("badge"))
        await window.shows("badge")
        await window.page.wait_for_url(stand.ui.address)
        await window.shows("start")
