"""Takes a picture of every page: ``python -m tests.e2e.pages.shots DIRECTORY [NAME…]``. For eyes, not for
comparison by machine.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import msgspec
from playwright.async_api import Browser, Page

from kiosk_ui import languages
from tests.e2e.pages import staff_views, technician_views, views
from tests.e2e.pages.fits import FITS
from tests.e2e.pages.running import browser, opened, ui
from tests.e2e.pages.scripted import ScriptedController

PANELS = ((1080, 1920), (800, 1280), (1280, 800))
#: Every language that is offered, and the pseudo-locales.
LANGUAGES = (*languages.available(), *languages.PSEUDO_NAMES)
MODES = ("", "larger", "contrast", "reach")
#: Layer → the pages on which it is looked at.
LAYERS = {
    "help": ("start",),
    "privacy": ("start",),
    "language": ("birth",),
    "problem": ("confirm",),
    "number": ("start", "code_unknown"),
    "call": ("birth_wrong", "start", "stuck_unstaffed"),
}


async def shoot(directory: Path, only: set[str]) -> None:
    """Writes ``WIDTHxHEIGHT-language-page.png`` for every page, and prints what does not fit."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "ui.sock")
        async with (
            ScriptedController(path) as controller,
            ui(path, "--languages", ",".join(LANGUAGES)) as pages,
            browser() as chrome,
        ):
            for width, height in PANELS:
                size = f"{width}x{height}"
                for language in LANGUAGES:
                    async with opened(chrome, pages.address, width, height) as window:
                        for name, view in views.KIOSK.items():
                            if only and name not in only:
                                continue
                            controller.show("kiosk", msgspec.structs.replace(view, language=language))
                            await window.shows(name)
                            await window.page.wait_for_selector(f'#page[lang="{language}"]')
                            await window.page.screenshot(path=directory / f"{size}-{language}-{name}.png")
                            await _report(window.page, f"{size} {language} {name}")
                            for mode in MODES[1:]:
                                if mode == "reach" and width > height:
                                    continue  # Everything is low there: the tool leaves its place empty.
                                await window.page.click(f'[data-mode="{mode}"]')
                                await window.page.screenshot(path=directory / f"{size}-{language}-{name}-{mode}.png")
                                await _report(window.page, f"{size} {language} {name} {mode}")
                                await window.page.click(f'[data-mode="{mode}"]')
                            for layer, base in LAYERS.items():
                                if name not in base:
                                    continue
                                await window.page.click(f'[data-show="{layer}"] >> visible=true')
                                await window.page.screenshot(path=directory / f"{size}-{language}-{name}-{layer}.png")
                                await _report(window.page, f"{size} {language} {name} {layer}")
                                await window.page.click('[data-layer]:not([hidden]) [data-show=""]')
                        print(*window.complaints, sep="\n")
                async with opened(chrome, f"{pages.origin}/staff", width, height) as window:
                    for name, staff_view in staff_views.STAFF.items():
                        if only and name not in only:
                            continue
                        controller.show("staff", staff_view)
                        await window.shows(staff_view.page)
                        await window.page.wait_for_selector(f'#page[data-tag$="-{controller.staff.revision}"]')
                        await window.page.screenshot(path=directory / f"{size}-staff-{name}.png", full_page=True)
                if not only or "technician" in only:
                    await _technician(controller, pages.origin, chrome, directory, (width, height))


async def _technician(
    controller: ScriptedController, origin: str, chrome: Browser, directory: Path, size: tuple[int, int]
) -> None:
    """Every place of the technician's page; the doors of a large cabinet too."""
    controller.results["technician.events"] = lambda params: technician_views.EVENTS
    controller.show("staff", technician_views.STAFF)
    controller.show("technician", technician_views.BOX)
    places = [("", "overview"), ("doors", "doors"), ("trends", "trends"), ("log", "log"), ("service", "service")]
    for look, name in [*places, ("doors", "doors-608")]:
        if name == "doors-608":
            controller.show("technician", technician_views.large())
        async with opened(chrome, f"{origin}/technician?look={look}", *size) as window:
            if look == "log":
                await window.page.wait_for_selector(".events")
            path = directory / f"{size[0]}x{size[1]}-technician-{name}.png"
            await window.page.screenshot(path=path, full_page=True)


async def _report(page: Page, name: str) -> None:
    for problem in await page.evaluate(FITS):
        print(f"{name}: {problem}")


if __name__ == "__main__":
    asyncio.run(shoot(Path(sys.argv[1]), set(sys.argv[2:])))
