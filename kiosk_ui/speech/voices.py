"""Which voice reads which language, and which languages have none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of espeak-ng. ``words_per_minute``: slower than its usual 175, for a voice that is not a person's."""

    name: str
    words_per_minute: int = 150


#: Tag → its voice. None: espeak-ng (1.51, Debian 12) has no voice; the language is read only from recordings
#: (`kiosk_ui/speech/recordings`), and a page says so as long as there are none.
VOICES: dict[str, Voice | None] = {
    "de": Voice("de"),
    "de-simple": Voice("de", 130),
    "en": Voice("en-gb"),
    "tr": Voice("tr"),
    "uk": Voice("uk"),
    "ru": Voice("ru"),
    "ar": Voice("ar"),
    "fa": Voice("fa"),
    "ro": Voice("ro"),
    "pl": Voice("pl"),
    "bg": Voice("bg"),
    "ku": Voice("ku"),
    "fr": Voice("fr-fr"),
    "sq": Voice("sq"),
    "ti": None,
    # German in disguise, for tests of the layout.
    "x-long": Voice("de"),
    "x-rtl": Voice("de"),
}

#: How the button of a language without a voice is called by the voice of the page: else it would be silent.
SPOKEN_NAMES: dict[str, str] = {"ti": "Tigrinya"}
