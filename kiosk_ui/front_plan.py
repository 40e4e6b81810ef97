"""The cabinet's front as SVG: columns of doors in the proportions of their sizes, written on the server.

On a resident's page it shows where to go and nothing of what is inside; on a staff page each door tells its state
by letter, border and colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from controller.api import CompartmentView

Door = Callable[[CompartmentView, int, float, float], str]

COLUMN_WIDTH = 100
UNIT = 26
GAP = 6
FRAME = 10

#: A staff plan is no wider than so many times its height: then its columns go on below.
WIDEST = 1.7
#: With more doors than this a finger no longer hits the one that is meant.
FINGERS = 60

#: A resident's plan that is wider shows the lit door magnified, as if it were no wider than this.
FAR, NEAR = 1_400, 900

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
    over: list[str] = []
    layout = _Layout.of(front, 0.0)

    def door(compartment: CompartmentView, x: int, y: float, tall: float) -> str:
        if compartment.lit and layout.width > FAR:
            over.append(_magnified(layout, compartment, x, y, tall))
        return _resident_door(compartment, x, y, tall)

    return _plan(front, title, "plan plan--resident", door, over=over)


def staff_plan(front: Sequence[CompartmentView], title: str) -> Markup:
    """The front with the state of every compartment."""
    return _plan(front, title, "plan plan--staff", _staff_door, widest=WIDEST)


def live_plan(front: Sequence[CompartmentView], title: str, tag: str, link: str) -> Markup:
    """As `staff_plan`, to be kept up to date door by door: ``tag`` is the state it shows. Every door is a link:
    ``link`` with the place to look at.
    """
    attributes = f'role="group" data-whole data-tag="{escape(tag)}"'
    return _plan(front, title, "plan plan--staff", _linked(link, len(front)), attributes, WIDEST)


def column_plan(front: Sequence[CompartmentView], column: int, title: str, link: str) -> Markup:
    """A column and its neighbours, large enough to be touched."""
    near = [view for view in front if abs(view.column - column) <= 1]
    return _plan(near, title, "plan plan--staff", _linked(link, 0), 'role="group"')


def changed_doors(front: Sequence[CompartmentView], changed: frozenset[str], tag: str, link: str) -> Markup:
    """Of the plan of ``front`` only the doors named in ``changed``, drawn where they stand."""

    def only(compartment: CompartmentView, x: int, y: float, tall: float) -> str:
        return linked(compartment, x, y, tall) if compartment.label in changed else ""

    linked = _linked(link, len(front))
    doors = "".join(_Layout.of(front, WIDEST).draw(only))
    return Markup(f'<svg data-tag="{escape(tag)}">{doors}</svg>')  # noqa: S704 - as in `_plan`


def _linked(link: str, doors: int) -> Door:
    """Doors that lead to their compartment; where there are too many to be hit by a finger, to their column first."""

    def door(compartment: CompartmentView, x: int, y: float, tall: float) -> str:
        label = escape(compartment.label)
        look = f"compartment:{label}" if doors <= FINGERS else f"column:{compartment.column}"
        inner = _staff_door(compartment, x, y, tall)
        return f'<a href="{escape(link)}{look}" data-door="{label}" data-look-at="{look}">{inner}</a>'

    return door


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where columns stand: ``across`` of them side by side, the rest in further rows below."""

    columns: list[list[CompartmentView]]
    across: int
    tallest: int

    @classmethod
    def of(cls, front: Iterable[CompartmentView], widest: float) -> _Layout:
        """No wider than ``widest`` times its height; 0 for one row whatever its width."""
        columns = columns_of(front)
        tallest = max((_units(column) for column in columns), default=0)
        rows = 1
        while (
            widest and rows < len(columns) and -(-len(columns) // rows) * COLUMN_WIDTH > widest * rows * tallest * UNIT
        ):
            rows += 1
        return cls(columns, max(1, -(-len(columns) // rows)), tallest)

    @property
    def width(self) -> int:
        return 2 * FRAME + self.across * COLUMN_WIDTH + (self.across - 1) * GAP

    @property
    def height(self) -> int:
        rows = -(-len(self.columns) // self.across)
        return 2 * FRAME + rows * self.tallest * UNIT + (rows - 1) * FRAME

    def draw(self, door: Door) -> list[str]:
        """Every door at its place: columns as high as the tallest."""
        drawn = []
        for index, column in enumerate(self.columns):
            row, across = divmod(index, self.across)
            x = FRAME + across * (COLUMN_WIDTH + GAP)
            y = float(FRAME + row * (self.tallest * UNIT + FRAME))
            for compartment in column:
                tall = _HEIGHTS.get(compartment.size, 2) * UNIT * self.tallest / _units(column)
                drawn.append(door(compartment, x, y, tall - GAP))
                y += tall
        return drawn


def _units(column: Sequence[CompartmentView]) -> int:
    return sum(_HEIGHTS.get(compartment.size, 2) for compartment in column)


def _plan(
    front: Sequence[CompartmentView],
    title: str,
    css: str,
    door: Door,
    attributes: str = 'role="img"',
    widest: float = 0.0,
    over: Sequence[str] = (),
) -> Markup:
    """``over`` is drawn last; ``door`` may add to it."""
    layout = _Layout.of(front, widest)
    if not layout.columns:
        return Markup()
    parts = [
        f'<svg class="{css}" viewBox="0 0 {layout.width} {layout.height}" {attributes} aria-label="{escape(title)}">',
        f'<rect class="plan__body" x="1" y="1" width="{layout.width - 2}" height="{layout.height - 2}" rx="8"/>',
        *layout.draw(door),
        *over,
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


def _magnified(layout: _Layout, compartment: CompartmentView, x: int, y: float, tall: float) -> str:
    """A door where it stands and within the plan, but large enough to be found and read from afar."""
    factor = layout.width / NEAR
    wide, high = COLUMN_WIDTH * factor, tall * factor
    left = min(max(x + COLUMN_WIDTH / 2 - wide / 2, 0.0), layout.width - wide)
    top = min(max(y + tall / 2 - high / 2, 0.0), max(0.0, layout.height - high))
    inner = _resident_door(compartment, 0, 0.0, tall)
    return f'<g transform="translate({left:.1f} {top:.1f}) scale({factor:.2f})">{inner}</g>'


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
