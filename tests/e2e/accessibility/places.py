"""Everything a resident can stand before: pages and the layers over them."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from controller.api import KioskView
from kiosk_ui.languages import available
from tests.e2e.pages import views

PANELS = ((1080, 1920), (800, 1280), (1280, 800))
LANGUAGES = available()
#: Reading modes that may be on together.
MODES = (
    (),
    ("larger",),
    ("contrast",),
    ("reach",),
    ("larger", "contrast"),
    ("larger", "reach"),
    ("contrast", "reach"),
    ("larger", "contrast", "reach"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A page, and the layer that is opened over it (empty: none)."""

    page: str
    layer: str = ""

    def __str__(self) -> str:
        return f"{self.page}/{self.layer}" if self.layer else self.page

    def view(self, language: str) -> KioskView:
        return msgspec.structs.replace(views.KIOSK[self.page], language=language)


#: Layers, each over a page where it can be opened.
LAYERS = (
    Place("start", "help"),
    Place("start", "privacy"),
    Place("birth", "language"),
    Place("start", "number"),
    Place("confirm", "problem"),
    Place("confirm", "more_time"),
    Place("birth", "more_time"),
    Place("start", "speech"),
    Place("birth_wrong", "call"),
    Place("start", "call"),
    Place("stuck_unstaffed", "call"),
)
PLACES = (*(Place(page) for page in views.KIOSK), *LAYERS)


@dataclass(frozen=True, slots=True)
class Sight:
    """One place in one language, with its modes, on one panel."""

    place: Place
    language: str
    modes: tuple[str, ...]
    panel: tuple[int, int]

    def __str__(self) -> str:
        width, height = self.panel
        return f"{self.place} {self.language} {'+'.join(self.modes) or 'normal'} {width}x{height}"


#: Opens a layer and turns the modes on and off, without a tap: what is looked at is the sight, not the way to it.
SHOW = """([layer, modes]) => {
  const element = document.documentElement;
  for (const mode of ["larger", "contrast", "reach"]) element.toggleAttribute(`data-${mode}`, modes.includes(mode));
  markModes();
  fit();
  const name = layer === "speech" && page().dataset.voice === "none" ? "speech_missing" : layer;
  if (openLayer() !== name) showLayer(name);
  fit();
  return openLayer() === name;
}"""
