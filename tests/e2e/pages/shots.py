"""Takes a picture of every page: ``python -m tests.e2e.pages.shots DIRECTORY [NAME…]``. For eyes, not for comparison by machine."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.e2e.pages import views
from tests.e2e.pages.running import browser, opened, ui
from tests.e2e.pages.scripted import ScriptedController

PANELS = ((1080, 1920), (800, 1280), (1280, 800))
LANGUAGES = ("de", "en")
LAYERS = {"help": "start", "privacy": "start", "language": "birth", "problem": "confirm"}


async def shoot(directory: Path, only: set[str]) -> None:
    """Writes ``WIDTHxHEIGHT-language-page.png`` for every page, and prints what does not fit."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "ui.sock")
        async with ScriptedController(path) as controller, ui(path) as pages, browser() as chrome:
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
                            for layer, base in LAYERS.items():
                                if base != name:
                                    continue
                                await window.page.click(f'[data-show="{layer}"]')
                                await window.page.screenshot(path=directory / f"{size}-{language}-{name}-{layer}.png")
                                await _report(window.page, f"{size} {language} {name} {layer}")
                                await window.page.click('[data-layer]:not([hidden]) [data-show=""]')
                        print(*window.complaints, sep="\n")
                async with opened(chrome, f"{pages.origin}/staff", width, height) as window:
                    for name, staff_view in views.STAFF.items():
                        if only and name not in only:
                            continue
                        controller.show("staff", staff_view)
                        await window.shows(staff_view.page)
                        await window.page.wait_for_selector(f'#page[data-tag$="-{controller.staff.revision}"]')
                        await window.page.screenshot(path=directory / f"{size}-staff-{name}.png", full_page=True)
                if not only or "technician" in only:
                    async with opened(chrome, f"{pages.origin}/technician", width, height) as window:
                        await window.page.screenshot(path=directory / f"{size}-technician.png", full_page=True)


async def _report(page: object, name: str) -> None:
    problems = await page.evaluate(FITS)  # type: ignore[attr-defined]
    for problem in problems:
        print(f"{name}: {problem}")


#: What is cut off, off the screen, overlapping or too small to touch on the page that stands.
FITS = """() => {
  const found = [];
  const seen = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 0;
  const name = (e) => e.dataset.key || e.className.baseVal || e.className || e.tagName;
  const page = document.getElementById("page");
  const parts = [...page.querySelectorAll("button, .headline, .text, .beside, .office, .notice, .reference, .field, .figure svg")];
  const visible = parts.filter(seen);
  for (const e of visible) {
    const r = e.getBoundingClientRect();
    if (r.left < -1 || r.top < -1 || r.right > innerWidth + 1 || r.bottom > innerHeight + 1) found.push("off screen: " + name(e));
    if (e.scrollWidth > e.clientWidth + 2 && !(e instanceof SVGElement)) found.push("cut off: " + name(e));
    if (e.matches("button") && (r.width < 110 || r.height < 110) && !e.matches(".field")) found.push("small: " + name(e) + " " + Math.round(r.width) + "x" + Math.round(r.height));
    if (e.matches(".figure svg") && r.height < 60) found.push("tiny picture " + Math.round(r.height));
  }
  for (let i = 0; i < visible.length; i++) for (let j = i + 1; j < visible.length; j++) {
    const a = visible[i], b = visible[j];
    if (a.contains(b) || b.contains(a)) continue;
    const p = a.getBoundingClientRect(), q = b.getBoundingClientRect();
    const x = Math.min(p.right, q.right) - Math.max(p.left, q.left), y = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (x > 2 && y > 2) found.push("overlap: " + name(a) + " / " + name(b));
  }
  return found;
}"""


if __name__ == "__main__":
    asyncio.run(shoot(Path(sys.argv[1]), set(sys.argv[2:])))
