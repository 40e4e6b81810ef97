"""Pictures: what the camera sees, codes to look at, and photographs that somebody drops in. All in memory."""

from __future__ import annotations

import base64
import io
from typing import Any

import qrcode
from PIL import Image, ImageOps, UnidentifiedImageError

from simulator.scene.model import Nothing, SceneError, scene_from_json
from simulator.scene.render import Renderer

LONGEST_SCENE = 600_000
"""Bytes of a picture in a scene: with base64 it stays below what a line to the plant may hold."""

_SIDES = (1280, 960, 640)
CAMERA = (640, 480)


class BadPicture(ValueError):
    """It cannot be opened; the text says what is wanted."""


def scene_of_photograph(content: bytes) -> dict[str, Any]:
    """A scene of any PNG or JPEG: upright, grey, small, and without what a camera writes into its files.

    Raises `BadPicture`.
    """
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
            upright = ImageOps.exif_transpose(opened)
            if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
                white = Image.new("RGBA", upright.size, "white")
                upright = Image.alpha_composite(white, upright.convert("RGBA"))
            grey = upright.convert("L")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError) as error:
        raise BadPicture(f"this is no PNG or JPEG that can be opened ({type(error).__name__})") from None
    for side in _SIDES:
        small = grey.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        # A fresh image: what the file had besides its pixels is left behind.
        clean = Image.frombytes("L", small.size, small.tobytes())
        stream = io.BytesIO()
        clean.save(stream, "PNG", optimize=True)
        if stream.tell() > LONGEST_SCENE:
            stream = io.BytesIO()
            clean.save(stream, "JPEG", quality=88)
        if stream.tell() <= LONGEST_SCENE:
            return {"kind": "picture", "data": base64.b64encode(stream.getvalue()).decode("ascii")}
    raise BadPicture("this picture stays too large even when it is made smaller")


def what_the_camera_sees(scene: object) -> bytes:
    """A frame of the box's camera, as PNG. A scene that cannot be drawn is an empty hall, as for the reader."""
    renderer = Renderer(*CAMERA)
    try:
        renderer.show(scene_from_json(scene))
    except SceneError:
        renderer.show(Nothing())
    return _png(Image.frombytes("L", CAMERA, renderer.luma()))


def qr_picture(text: str) -> bytes:
    """A QR code, as PNG."""
    stream = io.BytesIO()
    qrcode.make(text, box_size=6, border=4).save(stream)
    return stream.getvalue()


def _png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
