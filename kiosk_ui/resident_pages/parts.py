"""What a page is made of."""

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
    the cabinet beside the picture. ``with_number``: what the text says instead while the number may be typed;
    ``undated``: instead while no date is known (else a sentence with a date is left out); ``without_door``: instead
    while it is about nobody's compartment.
    ``digits``: how many the keypad takes at least and at most; ``legible``: what is
    typed there stands on the person's paper or card anyway, so it is not shown as dots."""

    picture: str
    headline: str
    text: tuple[str, ...] = ()
    tone: str = "calm"
    body: str = ""
    buttons: tuple[Button, ...] = ()
    contact: bool = False
    front: bool = False
    with_number: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()
    without_door: tuple[str, ...] = ()
    binding: bool = False
    digits: tuple[int, int] = (4, 12)
    legible: bool = False
    field_label: str = "PIN"


BACK = (Button(_("Zurück zum Anfang"), "dismiss", needs="dismiss"),)


def declaration(name: str, **answers: str) -> tuple[Button, ...]:
    """Buttons that answer a declaration: ``yes`` or ``no`` and the button's words."""
    return tuple(
        Button(label, "declare", {"declaration": name, "answer": answer}, needs="declare", primary=answer == "yes")
        for answer, label in answers.items()
    )
