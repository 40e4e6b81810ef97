"""Pages at the door."""

from __future__ import annotations

from kiosk_ui.languages import deferred as _
from kiosk_ui.resident_pages.parts import BACK, Button, Page

_JAM = _("Die Tür klemmt")

PAGES: dict[str, Page] = {
    "opening": Page(
        "pull",
        _("Fach %(compartment)s geht auf"),
        (_("Die Tür leuchtet."), _("Ziehen Sie sie ganz auf.")),
        front=True,
    ),
    "next": Page(
        "pull",
        _("Jetzt Fach %(compartment)s"),
        (_("Umschlag %(number)s von %(total)s."), _("Ziehen Sie die Tür ganz auf.")),
        front=True,
    ),
    "stuck_retry": Page(
        "push",
        _("Drücken Sie kurz gegen Tür %(compartment)s"),
        (_("Dann loslassen."), _("Wir versuchen es noch einmal.")),
        tone="attention",
        front=True,
    ),
    "stuck": Page(
        "jam",
        _JAM,
        (_("Das ist nicht Ihr Fehler."), _("Ihr Dokument ist sicher, Ihr Code bleibt gültig.")),
        tone="alarm",
        contact=True,
        body="reference",
    ),
    "stuck_staffed": Page(
        "jam",
        _JAM,
        (_("Das ist nicht Ihr Fehler."), _("Wir rufen Hilfe, Ihr Code bleibt gültig.")),
        tone="alarm",
        body="reference",
    ),
    "stuck_unstaffed": Page(
        "jam",
        _JAM,
        (_("Jetzt ist niemand da."), _("Ihr Dokument ist sicher, die Abholfrist steht still.")),
        tone="alarm",
        contact=True,
        body="reference",
    ),
    "take": Page(
        "take",
        _("Nehmen Sie den Umschlag"),
        (_("Dann Tür %(compartment)s schließen."),),
        front=True,
    ),
    "take_return": Page(
        "take_return",
        _("Umschlag nehmen, altes Dokument hineinlegen"),
        (_("Dann Tür %(compartment)s schließen."), _("Den Nationalpass behalten Sie.")),
        front=True,
    ),
    "close": Page(
        "close",
        _("Bitte Tür %(compartment)s schließen"),
        (_("Drücken, bis es klickt."),),
        tone="attention",
        front=True,
    ),
    "close_alarm": Page(
        "close",
        _("Tür %(compartment)s ist noch offen"),
        (_("Bitte schließen."), _("Wir geben dem Team Bescheid.")),
        tone="alarm",
        front=True,
    ),
    "confirm": Page(
        "check",
        _("Alles da?"),
        (_("Schauen Sie in den Umschlag."),),
        body="problem",
        buttons=(
            Button(_("Ja, alles da"), "confirm", {"choice": "everything"}, needs="confirm", primary=True),
            Button(_("Fach noch einmal öffnen"), "confirm", {"choice": "open_again"}, needs="open_again"),
            Button(_("Etwas stimmt nicht"), layer="problem", needs="confirm"),
        ),
    ),
    "not_taken": Page(
        "put_back",
        _("Der Umschlag liegt noch im Fach"),
        (_("Sie können die Tür noch einmal öffnen."), _("Ihr Code bleibt gültig.")),
        tone="attention",
        buttons=(
            Button(_("Fach noch einmal öffnen"), "confirm", {"choice": "open_again"}, needs="open_again", primary=True),
            # The envelope stays booked as inside for as long as it is seen there, whatever is tapped.
            Button(_("Beenden"), "confirm", {"choice": "everything"}, needs="confirm"),
        ),
    ),
    "problem_foreign": Page(
        "put_back",
        _("Bitte zurücklegen"),
        (_("Fach %(compartment)s geht auf. Hineinlegen, schließen."), _("Es bleibt verschlossen.")),
        tone="attention",
        front=True,
    ),
    "problem_error": Page(
        "counter",
        _("Nehmen Sie es mit"),
        (_("Den Fehler klären wir am Schalter."),),
        contact=True,
        buttons=BACK,
    ),
    "problem_reported": Page(
        "reported",
        _("Gemeldet"),
        (_("Wir kümmern uns darum."),),
        tone="good",
        contact=True,
        body="reference",
        buttons=BACK,
    ),
    "done": Page(
        "done",
        _("Fertig"),
        (_("Bewahren Sie alle Papiere aus dem Umschlag gut auf."),),
        tone="good",
        buttons=BACK,
    ),
}
