"""A compartment's story in words: events of the log, as somebody tells them who was not there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from controller.api import Story, StoryLine
from kiosk_ui import staff_words

#: Event → what happened. ``{detail}`` is said by `_DETAIL_WORDS`, ``{who}`` by the member's id.
_SENTENCES: dict[str, str] = {
    "UnlockAuthorised": "Freigegeben: {detail}",
    "PulseFailed": "Das Schloss ließ sich nicht ansteuern",
    "DoorOpened": "Tür {detail}",
    "DoorClosed": "Tür geschlossen",
    "DoorUnreadable": "Türkontakt nicht lesbar",
    "DoorRead": "Türkontakt lesbar: Tür {detail}",
    "ItemSeen": "Fachsensor: {detail}",
    "OpeningUnwitnessed": "Ob die Tür aufging, war nicht zu sehen",
    "UnlockFailed": "Die Tür ging nicht auf",
    "DoorLeftOpen": "Tür stand offen: {detail}",
    "OpeningSuspended": "Neustart, während die Tür freigegeben war",
    "CompartmentQuarantined": "In Klärung: {detail}",
    "CompartmentReleased": "Nachgesehen: {detail}",
    "CompartmentLeftEmpty": "Umschlag passte nicht, Fach leer geschlossen",
    "CompartmentServiceChanged": "Außer Betrieb oder wieder in Betrieb: {detail}",
    "DepositStored": "Umschlag eingelegt",
    "DepositUnverified": "Umschlag zweifelhaft: {detail}",
    "DepositReturnedToExpected": "Umschlag war nicht darin, er wird wieder erwartet",
    "DepositMissing": "Umschlag fehlt",
    "DepositEnded": "Umschlag heraus: {detail}",
    "DepositOpeningRequested": "Öffnen gewünscht: {detail}",
    "OpeningRequested": "Öffnen gewünscht: {detail}",
    "OpeningRequestDropped": "Öffnen abgebrochen",
    "LoadingObstructed": "Beim Einlegen war das Fach nicht leer",
    "LoadingTooSmall": "Der Umschlag passte nicht hinein",
    "SwapBegun": "Neuer Umschlag für dieses Fach gescannt",
    "OldDocumentTaken": "Altes Dokument herausgenommen",
    "OldDocumentMissing": "Altes Dokument war nicht darin",
    "LockExamined": "Bei der Inbetriebnahme geprüft",
    "FaultRaised": "Störung: {detail}",
    "FaultCleared": "Störung behoben: {detail}",
    "RoundAdvanced": "Rundgang: {detail}",
    "HelpCalled": "Hilfe gerufen: {detail}",
    "TaskQueued": "Auftrag aus dem Büro",
    "TaskDone": "Auftrag aus dem Büro erledigt",
}

_DETAILS: dict[str, str] = {
    "pickup": "Abholen",
    "loading": "Einlegen",
    "authorised": "ging auf",
    "unexpected": "ging ohne Auftrag auf",
    "unexpected_open": "Tür ging ohne Auftrag auf",
    "late": "ging verspätet auf",
    "test": "ging auf, als ein anderes Schloss geprüft wurde",
    "downtime": "ging auf, während die Box aus war",
    "settled": "ging auf, während die Box neu startete",
    "open": "offen",
    "closed": "geschlossen",
    "present": "Umschlag zu sehen",
    "absent": "nichts zu sehen",
    "unknown": "unbekannt",
    "reminder": "30 Sekunden",
    "staff": "1 Minute",
    "alarm": "3 Minuten",
    "empty": "leer",
    "presumed_empty": "vermutlich leer",
    "holds": "etwas liegt darin",
    "collected_confirmed": "abgeholt und bestätigt",
    "collected_unconfirmed": "abgeholt, ohne Bestätigung",
    "recalled": "zurückgeholt",
    "handed_over_at_counter": "am Schalter ausgegeben",
    "cancelled": "storniert",
    "done": "erledigt",
    "skipped": "übersprungen",
    "in_service": "wieder in Betrieb",
    "out_of_service": "außer Betrieb",
    "group": "zu seiner Gruppe einlegen",
    "swap": "anstelle eines alten Dokuments einlegen",
    "document_missing": "Dokument fehlt",
    "door_unreadable": "Türkontakt nicht lesbar",
    "left_open": "Tür stand zu lange offen",
    "lock_failed": "Schloss nicht ansteuerbar",
}


@dataclass(frozen=True, slots=True)
class Said:
    """``when``: day and time on the box's clock, with a question mark while nobody trusted it."""

    when: str
    what: str
    who: str


def tell(story: Story) -> tuple[Said, ...]:
    """The oldest first; an event without words is shown by its name."""
    return tuple(_said(line) for line in story.lines)


def _said(line: StoryLine) -> Said:
    sentence = _SENTENCES.get(line.event, line.event)
    detail = _detail(line.detail)
    what = sentence.format(detail=detail) if detail else sentence.replace(": {detail}", "").replace(" {detail}", "")
    return Said(clock(line.wall_ms) + ("" if line.clock_trusted else " ?"), what, line.who)


def _detail(code: str) -> str:
    known = _DETAILS.get(code) or staff_words.PURPOSES.get(code) or staff_words.REASONS.get(code, "").rstrip(".")
    return known or code


def clock(wall_ms: int) -> str:
    """Day and time in the time zone of the box."""
    return f"{datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone():%d.%m. %H:%M}"


def day(wall_ms: int) -> str:
    """Empty for 0: no date."""
    return f"{datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone():%d.%m.%Y}" if wall_ms else ""
