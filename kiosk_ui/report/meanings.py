"""What a figure means, in one sentence for somebody who does not run the box."""

from __future__ import annotations

from collections.abc import Callable

from controller.api import MonthFigures
from kiosk_ui.report import numbers
from kiosk_ui.report.measures import BY_KEY, CAUSES


def _pickups(f: MonthFigures) -> str:
    if not f.pickups:
        return "In diesem Zeitraum hat niemand etwas an der Box abgeholt."
    inside = "ein Dokument" if f.documents == 1 else f"{numbers.whole(f.documents)} Dokumente"
    return f"So viele Umschläge wurden an der Box abgeholt. Darin waren {inside}."


def _share(f: MonthFigures) -> str:
    if f.issued is None:
        return "Noch nicht bekannt: Die Zahl aller im Monat ausgegebenen Dokumente wurde nicht eingetragen."
    of = f"{numbers.whole(f.documents)} von {numbers.whole(f.issued)} ausgegebenen Dokumenten"
    value = BY_KEY["share"].of(f)
    if value is None:
        return "Im Monat wurden zu wenige Dokumente ausgegeben, um einen Anteil zu nennen."
    return f"{of} gingen über die Box statt über den Schalter."


def _appointments(f: MonthFigures) -> str:
    if not f.appointments_saved:
        return "Noch kein Termin am Schalter wurde eingespart."
    return "So oft musste niemand für eine Abholung einen Termin am Schalter vereinbaren und das Amt keinen vorhalten."


def _outside(f: MonthFigures) -> str:
    if not f.timed_pickups:
        return "Nicht bekannt: Es sind keine Schalterzeiten hinterlegt." if f.pickups else "Es gab keine Abholungen."
    if BY_KEY["outside_counter_hours"].of(f) is None:
        return "Weniger als fünf Abholungen: kein Anteil."
    some = f"{numbers.whole(f.outside_counter_hours)} von {numbers.whole(f.timed_pickups)} Abholungen"
    return f"{some} fanden statt, als der Schalter geschlossen war."


def _availability(f: MonthFigures) -> str:
    if not f.opening_ms:
        return "In diesem Zeitraum hatte die Box keine Öffnungszeit."
    lost_ms = f.opening_ms - f.available_ms
    opening = numbers.hours(f.opening_ms)
    if not lost_ms:
        return f"In den {opening} Öffnungszeit war die Box immer nutzbar."
    if lost_ms < 60_000:
        return f"In den {opening} Öffnungszeit war die Box bis auf Sekunden immer nutzbar."
    worst = max(f.down, key=lambda down: down.ms)
    cause = CAUSES.get(worst.cause, worst.cause)
    return f"Von {opening} Öffnungszeit fielen {numbers.hours(lost_ms)} aus, vor allem: {cause}."


def _cost(f: MonthFigures) -> str:
    if f.cost_cents is None:
        return "Noch nicht bekannt: Die laufenden Kosten des Monats wurden nicht eingetragen."
    if not f.pickups:
        return f"Die Box kostete {numbers.euros(f.cost_cents)}; abgeholt wurde nichts."
    return f"Laufende Kosten von {numbers.euros(f.cost_cents)}, geteilt durch {numbers.whole(f.pickups)} Abholungen."


#: The figures at the top, in their order, with what they mean.
HEADLINES: tuple[tuple[str, str, Callable[[MonthFigures], str]], ...] = (
    ("pickups", "Abholungen", _pickups),
    ("share", "Anteil an allen Ausgaben", _share),
    ("appointments_saved", "Gesparte Termine", _appointments),
    ("outside_counter_hours", "Außerhalb der Schalterzeiten", _outside),
    ("availability", "Verfügbarkeit", _availability),
    ("cost_per_pickup", "Kosten je Abholung", _cost),
)


def _waiting(f: MonthFigures) -> str:
    if f.waiting is None:
        return "Für eine Aussage zur Wartezeit gab es zu wenige Abholungen."
    return (
        f"Die Hälfte der Umschläge wurde innerhalb von {numbers.waiting(f.waiting.median)} nach dem Einlegen abgeholt,"
        f" 90 von 100 innerhalb von {numbers.waiting(f.waiting.ninety)}."
    )


