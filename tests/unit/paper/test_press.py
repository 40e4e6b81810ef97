"""HTML in, a PDF out: accessible, with its own fonts, made by a process that can reach nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kiosk_ui.paper import PaperError, render, sheet
from kiosk_ui.paper.press import LARGEST_HTML
from tests.unit.paper.printed import fonts, reader


def page(body: str, head: str = "") -> str:
    return (
        '<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Probe</title>'
        f'<link rel="stylesheet" href="{sheet()}">{head}</head><body>{body}</body></html>'
    )


async def test_a_document_is_an_accessible_pdf_with_the_vendored_fonts() -> None:
    text = (
        "<h1>Abholschein</h1><p>Straße, Київ, łąka</p>"
        '<p lang="ar" dir="rtl">أظهر رمز الاستلام</p><p lang="ti">ሰነድኩም ውሰዱ</p>'
    )
    pdf = reader(await render(page(text)))
    root: Any = pdf.trailer["/Root"]
    assert root["/Lang"] == "de"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Probe"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert fonts(pdf) == {
        "Fira-Sans": True,
        "Fira-Sans-Semi-Bold": True,
        "Noto-Sans-Arabic": True,
        "Noto-Sans-Ethiopic": True,
    }
    words = pdf.pages[0].extract_text()
    assert "Straße, Київ, łąka" in words
    assert "ሰነድኩም ውሰዱ" in words


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/x.png",
        "file:///etc/hostname",
        "paper:../app.py",
        "paper:static/../app.py",
        "paper:worker.py",
        "paper:nothing.css",
        "ftp://127.0.0.1/x.css",
    ],
)
async def test_a_document_reaches_nothing_but_what_ships_with_the_pages(address: str) -> None:
    with pytest.raises(PaperError) as error:
        await render(page("<p>x</p>", f'<link rel="stylesheet" href="{address}">'))
    assert error.value.code == "failed"


async def test_a_picture_of_another_place_ends_the_document(tmp_path: Path) -> None:
    picture = tmp_path / "picture.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>', encoding="utf-8")
    with pytest.raises(PaperError):
        await render(page(f'<img alt="" src="{picture.as_uri()}">'))


async def test_what_takes_too_long_is_given_up_and_leaves_the_press_free() -> None:
    with pytest.raises(PaperError) as error:
        await render(page("<p>x</p>"), deadline_s=0.01)
    assert error.value.code == "too_slow"
    assert (await render(page("<p>x</p>"))).startswith(b"%PDF-")


async def test_what_is_too_long_is_not_begun() -> None:
    with pytest.raises(PaperError) as error:
        await render(page("x" * LARGEST_HTML))
    assert error.value.code == "too_long"


async def test_the_reason_of_a_failure_quotes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(PaperError):
        await render(page('<p>ABHOLFACH-P-SECRET</p><img alt="" src="paper:ABHOLFACH-P-SECRET.png">'))
    assert "no PDF" in caplog.text
    assert "SECRET" not in caplog.text
