"""What the technician's page says to codes and numbers. German only; a code without words is shown as it is."""

from __future__ import annotations

from datetime import UTC, datetime

from controller import api
from kiosk_ui import staff_words
from kiosk_ui.staff_words import Notice

#: Refusals that only this page gets; the others are said as on the staff page.
NOTICES = {
    "remapped": Notice(
        "attention", "Fach {compartment} nicht geöffnet", "Der Plan wurde geändert: Erst sieht das Team hinein."
    ),
    "unsettled": Notice(
        "attention", "Fach {compartment} nicht geöffnet", "Die letzte Öffnung ist ungeklärt: Das Team klärt sie."
    ),
    "not_empty": Notice(
        "attention", "Fach {compartment} nicht geöffnet", "Es ist nicht sicher leer: Nur das Team öffnet es."
    ),
    "self_test_running": Notice("attention", "Der Selbsttest läuft schon"),
    "no_commissioning": Notice("attention", "Es läuft keine Prüfung"),
    "commissioning_running": Notice("attention", "Die Inbetriebnahme läuft schon", "Erst unterbrechen oder beenden."),
    "nothing_to_answer": Notice("attention", "Die Frage ist schon erledigt"),
    "map_changed": Notice("attention", "Der Plan wurde inzwischen geändert", "Bitte neu beginnen."),
    "map_accepted": Notice("attention", "Der Plan ist schon übernommen", "Die Steuerung startet damit neu."),
    "nothing_to_correct": Notice("attention", "Es gibt nichts zu berichtigen"),
    "not_proved": Notice(
        "attention", "Plan nicht geändert", "Die Prüfung beweist ihn nicht. Bitte noch einmal prüfen."
    ),
    "wiring": Notice(
        "attention",
        "Fach {compartment} nicht geöffnet",
        "Seine Leitung öffnet eine andere Tür: Erst umstecken oder den Plan berichtigen.",
    ),
    "no_self_test": Notice("attention", "Es läuft kein Selbsttest"),
    "nothing_to_test": Notice(
        "attention", "Kein Fach darf jetzt geprüft werden", "Geprüft wird nur, was sicher leer und zu ist."
    ),
    "door_open": Notice("attention", "Erst alle Türen schließen", "Die Steuerung startet dabei neu."),
    "verification_running": Notice("attention", "Die Prüfung läuft schon"),
    "language_unknown": Notice("attention", "Diese Sprache kennt die Box nicht"),
    "busy": Notice("attention", "Gerade holt jemand ab", "Bitte warten, bis die Person fertig ist."),
}
LIGHTS = {
    "green": ("Grün", "Alles läuft."),
    "yellow": ("Gelb", "Die Box läuft, etwas braucht Aufmerksamkeit."),
    "red": ("Rot", "Die Box ist außer Betrieb oder jemand muss sofort hin."),
}
DEVICES = {
    "central system": "Zentrale",
    "locks": "Schlösser",
    "contacts": "Türkontakte",
    "clock": "Uhr",
    "disk": "Datenträger",
    "temperature": "Prozessor",
    "memory": "Arbeitsspeicher",
    "certificate": "Zertifikat",
    "gauge temperature": "Gehäuse",
    "gauge supply_voltage": "Versorgung der Schlösser",
    "headphones": "Kopfhörer",
}
HEADPHONES = {"in": "eingesteckt", "out": "nicht eingesteckt"}
#: What a fault is about, where that is neither a compartment nor a name that somebody gave.
SUBJECTS = {
    "mains": "Netz",
    "housing": "Gehäuse",
    "inside": "innen",
    "thermostat": "Thermostat",
    "doors": "Türkontakte",
    "locks": "Schlösser",
    "supply": "Netzteil",
    "keypad": "Tasten",
    "loudspeaker": "Lautsprecher",
    "headphones": "Kopfhörer",
    "power_fail": "Meldung der Notstromversorgung",
    "tamper": "Gehäusekontakt",
    "supply_fault": "Meldung des Netzteils",
    "temperature": "Temperaturfühler",
    "supply_voltage": "Spannungsmessung",
    "the buzzer": "Summer",
    "the scanner light": "Licht am Lesefenster",
    "the door light": "Türlicht",
}
STATES = {"ok": "in Ordnung", "fault": "Störung", "unknown": "unbekannt"}
READER_STATES = {"ok": "liest", "no_frames": "liefert nichts", "starting": "startet"}
PICTURE_LIGHT = {"dark": "Bild dunkel", "glaring": "Bild überstrahlt", "fine": "Bild hell genug"}
HINTS: dict[str, str] = {
    "too_dark": "zu dunkel",
    "too_bright": "zu hell",
    "glare": "Spiegelung",
    "blurred": "unscharf",
    "too_small": "zu weit weg",
    "distorted": "schräg oder gebogen",
    "unclear": "ohne erkennbaren Grund",
}
CARD_READER_STATES: dict[str, str] = {
    "ok": "bereit",
    "starting": "startet",
    "no_reader": "kein Lesegerät angeschlossen",
    "no_card_stack": "pcscd antwortet nicht",
    "silent": "meldet sich nicht",
}
CHIP_OUTCOMES: dict[str, str] = {
    "verified": "echt",
    "refused": "abgelehnt",
    "retry": "noch einmal",
    "unsupported": "hier nicht prüfbar",
}
DOORS = {"open": "offen", "closed": "zu", "unknown": "nicht lesbar"}
ITEMS = {"present": "belegt", "absent": "leer", "unknown": "nicht lesbar", "no_sensor": "–"}
LOCKS = {
    "ready": "bereit",
    "firing": "wird ausgelöst",
    "resting": "Spule ruht",
    "unlatched": "vielleicht entriegelt",
    "fault": "nicht ansteuerbar",
}
#: Why something may not be done now.
BLOCKED = {
    "resident": "gerade holt jemand ab",
    "login": "erst am Lesefenster anmelden",
    "role": "Rolle Technik oder Leitung nötig",
    "reader_role": "Rolle Technik, Leitung oder Revision nötig",
    "out_of_order": "Box außer Betrieb",
    "task": "erst die offene Aufgabe beenden",
    "self_test": "Selbsttest läuft",
    "commissioning": "Inbetriebnahme läuft",
    "wiring": "seine Leitung öffnet eine andere Tür",
    "power_fail": "Stromausfall",
    "resting": "Spule ruht",
    "not_empty": "nicht sicher leer",
    "remapped": "Plan geändert: das Team muss erst hineinsehen",
    "unsettled": "letzte Öffnung ungeklärt",
    "out_of_service": "nicht im Schrankplan",
    "door_not_closed": "Tür nicht geschlossen",
    "door_open": "erst alle Türen schließen",
    "nothing_to_test": "kein Fach darf jetzt geprüft werden",
}
OUTCOMES = {
    "opened": "geht auf",
    "failed": "ging nicht auf",
    "left_open": "blieb offen",
    "other_door": "öffnete eine andere Tür",
    "stuck": "Kontakt meldet weiter „offen“",
    "stopped": "nicht gesehen, abgebrochen",
    "resting": "Spule ruhte, nicht ausgelöst",
}
SELF_TEST = {
    "running": "läuft",
    "done": "fertig",
    "cancelled": "abgebrochen",
    "ended": "beendet: Die Sitzung war zu Ende, eine Tür blieb offen, oder eine ging auf, hinter der etwas liegen kann",
}
#: Why a round before the front does not go on.
PAUSES = {
    "asked": "Sie haben unterbrochen.",
    "session_over": "Die Anmeldung war zu Ende.",
    "left_open": "Eine Tür blieb offen.",
    "not_vacant": "Eine Tür ging auf, die keiner ausgelöst hat und hinter der etwas sein kann. Schließen Sie sie,"
    " nehmen Sie nichts heraus, rufen Sie das Team.",
    "power_fail": "Stromausfall.",
}
GROUPS = {
    "doors": "Türen und Schlösser",
    "pickup": "Abholen",
    "staff": "Team",
    "office": "Büro und Bericht",
    "box": "Box und Störungen",
    "hours": "Zeiten und Hilfe",
    "central": "Zentrale",
}
CHAINS = {
    "never": "Seit dem Start nicht von Hand geprüft.",
    "running": "Prüfung läuft.",
    "whole": "Die Kette ist vollständig und unverändert.",
    "damaged": "Beschädigt. Die Box ist außer Betrieb.",
    "failed": "Die Prüfung konnte nicht lesen. Noch einmal versuchen.",
}
LEVELS = {"warning": "nur Warnungen", "info": "normal", "debug": "ausführlich"}
TRENDS = {
    "opening_ms": "Zeit bis zum Öffnen (Median je Stunde)",
    "pickups": "Abholungen je Stunde",
    "temperature": "Temperatur des Prozessors",
    "disk_free": "Freier Speicherplatz",
    "memory_available": "Freier Arbeitsspeicher",
    "frame_rate": "Bilder je Sekunde im Lesefenster",
    "not_acknowledged": "Einträge, die die Zentrale noch nicht bestätigt hat",
}
LEASES = {
    "nobody": "niemand",
    "resident": "jemand, der abholt",
    "staff": "das Team",
    "technician": "die Technik",
    "remote": "ein Auftrag der Zentrale",
}


