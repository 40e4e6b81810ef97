"""Languages: which are offered, and one Jinja environment for each.

One `Environment` per language: an `overlay()` shares its globals, and one language's words then appear on another's
pages. German is the language of the source; every other one has a catalog in
``translations/<tag>/LC_MESSAGES/pages.mo``.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kiosk_ui.pseudo import PseudoTranslations, longer, mirrored

PACKAGE = Path(__file__).parent
TRANSLATIONS = PACKAGE / "translations"
DOMAIN = "pages"
SOURCE_LANGUAGE = "de"

#: Tag → the name that its speakers give it.
NATIVE_NAMES: dict[str, str] = {
    "de": "Deutsch",
    "de-simple": "Einfache Sprache",
    "en": "English",
    "tr": "Türkçe",
    "uk": "Українська",
    "ru": "Русский",
    "ar": "العربية",
    "fa": "فارسی",
    "ro": "Română",
    "pl": "Polski",
    "bg": "Български",
    "ku": "Kurmancî",
    "fr": "Français",
    "sq": "Shqip",
    "ti": "ትግርኛ",
}
RIGHT_TO_LEFT = frozenset({"ar", "fa", "x-rtl"})
#: Only where they are named on the command line, and on no button: tests see in them what does not fit.
PSEUDO_NAMES: dict[str, str] = {"x-long": "Pseudo lang", "x-rtl": "Pseudo rechts"}


def deferred(text: str) -> str:
    """Marks a German text for the catalogs where it stands; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Language:
    """A language with everything needed to write a page in it."""

    tag: str
    name: str
    direction: str
    translate: Callable[[str], str]
    translate_count: Callable[[str, str, int], str]
    environment: Environment

    def say(self, text: str, values: Mapping[str, object]) -> str:
        """The German ``text`` in this language, with its ``%(name)s`` filled in."""
        return self.translate(text) % values


def available() -> tuple[str, ...]:
    """German and every language with a compiled catalog; only a complete one is compiled (`kiosk_ui.catalogs`)."""
    compiled = {path.parent.parent.name for path in TRANSLATIONS.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return tuple(tag for tag in NATIVE_NAMES if tag == SOURCE_LANGUAGE or tag in compiled)


def reviewed(tag: str) -> bool:
    """Whether a native speaker has read the catalog: its head says so. German is the source."""
    return tag == SOURCE_LANGUAGE or _translations(tag).info().get("x-reviewed", "no").strip() == "yes"


def _translations(tag: str) -> gettext.NullTranslations:
    if tag == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    if tag in PSEUDO_NAMES:
        return PseudoTranslations(longer if tag == "x-long" else mirrored)
    # By its path: Babel and the locale aliases of `gettext.translation` do not know the variant of "de-simple".
    with (TRANSLATIONS / tag / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def load(tag: str, globals_: Mapping[str, object]) -> Language:
    """Reads the catalog of ``tag``. Raises `FileNotFoundError` when there is none."""
    translations = _translations(tag)
    environment = Environment(
        loader=FileSystemLoader(PACKAGE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        translations.gettext, translations.ngettext, newstyle=True
    )
    direction = "rtl" if tag in RIGHT_TO_LEFT else "ltr"
    name = NATIVE_NAMES.get(tag) or PSEUDO_NAMES[tag]
    language = Language(tag, name, direction, translations.gettext, translations.ngettext, environment)
    environment.globals.update(globals_)
    environment.globals["language"] = language
    return language
