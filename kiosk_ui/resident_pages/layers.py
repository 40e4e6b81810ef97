"""What the layers over a page say: a call for help, the number, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk_ui.languages import deferred as _
from kiosk_ui.resident_pages.parts import Button


@dataclass(frozen=True, slots=True)
class Call:
    """How a call for help stands (``KioskView.help``). ``contact``: nobody comes, so it says where help is and when."""

    picture: str
    headline: str
    text: tuple[str, ...]
    tone: str = "calm"
    contact: bool = False


CALLS: dict[str, Call] = {
    "pending": Call("call", _("Wir rufen jemanden"), (_("Bitte bleiben Sie hier."),)),
    "acknowledged": Call("help_comes", _("Hilfe kommt"), (_("Bitte bleiben Sie hier."),), tone="good"),
    # Never "help is coming" when nobody is there.
    "unstaffed": Call(
        "telephone",
        _("Jetzt ist niemand da"),
        (_("Bitte rufen Sie an und sagen Sie diese Nummer."),),
        tone="attention",
        contact=True,
    ),
}

#: Opens the layer on which the number is typed; it stands on every page that has ``number`` among its actions.
NUMBER_BUTTON = Button(_("Nummer eintippen"), layer="number", needs="number")

#: What is wrong? Shown as a layer over ``confirm``.
PROBLEMS: tuple[Button, ...] = (
    Button(_("Umschlag fehlt oder ist leer"), "confirm", {"choice": "missing"}),
    Button(_("Gehört einer anderen Person"), "confirm", {"choice": "foreign"}),
    Button(_("Fehler in meinem Dokument"), "confirm", {"choice": "error"}),
)
