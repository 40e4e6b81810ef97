"""What the office pages say to the codes they are given. German only; a code without words is shown as it is."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk_ui.staff_words import REASONS, Notice

NOTICES: dict[str, Notice] = {
    # done
    "held": Notice("good", "Ausgabe gesperrt", "Wirksam: ja. An der Abholstation gilt es ab sofort."),
    "released": Notice("good", "Wieder zur Ausgabe frei"),
    "extended": Notice("good", "Abholfrist verlängert"),
    "queued": Notice("good", "Aufgabe steht an der Abholstation", "Sie wird dort mit einem Ausweis erledigt."),
    "task_dropped": Notice("good", "Aufgabe gestrichen"),
    "proxies_revoked": Notice("good", "Vollmachten widerrufen", "Ihre Scheine öffnen nichts mehr."),
    "cancelled": Notice("good", "Vorgang gestrichen", "Der Umschlag wird nicht mehr erwartet."),
    "coming": Notice("good", "Die Station sagt jetzt: Hilfe kommt"),
    "help_ended": Notice("good", "Hilferuf erledigt"),
    "outage_reported": Notice("good", "Box gestört gemeldet", "Für Abholende öffnet nichts, die Fristen stehen still."),
    "noted": Notice("good", "Eingetragen", "Der Bericht rechnet jetzt damit."),
    "outage_ended": Notice("good", "Störung beendet", "Wer betroffen war, hat eine neue Abholfrist."),
    "added_without_code": Notice(
        "attention", "Vorgang aufgenommen, noch ohne Abholschein", "Es fehlt, wonach die Station fragen soll."
    ),
    # refused
    "login_wrong": Notice("attention", "Name oder Passwort ist falsch"),
    "slow_down": Notice("attention", "Bitte {wait_s} Sekunden warten", "Danach geht es weiter."),
    "office_locked": Notice("alarm", "Gesperrt", "Zu viele falsche Passwörter. In einer Viertelstunde geht es wieder."),
    "office_session_over": Notice("attention", "Bitte neu anmelden", "Die Anmeldung ist abgelaufen."),
    "form": Notice(
        "attention", "Das Formular passt nicht mehr", "Bitte die Seite neu laden und noch einmal versuchen."
    ),
    "role_missing": Notice("attention", "Dafür fehlt die Berechtigung", "Bitte die Teamleitung fragen."),
    "belongs_to_central": Notice(
        "attention", "Das gehört dem zentralen System", "Bitte im Fachverfahren erledigen; die Box hört darauf."
    ),
    "number_wrong": Notice("attention", "Nicht eingetragen", "Bitte eine ganze Zahl ohne Punkt und Komma eintippen."),
    "count_wrong": Notice("attention", "Nicht eingetragen", "Die Zahl kann nicht stimmen."),
    "month_to_come": Notice("attention", "Nicht eingetragen", "Der Monat hat noch nicht begonnen."),
    "month_unknown": Notice("attention", "Kein Bericht für diesen Monat", "Aus diesem Monat gibt es keine Einträge."),
    "report_working": Notice("attention", "Der Bericht wird noch berechnet", "Bitte gleich noch einmal versuchen."),
    "disk_full": Notice("alarm", "Kein Speicherplatz", "Die Box beginnt nichts Neues. Bitte die Technik rufen."),
    "out_of_order": Notice("alarm", "Die Box ist gestört", "Sie nimmt gerade nichts an. Bitte die Technik rufen."),
    "deposit_unknown": Notice("attention", "Diesen Vorgang gibt es hier nicht mehr"),
    "right_unknown": Notice(
        "attention", "Niemand kann diesen Umschlag gerade abholen", "Bitte zuerst einen neuen Abholschein ausstellen."
    ),
    "search_too_short": Notice("attention", "Bitte mindestens drei Zeichen eingeben"),
    "reason_needed": Notice("attention", "Bitte einen Grund angeben"),
    "held_already": Notice("attention", "Die Ausgabe ist schon gesperrt"),
    "not_held": Notice("attention", "Die Ausgabe ist nicht gesperrt"),
    "in_use": Notice("attention", "Gerade holt jemand ab", "Bitte in einer Minute noch einmal versuchen."),
    "not_inside": Notice("attention", "Der Umschlag liegt nicht in der Abholstation"),
    "deposit_inside": Notice("attention", "Der Umschlag liegt schon in der Abholstation"),
    "nothing_to_return": Notice("attention", "In diesem Fach liegt kein altes Dokument"),
    "nothing_to_clarify": Notice("attention", "Dieses Fach ist nicht in Klärung"),
    "compartment_unknown": Notice("attention", "Dieses Fach gibt es nicht"),
    "task_known": Notice("attention", "Diese Aufgabe steht schon an der Abholstation"),
    "task_unknown": Notice("attention", "Diese Aufgabe gibt es nicht mehr"),
    "too_many_tasks": Notice("attention", "Zu viele offene Aufgaben", "Bitte zuerst welche erledigen."),
    "not_later": Notice("attention", "Das neue Datum muss nach dem alten liegen"),
    "date_impossible": Notice("attention", "Dieses Datum geht nicht", "Bis zu einem Jahr im Voraus."),
    "clock_untrusted": Notice("attention", "Die Uhr der Box geht nicht sicher richtig", "Bitte die Technik rufen."),
    "check_needed": Notice("attention", "Bitte erst prüfen", "Vollmacht und beide Ausweise müssen vorgelegen haben."),
    "birth_date_missing": Notice("attention", "Das Geburtsdatum fehlt", "Die Station fragt danach."),
    "birth_date_impossible": Notice("attention", "Dieses Geburtsdatum gibt es nicht", "Zum Beispiel 31.12.1990."),
    "name_missing": Notice("attention", "Der Name fehlt", "Die Station vergleicht ihn mit dem Chip des Dokuments."),
    "name_impossible": Notice(
        "attention", "So schreibt kein Dokument einen Namen", "Bitte wie in der maschinenlesbaren Zeile des Ausweises."
    ),
    "pin_missing": Notice("attention", "Die Abhol-PIN fehlt", "Die Station fragt danach."),
    "pin_impossible": Notice("attention", "Eine Abhol-PIN hat 4 bis 12 Ziffern"),
    "order_known": Notice("attention", "Diesen Vorgang gibt es schon"),
    "order_missing": Notice("attention", "Der Vorgang fehlt"),
    "order_malformed": Notice(
        "attention", "So kann ein Vorgang nicht heißen", "4 bis 40 Zeichen: A–Z, Ziffern und Bindestriche."
    ),
    "order_twice": Notice("attention", "Der Vorgang steht zweimal in der Datei"),
    "group_known": Notice(
        "attention", "Ein Teil der Gruppe ist schon erfasst", "Bitte die neuen Zeilen ohne Gruppe erfassen."
    ),
    "group_too_large": Notice("attention", "Die Gruppe ist zu groß", "Höchstens 8 Umschläge auf einem Abholschein."),
    "group_contradictory": Notice(
        "attention",
        "Die Gruppe widerspricht sich",
        "Sprache, Geburtsdatum, PIN und Name sind die der Person, die abholt.",
    ),
    "group_incomplete": Notice("attention", "Eine andere Zeile der Gruppe hat einen Fehler"),
    "row_malformed": Notice("attention", "Eine Angabe ist zu lang oder nicht lesbar"),
    "low_unclear": Notice("attention", "„Niedrig“ muss ja oder nein sein"),
    "document_type_unknown": Notice("attention", "Diese Dokumentart kennt die Box nicht"),
    "size_unknown": Notice("attention", "Die Größe muss S, M oder L sein"),
    "language_unknown": Notice("attention", "Diese Sprache gibt es nicht", "Zum Beispiel de, en, ar oder uk."),
    "too_many_rows": Notice("attention", "Zu viele Zeilen", "Höchstens 100 auf einmal."),
    "request_too_long": Notice(
        "attention", "Zu viel Text in der Datei", "Bitte in mehrere Dateien teilen und nacheinander übernehmen."
    ),
    "file_empty": Notice("attention", "In der Datei steht kein Vorgang"),
    "file_not_text": Notice("attention", "Diese Datei ist keine CSV-Datei"),
    "file_columns": Notice(
        "attention", "Die Spalten passen nicht", "In der ersten Zeile müssen Vorgang und Dokumentart stehen, je einmal."
    ),
    "file_missing": Notice("attention", "Bitte eine Datei wählen"),
    "preview_gone": Notice(
        "attention", "Schon übernommen oder abgelaufen", "Bitte die Datei noch einmal prüfen lassen."
    ),
    "paper_failed": Notice(
        "alarm",
        "Das Papier ließ sich nicht erzeugen",
        "Bitte noch einmal versuchen. War es ein Abholschein: Der alte Code gilt nicht mehr, bitte neu ausstellen.",
    ),
    "not_handed_over": Notice(
        "attention", "Dazu gibt es keine Übergabe", "Noch nicht abgeholt, zurückgeholt, oder hier nicht bekannt."
    ),
    "outage_known": Notice("attention", "Die Box ist schon gestört gemeldet"),
    "no_outage": Notice("attention", "Es ist keine Störung gemeldet"),
    "call_unknown": Notice("attention", "Dieser Hilferuf ist schon erledigt"),
    "away": Notice("alarm", "Keine Verbindung zur Box", "Ob es noch wirksam wurde, zeigt die Seite des Vorgangs."),
}

STATUS: dict[str, str] = {
    "expected": "wird erwartet",
    "stored": "liegt bereit",
    "unverified": "in Klärung",
    "missing": "verschwunden",
}
RIGHT: dict[str, str] = {
    "": "niemand",
    "prepared": "sobald er eingelegt ist",
    "issued": "ja",
    "claimed": "gerade jetzt",
    "blocked": "gesperrt: zu viele falsche Eingaben",
}
TASKS: dict[str, str] = {
    "recall": "Zurückholen",
    "counter": "Am Schalter ausgeben",
    "clarification": "Klären",
    "returns": "Altes Dokument entnehmen",
    "stocktake": "Bestandsprüfung",
}
FACTORS: dict[str, str] = {
    "none": "nur der Code",
    "birth_date": "Geburtsdatum",
    "pin": "Abhol-PIN",
    "emrtd": "Chip des Dokuments",
    "eid": "Online-Ausweis",
    "staff": "ein Mensch prüft",
}
RESULTS: dict[str, str] = {
    "stored": "eingelegt",
    "collected_confirmed": "abgeholt",
    "collected_unconfirmed": "abgeholt (nicht bestätigt)",
    "recalled": "zurückgeholt",
    "handed_over_at_counter": "am Schalter ausgegeben",
    "cancelled": "gestrichen",
    "expired": "Abholfrist abgelaufen",
    "missing": "verschwunden",
}
#: How an envelope came into its holder's hand, as the proof for the case file says it.
HANDOVERS: dict[str, str] = {
    "collected_confirmed": "An der Abholstation abgeholt; dort wurde bestätigt, dass alles da ist.",
    "collected_unconfirmed": "An der Abholstation abgeholt; eine Bestätigung gab es nicht.",
    "handed_over_at_counter": "Am Schalter ausgegeben.",
}
_PROOF: dict[str, str] = {
    "announced": "Angekündigt",
    "stored": "Eingelegt in Fach {detail}",
    "verified": "Zweiter Nachweis stimmt: {detail}",
    "inspected": "Ausweis angesehen und bestätigt",
    "opening": "Fach {detail} freigegeben",
    "opened": "Tür {detail} ging auf",
    "closed": "Tür {detail} geschlossen",
}
_GIVEN = {"qr": "gezeigt", "number": "getippt"}
_DECLARED: dict[str, str] = {
    "old_documents": "Alte Dokumente dabei",
    "old_documents_none": "Ohne alte Dokumente fortgesetzt",
    "pin_letter": "PIN-Brief erhalten",
    "several": "Mehrere Umschläge",
}
_ANSWERED = {"yes": "ja", "no": "nein"}
CALLS: dict[str, str] = {
    "resident": "Jemand hat gerufen",
    "jam": "Die Tür klemmt",
    "left_open": "Tür steht offen",
    "check": "An der Box ist ein Ausweis anzusehen",
}
OUTAGES: dict[str, str] = {
    "defective": "Die Box ist defekt",
    "building_closed": "Das Haus ist unerwartet geschlossen",
    "maintenance": "Wartung",
    "other": "Anderer Grund",
}
ROLES: dict[str, str] = {
    "loader": "Bestückung",
    "supervisor": "Teamleitung",
    "technician": "Technik",
    "auditor": "Revision",
}


def notice(code: str, **details: str | int) -> Notice:
    """The words for ``code``, filled in."""
    known = NOTICES.get(code)
    if known is None:
        return Notice("attention", "Nicht möglich", f"Grund: {code}")
    values = {"wait_s": 1, **details}
    return Notice(known.tone, known.headline.format(**values), known.text.format(**values))


def proof_line(what: str, detail: str) -> str:
    """One line of the proof of a handover."""
    match what:
        case "presented":
            return f"Abholcode {_GIVEN.get(detail, detail)}"
        case "proxy":
            return f"Code einer Vollmacht {_GIVEN.get(detail, detail)}; die Vollmacht wurde geprüft von"
        case "declared":
            asked, _, answer = detail.partition(":")
            return f"Erklärt: {_DECLARED.get(asked, asked)}: {_ANSWERED.get(answer, answer)}"
        case "ended":
            return RESULTS.get(detail, detail).capitalize()
        case "verified":
            return _PROOF[what].format(detail=FACTORS.get(detail, detail))
        case _:
            return _PROOF.get(what, what).format(detail=detail)


def problem(code: str) -> str:
    """In a list of a file's lines."""
    return notice(code).headline


def reason(code: str) -> str:
    return REASONS.get(code, code)


class Times:
    """Dates as people in the office write them, in their own time."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone) if zone else None

    def day(self, wall_ms: int) -> str:
        """``30.11.2026``; a dash for none."""
        return self._local(wall_ms).strftime("%d.%m.%Y") if wall_ms else "–"

    def minute(self, wall_ms: int) -> str:
        return self._local(wall_ms).strftime("%d.%m.%Y, %H:%M") if wall_ms else "–"

    def second(self, wall_ms: int) -> str:
        return self._local(wall_ms).strftime("%d.%m.%Y, %H:%M:%S") if wall_ms else "–"

    def iso(self, wall_ms: int) -> str:
        return self._local(wall_ms).strftime("%Y-%m-%d") if wall_ms else ""

    def _local(self, wall_ms: int) -> datetime:
        return datetime.fromtimestamp(wall_ms / 1000, tz=self._zone).astimezone(self._zone)
