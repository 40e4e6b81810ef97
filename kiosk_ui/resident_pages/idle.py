"""Pages that stand while nobody is being served."""

from __future__ import annotations

from kiosk_ui.languages import deferred as _
from kiosk_ui.resident_pages.parts import Button, Page

PAGES: dict[str, Page] = {
    "start": Page(
        "scan",
        _("Dokument abholen"),
        (
            _("Halten Sie Ihren Abholcode vor das Lesefenster."),
            _("Er steht auf dem Abholschein oder in unserer Nachricht."),
        ),
        body="languages",
    ),
    "scanner_down": Page(
        "broken",
        _("Lesefenster gestört"),
        (_("Wir können gerade keinen Code lesen. Ihr Dokument ist sicher und Ihr Code bleibt gültig."),),
        with_number=(_("Bitte tippen Sie die Abholnummer ein."),),
        tone="alarm",
        contact=True,
    ),
    "closed": Page(
        "closed",
        _("Geschlossen"),
        (
            _("Wieder geöffnet: %(date)s, %(time)s."),
            _("Gerade können Sie hier nichts abholen. Ihr Code bleibt gültig."),
        ),
        contact=True,
    ),
    "maintenance": Page(
        "team",
        _("Wartung"),
        (
            _("Wir arbeiten gerade an der Abholstation. Ihr Code bleibt gültig."),
            _("Weiter ab etwa %(time)s."),
        ),
        tone="attention",
        contact=True,
    ),
    "staff_busy": Page(
        "team",
        _("Das Team arbeitet gerade hier"),
        (_("Gleich sind Sie dran."), _("Weiter ab etwa %(time)s.")),
        buttons=(Button(_("Ich möchte abholen"), "knock", needs="knock", primary=True),),
    ),
    "staff_login": Page("team", _("Das Team arbeitet gerade hier"), (_("Gleich sind Sie dran."),), body="to_staff"),
    "unexpected_open": Page(
        "close",
        _("Tür %(compartment)s ist offen"),
        (_("Bitte schließen und nichts herausnehmen."),),
        tone="alarm",
        front=True,
    ),
    "power_fail": Page(
        "power",
        _("Stromausfall"),
        (_("Umschlag nehmen, Tür schließen."), _("Danach geht das Gerät aus.")),
        without_door=(_("Gerade können Sie hier nichts abholen. Ihr Code bleibt gültig."),),
        tone="alarm",
        front=True,
    ),
    "out_of_order": Page(
        "broken",
        _("Gestört"),
        (
            _("Ihr Dokument ist sicher, die Abholfrist steht still."),
            _("Ist Ihre Tür noch offen? Bitte schließen Sie sie."),
        ),
        tone="alarm",
        contact=True,
        body="reference",
    ),
    "reconnecting": Page(
        "wait",
        _("Einen Moment bitte"),
        (
            _("Es gab eine kurze Unterbrechung. Gleich geht es weiter."),
            _("Ist Ihre Tür noch offen? Bitte schließen Sie sie."),
        ),
        tone="attention",
    ),
}
