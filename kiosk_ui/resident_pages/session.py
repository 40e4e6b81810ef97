"""Pages of a session before the door: second factors and declarations."""

from __future__ import annotations

from kiosk_ui.languages import deferred as _
from kiosk_ui.resident_pages.parts import Page, declaration

PAGES: dict[str, Page] = {
    "checking": Page("wait", _("Einen Moment"), (_("Wir prüfen Ihre Eingabe."),)),
    "birth": Page(
        "calendar",
        _("Ihr Geburtsdatum"),
        (_("Tag, Monat, Jahr. Zum Beispiel 31 12 1990."), _("Es zählt die Person, der wir geschrieben haben.")),
        body="birth",
    ),
    "birth_wrong": Page(
        "calendar",
        _("Das Datum passt nicht"),
        (_("So wie auf dem Ausweis: Tag, Monat, Jahr."),),
        tone="attention",
        body="birth",
    ),
    "pin": Page(
        "keypad",
        _("Ihre Abhol-PIN"),
        (_("Sie haben sie beim Antrag gewählt."), _("Nicht die PIN Ihres Ausweises.")),
        body="pin",
    ),
    "pin_wrong": Page(
        "keypad",
        _("Die PIN passt nicht"),
        (_("Es ist die PIN, die Sie beim Antrag gewählt haben."),),
        tone="attention",
        body="pin",
    ),
    "proxy": Page(
        "proxy",
        _("Abholung mit Vollmacht"),
        (_("Geben Sie die PIN von Ihrem Vollmacht-Schein ein."),),
        body="pin",
    ),
    "proxy_wrong": Page(
        "proxy",
        _("Die PIN passt nicht"),
        (_("Es ist die PIN von Ihrem Vollmacht-Schein."),),
        tone="attention",
        body="pin",
    ),
    "several": Page(
        "envelopes",
        _("%(total)s Umschläge für Sie"),
        (_("Die Türen öffnen nacheinander."), _("Schließen Sie jede Tür.")),
        buttons=declaration("several", yes=_("Weiter")),
    ),
    "old_ask": Page(
        "old_documents",
        _("Alte Dokumente dabei?"),
        (
            _("Alte Karte, Zusatzblatt und Bescheinigungen geben Sie hier ab."),
            _("Ihren Nationalpass behalten Sie."),
        ),
        binding=True,
        buttons=declaration("old_documents", yes=_("Ja"), no=_("Nein")),
    ),
    "old_none_allow": Page(
        "old_later",
        _("Sie können trotzdem abholen"),
        (
            _("Bringen Sie das alte Dokument bis %(date)s zum Schalter."),
            _("Ist es verloren? Melden Sie das bitte dort."),
        ),
        undated=(
            _("Bringen Sie das alte Dokument bald zum Schalter."),
            _("Ist es verloren? Melden Sie das bitte dort."),
        ),
        binding=True,
        buttons=declaration("old_documents_none", yes=_("Weiter")),
    ),
    "pin_letter": Page(
        "letter",
        _("PIN-Brief erhalten?"),
        (_("Der Brief mit der PIN für den Online-Ausweis."),),
        binding=True,
        buttons=declaration("pin_letter", yes=_("Ja"), no=_("Nein")),
    ),
}
