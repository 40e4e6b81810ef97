"""The cabinet's front as SVG: columns of doors in the proportions of their sizes, written on the server.

On a resident's page it shows where to go and nothing of what is inside; on a staff page each door tells its state
by letter, border and colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup, escape

from controller.api import CompartmentView

Door = Callable[[CompartmentView, int, float, float], str]

COLUMN_WIDTH = 100
UNIT = 26
GAP = 6
FRAME = 10

#: How many units a door is high.
_HEIGHTS = {"S": 2, "M": 3, "L": 4}

#: State → (letter, what it means). The letters are on the plan; the words are in its legend.
STATES: dict[str, tuple[str, str]] = {
    "vacant": ("", "frei"),
    "presumed_empty": ("?", "vermutlich leer"),
    "occupied": ("U", "Umschlag"),
    "returned": ("A", "altes Dokument"),
    "clarification": ("K", "in Klärung"),
    "unknown": ("–", "unbekannt"),
    "out_of_service": ("X", "außer Betrieb"),
}


def columns_of(front: Iterable[CompartmentView]) -> list[list[CompartmentView]]:
    """From left to right, each from top to bottom."""
    columns: dict[int, list[CompartmentView]] = {}
    for compartment in front:
        columns.setdefault(compartment.column, []).append(compartment)
    return [sorted(columns[number], key=lambda c: (c.row, -c.height_mm)) for number in sorted(columns)]


def resident_plan(front: Sequence[CompartmentView], title: str) -> Markup:
    """The front with the lit compartment; every other door is a plain door. Empty when nothing is known of the
    front.
    """
    return _plan(front, title, "plan plan--resident", _resident_door)


def staff_plan(front: Sequence[CompartmentView], title: str) -> Markup:
    """The front with the state of every compartment."""
    return _plan(front, title, "plan plan--staff", _staff_door)


def live_plan(front: Sequence[CompartmentView], title: str, tag: str, link: str) -> Markup:
    """As `staff_plan`, to be kept up to date door by door: ``tag`` is the state it shows. Every door is a link to
    ``link`` with its label.
    """
    attributes = f'role="group" data-whole data-tag="{escape(tag)}"'
    return _plan(front, title, "plan plan--staff", _linked(link), attributes)


def changed_doors(front: Sequence[CompartmentView], changed: frozenset[str], tag: str, link: str) -> Markup:
    """Of the plan of ``front`` only the doors named in ``changed``, drawn where they stand."""

    def only(compartment: CompartmentView, x: int, y: float, tall: float) -> str:
        return _linked(link)(compartment, x, y, tall) if compartment.label in changed else ""

    doors = "".join(_doors(front, only))
    return Markup(f'<svg data-tag="{escape(tag)}">{doors}</svg>')  # noqa: S704 - as in `_plan`


def _linked(link: str) -> Door:
    def door(compartment: CompartmentView, x: int, y: float, tall: float) -> str:
        label = escape(compartment.label)
        inner = _staff_door(compartment, x, y, tall)
        return f'<a href="{escape(link)}{label}" data-door="{label}" data-look-at="compartment:{label}">{inner}</a>'

    return door


def _doors(front: Sequence[CompartmentView], door: Door) -> list[str]:
    """Every door drawn at its place: columns as high as the tallest."""
    columns = columns_of(front)
    heights = [sum(_HEIGHTS.get(c.size, 2) for c in column) for column in columns]
    tallest = max(heights, default=0)
    drawn = []
    for index, (column, units) in enumerate(zip(columns, heights, strict=True)):
        x = FRAME + index * (COLUMN_WIDTH + GAP)
        y = float(FRAME)
        for compartment in column:
            tall = _HEIGHTS.get(compartment.size, 2) * UNIT * tallest / units
            drawn.append(door(compartment, x, y, tall - GAP))
            y += tall
    return drawn


def _plan(front: Sequence[CompartmentView], title: str, css: str, door: Door, attributes: str = 'role="img"') -> Markup:
    columns = columns_of(front)
    if not columns:
        return Markup()
    tallest = max(sum(_HEIGHTS.get(c.size, 2) for c in column) for column in columns)
    width = 2 * FRAME + len(columns) * COLUMN_WIDTH + (len(columns) - 1) * GAP
    height = 2 * FRAME + tallest * UNIT
    parts = [
        f'<svg class="{css}" viewBox="0 0 {width} {height}" {attributes} aria-label="{escape(title)}">',
        f'<rect class="plan__body" x="1" y="1" width="{width - 2}" height="{height - 2}" rx="8"/>',
        *_doors(front, door),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 - every value in it is a number of ours or was escaped


def _resident_door(compartment: CompartmentView, x: int, y: float, tall: float) -> str:
    css = "plan__door plan__door--lit" if compartment.lit else "plan__door"
    rect = f'<rect class="{css}" x="{x}" y="{y:.1f}" width="{COLUMN_WIDTH}" height="{tall:.1f}" rx="5"/>'
    if not compartment.lit:
        return rect
    text = f'<text class="plan__label" x="{x + COLUMN_WIDTH / 2}" y="{y + tall / 2:.1f}">'
    return f"{rect}{text}{escape(compartment.label)}</text>"


def _staff_door(compartment: CompartmentView, x: int, y: float, tall: float) -> str:
    letter, meaning = STATES.get(compartment.state, ("!", compartment.state))
    css = f"plan__door plan__door--{escape(compartment.state)}"
    css += " plan__door--lit" if compartment.lit else ""
    css += " plan__door--open" if compartment.door == "open" else ""
    label = escape(compartment.label)
    door = {"open": ", Tür offen", "closed": ""}.get(compartment.door, ", Tür nicht lesbar")
    parts = [
        f"<g><title>{label}: {escape(meaning)}{door}</title>",
        f'<rect class="{css}" x="{x}" y="{y:.1f}" width="{COLUMN_WIDTH}" height="{tall:.1f}" rx="5"/>',
        f'<text class="plan__name" x="{x + 8}" y="{y + 22:.1f}">{label}</text>',
    ]
    if letter:
        parts.append(f'<text class="plan__state" x="{x + COLUMN_WIDTH - 8}" y="{y + 22:.1f}">{letter}</text>')
    if compartment.door != "closed":
        sign = "offen" if compartment.door == "open" else "Tür ?"
        parts.append(f'<text class="plan__note" x="{x + 8}" y="{y + min(tall - 6, 40):.1f}">{sign}</text>')
    parts.append("</g>")
    return "".join(parts)
