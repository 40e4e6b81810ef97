"""The report's view in words and written numbers, for the page, the paper and the file alike: one place, so that no two
of them say different things.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from controller.api import MonthFigures, ReportView, UseShown
from kiosk_ui.report import numbers
from kiosk_ui.report.meanings import HEADLINES, SENTENCES
from kiosk_ui.report.measures import CAUSES, MEASURES, Measure, lost

UNKNOWN = "–"
GUARDED = "geschützt"
FEW = "<5"

#: Tag → its name in German.
LANGUAGES = {
    "de": "Deutsch",
    "de-simple": "Einfache Sprache",
    "en": "Englisch",
    "tr": "Türkisch",
    "uk": "Ukrainisch",
    "ru": "Russisch",
    "ar": "Arabisch",
    "fa": "Persisch",
    "ro": "Rumänisch",
    "pl": "Polnisch",
    "bg": "Bulgarisch",
    "ku": "Kurdisch",
    "fr": "Französisch",
    "sq": "Albanisch",
    "ti": "Tigrinya",
}
MODES = {
    "larger": "Große Schrift",
    "contrast": "Starker Kontrast",
    "speech": "Vorlesen",
    "keypad": "Bedienung mit Tastenfeld",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A figure in the table. ``plain`` and ``plain_before`` are for a spreadsheet, empty where nothing is known."""

    key: str
    label: str
    unit: str
    now: str
    before: str
    change: str
    plain: str
    plain_before: str


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure at the top, what it means, and how it was the month before (empty: there is nothing to compare)."""

    key: str
    title: str
    value: str
    meaning: str
    compared: str


@dataclass(frozen=True, slots=True)
class Use:
    """A language or reading mode. ``count`` is None where it is not shown."""

    name: str
    text: str
    before: str
    count: int | None

    @property
    def quiet(self) -> bool:
        """Hardly used, neither now nor before: need not stand in a line of its own."""
        return self.text == FEW and self.before in (FEW, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a report says. ``never_lost`` are the keys of rows that a reader need not see: causes of which
    there was nothing, neither now nor before.
    """

    title: str
    month: str
    month_name: str
    before_name: str
    box: str
    simulated: bool
    made: str
    coverage: str
    running: bool
    headlines: tuple[Headline, ...]
    sentences: tuple[str, ...]
    rows: tuple[Row, ...]
    never_lost: frozenset[str]
    languages: tuple[Use, ...]
    modes: tuple[Use, ...]
    notes: tuple[str, ...]
    figures: MonthFigures
    previous: MonthFigures | None


def facts_of(view: ReportView) -> Facts:
    """The report in words. ``view`` must be ready: raises `ValueError` else."""
    now, before = view.month, view.previous
    if now is None:
        raise ValueError("the report is not ready")
    return Facts(
        title=f"Abholstation: Bericht für {numbers.month_name(now.month)}",
        month=now.month,
        month_name=numbers.month_name(now.month),
        before_name=numbers.month_name(before.month) if before is not None else "",
        box=view.box,
        simulated=view.simulated,
        made=_date(view.made_wall_ms),
        coverage=_coverage(now),
        running=not now.finished,
        headlines=tuple(_headline(*headline, now, before) for headline in HEADLINES),
        sentences=tuple(sentence(now) for sentence in SENTENCES),
        rows=tuple(_row(measure, now, before) for measure in MEASURES),
        never_lost=frozenset(f"down_{name}" for name in CAUSES if not any(lost(f, name) for f in (now, before) if f)),
        languages=_uses(now.languages, before.languages if before is not None else (), LANGUAGES),
        modes=_uses(now.modes, before.modes if before is not None else (), MODES),
        notes=_notes(now, before),
        figures=now,
        previous=before,
    )


def _row(measure: Measure, now: MonthFigures, before: MonthFigures | None) -> Row:
    value = measure.of(now)
    earlier = measure.of(before) if before is not None else None
    return Row(
        key=measure.key,
        label=measure.label,
        unit=measure.unit,
        now=UNKNOWN if value is None else measure.show(value),
        before=UNKNOWN if earlier is None else measure.show(earlier),
        change=_change(measure, value, earlier) if _comparable(now, before) else "",
        plain="" if value is None else measure.plain(value),
        plain_before="" if earlier is None else measure.plain(earlier),
    )


def _comparable(now: MonthFigures, before: MonthFigures | None) -> bool:
    """Half a month beside a whole one would be a rise or a fall that never was."""
    return now.finished and before is not None and not _coverage(now) and not _coverage(before)


def _change(measure: Measure, value: float | None, earlier: float | None) -> str:
    if value is None or earlier is None:
        return ""
    written = measure.show_change(abs(value - earlier))
    if measure.show(value) == measure.show(earlier) or written == measure.show_change(0):
        return "gleich"
    return f"{'+' if value > earlier else numbers.MINUS}{written}"


def _headline(key: str, title: str, meaning: object, now: MonthFigures, before: MonthFigures | None) -> Headline:
    measure = next(measure for measure in MEASURES if measure.key == key)
    row = _row(measure, now, before)
    compared = ""
    if before is not None and row.before != UNKNOWN:
        compared = f"{numbers.month_name(before.month)}: {row.before}"
        if row.change or _coverage(before):
            compared += f" ({row.change or 'unvollständig'})"
    said = meaning(now) if callable(meaning) else ""
    return Headline(key, title, row.now, said, compared)


def _uses(now: tuple[UseShown, ...], before: tuple[UseShown, ...], names: dict[str, str]) -> tuple[Use, ...]:
    earlier = {use.name: _count(use) for use in before}
    return tuple(
        Use(names.get(use.name, use.name), _count(use), earlier.get(use.name, UNKNOWN), use.count) for use in now
    )


def _count(use: UseShown) -> str:
    if use.count is not None:
        return numbers.whole(use.count)
    return GUARDED if use.hidden == "guarded" else FEW


def _coverage(figures: MonthFigures) -> str:
    """What the log covers of the month, if that is not all of it."""
    late = figures.known_from_ms > figures.begins_ms
    early = figures.known_to_ms < figures.ends_ms
    if late and early:
        return f"Daten vom {_date(figures.known_from_ms)} bis {_date(figures.known_to_ms)}"
    if early:
        return f"Daten bis {_date(figures.known_to_ms)}"
    return f"Daten ab {_date(figures.known_from_ms)}" if late else ""


def _notes(now: MonthFigures, before: MonthFigures | None) -> tuple[str, ...]:
    found = []
    if not now.finished:
        found.append("Der Monat läuft noch. Die Zahlen werden bis zu seinem Ende nicht mit dem Vormonat verglichen.")
    if not now.hours_known:
        found.append("Es waren nicht immer Öffnungszeiten hinterlegt: Ohne sie zählt jede Stunde als Öffnungszeit.")
    if before is not None and _coverage(before):
        found.append(f"Vom Vormonat liegt nur ein Teil vor: {_coverage(before)}.")
    if now.uncertain_entries:
        found.append(
            f"Bei {numbers.whole(now.uncertain_entries)} Einträgen im Protokoll war die Uhr der Box nicht gestellt;"
            " ihre Zeit ist nicht sicher."
        )
    return tuple(found)


def _date(wall_ms: int) -> str:
    """In the time zone of this machine, as everywhere on the pages."""
    return f"{datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone():%d.%m.%Y}"
