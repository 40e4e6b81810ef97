"""The libraries alone, as one would use each: every frame as it comes, nothing else done to it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

import numpy as np
import zxingcpp
from pyzbar import pyzbar

from hal.interfaces import Frame

Look = Callable[[Frame], set[str]]
"""The texts of all QR codes in a frame."""

_LABELS: Final = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.Code128,
        zxingcpp.BarcodeFormat.Code39,
    ]
)
_QR: Final = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])


def zxing(frame: Frame) -> set[str]:
    view = memoryview(frame.luma).cast("B", (frame.height, frame.width))
    return {found.text for found in zxingcpp.read_barcodes(view, formats=_QR)}


def zbar(frame: Frame) -> set[str]:
    found = pyzbar.decode((frame.luma, frame.width, frame.height), symbols=[pyzbar.ZBarSymbol.QRCODE])
    return {each.data.decode(errors="replace") for each in found}


def labels() -> dict[str, Look]:
    """The texts of whatever is on envelopes."""
    return {"zxing": _zxing_labels, "pyzbar": _zbar_labels}


def _zxing_labels(frame: Frame) -> set[str]:
    view = memoryview(frame.luma).cast("B", (frame.height, frame.width))
    return {found.text for found in zxingcpp.read_barcodes(view, formats=_LABELS)}


def _zbar_labels(frame: Frame) -> set[str]:
    kinds = [pyzbar.ZBarSymbol.QRCODE, pyzbar.ZBarSymbol.CODE128, pyzbar.ZBarSymbol.CODE39]
    found = pyzbar.decode((frame.luma, frame.width, frame.height), symbols=kinds)
    return {each.data.decode(errors="replace") for each in found}


def libraries() -> dict[str, Look]:
    """What is installed. OpenCV is no dependency, not even of the tests: it is compared with where somebody has it."""
    found: dict[str, Look] = {"zxing": zxing, "pyzbar": zbar}
    try:
        found["opencv"] = _opencv(import_module("cv2"))
    except ImportError:
        pass  # The table says so: it has no such row.
    return found


def _opencv(cv2: Any) -> Look:
    cv2.setNumThreads(1)
    detector = cv2.QRCodeDetector()

    def look(frame: Frame) -> set[str]:
        picture = np.frombuffer(frame.luma, np.uint8).reshape(frame.height, frame.width)
        try:
            _, texts, _, _ = detector.detectAndDecodeMulti(picture)
        except cv2.error:
            return set()  # It raises on some pictures instead of finding nothing.
        return {text for text in texts if text}

    return look
