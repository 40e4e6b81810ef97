"""The technician's page of a cabinet of 608 compartments: how heavy a fragment is, and how long it takes to write.

The fragment is the column of doors with everything live on it, as it is sent twice a second at most. The floor of the
weight is the page of a cabinet of twelve; the floor of the time is decoding the view that it is written from.
"""

from __future__ import annotations

import statistics
import time

import msgspec

from controller.api import TechnicianView
from kiosk_ui import languages
from kiosk_ui.link import Link
from kiosk_ui.technician import TechnicianPages
from tests.e2e.pages import technician_views as views

ROUNDS = 40


def figures(rounds: int = ROUNDS) -> dict[str, dict[str, float | str]]:
    """``ui.technician_608_ms`` (median) and ``ui.technician_608_kb``."""
    pages = TechnicianPages(Link(""), languages.load(languages.SOURCE_LANGUAGE, {"static": lambda name: name}))
    large = views.large()
    line = msgspec.json.encode(large)
    writing, decoding = [], []
    html = ""
    for _ in range(rounds):
        begun = time.perf_counter()
        msgspec.json.decode(line, type=TechnicianView)
        between = time.perf_counter()
        html = pages.render(large, views.STAFF, look="doors")
        decoding.append(between - begun)
        writing.append(time.perf_counter() - between)
    small = pages.render(views.BOX, views.STAFF, look="doors")
    value, floor = statistics.median(writing) * 1000, statistics.median(decoding) * 1000
    weight, least = len(html.encode()) / 1000, len(small.encode()) / 1000
    return {
        "ui.technician_608_ms": _row(value, "ms", floor),
        "ui.technician_608_kb": _row(weight, "kB", least),
    }


def _row(value: float, unit: str, floor: float) -> dict[str, float | str]:
    return {"value": round(value, 2), "unit": unit, "floor": round(floor, 2), "ratio": round(value / floor, 2)}


if __name__ == "__main__":
    for name, figure in figures().items():
        print(name, figure)
