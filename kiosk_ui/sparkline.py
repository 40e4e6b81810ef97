"""24 hours of one figure as a small line, written on the server, with the same in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH = 480
HEIGHT = 90
EDGE = 6
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Sparkline:
    """``text`` says what the line shows, for those who do not see it and for those who want numbers."""

    title: str
    text: str
    latest: str
    svg: Markup


def sparkline(
    title: str, points: Sequence[int | None], every_ms: int, say: Callable[[int], str], zero_based: bool = True
) -> Sparkline:
    """``points``: the oldest first, the last one now; None leaves a gap. ``zero_based``: the foot of the drawing
    is 0.
    """
    known = [point for point in points if point is not None]
    if not known:
        text = "noch keine Messung"
        return Sparkline(title, text, "–", _svg(f"{title}: {text}", []))
    low, high = min(known), max(known)
    hours = len(points) * every_ms // HOUR_MS
    now = say(known[-1])
    between = f"zwischen {say(low)} und {say(high)}" if low != high else f"gleichbleibend {say(low)}"
    text = f"zuletzt {now}, {between} in {hours} Stunden"
    foot = 0 if zero_based and low >= 0 else low
    return Sparkline(title, text, now, _svg(f"{title}: {text}", _runs(points, foot, high)))


def _runs(points: Sequence[int | None], foot: int, high: int) -> list[list[tuple[float, float]]]:
    """The line in pieces without gaps."""
    span = high - foot or 1
    step = (WIDTH - 2 * EDGE) / max(1, len(points) - 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for index, point in enumerate(points):
        if point is None:
            runs.append([])
            continue
        y = HEIGHT - EDGE - (point - foot) / span * (HEIGHT - 2 * EDGE)
        runs[-1].append((EDGE + index * step, y))
    return [run for run in runs if run]


def _svg(label: str, runs: list[list[tuple[float, float]]]) -> Markup:
    parts = [
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(label)}">',
        f'<path class="spark__foot" d="M{EDGE} {HEIGHT - EDGE}H{WIDTH - EDGE}"/>',
    ]
    for run in runs:
        # A single point is a short dash: a line of no length is not drawn.
        line = run if len(run) > 1 else [(run[0][0] - 2, run[0][1]), (run[0][0] + 2, run[0][1])]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in line)
        parts.append(f'<path class="spark__line" d="M{path}"/>')
    parts.append("</svg>")
    return Markup("".join(parts))  # noqa: S704 - numbers of ours, and a label that was escaped
