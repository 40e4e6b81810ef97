"""No text is left without its translation, and what is compiled is what is written."""

from __future__ import annotations

import re

import pytest

from kiosk_ui import catalogs, languages
from kiosk_ui.resident_pages import PAGES, PROBLEMS

TRANSLATED = [tag for tag in languages.NATIVE_NAMES if tag != languages.SOURCE_LANGUAGE]


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_text_is_translated(tag: str) -> None:
    assert catalogs.missing(tag) == []


@pytest.mark.parametrize("tag", TRANSLATED)
def test_the_compiled_catalog_is_current(tag: str) -> None:
    compiled = catalogs.po_path(tag).with_suffix(".mo").read_bytes()
    assert compiled == catalogs.compiled(catalogs.read(tag)), "run: python -m kiosk_ui.catalogs"


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


@pytest.mark.parametrize("tag", TRANSLATED)
def test_no_catalog_holds_texts_that_no_page_says(tag: str) -> None:
    said = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogs.extracted()}
    held = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogs.read(tag)}
    assert held <= said | {""}


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
