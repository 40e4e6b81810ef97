"""Plots as SVG, written here: bars with their numbers on them, nothing else.

Each says in a title and a description what it shows, and every number in it stands in a table as well. Colour is never
alone: the month asked for is filled, the one before is hatched.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from controller.api import MonthFigures, TrendMonth
from kiosk_ui.report import numbers
from kiosk_ui.report.measures import BY_KEY, CAUSES, lost

INK = "#171a2b"
QUIET = "#5a6072"
GRID = "#c9cdd8"
NOW = "#1a2a6c"
EARLIER = "#8d97c2"
FONT = "Fira Sans, sans-serif"

#: Of the row of months. Units of the drawing: on a page a plot is as wide as its place.
WIDTH = 640
#: Of the pairs of bars, two of which stand side by side.
PAIRED_WIDTH = 420
ROW = 42
LABELS = 130
VALUES = 100
#: A longer label takes two lines.
LABEL_LETTERS = 17

#: The measures that are shares of 100 and can stand side by side.
SHARES = ("share", "outside_counter_hours", "availability", "first_try")


@dataclass(frozen=True, slots=True)
class Plot:
    """``svg`` stands by itself: a fragment of a page, or a file."""

    title: str
    description: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Pair:
    """Two bars: the month asked for, and the one before. None: not known."""

    label: str
    now: float | None
    before: float | None
    now_text: str
    before_text: str


def trend(months: Sequence[TrendMonth]) -> Plot | None:
    """Pickups month by month; nothing to plot with fewer than two months."""
    if len(months) < 2:
        return None
    title = "Abholungen im Monat"
    said = ", ".join(f"{numbers.month_name(m.month)}: {numbers.whole(m.pickups)}" for m in months)
    height, base, top = 224, 170, 30
    most = _round_up(max(m.pickups for m in months))
    parts: list[str] = []
    for part in (0.5, 1.0):
        y = base - (base - top) * part
        parts.append(_line(44, y, WIDTH, y, GRID))
        parts.append(_text(38, y + 5, numbers.whole(most * part), "end", QUIET, 13))
    parts.append(_line(44, base, WIDTH, base, INK))
    step = (WIDTH - 54) / len(months)
    bar = min(34.0, step * 0.68)
    for index, month in enumerate(months):
        x = 50 + index * step + (step - bar) / 2
        tall = (base - top) * month.pickups / most
        last = index == len(months) - 1
        paint = NOW if last else "url(#hatch)" if index == len(months) - 2 else EARLIER
        parts.append(_bar(x, base - tall, bar, tall, paint))
        parts.append(_text(x + bar / 2, base - tall - 6, numbers.whole(month.pickups), "middle", INK, 13, bold=last))
        name = numbers.month_short(month.month) + ("*" if not month.finished else "")
        parts.append(_text(x + bar / 2, base + 19, name, "middle", INK, 13, bold=last))
        if index == 0 or month.month.endswith("-01"):
            parts.append(_text(x + bar / 2, base + 37, month.month[:4], "middle", QUIET, 13))
    if any(not month.finished for month in months):
        parts.append(_text(WIDTH, height - 2, "* Monat läuft noch", "end", QUIET, 13))
    return _plot("trend", title, said, WIDTH, height, parts)


def shares(now: MonthFigures, before: MonthFigures | None) -> Plot | None:
    """The measures that are shares, beside those of the month before."""
    pairs = []
    for key in SHARES:
        measure = BY_KEY[key]
        value = measure.of(now)
        earlier = measure.of(before) if before is not None else None
        if value is not None or earlier is not None:
            pairs.append(
                Pair(
                    SHORT[key],
                    value,
                    earlier,
                    measure.show(value) if value is not None else "nicht bekannt",
                    measure.show(earlier) if earlier is not None else "nicht bekannt",
                )
            )
    return _paired("shares", "Anteile gegen den Vormonat", pairs, 1.0, before is not None)


LEAST_SCALE_MS = 600_000
SHORT = {
    "share": "Anteil der Box",
    "outside_counter_hours": "Außerhalb der Schalterzeiten",
    "availability": "Verfügbarkeit",
    "first_try": "Tür beim ersten Versuch auf",
}


def losses(now: MonthFigures, before: MonthFigures | None) -> Plot | None:
    """Opening time that was lost, by cause; nothing to plot when there was none."""
    pairs = []
    for cause, name in CAUSES.items():
        ms = lost(now, cause)
        earlier = lost(before, cause) if before is not None else 0
        if ms or earlier:
            pairs.append(
                Pair(name, ms, earlier if before is not None else None, numbers.hours(ms), numbers.hours(earlier))
            )
    # Seconds of a restart are a sliver, not a bar from one end to the other.
    most = max((max(pair.now or 0, pair.before or 0, LEAST_SCALE_MS) for pair in pairs), default=0)
    return _paired("losses", "Ausgefallene Öffnungszeit nach Ursache", pairs, most, before is not None)


def _paired(name: str, title: str, pairs: Sequence[Pair], most: float, compared: bool) -> Plot | None:
    if not pairs or not most:
        return None
    height = 28 + ROW * len(pairs)
    room = PAIRED_WIDTH - LABELS - VALUES
    parts = _legend(compared)
    said = []
    for index, pair in enumerate(pairs):
        y = 34 + index * ROW
        for row, line in enumerate(_wrapped(pair.label)):
            parts.append(_text(LABELS - 12, y + 13 + row * 16, line, "end", INK, 14))
        bars = [(pair.now, pair.now_text, NOW)]
        if compared:
            bars.append((pair.before, pair.before_text, "url(#hatch)"))
        for row, (value, text, paint) in enumerate(bars):
            wide = room * (value or 0) / most
            parts.append(_bar(LABELS, y + row * 18, max(wide, 1.5), 15, paint))
            parts.append(_text(LABELS + max(wide, 1.5) + 8, y + row * 18 + 12, text, "start", INK, 14, bold=not row))
        said.append(f"{pair.label}: {pair.now_text}" + (f", im Vormonat {pair.before_text}" if compared else ""))
    return _plot(name, title, "; ".join(said), PAIRED_WIDTH, height, parts)


def _legend(compared: bool) -> list[str]:
    parts = [_bar(LABELS, 4, 15, 15, NOW), _text(LABELS + 22, 16, "Berichtsmonat", "start", INK, 13)]
    if compared:
        parts += [
            _bar(LABELS + 134, 4, 15, 15, "url(#hatch)"),
            _text(LABELS + 156, 16, "Vormonat", "start", INK, 13),
        ]
    return parts


def _plot(name: str, title: str, description: str, width: int, height: float, parts: Sequence[str]) -> Plot:
    """Ids carry the plot's name: several stand on one page."""
    hatch = (
        f'<defs><pattern id="hatch-{name}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="#ffffff"/><path d="M0 6 L6 0" stroke="{NOW}" stroke-width="1.6"/>'
        "</pattern></defs>"
    )
    body = "".join(parts).replace("url(#hatch)", f"url(#hatch-{name})")
    return Plot(
        title,
        description,
        Markup(  # noqa: S704 - every value in it is a number of ours or was escaped
            f'<svg class="plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" role="img"'
            f' aria-labelledby="{name}-title {name}-desc">'
            f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
            f"{hatch}{body}</svg>"
        ),
    )


def _bar(x: float, y: float, width: float, height: float, paint: str) -> str:
    edge = f' stroke="{NOW}" stroke-width="1.2"' if paint.startswith("url") else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{paint}"{edge}/>'


def _line(x1: float, y1: float, x2: float, y2: float, paint: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{paint}"/>'


def _text(x: float, y: float, text: str, anchor: str, paint: str, size: int, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-family="{FONT}" font-size="{size}"{weight}'
        f' fill="{paint}">{escape(text)}</text>'
    )


def _wrapped(label: str) -> tuple[str, ...]:
    """At most two lines of about the same length."""
    if len(label) <= LABEL_LETTERS:
        return (label,)
    words = label.split(" ")
    cut = min(range(1, len(words)), key=lambda i: abs(len(" ".join(words[:i])) - len(" ".join(words[i:]))), default=0)
    return (" ".join(words[:cut]), " ".join(words[cut:])) if cut else (label,)


def _round_up(most: int) -> int:
    """The next number that a person would write at the top of an axis; even, so that its half is whole."""
    if most <= 10:
        return 10
    magnitude = 10 ** (int(math.log10(most)))
    return next(int(magnitude * part) for part in (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10) if magnitude * part >= most)
