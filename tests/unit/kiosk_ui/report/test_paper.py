"""The report on paper: two pages, readable by people and by screen readers, with nobody in it."""

from __future__ import annotations

import io
import re

import msgspec
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, PdfObject

from controller.api import ReportView
from kiosk_ui import languages
from kiosk_ui.paper import render
from kiosk_ui.report.paper import document
from tests.unit.domain.builder import STAFF

GERMAN = languages.load("de", {})


async def pdf_of(view: ReportView) -> PdfReader:
    return PdfReader(io.BytesIO(await render(document(GERMAN.environment, view))))


def dictionary(found: PdfObject) -> DictionaryObject:
    """What ``found`` is or refers to."""
    there = found.get_object()
    assert isinstance(there, DictionaryObject)
    return there


def fonts_of(reader: PdfReader) -> dict[str, bool]:
    """Name → whether its glyphs are in the file."""
    found: dict[str, bool] = {}
    for page in reader.pages:
        for font in dictionary(dictionary(page["/Resources"])["/Font"]).values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = descendant["/FontDescriptor"].get_object()
            embedded = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
            found[str(descriptor["/FontName"])] = embedded
    return found


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.usefixtures("berlin")
async def test_two_pages_with_fonts_and_words(october: ReportView) -> None:
    reader = await pdf_of(october)
    assert len(reader.pages) == 2
    fonts = fonts_of(reader)
    assert fonts
    assert all(fonts.values()), fonts
    assert all("Fira" in name for name in fonts), fonts
    first, second = (words(page.extract_text()) for page in reader.pages)
    for said in ("Oktober 2026", "Abholungen", "35", "39 von 118", "99,3", "11,14", "Im Alltag", "Seite 1 von 2"):
        assert said in first, said
    for said in (
        "Alle Zahlen",
        "September 2026",
        "Wie die Zahlen entstehen",
        "Datenschutz",
        "Tigrinya",
        "Seite 2 von 2",
    ):
        assert said in second, said


@pytest.mark.usefixtures("berlin")
async def test_it_is_tagged_titled_and_its_plots_have_words(october: ReportView) -> None:
    reader = await pdf_of(october)
    catalog = dictionary(reader.trailer["/Root"])
    assert str(catalog["/Lang"]) == "de"
    assert str(dictionary(catalog["/MarkInfo"])["/Marked"]) == "True"
    assert reader.metadata is not None
    assert reader.metadata.title == "Abholstation: Bericht für Oktober 2026"
    alternatives = alternatives_of(dictionary(catalog["/StructTreeRoot"]))
    assert len(alternatives) == 3
    assert any("September 2026: 24, Oktober 2026: 35" in text for text in alternatives)
    assert any("Verfügbarkeit: 99,3" in text for text in alternatives)


def alternatives_of(node: object) -> list[str]:
    """What figures are called in the tree that screen readers walk through."""
    if not isinstance(node, DictionaryObject):
        return []
    found = [str(node["/Alt"])] if "/Alt" in node else []
    kids = node.get("/K", [])
    for kid in kids.get_object() if not isinstance(kids, int) else []:
        found += alternatives_of(kid.get_object())
    return found


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize("known", ["all of it", "no previous month", "nothing but the month", "nothing at all"])
async def test_it_is_two_pages_whatever_happened(full: ReportView, october: ReportView, known: str) -> None:
    view = full
    if known == "no previous month":
        view = msgspec.structs.replace(full, previous=None)
    elif known == "nothing but the month":
        view = msgspec.structs.replace(full, previous=None, trend=())
    elif known == "nothing at all":
        month = full.month
        assert month is not None
        empty = type(month)("2026-12", month.begins_ms, month.ends_ms, month.begins_ms, month.ends_ms, finished=True)
        view = msgspec.structs.replace(full, month=empty, previous=None, trend=())
    assert len((await pdf_of(view)).pages) == 2


@pytest.mark.usefixtures("berlin")
async def test_nobody_is_in_it(october: ReportView) -> None:
    text = " ".join(words(page.extract_text()) for page in (await pdf_of(october)).pages)
    for name in STAFF:
        assert name not in text.lower().split(), name
    assert not re.findall(r"\b[SRD]\d+\b", text)
