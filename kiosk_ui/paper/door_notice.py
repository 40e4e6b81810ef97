"""What hangs on a box that is out of order: the two sentences of its page, in every language that has a catalog."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk_ui import languages

HEADLINE = "Gestört"
TEXT = "Ihr Dokument ist sicher, die Abholfrist steht still."


@dataclass(frozen=True, slots=True)
class Saying:
    """``tag`` and ``direction`` as HTML wants them."""

    tag: str
    direction: str
    headline: str
    text: str


def sayings() -> tuple[Saying, ...]:
    """German first, then as the languages stand on the start page."""
    return tuple(_said(languages.load(tag, {})) for tag in languages.available())


def _said(language: languages.Language) -> Saying:
    tag = "de" if language.tag == "de-simple" else language.tag
    return Saying(tag, language.direction, language.translate(HEADLINE), language.translate(TEXT))