def when(wall_ms: int) -> str:
    """A wall time for people at the box, in its time zone."""
    return f"{datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone():%d.%m.%Y %H:%M:%S}" if wall_ms else "–"


def clock(wall_ms: int) -> str:
    return f"{datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone():%H:%M:%S}" if wall_ms else "–"


def german(number: float, digits: int = 1) -> str:
    return f"{number:.{digits}f}".replace(".", ",")


def size(count: int) -> str:
    """Bytes in MB or GB."""
    return f"{german(count / 2**30)} GB" if count >= 2**30 else f"{count // 2**20} MB"


def measured(unit: str, value: int) -> str:
    """A trend's figure with its unit."""
    if unit == "ms":
        return f"{value} ms"
    if unit == "m°C":
        return f"{german(value / 1000, 0)} °C"
    if unit == "byte":
        return size(value)
    return german(value / 10) if unit == "tenths" else str(value)


def subject(fault: api.FaultView) -> str:
    """What the fault is about."""
    if fault.subject.startswith("the lamp of "):
        return f"Lampe {fault.subject.removeprefix('the lamp of ')}"
    return SUBJECTS.get(fault.subject, fault.subject)


def device(view: api.DeviceView) -> tuple[str, str, str]:
    """Its name, its state and what more there is to say."""
    name = DEVICES.get(view.name, view.name)
    if view.name.startswith("scanner "):
        name = f"Lesefenster {view.name.removeprefix('scanner ')}"
    elif view.name.startswith("card reader "):
        name = f"Kartenleser {view.name.removeprefix('card reader ')}"
    detail = view.detail
    if view.name in ("disk", "memory") and view.value:
        detail = f"{size(view.value)} frei"
    elif view.name == "headphones":
        detail = HEADPHONES.get(view.detail, view.detail)
    elif view.name.startswith("gauge "):
        detail = detail.replace(".", ",")
    elif view.name == "temperature":
        detail = measured("m°C", view.value)
    elif view.name == "certificate":
        detail = f"gilt bis {when(view.value)}" if view.value else "nicht lesbar"
    elif view.name == "clock":
        detail = "" if view.state == "ok" else "nicht gestellt"
    elif view.name.startswith("scanner "):
        detail = READER_STATES.get(view.detail, view.detail)
    elif view.name.startswith("card reader "):
        detail = CARD_READER_STATES.get(view.detail, view.detail)
    return name, STATES.get(view.state, view.state), detail


