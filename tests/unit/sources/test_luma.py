"""Brightness out of what cameras send."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from hal.qr.sources.luma import PREFERRED, luma

WANTED = bytes(range(8))


def rows(row_bytes: int, padding: int, first: int = 0, step: int = 1) -> bytes:
    """Two rows of four pixels, the brightness every ``step`` bytes from ``first``, colours and padding elsewhere."""
    data = bytearray([200] * 2 * (row_bytes + padding))
    for at, level in enumerate(WANTED):
        data[at // 4 * (row_bytes + padding) + first + at % 4 * step] = level
    return bytes(data)


@pytest.mark.parametrize("padding", [0, 12])
@pytest.mark.parametrize(
    ("pixel_format", "row_bytes", "first", "step", "colours"),
    [
        ("GREY", 4, 0, 1, 0),
        ("NV12", 4, 0, 1, 4),
        ("YU12", 4, 0, 1, 4),
        ("YUYV", 8, 0, 2, 0),
        ("UYVY", 8, 1, 2, 0),
    ],
)
def test_raw_formats(pixel_format: str, row_bytes: int, first: int, step: int, colours: int, padding: int) -> None:
    data = rows(row_bytes, padding, first, step) + bytes([99] * colours)
    assert luma(pixel_format, data, 4, 2, row_bytes + padding) == WANTED


def jpeg(level: int, size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (level, level, level)).save(out, "JPEG", quality=95)
    return out.getvalue()


def test_a_jpeg_is_decoded() -> None:
    found = luma("MJPG", jpeg(140), 64, 48, 0)
    assert found is not None
    assert len(found) == 64 * 48
    assert set(found) <= {139, 140, 141}


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8\xff", jpeg(10)[:200], jpeg(10, (32, 24)), b"\x89PNG\r\n\x1a\n" + bytes(40)],
    ids=["nothing", "begun", "cut", "another size", "no jpeg"],
)
def test_a_damaged_jpeg_is_no_picture(data: bytes) -> None:
    assert luma("MJPG", data, 64, 48, 0) is None


@pytest.mark.parametrize("pixel_format", [name for name in PREFERRED if name not in ("MJPG", "JPEG")])
def test_a_short_picture_is_none(pixel_format: str) -> None:
    assert luma(pixel_format, bytes(7), 4, 2, 0) is None


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(KeyError):
        luma("RGB3", bytes(100), 4, 2, 0)
