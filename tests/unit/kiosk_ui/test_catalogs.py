"""No text is left without its translation, and what is compiled is what is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from controller.bootstrap import LANGUAGES
from kiosk_ui import catalogs, languages, pseudo
from kiosk_ui.resident_pages import PAGES, PROBLEMS

PACKAGE_TRANSLATIONS = languages.TRANSLATIONS
TRANSLATED = [tag for tag in languages.available() if tag != languages.SOURCE_LANGUAGE]


@pytest.mark.parametrize("tag", TRANSLATED)
def test_what_is_offered_is_complete_compiled_and_says_nothing_that_no_page_says(tag: str) -> None:
    assert catalogs.problems(tag) == []
    assert catalogs.missing(tag) == []


def test_every_catalog_is_offered_and_says_whether_it_was_reviewed() -> None:
    written = {path.parent.parent.name for path in languages.TRANSLATIONS.glob("*/LC_MESSAGES/*.po")}
    assert {"de", *written} == set(languages.available())
    for tag in written:
        head = catalogs.po_path(tag).read_text(encoding="utf-8").split("\n\n")[0]
        assert f'"Language: {tag}\\n"' in head
        assert head.count('"X-Reviewed: ') == 1


def test_an_incomplete_catalog_is_not_offered_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One text is taken out of a whole catalog; its review and everything else stay."""
    for module in (languages, catalogs):
        monkeypatch.setattr(module, "TRANSLATIONS", tmp_path)
    path = catalogs.po_path("de-simple")
    path.parent.mkdir(parents=True)
    there = PACKAGE_TRANSLATIONS / "de-simple" / "LC_MESSAGES" / "pages.po"
    whole = there.read_text(encoding="utf-8").replace("X-Reviewed: no", "X-Reviewed: yes")
    path.write_text(whole, encoding="utf-8")
    catalogs.update("de-simple")
    assert languages.available() == ("de", "de-simple")
    assert path.read_text(encoding="utf-8") == whole
    assert catalogs.reviewed("de-simple")
    path.write_text(whole.replace('msgstr "Das Gerät ist kaputt"', 'msgstr ""'), encoding="utf-8")
    catalogs.update("de-simple")
    assert languages.available() == ("de",)
    assert catalogs.missing("de-simple") == ["Gestört"]
    assert catalogs.problems("de-simple") == ["de-simple: missing: Gestört"]
    line = next(line for line in catalogs.report().splitlines() if line.startswith("de-simple"))
    assert line.split()[2:6] == ["1", "0", "no", "yes"]
    assert catalogs.main(["check"]) == 1


def test_the_controller_takes_every_language_that_has_a_name() -> None:
    assert frozenset(languages.NATIVE_NAMES) == LANGUAGES


@pytest.mark.parametrize("tag", TRANSLATED)
def test_digits_are_latin(tag: str) -> None:
    for message in catalogs.read(tag):
        strings = (message.string,) if isinstance(message.string, str) else message.string
        for string in strings or ():
            assert not [letter for letter in string if letter.isdigit() and letter not in "0123456789"], string


def test_pseudo_locales_are_longer_and_keep_the_places_of_values() -> None:
    texts = [str(message.id) for message in catalogs.extracted() if isinstance(message.id, str) and message.id]
    for text in texts:
        letters = len(re.sub(r"%\(\w+\)s", "", text))
        assert len(pseudo.longer(text)) == len(text) + round(letters * pseudo.GROWTH), text
        for changed in (pseudo.longer(text), pseudo.mirrored(text)):
            assert re.findall(r"%\(\w+\)s", changed) == re.findall(r"%\(\w+\)s", text)
    assert set(languages.PSEUDO_NAMES).isdisjoint(languages.available())


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_translation_keeps_the_places_of_its_values(tag: str) -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)s", text))

    for message in catalogs.read(tag):
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[0]
        strings = (message.string,) if isinstance(message.string, str) else message.string
        for string in strings or ():
            assert places(string) == places(source), source


def test_every_text_of_the_table_is_extracted() -> None:
    said = {message.id for message in catalogs.extracted()}
    for page in PAGES.values():
        texts = (page.headline, *page.text, *(button.label for button in (*page.buttons, *PROBLEMS)))
        assert said.issuperset(texts)


def test_one_language_does_not_leak_into_another() -> None:
    loaded = {tag: languages.load(tag, {}) for tag in languages.available()}
    template = "{{ _('Fertig') }} {{ language.tag }}"
    assert loaded["de"].environment.from_string(template).render() == "Fertig de"
    assert loaded["en"].environment.from_string(template).render() == "Done en"
    assert loaded["de"].environment.from_string(template).render() == "Fertig de"
