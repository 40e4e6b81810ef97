"""What a reader says of the picture when a code in it cannot be read: codes, never anything of the picture itself."""

from __future__ import annotations

from enum import StrEnum


class ScanHint(StrEnum):
    """Why a code that is held there cannot be read, as far as the picture tells."""

    TOO_DARK = "too_dark"
    """No light on the paper, or a screen that is turned down."""

    TOO_BRIGHT = "too_bright"
    """Its dark parts are as good as white."""

    GLARE = "glare"
    """Part of it is white: a lamp is mirrored there."""

    BLURRED = "blurred"
    """Too close, out of focus or shaken."""

    TOO_SMALL = "too_small"
    """Too far away."""

    DISTORTED = "distorted"
    """Bent paper, or held aslant."""

    UNCLEAR = "unclear"
    """None of these: covered, torn, or a picture that does not tell."""


class SeenLight(StrEnum):
    """How a camera's picture is lit."""

    DARK = "dark"
    GLARING = "glaring"
    FINE = "fine"
