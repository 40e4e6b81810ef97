"""An office's line of hours, for people who read another language."""

from __future__ import annotations

import pytest
from babel import Locale

from kiosk_ui.hours import Hours, hours_in
from kiosk_ui.languages import NATIVE_NAMES

LINES = {"de": "Mo–Fr 8–12 Uhr, Do 14–18.30 Uhr", "en": "Mon–Fri 8–12, Thu 2–6.30 pm"}


def test_what_the_office_wrote_stands() -> None:
    assert hours_in(LINES, "de") == Hours(LINES["de"], "de")
    assert hours_in(LINES, "en") == Hours(LINES["en"], "en")
    assert hours_in(LINES, "de-simple") == Hours(LINES["de"], "de")
    assert not hours_in({}, "tr")


@pytest.mark.parametrize(
    ("tag", "line"),
    [
        ("uk", "пн–пт 8:00–12:00, чт 14:00–18:30"),
        ("tr", "Pzt–Cum 8:00–12:00, Per 14:00–18:30"),
        ("ti", "ሰኑይ–ዓርቢ 8:00–12:00, ሓሙስ 14:00–18:30"),
        ("ar", "الاثنين–الجمعة \u20668:00–12:00\u2069، الخميس \u206614:00–18:30\u2069"),
    ],
)
def test_days_and_times_are_said_in_the_persons_language(tag: str, line: str) -> None:
    assert hours_in(LINES, tag) == Hours(line, tag)


@pytest.mark.parametrize(
    ("german", "french"),
    [
        ("täglich 6–22 Uhr", "lun.–dim. 6:00–22:00"),
        ("Mo. bis Mi. 8:00-12:00 und 13:00-15:00 Uhr; Sa 9–11", "lun.–mer. 8:00–12:00, 13:00–15:00, sam. 9:00–11:00"),
    ],
)
def test_as_people_write_them(german: str, french: str) -> None:
    assert hours_in({"de": german}, "fr") == Hours(french, "fr")


@pytest.mark.parametrize("german", ["Mo–Fr 8–12 Uhr nach Vereinbarung", "jeden 1. Montag", "Mo–Fr vormittags", "8 Uhr"])
def test_what_is_more_than_days_and_times_stays_german(german: str) -> None:
    assert hours_in({"de": german}, "fr") == Hours(german, "de")


@pytest.mark.parametrize("tag", sorted({*NATIVE_NAMES} - {"de", "de-simple"}))
def test_every_language_has_names_of_days(tag: str) -> None:
    names = Locale.parse(tag).days["stand-alone"]["wide" if tag in ("ku", "ti") else "abbreviated"]
    for number, german in enumerate(("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")):
        said = hours_in({"de": f"{german} 8–12 Uhr"}, tag)
        assert (said.language, said.line.split(" ")[0]) == (tag, names[number])
