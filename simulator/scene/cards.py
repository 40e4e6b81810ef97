"""Flat drawings of what people hold: black on white, seen straight on, before any camera."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Final

import qrcode
import zxingcpp
from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError
from qrcode.exceptions import DataOverflowError

from hal.wire import Symbology
from simulator.scene.documents import draw_document
from simulator.scene.model import Barcode, Document, Phone, Picture, SceneError, Slip

_PAPER: Final = 238
_INK: Final = 22
_BEZEL: Final = 18
_SCREEN: Final = 250
_QUIET_MODULES: Final = 4

_WRITERS: Final = {
    Symbology.DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
    Symbology.CODE_128: zxingcpp.BarcodeFormat.Code128,
    Symbology.CODE_39: zxingcpp.BarcodeFormat.Code39,
}


@dataclass(frozen=True, slots=True)
class Card:
    """A drawing with its ``code_side`` in pixels and the middle of the code in it. ``wide``: the code is bars or a
    page.
    """

    image: Image.Image
    code_side: int
    middle: tuple[float, float]
    wide: bool = False


def draw(thing: Phone | Slip | Barcode | Document, code_side: int) -> Card:
    """The thing with its code about ``code_side`` pixels wide. Raises ``SceneError`` if no such code can be made."""
    text = thing.text.reveal()
    if isinstance(thing, Document):
        page = draw_document(text, code_side, thing.seed)
        # What people hold before the camera is the zone, not the portrait.
        return Card(page, page.width, (page.width / 2, 0.62 * page.height), wide=True)
    if isinstance(thing, Phone):
        return _phone(_qr(text, code_side, inverted=thing.inverted))
    if isinstance(thing, Slip):
        return _slip(_qr(text, code_side))
    if thing.symbology is Symbology.QR:
        return _label(_qr(text, code_side))
    return _label(_written(text, thing.symbology, code_side), wide=thing.symbology is not Symbology.DATA_MATRIX)


def open_picture(picture: Picture, width: int, height: int) -> Image.Image:
    """The photograph in grey, upright, fitted into ``width`` x ``height``. Raises ``SceneError`` if it is none."""
    try:
        stored = io.BytesIO(picture.data) if picture.data is not None else picture.path
        if stored is None:
            raise SceneError("bad_value", "a picture has either a path or data in base64")
        with Image.open(stored, formats=("PNG", "JPEG")) as opened:
            upright = ImageOps.exif_transpose(opened)
            # What is transparent is white: a code saved without a background would be black on black.
            if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
                white = Image.new("RGBA", upright.size, "white")
                upright = Image.alpha_composite(white, upright.convert("RGBA"))
            return ImageOps.contain(upright.convert("L"), (width, height))
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError) as error:
        if isinstance(error, SceneError):
            raise
        raise SceneError("bad_picture", f"this is no PNG or JPEG that can be opened: {type(error).__name__}") from None


def _qr(text: str, side: int, *, inverted: bool = False) -> Image.Image:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=_QUIET_MODULES)
    code.add_data(text)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError):
        raise SceneError("text_too_long", "no QR code holds this much text; 2,331 bytes are the most") from None
    dark, light = (_SCREEN, _INK) if inverted else (_INK, _SCREEN)
    matrix = code.get_matrix()
    pixels = bytes(dark if module else light for row in matrix for module in row)
    image = Image.frombytes("L", (len(matrix), len(matrix)), pixels)
    module = max(1, round(side / (len(matrix) - 2 * _QUIET_MODULES)))
    return image.resize((len(matrix) * module, len(matrix) * module), Image.Resampling.NEAREST)


def _written(text: str, symbology: Symbology, side: int) -> Image.Image:
    try:
        symbol = zxingcpp.create_barcode(text, _WRITERS[symbology])
    except (ValueError, RuntimeError):
        # What the writer says quotes the text.
        raise SceneError("text_unsuitable", f"{symbology} cannot hold this text") from None
    written: Any = symbol.to_image(scale=1)  # a buffer, though its stub does not say so
    pixels = memoryview(written)
    height, width = written.shape
    image = Image.frombytes("L", (width, height), pixels.tobytes()).point(lambda level: _INK if level < 128 else _PAPER)
    module = max(1, round(side / width))
    tall = module if symbology is Symbology.DATA_MATRIX else max(1, width * module // (3 * height))
    return image.resize((width * module, height * tall), Image.Resampling.NEAREST)


def _phone(code: Image.Image) -> Card:
    side = code.width
    screen_width, screen_height = round(side * 1.12), round(side * 1.9)
    bezel = max(3, side // 18)
    phone = Image.new("L", (screen_width + 2 * bezel, screen_height + 2 * bezel), 120)
    pen = ImageDraw.Draw(phone)
    pen.rounded_rectangle((0, 0, phone.width - 1, phone.height - 1), radius=3 * bezel, fill=_BEZEL)
    shade = code.getpixel((0, 0))
    pen.rectangle((bezel, bezel, bezel + screen_width - 1, bezel + screen_height - 1), fill=shade)
    left, top = bezel + (screen_width - side) // 2, bezel + (screen_height - side) // 2
    for line in range(3):
        y = bezel + side // 10 + line * side // 12
        pen.rectangle((left + side // 8, y, left + side * (7 - line) // 8, y + side // 40), fill=150)
    phone.paste(code, (left, top))
    return Card(phone, _inner(code), (left + side / 2, top + side / 2))


def _slip(code: Image.Image) -> Card:
    side = code.width
    slip = Image.new("L", (side * 2, round(side * 2.6)), _PAPER)
    pen = ImageDraw.Draw(slip)
    left, top = side // 2, side
    for line in range(6):
        y = side // 4 + line * side // 9
        pen.rectangle((side // 4, y, side * (14 - line % 3) // 8, y + side // 36), fill=90)
    slip.paste(code.point(lambda level: min(level, _PAPER)), (left, top))
    return Card(slip, _inner(code), (left + side / 2, top + side / 2))


def _label(code: Image.Image, *, wide: bool = False) -> Card:
    margin = max(6, code.width // 6)
    label = Image.new("L", (code.width + 2 * margin, code.height + 2 * margin), _PAPER)
    label.paste(code.point(lambda level: min(level, _PAPER)), (margin, margin))
    return Card(label, code.width, (label.width / 2, label.height / 2), wide)


def _inner(code: Image.Image) -> int:
    """The side of a drawn QR code without its quiet zone."""
    edge = code.getpixel((0, 0))
    flat = code.point(lambda level: 0 if level == edge else 255)
    box = flat.getbbox()
    return box[2] - box[0] if box else code.width
