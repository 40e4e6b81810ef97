"""Reads a printed page back: its words, its fonts, and what is painted in pure black, as a camera would see it."""

from __future__ import annotations

import io
from typing import Any

import zxingcpp
from PIL import Image, ImageDraw
from pypdf import PdfReader, Transformation
from pypdf.generic import ContentStream

#: Pixels per point of the page (1/72 inch): about 200 dpi.
SCALE = 3.0
BLACK = [0.0, 0.0, 0.0]


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def fonts(pdf: PdfReader) -> dict[str, bool]:
    """Every font of the document, by name, and whether it is embedded."""
    found = {}
    for page in pdf.pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            name = str(font.get_object()["/BaseFont"]).partition("+")[2]
            found[name] = any(key.startswith("/FontFile") for key in descendant["/FontDescriptor"].get_object())
    return found


def codes(pdf: PdfReader, number: int) -> list[str]:
    """The texts of the QR codes on a page, read from what is painted in pure black there; nothing else is."""
    return [found.text for found in zxingcpp.read_barcodes(_black(pdf, number))]


def _black(pdf: PdfReader, number: int) -> Image.Image:
    page = pdf.pages[number]
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    image = Image.new("L", (int(width * SCALE), int(height * SCALE)), 255)
    draw = ImageDraw.Draw(image)
    matrix, colour = Transformation(), [1.0]
    stack: list[tuple[Transformation, list[float]]] = []
    shapes: list[list[tuple[float, float]]] = []
    for operands, name in ContentStream(page.get_contents(), pdf).operations:
        values = [float(value) for value in operands if isinstance(value, int | float)]
        match name:
            case b"q":
                stack.append((matrix, colour))
            case b"Q":
                matrix, colour = stack.pop()
            case b"cm":
                matrix = _then(values, matrix)
            case b"rg":
                colour = values
            case b"m":
                shapes.append([_on(matrix, values, height)])
            case b"l":
                shapes[-1].append(_on(matrix, values, height))
            case b"f" | b"f*" | b"B" | b"n" | b"S":
                if name in (b"f", b"f*") and colour == BLACK:
                    for shape in (each for each in shapes if len(each) > 2):  # a path may end with a lone move
                        draw.polygon(shape, fill=0)
                shapes = []
            case _:
                pass
    return image


def _then(values: list[float], before: Transformation) -> Transformation:
    """``cm``: the new matrix comes before the current one."""
    return Transformation(tuple(values)).transform(before)  # type: ignore[arg-type]


def _on(matrix: Transformation, point: list[float], height: float) -> tuple[float, float]:
    x, y = matrix.apply_on((point[0], point[1]))
    return float(x) * SCALE, (height - float(y)) * SCALE
