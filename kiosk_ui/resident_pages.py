"""What each page of a resident says: one picture, one headline, one or two sentences, and the buttons. The words
are German; the catalogs translate.

A page names what it needs; whether a button stands there is decided by the controller (``KioskView.actions``).
``%(compartment)s`` and the like are filled from the view (`kiosk_ui.resident`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk_ui.languages import deferred as _


@dataclass(frozen=True, slots=True)
class Button:
    """A button that posts ``action`` with ``fields``, or shows a layer of the page. ``needs`` is the action that
    must be on offer.
    """

    label: str
    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    needs: str = ""
    layer: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``tone``: calm, good, attention, alarm. ``body`` is a template of its own below the text.
    ``contact``: show where the counter is. ``binding``: the German stands under every translation. ``front``: show
    the cabinet beside the picture."""

    picture: str
    headline: str
    text: tuple[str, ...] = ()
    tone: str = "calm"
    body: str = ""
    buttons: tuple[Button, ...] = ()
    contact: bool = False
    front: bool = False
    binding: bool = False


_BACK = (Button(_("Zurück zum Anfang"), "dismiss", needs="dismiss"),)


def _declaration(name: str, **answers: str) -> tuple[Button, ...]:
    return tuple(
        Button(label, "declare", {"declaration": name, "answer": answer}, needs="declare", primary=answer == "yes")
        for answer, label in answers.items()
    )


_JAM = _("Die Tür klemmt")

PAGES: dict[str, Page] = {
    # --- nobody is being served -------------------------------------------------------------------------------------
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
        tone="alarm",
        contact=True,
    ),
    "closed": Page(
        "closed",
        _("Geschlossen"),
        (_("Gerade können Sie hier nichts abholen. Ihr Code bleibt gültig."),),
        contact=True,
    ),
    "maintenance": Page(
        "team",
        _("Wartung"),
        (_("Wir arbeiten gerade an der Abholstation. Ihr Code bleibt gültig."),),
        tone="attention",
        contact=True,
    ),
    "staff_busy": Page("team", _("Das Team arbeitet gerade hier"), (_("Gleich sind Sie dran."),)),
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
        tone="alarm",
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
    # --- answers to a code ------------------------------------------------------------------------------------------
    "code_foreign": Page(
        "scan_other",
        _("Das ist kein Abholcode"),
        (_("Zeigen Sie den Code vom Abholschein oder aus unserer Nachricht."),),
        tone="attention",
        buttons=_BACK,
    ),
    "code_unknown": Page(
        "question",
        _("Dieser Code passt hier nicht"),
        (_("Haben Sie einen neueren?"), _("Sonst hilft Ihnen der Schalter.")),
        tone="attention",
        contact=True,
        buttons=_BACK,
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
        buttons=_BACK,
    ),
    "collected": Page(
        "gone",
        _("Schon abgeholt"),
        (_("Abholung am %(date)s."), _("Waren Sie das nicht? Bitte sofort anrufen.")),
        tone="attention",
        contact=True,
        buttons=_BACK,
    ),
    "expired": Page(
        "counter",
        _("Die Abholfrist ist vorbei"),
        (_("Ihr Dokument ist sicher. Holen Sie es am Schalter ab."),),
        tone="attention",
        contact=True,
        buttons=_BACK,
    ),
    "counter": Page(
        "counter",
        _("Bitte zum Schalter"),
        (_("Hier können wir nicht weiterhelfen."),),
        tone="attention",
        contact=True,
        buttons=_BACK,
    ),
    "factor_blocked": Page(
        "locked",
        _("Code gesperrt"),
        (_("Zu viele falsche Eingaben."), _("Ihr Dokument ist sicher. Bitte kommen Sie zum Schalter.")),
        tone="attention",
        contact=True,
        buttons=_BACK,
    ),
    "factor_denied": Page(
        "locked",
        _("Wir hören hier auf"),
        (_("Das waren zu viele falsche Eingaben."), _("Ihr Code bleibt gültig. Am Schalter hilft Ihnen ein Mensch.")),
        tone="attention",
        contact=True,
        buttons=_BACK,
    ),
    "pin_letter_no": Page(
        "counter",
        _("Bitte zum Schalter"),
        (_("Dort setzen wir eine neue PIN und geben das Dokument aus."),),
        tone="attention",
        contact=True,
        buttons=_BACK,
    ),
    "ended": Page(
        "ended",
        _("Beendet"),
        (_("Kein Fach wurde geöffnet."), _("Ihr Code bleibt gültig.")),
        buttons=_BACK,
    ),
    "interrupted": Page(
        "scan",
        _("Es gab eine Unterbrechung"),
        (_("Zeigen Sie Ihren Code bitte noch einmal."),),
        tone="attention",
        buttons=_BACK,
    ),
    # --- in a session, before the door ------------------------------------------------------------------------------
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
    "several": Page(
        "envelopes",
        _("%(total)s Umschläge für Sie"),
        (_("Die Türen öffnen nacheinander."), _("Schließen Sie jede Tür.")),
        buttons=_declaration("several", yes=_("Weiter")),
    ),
    "old_ask": Page(
        "old_documents",
        _("Alte Dokumente dabei?"),
        (
            _("Alte Karte, Zusatzblatt und Bescheinigungen geben Sie hier ab."),
            _("Ihren Nationalpass behalten Sie."),
        ),
        binding=True,
        buttons=_declaration("old_documents", yes=_("Ja"), no=_("Nein")),
    ),
    "pin_letter": Page(
        "letter",
        _("PIN-Brief erhalten?"),
        (_("Der Brief mit der PIN für den Online-Ausweis."),),
        binding=True,
        buttons=_declaration("pin_letter", yes=_("Ja"), no=_("Nein")),
    ),
    # --- at the door ------------------------------------------------------------------------------------------------
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
        buttons=_BACK,
    ),
    "problem_reported": Page(
        "reported",
        _("Gemeldet"),
        (_("Wir kümmern uns darum."),),
        tone="good",
        contact=True,
        body="reference",
        buttons=_BACK,
    ),
    "done": Page(
        "done",
        _("Fertig"),
        (_("Bewahren Sie alle Papiere aus dem Umschlag gut auf."),),
        tone="good",
        buttons=_BACK,
    ),
}

#: What is wrong? Shown as a layer over ``confirm``.
PROBLEMS: tuple[Button, ...] = (
    Button(_("Umschlag fehlt oder ist leer"), "confirm", {"choice": "missing"}),
    Button(_("Gehört einer anderen Person"), "confirm", {"choice": "foreign"}),
    Button(_("Fehler in meinem Dokument"), "confirm", {"choice": "error"}),
)

#: Pages on which the cancel button stands: no door has been authorised.
CANCELLABLE = frozenset({"birth", "birth_wrong", "pin", "pin_wrong", "several", "old_ask", "pin_letter"})

MONTHS = (
    _("Januar"),
    _("Februar"),
    _("März"),
    _("April"),
    _("Mai"),
    _("Juni"),
    _("Juli"),
    _("August"),
    _("September"),
    _("Oktober"),
    _("November"),
    _("Dezember"),
)
DATE = _("%(day)s. %(month)s %(year)s")