def hints(reader: api.ReaderView) -> str:
    """Why codes could not be read, the most frequent first, and when the last one was not."""
    often = sorted(reader.hints.items(), key=lambda each: (-each[1], each[0]))
    counted = ", ".join(f"{count} × {HINTS.get(hint, hint)}" for hint, count in often)
    return f"{counted}; zuletzt {clock(reader.hint_wall_ms)}: {HINTS.get(reader.hint, reader.hint)}"


def outcome(test: api.LockTestView) -> str:
    """How a lock's test went, in a few words."""
    said = OUTCOMES.get(test.outcome, BLOCKED.get(test.outcome, test.outcome))
    if test.others:
        said = f"{said}, auch {', '.join(test.others)}" if test.opened_ms else f"{said}: {', '.join(test.others)}"
    if not test.opened_ms:
        return said
    again = f", {test.attempts}. Versuch" if test.attempts > 1 else ""
    return f"{said} nach {test.opened_ms} ms, Kontakt gesehen{again}"


def notice(code: str, **details: str | int) -> Notice:
    """What the page says to a refusal."""
    known = NOTICES.get(code)
    if known is None:
        return staff_words.notice(code, **details)
    values = {"compartment": "", **details}
    return Notice(known.tone, known.headline.format(**values), known.text.format(**values))
