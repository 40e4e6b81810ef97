"""Pages on which a document is checked: its chip, its online function, or a person who looks at it."""

from __future__ import annotations

from kiosk_ui.languages import deferred as _
from kiosk_ui.resident_pages.parts import BACK, Button, Page

_ANOTHER = _("Legen Sie ein anderes Dokument auf oder kommen Sie zum Schalter.")

#: Offered where staff are there and the chip did not help.
_PERSON = (Button(_("Ein Mensch prüft Ihren Ausweis"), "staff_check", needs="staff_check"),)
_PASSPORT = Button(_("Pass zeigen"), "access", {"kind": "mrz"}, needs="access")
_DIGITS = Button(_("6 Ziffern von der Karte"), "access", {"kind": "can"}, needs="access")

PAGES: dict[str, Page] = {
    "chip_place": Page(
        "chip_place",
        _("Ausweis auflegen"),
        (_("Legen Sie Pass oder Karte auf das helle Feld."), _("Lassen Sie das Dokument dort liegen.")),
    ),
    "chip_can": Page(
        "chip_can",
        _("6 Ziffern von der Karte"),
        (_("Sie stehen vorne auf der Karte, wie im Bild."), _("Das ist keine PIN.")),
        body="pin",
        digits=(6, 6),
        legible=True,
        field_label=_("6 Ziffern"),
        buttons=(_PASSPORT,),
    ),
    "chip_can_wrong": Page(
        "chip_can",
        _("Die Ziffern passen nicht"),
        (_("Sie stehen vorne auf der Karte, wie im Bild."),),
        tone="attention",
        body="pin",
        digits=(6, 6),
        legible=True,
        field_label=_("6 Ziffern"),
        buttons=(_PASSPORT,),
    ),
    "chip_mrz": Page(
        "chip_mrz",
        _("Pass zeigen"),
        (_("Halten Sie die Seite mit dem Foto ans Lesefenster."),),
        buttons=(_DIGITS,),
    ),
    "chip_reading": Page(
        "chip_reading",
        _("Bitte liegen lassen"),
        (_("Wir prüfen den Chip. Das dauert etwa 5 Sekunden."),),
    ),
    "chip_removed": Page(
        "chip_place",
        _("Bitte noch einmal auflegen"),
        (_("Das war zu kurz."), _("Lassen Sie das Dokument liegen.")),
        tone="attention",
    ),
    "chip_wrong": Page(
        "chip_wrong",
        _("Das passt nicht zu dieser Abholung"),
        (_ANOTHER,),
        tone="attention",
        contact=True,
        buttons=_PERSON,
    ),
    "chip_unsupported": Page(
        "chip_wrong",
        _("Hier nicht lesbar"),
        (_("Das ist nicht Ihr Fehler."), _ANOTHER),
        tone="attention",
        contact=True,
        buttons=_PERSON,
    ),
    "chip_expired": Page(
        "chip_expired",
        _("Dieses Dokument ist abgelaufen"),
        (_("Nehmen Sie ein gültiges oder kommen Sie zum Schalter."),),
        tone="attention",
        contact=True,
        buttons=_PERSON,
    ),
    "eid_pin": Page(
        "eid_pin",
        _("PIN des Online-Ausweises"),
        (_("Geben Sie die 6 Ziffern am Tastenfeld ein."),),
        body="pin",
        digits=(6, 6),
    ),
    "eid_wrong": Page(
        "eid_pin",
        _("Die PIN ist falsch"),
        (_("Es ist die PIN des Online-Ausweises, 6 Ziffern."),),
        tone="attention",
        body="pin",
        digits=(6, 6),
    ),
    "eid_stop": Page(
        "locked",
        _("Wir hören hier auf"),
        (_("So wird Ihre Karte nicht gesperrt."), _("Bitte kommen Sie zum Schalter.")),
        tone="attention",
        contact=True,
        buttons=BACK,
    ),
    "eid_down": Page(
        "eid_down",
        _("Online-Ausweis gerade nicht möglich"),
        (_("Versuchen Sie es später noch einmal oder kommen Sie zum Schalter."),),
        tone="attention",
        contact=True,
        buttons=BACK,
    ),
    "staff_check": Page(
        "staff_check",
        _("Ein Mensch prüft Ihren Ausweis"),
        (_("Bitte warten Sie hier."), _("Halten Sie den Ausweis bereit.")),
        body="staff_note",
    ),
}
