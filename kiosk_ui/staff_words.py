"""What the staff page says to the codes it is given. German only; a code without words is shown as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Notice:
    """``tone``: good, attention or alarm, as on the residents' pages. ``{compartment}`` and the like are filled
    from the notice.
    """

    tone: str
    headline: str
    text: str = ""


NOTICES: dict[str, Notice] = {
    "load_booked": Notice("good", "Gebucht: Fach {compartment}", "{news}"),
    "load_unknown": Notice("attention", "Unbekannt {order}", "Nicht angekündigt. Bitte zur Seite legen."),
    "load_duplicate": Notice("attention", "Liegt schon in Fach {compartment}", "Bitte prüfen und zur Seite legen."),
    "load_held": Notice("attention", "Ausgabe gesperrt", "Nicht einlegen, bitte im Fachverfahren prüfen."),
    "load_full": Notice("attention", "Kein Fach frei", "Für diesen Umschlag ist gerade kein passendes Fach frei."),
    "load_other_site": Notice("attention", "Gehört nach {place}", "Hier nicht einlegen. Bitte zur Seite legen."),
    "load_not_closed": Notice("attention", "Tür {compartment} noch offen", "Erst schließen, dann weiter."),
    "obstructed": Notice(
        "attention",
        "Fach {compartment} war nicht leer",
        "Bitte die Tür schließen. Der Umschlag bekommt ein anderes Fach.",
    ),
    "jam": Notice(
        "alarm", "Tür {compartment} klemmt", "Den Umschlag noch einmal scannen: Er bekommt ein anderes Fach."
    ),
    "left_open": Notice("alarm", "Tür {compartment} stand zu lange offen", "Das Fach ist in Klärung."),
    "pin_wrong": Notice("attention", "Die PIN passt nicht", "Noch {tries_left} Versuche."),
    "pin": Notice("attention", "Die PIN passt nicht", "Eine PIN hat 4 bis 12 Ziffern."),
    "staff_locked": Notice("alarm", "Gesperrt", "Bitte die Teamleitung fragen."),
    "badge_unknown": Notice("attention", "Dieser Ausweis ist hier nicht bekannt"),
    "badge_needed": Notice("attention", "Bitte zuerst den Ausweis zeigen", "Er gilt 30 Sekunden lang."),
    "badge_not_needed": Notice("attention", "Der Ausweis wird gerade nicht gebraucht"),
    "role_missing": Notice("attention", "Dafür fehlt die Berechtigung", "Bitte die Teamleitung fragen."),
    "second_person_needed": Notice("attention", "Zweite Person", "Bitte einen zweiten Ausweis zeigen."),
    "second_person_too_late": Notice(
        "attention", "Das war zu spät", "Beide Ausweise müssen innerhalb einer Minute gezeigt werden."
    ),
    "request_dropped": Notice("attention", "Abgebrochen", "Kein Fach wurde geöffnet."),
    "envelope_unknown": Notice(
        "attention", "Dieser Umschlag steht nicht in den Büchern", "Bitte herausnehmen; danach „Leer“ melden."
    ),
    "not_empty": Notice("attention", "Fach {compartment} nicht leer", "Es bleibt zu, bis jemand nachgesehen hat."),
    "out_of_service": Notice("attention", "Fach {compartment} ist außer Betrieb"),
    "power_fail": Notice("alarm", "Stromausfall", "Keine Tür geht mehr auf, bis der Strom wieder da ist."),
    "map_accepted": Notice(
        "attention", "Die Box startet neu", "Ihr Belegungsplan wurde berichtigt. Bitte gleich noch einmal."
    ),
    "disk_full": Notice("alarm", "Kein Speicherplatz", "Die Box beginnt nichts Neues. Bitte die Technik rufen."),
    "reported": Notice("good", "Fach {compartment} ist geklärt"),
    "tested": Notice("good", "Fach {compartment} hat geöffnet"),
    "busy": Notice("attention", "Gerade holt jemand ab", "Bitte einen Moment warten."),
    "reason_needed": Notice("attention", "Bitte einen Grund angeben"),
    "no_staff_session": Notice("attention", "Bitte neu anmelden"),
    "too_small": Notice(
        "attention", "Fach {compartment} ist zu klein", "Umschlag behalten, Tür schließen, dann noch einmal scannen."
    ),
    "no_larger": Notice("attention", "Ein größeres Fach gibt es nicht", "Bitte den Umschlag zur Seite legen."),
    "undone": Notice("good", "Rückgängig gemacht", "Fach {compartment}: Der Umschlag wird wieder erwartet."),
    "nothing_to_undo": Notice("attention", "Nichts rückgängig zu machen", "Es gilt nur für die letzte Buchung."),
    "taken_out": Notice("good", "Ausgebucht: Fach {compartment}", "Der Umschlag ist heraus."),
    "scan_out_other": Notice(
        "alarm", "Das ist nicht der Umschlag aus Fach {compartment}", "Bitte den richtigen scannen, diesen zurücklegen."
    ),
    "old_document_missing": Notice("attention", "Notiert: kein altes Dokument in Fach {compartment}"),
    "round_finished": Notice("good", "Rundgang fertig"),
    "round_empty": Notice("good", "Hier ist nichts zu tun"),
    "no_round": Notice("attention", "Kein Rundgang unterbrochen"),
    "now_out_of_service": Notice(
        "good", "Fach {compartment} ist jetzt außer Betrieb", "Der Inhalt bleibt, wie er ist."
    ),
    "now_in_service": Notice("good", "Fach {compartment} ist wieder in Betrieb"),
    "resting": Notice("attention", "Das Schloss ruht noch", "Bitte in einer halben Minute noch einmal."),
    "door_busy": Notice("attention", "Erst Tür {compartment} schließen"),
    "wrong_phase": Notice("attention", "Das geht gerade nicht"),
    "nothing_to_answer": Notice("attention", "Hier ist nichts mehr zu beantworten"),
    "compartment_unknown": Notice("attention", "Dieses Fach gibt es nicht"),
    "load_waiting": Notice("attention", "Jemand möchte abholen"),
}

#: Who tells the holder of an envelope that has just been booked.
NEWS: dict[str, str] = {
    "": "Die Nachricht geht heraus.",
    "sent": "Die Nachricht geht heraus.",
    "waits": "Abholbar, sobald der letzte Umschlag dazu eingelegt ist.",
    "nobody": "Diese Box schreibt niemandem: Bitte selbst Bescheid geben.",
}

#: Why a compartment is under clarification.
REASONS: dict[str, str] = {
    "jam": "Die Tür ging nicht auf.",
    "loading": "Das Einlegen wurde unterbrochen.",
    "not_empty": "Beim Einlegen war das Fach nicht leer.",
    "left_open": "Die Tür stand zu lange offen.",
    "foreign": "Jemand meldete ein fremdes Dokument und legte es zurück.",
    "reported_missing": "Jemand meldete: Umschlag fehlt oder ist leer.",
    "sensor": "Türkontakt: das Öffnen war nicht zu sehen.",
    "restart": "Die Box wurde neu gestartet, während die Tür freigegeben war.",
    "unexpected": "Die Tür ging ohne Auftrag auf.",
    "unexpected_open": "Die Tür ging ohne Auftrag auf.",
    "downtime": "Die Tür ging auf, während die Box aus war.",
    "late": "Die Tür ging erst nach der Zeit auf.",
    "unreadable": "Der Türkontakt war nicht lesbar.",
    "recall": "Das Zurückholen wurde unterbrochen.",
    "returns": "Das Entnehmen alter Dokumente wurde unterbrochen.",
    "stocktake": "Die Bestandsprüfung wurde unterbrochen.",
    "clarification": "Eine Klärung wurde unterbrochen.",
    "emergency": "Nach einer Notöffnung.",
    "test": "Ein Test wurde unterbrochen.",
    "test_failed": "Bei der Prüfung der Technik ging etwas nicht: Erst nach bestandener Prüfung wieder benutzen.",
    "wiring": "Seine Leitung öffnete bei der Prüfung eine andere Tür.",
    "remapped": "Der Belegungsplan wurde berichtigt: Was darin liegt, muss jemand nachsehen.",
    "interrupted": "Der Vorgang wurde unterbrochen.",
    "undo": "Das Rückgängigmachen wurde unterbrochen.",
    "handover": "Die Ausgabe am Schalter wurde unterbrochen.",
    "swap": "Der Tausch gegen ein altes Dokument wurde unterbrochen.",
    "lock": "Schloss defekt.",
    "door": "Tür defekt.",
    "damaged": "Fach beschädigt.",
    "dirty": "Fach verschmutzt.",
    "other": "Anderer Grund.",
    "not_in_profile": "Nicht im Plan der Box.",
    "board_silent": "Seine Platine antwortet nicht.",
    "port_gone": "Die Leitung zu seiner Platine ist weg.",
    "pulse_cap_unsafe": "Seine Platine begrenzt den Impuls nicht.",
    "unsettled": "Abholung ohne Bestätigung vor einem Neustart.",
}

PURPOSES: dict[str, str] = {
    "recall": "Zurückholen",
    "returns": "Altes Dokument entnehmen",
    "stocktake": "Bestandsprüfung",
    "clarification": "Fach in Klärung",
    "emergency": "Notöffnung",
    "test": "Test",
    "undo": "Rückgängig machen",
    "handover": "Am Schalter ausgeben",
    "loading": "Einlegen",
}

#: The walks, as their buttons and headlines call them.
ROUNDS: dict[str, str] = {
    "recall": "Abgelaufene zurückholen",
    "returns": "Alte Dokumente entnehmen",
    "clarification": "Fächer in Klärung",
    "stocktake": "Bestandsprüfung",
    "emergency": "Notöffnung aller Fächer",
}

#: Why people take a compartment out of service: code and button.
SERVICE_REASONS: tuple[tuple[str, str], ...] = (
    ("lock", "Schloss defekt"),
    ("door", "Tür defekt"),
    ("sensor", "Türkontakt defekt"),
    ("damaged", "Fach beschädigt"),
    ("dirty", "Fach verschmutzt"),
    ("other", "Anderer Grund"),
)

EMERGENCY_REASONS: tuple[str, ...] = ("Räumung des Gebäudes", "Box defekt", "Gefahr im Fach", "Anweisung der Leitung")

OUTAGE_REASONS: tuple[tuple[str, str], ...] = (
    ("defective", "Box ist defekt"),
    ("building_closed", "Gebäude ist geschlossen"),
    ("maintenance", "Wartung"),
    ("other", "Anderer Grund"),
)

CALL_REASONS: dict[str, str] = {
    "resident": "Jemand an der Station bittet um Hilfe",
    "jam": "Tür klemmt",
    "left_open": "Tür steht offen",
    "check": "Ausweis ansehen",
}

#: What a line of the shift's report says.
SHIFT: dict[str, str] = {
    "stored": "eingelegt",
    "recalled": "zurückgeholt",
    "handed_over_at_counter": "am Schalter ausgegeben",
    "load_unknown": "unbekannt",
    "load_held": "Ausgabe gesperrt",
    "load_duplicate": "liegt schon darin",
    "load_other_site": "gehört an einen anderen Ort",
    "load_full": "kein Fach frei",
    "no_larger": "passt in kein Fach",
}

STATUS: dict[str, str] = {
    "expected": "noch nicht eingelegt",
    "stored": "liegt im Fach",
    "unverified": "zweifelhaft, in Klärung",
    "missing": "fehlt",
}

SIZES: dict[str, str] = {"S": "klein", "M": "mittel", "L": "groß"}

CONTENTS: dict[str, str] = {
    "empty": "leer",
    "presumed_empty": "vermutlich leer",
    "holds": "Umschlag",
    "unknown": "unbekannt",
}

#: What became of an envelope that is not in the compartment any more.
DEPOSIT_ENDS: tuple[tuple[str, str], ...] = (
    ("recalled", "Ich habe ihn herausgenommen"),
    ("handed_over_at_counter", "Er wurde am Schalter ausgegeben"),
    ("collected_unconfirmed", "Er wurde abgeholt"),
    ("expected", "Er war nie darin"),
    ("missing", "Er ist verschwunden"),
)


def notice(code: str, **details: str | int) -> Notice:
    """The words for ``code``, filled in."""
    known = NOTICES.get(code)
    if known is None:
        return Notice("attention", "Nicht möglich", f"Grund: {code}")
    if details.get("tries_left") == 1:
        known = replace(known, text=known.text.replace("{tries_left} Versuche", "einen Versuch"))
    values = {"compartment": "", "tries_left": 0, "order": "", "place": "", **details}
    values["news"] = NEWS.get(str(values.get("news", "")), "")
    return Notice(known.tone, known.headline.format(**values).replace("  ", " ").strip(), known.text.format(**values))


def reason(code: str) -> str:
    return REASONS.get(code, f"Grund: {code}")
