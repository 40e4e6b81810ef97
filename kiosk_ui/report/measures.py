"""The figures of the report, one by one: what each is called and how it is reckoned from what the box counted.

docs/council-report.md has the definitions; `MEASURES` is their order everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from controller.api import MonthFigures
from kiosk_ui.report import numbers

#: A share of fewer than this is a coin that was tossed twice.
LEAST_BASE = 5

#: Cause → its name.
CAUSES = {
    "stopped": "Box abgeschaltet",
    "interrupted": "Stromausfall oder Absturz",
    "disk_full": "Speicher voll",
    "reported": "Vom Team als gestört gemeldet",
    "scanner_down": "Lesefenster ausgefallen",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. ``of`` gives its value or None if it is not known; ``show`` and ``show_change`` write it for people,
    ``plain`` for a spreadsheet, in ``unit``.
    """

    key: str
    label: str
    unit: str
    of: Callable[[MonthFigures], float | None]
    show: Callable[[float], str] = numbers.whole
    show_change: Callable[[float], str] = numbers.whole
    plain: Callable[[float], str] = lambda value: str(round(value))


def share(part: float, whole: float | None, least: float = LEAST_BASE) -> float | None:
    """``part`` of ``whole``, unless that is too little to say anything."""
    return None if whole is None or whole < least or not whole else part / whole


def _two_places(factor: float) -> Callable[[float], str]:
    return lambda value: f"{value * factor:.2f}".replace(".", ",")


def _share(key: str, label: str, of: Callable[[MonthFigures], float | None]) -> Measure:
    return Measure(key, label, "%", of, numbers.percent, numbers.points, _two_places(100))


def _waiting(key: str, label: str, of: Callable[[MonthFigures], float | None]) -> Measure:
    return Measure(key, label, "Stunden", of, numbers.waiting, numbers.waiting, _two_places(1 / 60))


def _seconds(key: str, label: str, of: Callable[[MonthFigures], float | None]) -> Measure:
    return Measure(key, label, "Sekunden", of, numbers.seconds, numbers.seconds)


def _money(key: str, label: str, of: Callable[[MonthFigures], float | None]) -> Measure:
    return Measure(key, label, "Euro", of, numbers.euros, numbers.euros, _two_places(1 / 100))


def _opening(key: str, label: str, of: Callable[[MonthFigures], float | None]) -> Measure:
    return Measure(key, label, "Stunden", of, numbers.hours, numbers.hours, _two_places(1 / 3_600_000))


def lost(figures: MonthFigures, cause: str) -> int:
    """Opening time (ms) lost to a cause."""
    return next((down.ms for down in figures.down if down.cause == cause), 0)


def _lost_to(cause: str) -> Callable[[MonthFigures], float | None]:
    return lambda figures: lost(figures, cause)


def _cost_per_pickup(figures: MonthFigures) -> float | None:
    return None if figures.cost_cents is None or not figures.pickups else figures.cost_cents / figures.pickups


MEASURES: tuple[Measure, ...] = (
    Measure("pickups", "Abholungen (Umschläge)", "Anzahl", lambda f: f.pickups),
    Measure("documents", "Abgeholte Dokumente", "Anzahl", lambda f: f.documents),
    Measure("issued", "Ausgegebene Dokumente insgesamt (Box und Schalter)", "Anzahl", lambda f: f.issued),
    _share("share", "Anteil der Box an allen Ausgaben", lambda f: share(f.documents, f.issued)),
    Measure("appointments_saved", "Gesparte Termine", "Anzahl", lambda f: f.appointments_saved),
    _share(
        "outside_counter_hours",
        "Abgeholt außerhalb der Schalterzeiten",
        lambda f: share(f.outside_counter_hours, f.timed_pickups),
    ),
    _waiting(
        "waiting_median",
        "Vom Einlegen bis zum Abholen: die Hälfte innerhalb von",
        lambda f: f.waiting.median if f.waiting else None,
    ),
    _waiting(
        "waiting_ninety",
        "Vom Einlegen bis zum Abholen: 90 von 100 innerhalb von",
        lambda f: f.waiting.ninety if f.waiting else None,
    ),
    _seconds(
        "at_box_median", "Besuch an der Box: die Hälfte fertig nach", lambda f: f.at_box.median if f.at_box else None
    ),
    _seconds(
        "at_box_ninety",
        "Besuch an der Box: 90 von 100 fertig nach",
        lambda f: f.at_box.ninety if f.at_box else None,
    ),
    _share("availability", "Verfügbar in der Öffnungszeit", lambda f: share(f.available_ms, f.opening_ms, 1)),
    _opening("opening", "Öffnungszeit der Box", lambda f: f.opening_ms),
    *(_opening(f"down_{cause}", f"Ausgefallen: {name}", _lost_to(cause)) for cause, name in CAUSES.items()),
    _share("first_try", "Tür ging beim ersten Versuch auf", lambda f: share(f.first_try, f.openings)),
    Measure("help_calls", "Hilferufe an der Box", "Anzahl", lambda f: f.help_calls),
    Measure("recalled", "Nicht abgeholt und zurückgeholt", "Anzahl", lambda f: f.recalled),
    Measure("at_counter", "Aus der Box am Schalter ausgegeben", "Anzahl", lambda f: f.at_counter),
    Measure("days_full", "Tage, an denen kein Fach frei war", "Tage", lambda f: f.days_full),
    _money("cost", "Laufende Kosten", lambda f: f.cost_cents),
    _money(
        "cost_per_pickup",
        "Kosten je Abholung",
        lambda f: share(f.cost_cents or 0, f.pickups, 1) if f.cost_cents is not None else None,
    ),
    Measure("unexpected_open", "Vorfall: Tür ging ohne Auftrag auf", "Anzahl", lambda f: f.unexpected_open),
    Measure("left_open", "Vorfall: Tür blieb offen, Team gerufen", "Anzahl", lambda f: f.left_open),
    Measure("documents_missing", "Vorfall: Dokument fehlte", "Anzahl", lambda f: f.documents_missing),
    Measure("quarantines", "Vorfall: Fach gesperrt bis zur Klärung", "Anzahl", lambda f: f.quarantines),
)
BY_KEY = {measure.key: measure for measure in MEASURES}
