"""What the pages cost: the weight of the start page, the making of a front of 608 compartments, and the way of a new
revision from the controller's socket to the paint in Chromium.

``ui.push_to_paint_ms``: the median from ``view.changed`` on the controller's socket until the browser has drawn a frame
with the new page; the floor is one more frame of the same browser (two `requestAnimationFrame` turns and a round trip
of the measuring connection). The 95th percentile stands beside it.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

from playwright.async_api import Response

from controller import api
from kiosk_ui.front_plan import staff_plan
from tests.e2e.pages import views
from tests.e2e.pages.running import Ui, Watched, browser, opened, ui
from tests.e2e.pages.scripted import ScriptedController

SAMPLES = 60
WARM_UP = 10
PAGES = ("code_unknown", "not_yet", "birth", "take", "confirm", "done")

_PAINTED = """(tag) => new Promise((done) => {
  const frame = () => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
  const look = () => (document.getElementById("page").dataset.tag === tag ? frame() : requestAnimationFrame(look));
  look();
})"""


def figures() -> dict[str, dict[str, float | str]]:
    painted = asyncio.run(_painted())
    return {**painted, **_front()}


async def _painted() -> dict[str, dict[str, float | str]]:
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as directory:
        socket = Path(directory, "ui.sock")
        async with ScriptedController(socket) as controller, ui(socket) as running, browser() as chrome:
            async with opened(chrome, running.address) as screen:
                await screen.shows("start")
                ours, floors = await _push_to_paint(controller, screen)
            controller.show("kiosk", views.kiosk("start"))
            weight, font = await _weight(running)
    median, floor = statistics.median(ours), statistics.median(floors)
    p95 = statistics.quantiles(ours, n=20)[18]
    return {
        "ui.push_to_paint_ms": {
            "value": round(median, 1),
            "unit": "ms",
            "floor": round(floor, 1),
            "ratio": round(median / floor, 2),
            "p95": round(p95, 1),
        },
        "ui.page_weight_kb": {"value": weight, "unit": "KB", "floor": font, "ratio": round(weight / font, 2)},
    }


async def _push_to_paint(controller: ScriptedController, screen: Watched) -> tuple[list[float], list[float]]:
    ours, floors = [], []
    tag = str(await screen.page.get_attribute("#page", "data-tag"))
    generation = tag.partition("-")[0]
    for number in range(WARM_UP + SAMPLES):
        begun = time.perf_counter()
        revision = controller.show("kiosk", views.kiosk(PAGES[number % len(PAGES)]))
        await screen.page.evaluate(_PAINTED, f"{generation}-{revision}")
        ours.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        await screen.page.evaluate(_PAINTED, f"{generation}-{revision}")
        floors.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0.05)
    return ours[WARM_UP:], floors[WARM_UP:]


async def _weight(running: Ui) -> tuple[int, int]:
    """What the start page brings the first time (KB), and the part of it that is fonts."""
    answers: list[Response] = []
    async with browser() as fresh, opened(fresh, "about:blank") as screen:
        screen.page.on("response", lambda answer: answers.append(answer))
        await screen.page.goto(running.address)
        await screen.shows("start")
        await screen.page.evaluate("document.fonts.ready.then(() => true)")
        loaded = [each for each in answers if not each.url.endswith("/events") and each.status == 200]
        sizes = {each.url: (await each.request.sizes())["responseBodySize"] for each in loaded}
    fonts = sum(size for url, size in sizes.items() if url.endswith((".woff2", ".woff")))
    return round(sum(sizes.values()) / 1024), max(1, round(fonts / 1024))


def _front() -> dict[str, dict[str, float | str]]:
    """The plan of 608 compartments as the staff page draws it; the floor is writing the same view as JSON."""
    one = views.front()[0]
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    front = tuple(
        api.CompartmentView(**{**fields, "label": f"A{n:03}", "column": n // 16 + 1, "row": n % 16 + 1})
        for n in range(608)
    )
    ours, floors = [], []
    for _ in range(30):
        begun = time.perf_counter()
        drawn = staff_plan(front, "Front")
        ours.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        json.dumps([{name: getattr(each, name) for name in each.__struct_fields__} for each in front])
        floors.append((time.perf_counter() - begun) * 1000)
    value, floor = statistics.median(ours), statistics.median(floors)
    return {
        "ui.fragment_608_ms": {
            "value": round(value, 2),
            "unit": "ms",
            "floor": round(floor, 2),
            "ratio": round(value / floor, 2),
            "bytes": len(str(drawn)),
        }
    }
