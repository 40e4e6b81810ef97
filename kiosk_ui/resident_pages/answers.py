"""Answers to a code: each stands for some seconds and is left by itself."""

from __future__ import annotations

from kiosk_ui.languages import deferred as _
from kiosk_ui.resident_pages.parts import BACK, Page

PAGES: dict[str, Page] = {
    "scan_hint": Page(
        "brighter",
        _("Code noch nicht lesbar"),
        (_("Stellen Sie das Handy heller."), _("Halten Sie es etwas weiter weg.")),
        tone="attention",
        buttons=BACK,
    ),
    "code_foreign": Page(
        "scan_other",
        _("Das ist kein Abholcode"),
        (_("Zeigen Sie den Code vom Abholschein oder aus unserer Nachricht."),),
        tone="attention",
        buttons=BACK,
    ),
    "code_unknown": Page(
        "question",
        _("Dieser Code passt hier nicht"),
        (_("Haben Sie einen neueren?"), _("Sonst hilft Ihnen der Schalter.")),
        tone="attention",
        contact=True,
        buttons=BACK,
    ),
    "slow_down": Page(
        "wait",
        _("Bitte kurz warten"),
        (_("Danach geht es weiter."),),
        tone="attention",
        body="countdown",
    ),
    "not_yet": Page(
        "not_yet",
        _("Noch nicht da"),
        (_("Wir schreiben Ihnen, sobald Sie abholen können."), _("Ihr Code bleibt gültig.")),
        buttons=BACK,
    ),
    "collected": Page(
        "gone",
        _("Schon abgeholt"),
        (_("Abholung am %(date)s."), _("Waren Sie das nicht? Bitte sofort anrufen.")),
        tone="attention",
        contact=True,
        buttons=BACK,
    ),
    "expired": Page(
        "counter",
        _("Die Abholfrist ist vorbei"),
        (_("Ihr Dokument ist sicher. Holen Sie es am Schalter ab."),),
        tone="attention",
        contact=True,
        buttons=BACK,
    ),
    "other_site": Page(
        "map",
        _("An einem anderen Ort"),
        (_("Ihr Dokument liegt hier:"),),
        tone="attention",
        body="place",
        buttons=BACK,
    ),
    "counter": Page(
        "counter",
        _("Bitte zum Schalter"),
        (_("Hier können wir nicht weiterhelfen."),),
        tone="attention",
        contact=True,
        buttons=BACK,
    ),
    "factor_blocked": Page(
        "locked",
        _("Code gesperrt"),
        (_("Zu viele falsche Eingaben."), _("Ihr Dokument ist sicher. Bitte kommen Sie zum Schalter.")),
        tone="attention",
        contact=True,
        buttons=BACK,
    ),
    "factor_denied": Page(
        "locked",
        _("Wir hören hier auf"),
        (_("Das waren zu viele falsche Eingaben."), _("Ihr Code bleibt gültig. Am Schalter hilft Ihnen ein Mensch.")),
        tone="attention",
        contact=True,
        buttons=BACK,
    ),
    "pin_letter_no": Page(
        "counter",
        _("Bitte zum Schalter"),
        (_("Dort setzen wir eine neue PIN und geben das Dokument aus."),),
        tone="attention",
        contact=True,
        buttons=BACK,
    ),
    "old_none_stop": Page(
        "old_documents",
        _("Bitte mit dem alten Dokument kommen"),
        (_("Ihr Code bleibt gültig."), _("Haben Sie es verloren? Dann hilft Ihnen der Schalter.")),
        tone="attention",
        contact=True,
        buttons=BACK,
    ),
    "ended": Page(
        "ended",
        _("Beendet"),
        (_("Kein Fach wurde geöffnet."), _("Ihr Code bleibt gültig.")),
        buttons=BACK,
    ),
    "interrupted": Page(
        "scan",
        _("Es gab eine Unterbrechung"),
        (_("Zeigen Sie Ihren Code bitte noch einmal."),),
        tone="attention",
        buttons=BACK,
    ),
}