def _at_box(f: MonthFigures) -> str:
    if f.at_box is None:
        return "Für eine Aussage zur Dauer eines Besuchs gab es zu wenige Abholungen."
    return (
        f"Ein Besuch an der Box: Die Hälfte war nach {numbers.seconds(f.at_box.median)} fertig, 90 von 100 nach"
        f" {numbers.seconds(f.at_box.ninety)}."
    )


def _working(f: MonthFigures) -> str:
    value = BY_KEY["first_try"].of(f)
    calls = {0: "Niemand rief um Hilfe", 1: "Einmal wurde um Hilfe gerufen"}.get(
        f.help_calls, f"{numbers.whole(f.help_calls)}-mal wurde um Hilfe gerufen"
    )
    if value is None:
        return f"{calls}."
    return f"Die Tür ging in {numbers.percent(value)} der Fälle beim ersten Versuch auf. {calls}."


def _space(f: MonthFigures) -> str:
    days = {0: "Es war immer ein Fach frei", 1: "An einem Tag war kein Fach frei"}.get(
        f.days_full, f"An {f.days_full} von {f.days} Tagen war zeitweise kein Fach frei"
    )
    back = {0: "Nichts musste", 1: "Ein Umschlag musste"}.get(
        f.recalled, f"{numbers.whole(f.recalled)} Umschläge mussten"
    )
    return f"{days}. {back} zurückgeholt werden, weil niemand kam."


def _incidents(f: MonthFigures) -> str:
    named = (
        (f.unexpected_open, "Tür ohne Auftrag offen"),
        (f.left_open, "Tür offen gelassen"),
        (f.documents_missing, "Dokument fehlte"),
        (f.quarantines, "Fach bis zur Klärung gesperrt"),
    )
    found = [f"{numbers.whole(count)} × {name}" for count, name in named if count]
    return f"Vorfälle: {', '.join(found)}." if found else "Es gab keinen Vorfall."


#: Everyday running, a sentence each.
SENTENCES: tuple[Callable[[MonthFigures], str], ...] = (_waiting, _at_box, _working, _space, _incidents)


#: How the figures come about, for page 2. Each is a title and a text.
METHOD: tuple[tuple[str, str], ...] = (
    (
        "Woher die Zahlen kommen",
        "Alle Zahlen zählt die Box selbst aus ihrem fortlaufenden, gegen Änderungen gesicherten Protokoll. Von Hand"
        " eingetragen sind nur die Zahl aller ausgegebenen Dokumente und die laufenden Kosten.",
    ),
    (
        "Abholung, Dokument, Termin",
        "Abgeholt ist ein Umschlag, wenn die Box sah, dass die Tür aufging, und sie wieder geschlossen wurde. Ein"
        " gesparter Termin ist eine Abholberechtigung, mit der mindestens ein Umschlag abgeholt wurde; holt jemand mit"
        " ihr mehrere Umschläge oder kommt zweimal, zählt sie einmal.",
    ),
    (
        "Zeiten",
        "Vom Einlegen bis zum Abholen zählt die Zeit bis zum"
        " Aufgehen der Tür, an der Box die Zeit vom Code bis zum Ende eines Besuchs mit Abholung. Außerhalb der"
        " Schalterzeiten liegt eine Abholung, wenn nach dem hinterlegten Kalender niemand am Schalter war.",
    ),
    (
        "Verfügbarkeit",
        "Gezählt wird nur die Öffnungszeit der Box mit Feiertagen. Nach einem Stromausfall oder Absturz gilt die Zeit"
        " seit dem letzten Eintrag im Protokoll als ausgefallen; das ist eher zu viel als zu wenig. Treffen mehrere"
        " Ursachen zusammen, zählt eine.",
    ),
    (
        "Datenschutz",
        "Der Bericht enthält nichts über einzelne Personen, weder über Abholende noch über Beschäftigte. Sprachen und"
        " Bedienhilfen werden nur in Gruppen von Besuchen gezählt und erst gezeigt, wenn der Monat vorbei ist; unter"
        " fünf steht „<5“. Ließe sich eine solche Zahl errechnen, bleibt auch eine weitere verborgen („geschützt“)."
        " Zeiten und Anteile stehen erst ab fünf Werten da.",
    ),
)
