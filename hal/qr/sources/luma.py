"""The brightness of a camera's picture, in whatever order the camera sends its bytes. No numpy: slices and Pillow.

Pixel formats are those of V4L2, by their four letters (``videodev2.h``; Linux media subsystem documentation, "Image
formats"). Where brightness lies by itself at the front (GREY, NV12, YU12 …) it is only cut out.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from PIL import Image

_PLANE_FIRST: Final = ("GREY", "NV12", "NV21", "YU12", "YV12", "NV16", "422P")
"""A whole plane of brightness, then (perhaps) colours."""

_PACKED: Final[Mapping[str, int]] = MappingProxyType({"YUYV": 0, "YVYU": 0, "UYVY": 1, "VYUY": 1})
"""Two bytes a pixel, every second one is brightness: which one first."""

_COMPRESSED: Final = ("MJPG", "JPEG")

PREFERRED: Final = (*_PLANE_FIRST, *_PACKED, *_COMPRESSED)
"""What can be read, what costs least first. A JPEG costs some milliseconds and blurs small modules: last."""

COMPRESSED: Final = frozenset(_COMPRESSED)


def luma(pixel_format: str, data: bytes, width: int, height: int, stride: int) -> bytes | None:
    """``width * height`` bytes of brightness; ``None`` for a picture that arrived damaged or short.

    ``stride``: how many bytes of ``data`` one row takes (of the plane of brightness), 0 with compressed formats. Raises
    ``KeyError`` for a pixel format that is not in ``PREFERRED``.
    """
    if pixel_format in _PLANE_FIRST:
        return _rows(data, width, height, max(stride, width))
    if pixel_format in _COMPRESSED:
        return _decompressed(data, width, height)
    first = _PACKED[pixel_format]
    rows = _rows(data, 2 * width, height, max(stride, 2 * width))
    return None if rows is None else rows[first::2]


def _rows(data: bytes, width: int, height: int, stride: int) -> bytes | None:
    if len(data) < stride * (height - 1) + width:
        return None
    if stride == width:
        return data[: width * height]
    return b"".join([data[start : start + width] for start in range(0, stride * height, stride)])


def _decompressed(data: bytes, width: int, height: int) -> bytes | None:
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
            # The decoder then leaves the colours out. A pixel more or less is a size of its own.
            picture.draft("L", None)
            if picture.size != (width, height):
                return None
            return picture.convert("L").tobytes()
    except (OSError, SyntaxError, ValueError):
        # What Pillow raises at a JPEG that is cut short or nonsense; cameras send one now and then.
        return None
