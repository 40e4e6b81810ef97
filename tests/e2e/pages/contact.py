"""``./box shots DIRECTORY``: a picture of every page in every language, and contact sheets of them, to see whether it
is all one product. Staff and technician pages stand on the German sheets; what an office sees at its desks, and the
monthly report, on one of their own.

What a sheet shows is the real pages in a real browser, with a scripted controller behind them. Every picture stays
beside the sheets, and ``index.html`` links them.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from PIL import Image, ImageDraw, ImageFont
from playwright.async_api import Browser

from kiosk_ui import languages
from tests.e2e.accessibility.places import LAYERS, SHOW
from tests.e2e.pages import desk_pictures, staff_views, technician_views, views
from tests.e2e.pages.fits import FITS
from tests.e2e.pages.running import Ui, Watched, browser, opened, ui
from tests.e2e.pages.scripted import ScriptedController

PANELS = ("1080x1920", "800x1280", "1280x800")
#: How wide a picture is on a sheet (px), and how many stand side by side.
THUMBNAIL = {"1080x1920": (216, 8), "800x1280": (200, 8), "1280x800": (320, 6), "1280x900": (400, 4)}
LABEL_HEIGHT = 26
MARGIN = 12


@dataclass(frozen=True)
class Sheet:
    """One sheet: a panel and a language."""

    panel: str
    language: str

    @property
    def name(self) -> str:
        return f"{self.panel}-{self.language}"

    @property
    def size(self) -> tuple[int, int]:
        width, _, height = self.panel.partition("x")
        return int(width), int(height)


class Photographer:
    """Takes the pictures of one sheet. ``problems``: what did not fit, in words."""

    def __init__(self, sheet: Sheet, directory: Path) -> None:
        self._sheet = sheet
        self._directory = directory / "pictures" / sheet.panel / sheet.language
        self.taken: list[Path] = []
        self.problems: list[str] = []

    async def shoot(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        # Not below the directory: the path of a unix socket must not be longer than 107 characters.
        with tempfile.TemporaryDirectory(prefix="shots") as scratch:
            path = Path(scratch, "ui.sock")
            async with ScriptedController(path) as controller, ui(path) as running, browser() as chrome:
                async with opened(chrome, running.address, *self._sheet.size) as window:
                    await self._residents(controller, window)
                if self._sheet.language == languages.SOURCE_LANGUAGE:
                    async with opened(chrome, f"{running.origin}/staff", *self._sheet.size) as window:
                        await self._staff(controller, window)
                    await self._technician(controller, running, chrome)

    async def _residents(self, controller: ScriptedController, window: Watched) -> None:
        for name, view in views.KIOSK.items():
            controller.show("kiosk", msgspec.structs.replace(view, language=self._sheet.language))
            await window.page.wait_for_selector(f'#page[data-tag$="-{controller.kiosk.revision}"]', state="attached")
            await window.page.evaluate("document.fonts.ready.then(() => true)")
            await self._picture(window, name)
            self.problems += [f"{self._sheet.name} {name}: {each}" for each in await window.page.evaluate(FITS)]
        for place in LAYERS:
            controller.show("kiosk", place.view(self._sheet.language))
            await window.page.wait_for_selector(f'#page[data-tag$="-{controller.kiosk.revision}"]', state="attached")
            await window.page.evaluate(SHOW, [place.layer, []])
            await self._picture(window, f"{place.page}-{place.layer}")
            self.problems += [f"{self._sheet.name} {place}: {each}" for each in await window.page.evaluate(FITS)]

    async def _staff(self, controller: ScriptedController, window: Watched) -> None:
        for name, view in staff_views.STAFF.items():
            controller.show("staff", view)
            await window.page.wait_for_selector(f'#page[data-tag$="-{controller.staff.revision}"]', state="attached")
            await self._picture(window, f"staff-{name}")

    async def _technician(self, controller: ScriptedController, running: Ui, chrome: Browser) -> None:
        controller.results["technician.events"] = lambda params: technician_views.EVENTS
        controller.show("staff", technician_views.STAFF)
        controller.show("technician", technician_views.BOX)
        for look in ("", "doors", "trends", "log", "service"):
            address = f"{running.origin}/technician?look={look}"
            async with opened(chrome, address, *self._sheet.size) as window:
                if look == "log":
                    await window.page.wait_for_selector(".events")
                await self._picture(window, f"technician-{look or 'overview'}")

    async def _picture(self, window: Watched, name: str) -> None:
        path = self._directory / f"{name}.png"
        await window.page.screenshot(path=path)
        self.taken.append(path)


def mount(sheet: Sheet, pictures: Sequence[Path], target: Path) -> None:
    """Puts pictures side by side on one sheet, each with its name below."""
    width, columns = THUMBNAIL[sheet.panel]
    height = width * sheet.size[1] // sheet.size[0]
    rows = -(-len(pictures) // columns)
    cell_width, cell_height = width + MARGIN, height + LABEL_HEIGHT + MARGIN
    board = Image.new("RGB", (columns * cell_width + MARGIN, rows * cell_height + MARGIN), "#d6d9de")
    draw = ImageDraw.Draw(board)
    font = ImageFont.load_default(16)
    for number, path in enumerate(pictures):
        left, top = MARGIN + number % columns * cell_width, MARGIN + number // columns * cell_height
        with Image.open(path) as picture:
            board.paste(picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS), (left, top))
        draw.text((left + 2, top + height + 4), path.stem, fill="#1a2233", font=font)
    board.save(target, optimize=True)


def index(directory: Path, sheets: Sequence[Sheet], problems: Sequence[str]) -> None:
    """A page with every sheet and what did not fit."""
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Abholfach: every page</title>',
        "<style>body{font:16px sans-serif;margin:2rem}img{max-width:100%}</style><h1>Every page</h1>",
    ]
    parts += ["<h2>What does not fit</h2><ul>", *(f"<li>{html.escape(each)}</li>" for each in problems), "</ul>"]
    for sheet in sheets:
        parts.append(f'<h2>{sheet.panel} · {sheet.language}</h2><a href="{sheet.name}.png">')
        parts.append(f'<img loading="lazy" src="{sheet.name}.png" alt="every page, {sheet.language}"></a>')
    (directory / "index.html").write_text("\n".join(parts), encoding="utf-8")


async def make(directory: Path, wanted: Sequence[Sheet], at_once: int) -> list[str]:
    """Makes the sheets, a few at a time. What did not fit."""
    places = asyncio.Semaphore(at_once)
    problems: list[str] = []

    async def one(sheet: Sheet) -> None:
        async with places:
            photographer = Photographer(sheet, directory)
            await photographer.shoot()
            await asyncio.to_thread(mount, sheet, photographer.taken, directory / f"{sheet.name}.png")
            problems.extend(photographer.problems)
            print(f"{sheet.name}: {len(photographer.taken)} pages", flush=True)

    await asyncio.gather(*(one(sheet) for sheet in wanted))
    desk = Sheet("x".join(map(str, desk_pictures.SIZE)), "office")
    if any(sheet.language == languages.SOURCE_LANGUAGE for sheet in wanted):
        pictures = await desk_pictures.shoot(directory / "pictures" / desk.panel)
        await asyncio.to_thread(mount, desk, pictures, directory / f"{desk.name}.png")
        print(f"{desk.name}: {len(pictures)} pages", flush=True)
        wanted = [*wanted, desk]
    index(directory, wanted, sorted(problems))
    return sorted(problems)


def main(arguments: Sequence[str] | None = None) -> int:
    """0: everything fits; 1: something does not, and was printed."""
    available = languages.available()
    parser = argparse.ArgumentParser(prog="./box shots", description="Pictures of every page, and contact sheets.")
    parser.add_argument("directory", type=Path, help="where they go")
    parser.add_argument("--languages", default=",".join(available), help="default: %(default)s")
    parser.add_argument("--panels", default=",".join(PANELS), help="default: %(default)s")
    options = parser.parse_args(arguments)
    tags, panels = options.languages.split(","), options.panels.split(",")
    if not set(tags) <= set(available) or not set(panels) <= set(PANELS):
        parser.error(f"there are {', '.join(available)} on {', '.join(PANELS)}")
    options.directory.mkdir(parents=True, exist_ok=True)
    # On the small panels the layout is what counts: German, the longest, and Arabic, from the right.
    wanted = [Sheet(panel, tag) for panel in panels for tag in tags if panel == PANELS[0] or tag in ("de", "ar")]
    problems = asyncio.run(make(options.directory, wanted, max(1, (os.cpu_count() or 2) // 2)))
    print(*problems, sep="\n")
    print(f"{options.directory / 'index.html'}: {len(wanted)} sheets, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
