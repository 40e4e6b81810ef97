"""Finds codes in frames: zxing-cpp on every frame as it is, then one more look at what it could not read.

The other looks take turns over the following frames: sharpened, equalized and smoothed, enlarged, and pyzbar's second
opinion. Three frames averaged win most of what they read besides: noise, moiré and reflections move, the code stays.
Each look was chosen for what it reads that the others do not (``./box bench decode`` has the figures).

What was read as a Code 39 counts only where its bars are those of the text (`hal.qr.code_39`).
Bars get no averages and no smoothing. What says little about itself is believed when two frames agree, and frames that
share pixels agree too easily.

Both libraries chew hostile bytes in native code: that is why this runs in a process without network, pins or log.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import MappingProxyType
from typing import Final

import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from hal.interfaces import Frame, monotonic_ms
from hal.qr import code_39, looks
from hal.qr.hint import Corners
from hal.qr.scan import Reading
from hal.wire import ALLOWED, MAX_CODE_LENGTH, ScanMode, SecretText, Symbology

MAX_READINGS: Final = 4
"""More codes than this in one frame are ignored: a wall of codes is no pickup."""

_ZXING: Final = MappingProxyType(
    {
        # Not the whole family: in a noisy frame, three digits of a Micro QR code are easily seen where there is none.
        Symbology.QR: zxingcpp.BarcodeFormat.QRCodeModel2,
        Symbology.DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
        Symbology.CODE_128: zxingcpp.BarcodeFormat.Code128,
        Symbology.CODE_39: zxingcpp.BarcodeFormat.Code39,
    }
)
_FROM_ZXING: Final = MappingProxyType(
    {
        int(zxingcpp.BarcodeFormat.QRCode): Symbology.QR,
        int(zxingcpp.BarcodeFormat.QRCodeModel2): Symbology.QR,
        int(zxingcpp.BarcodeFormat.DataMatrix): Symbology.DATA_MATRIX,
        int(zxingcpp.BarcodeFormat.Code128): Symbology.CODE_128,
        int(zxingcpp.BarcodeFormat.Code39): Symbology.CODE_39,
    }
)

# zbar knows no Data Matrix, and says too little of where it has read a Code 39 for its bars to be measured.
_ZBAR: Final = MappingProxyType(
    {
        Symbology.QR: pyzbar.ZBarSymbol.QRCODE,
        Symbology.CODE_128: pyzbar.ZBarSymbol.CODE128,
    }
)
_FROM_ZBAR: Final = MappingProxyType({symbol.name: symbology for symbology, symbol in _ZBAR.items()})

_CODES_ONLY: Final = frozenset({Symbology.QR})
_TURNS: Final = 8


class Decoder:
    """Reads frames one after the other. Its state is the turn of the looks and the last frames; not thread-safe.

    ``budget_ms`` bounds what one frame may cost: where the first look has used it up, the other one gets the next frame
    to itself. ``now_ms`` is the clock it is measured by.
    """

    def __init__(self, budget_ms: int = 80, now_ms: Callable[[], int] = monotonic_ms) -> None:
        self._budget_ms = budget_ms
        self._now_ms = now_ms
        self._recent = looks.Recent()
        self._turn = 0
        self._owed = False
        self.unreadable = False
        """Whether the last frame held a QR code that was seen and could not be read: covered, unsharp, glaring."""
        self.corners: Corners | None = None
        """Where in the last frame that was, as far as it is known."""

    def decode(self, frame: Frame, mode: ScanMode, *, quick: bool = False) -> tuple[Reading, ...]:
        """What is readable in ``frame`` in the symbologies of ``mode``, at most ``MAX_READINGS``, in no order.

        With ``quick``, the first look only.

        Raises ``ValueError`` if the frame's bytes do not fit its size.
        """
        if frame.width < 1 or frame.height < 1 or len(frame.luma) != frame.width * frame.height:
            raise ValueError(f"a frame of {frame.width} x {frame.height} cannot have {len(frame.luma)} bytes")
        wanted = ALLOWED[mode].symbologies
        self.unreadable, self.corners = False, None
        if not wanted:
            return ()
        begun_ms = self._now_ms()
        image = self._recent.add(frame)
        # Light codes on dark are for the other looks: they are rare, and looking for them costs half as much again.
        readings = () if self._owed and not quick else self._zxing(frame.luma, image.size, wanted, try_invert=False)
        if not readings and not quick:
            self._owed = not self._owed and self._now_ms() - begun_ms >= self._budget_ms
            if not self._owed:
                readings = self._other_look(image, wanted)
        self.unreadable = self.unreadable and not readings
        return readings[:MAX_READINGS]

    def forget(self) -> None:
        """Something else is looked for from now on: frames seen so far are in no average any more."""
        self._recent.forget()
        self._turn, self._owed = 0, False

    def _other_look(self, image: Image.Image, wanted: frozenset[Symbology]) -> tuple[Reading, ...]:
        """The look whose turn it is. One that reads something keeps its turn: the code is probably still there."""
        readings = self._at_codes(image, wanted) if wanted == _CODES_ONLY else self._at_bars(image, wanted)
        if not readings:
            self._turn = (self._turn + 1) % _TURNS
        return readings

    def _at_codes(self, image: Image.Image, wanted: frozenset[Symbology]) -> tuple[Reading, ...]:
        match self._turn:
            case 0:
                return self._zxing_at(looks.sharpened(self._recent.average(), bars=False), wanted)
            case 4:
                # Without the average: whoever's hand trembles has one frame at a time.
                return self._zxing_at(looks.sharpened(image, bars=False), wanted)
            case 1 | 5:
                plain = looks.smoothed(looks.equalized(self._recent.average()))
                # Equalized noise looks like anything, a code that cannot be read too.
                return self._zxing_at(plain, wanted, notice_unreadable=False)
            case 2 | 6:
                return self._zxing_at(looks.enlarged_middle(self._recent.average()), wanted)
            case 3:
                return _zbar(looks.smoothed(self._recent.average()), wanted)
            case _:
                return _zbar(looks.inverted(image), wanted)

    def _at_bars(self, image: Image.Image, wanted: frozenset[Symbology]) -> tuple[Reading, ...]:
        match self._turn:
            case 0 | 2 | 4 | 6:
                return self._zxing_at(looks.sharpened(image, bars=True), wanted)
            case 1 | 5:
                return self._zxing_at(looks.enlarged_middle(image), wanted)
            case 3:
                return _zbar(image, wanted)
            case _:
                return _zbar(looks.inverted(image), wanted)

    @staticmethod
    def _is_written(barcode: zxingcpp.Barcode, luma: bytes, size: tuple[int, int]) -> bool:
        image = Image.frombuffer("L", size, luma, "raw", "L", 0, 1)
        return code_39.is_written(barcode.text, image, _place(barcode.position))

    def _zxing_at(
        self, image: Image.Image, wanted: frozenset[Symbology], *, notice_unreadable: bool = True
    ) -> tuple[Reading, ...]:
        return self._zxing(image.tobytes(), image.size, wanted, notice_unreadable=notice_unreadable)

    def _zxing(
        self,
        luma: bytes,
        size: tuple[int, int],
        wanted: frozenset[Symbology],
        *,
        try_invert: bool = True,
        notice_unreadable: bool = True,
    ) -> tuple[Reading, ...]:
        found = zxingcpp.read_barcodes(
            memoryview(luma).cast("B", (size[1], size[0])),
            formats=_formats(wanted),
            try_invert=try_invert,
            # What has the finder patterns of a QR code and a wrong checksum. Bars without a checksum are no news: any
            # striped shirt has them.
            return_errors=True,
        )
        readings = []
        for barcode in found:
            symbology = _FROM_ZXING.get(int(barcode.format))
            if not barcode.valid:
                if notice_unreadable and symbology is Symbology.QR:
                    self.unreadable = True
                    self.corners = self.corners or _corners(barcode.position, size, self._recent.size)
            elif symbology is Symbology.CODE_39 and not self._is_written(barcode, luma, size):
                continue
            elif symbology in wanted:
                readings.append(Reading(_ascii(barcode.bytes), symbology))
        return tuple(readings)


def _place(found: zxingcpp.Position) -> Corners:
    first, second, third, fourth = _in_order(found)
    return (first.x, first.y), (second.x, second.y), (third.x, third.y), (fourth.x, fourth.y)


def _corners(found: zxingcpp.Position, size: tuple[int, int], whole: tuple[int, int]) -> Corners | None:
    """In the frame's pixels; ``size`` is that of the image looked at, which may be its enlarged middle."""
    if size == whole:
        corners = [(each.x, each.y) for each in _in_order(found)]
    else:
        corners = [looks.in_whole(each.x, each.y, whole) for each in _in_order(found)]
    return None if len(set(corners)) < 4 else (corners[0], corners[1], corners[2], corners[3])


def _in_order(found: zxingcpp.Position) -> tuple[zxingcpp.Point, ...]:
    return found.top_left, found.top_right, found.bottom_right, found.bottom_left


@cache
def _formats(wanted: frozenset[Symbology]) -> zxingcpp.BarcodeFormats:
    return zxingcpp.BarcodeFormats([_ZXING[symbology] for symbology in sorted(wanted)])


def _zbar(image: Image.Image, wanted: frozenset[Symbology]) -> tuple[Reading, ...]:
    symbols = [_ZBAR[symbology] for symbology in sorted(wanted) if symbology in _ZBAR]
    readings = []
    for symbol in pyzbar.decode((image.tobytes(), image.width, image.height), symbols=symbols):
        symbology = _FROM_ZBAR.get(symbol.type)
        if symbology in wanted:
            readings.append(Reading(_ascii(symbol.data), symbology))
    return tuple(readings)


def _ascii(content: bytes) -> SecretText:
    """Every code of ours is short ASCII. What is not becomes a text that no format matches."""
    return SecretText(content.decode("ascii", errors="replace") if len(content) <= MAX_CODE_LENGTH else "")
