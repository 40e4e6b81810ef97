"""The scene in front of the camera: how it is written in JSON, and as values.

One JSON object, every name below optional unless marked, unknown names refused::

    {"kind": "nothing"}
    {"kind": "phone",   "text": "…" (needed), "inverted": false, "pose": {…}, "seed": 1}
    {"kind": "slip",    "text": "…" (needed), "pose": {…}, "seed": 1}
    {"kind": "barcode", "text": "…" (needed), "symbology": "code_128", "pose": {…}, "seed": 1}
    {"kind": "document", "text": "P<UTO…\\n…" (needed), "pose": {…}, "seed": 1}
    {"kind": "picture", "path": "/…/photograph.jpg"}      or      {"kind": "picture", "data": "<base64 of PNG or JPEG>"}

``phone`` shows a QR code on its screen (``inverted``: light on dark), ``slip`` is the printed Abholschein with one, and
``barcode`` a label in one of ``qr``, ``data_matrix``, ``code_128``, ``code_39``. ``document`` is the page with the
machine readable zone: a passport's for two lines, a card's back for three. ``pose`` is described at ``Pose``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from hal.wire import SecretText, Symbology

DOCUMENT_SIZE = 0.92
"""The page's share of the frame's width, where a pose does not say otherwise."""

MAX_TEXT = 4000
"""More than any QR code holds, in characters."""


class SceneError(ValueError):
    """The object is no scene. ``reason`` is a code; the text says what to change and quotes no code."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Pose:
    """How the thing is held, and how well it is seen. The defaults are a calm hand in an ordinary hall.

    ``size`` is the side of the code as a share of the frame's height (of its width for bars and documents). ``x`` and
    ``y`` move its middle away from the frame's, in shares of the frame. ``rotation`` turns it in the picture's plane,
    ``tilt_x`` leans it back, ``tilt_y`` turns it aside, all in degrees. ``blur`` and ``noise`` are standard deviations
    in pixels and in grey levels, ``brightness`` a factor on the light of the scene, ``glare`` the strength of a
    reflection from 0 to 1, ``jitter`` how far the hand trembles from frame to frame, in pixels.
    """

    size: float = 0.42
    x: float = 0.0
    y: float = 0.0
    rotation: float = 4.0
    tilt_x: float = 8.0
    tilt_y: float = -6.0
    blur: float = 0.8
    noise: float = 4.0
    brightness: float = 1.0
    glare: float = 0.0
    jitter: float = 3.0


_BOUNDS = {
    "size": (0.02, 2.0),
    "x": (-0.6, 0.6),
    "y": (-0.6, 0.6),
    "rotation": (-360.0, 360.0),
    "tilt_x": (-75.0, 75.0),
    "tilt_y": (-75.0, 75.0),
    "blur": (0.0, 20.0),
    "noise": (0.0, 80.0),
    "brightness": (0.02, 4.0),
    "glare": (0.0, 1.0),
    "jitter": (0.0, 24.0),
}


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nobody is there."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone with a QR code on its screen."""

    text: SecretText
    inverted: bool = False
    pose: Pose = field(default_factory=Pose)
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Slip:
    """A printed Abholschein with a QR code."""

    text: SecretText
    pose: Pose = field(default_factory=Pose)
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Barcode:
    """A label with an order's barcode."""

    text: SecretText
    symbology: Symbology = Symbology.CODE_128
    pose: Pose = field(default_factory=Pose)
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """The page of a travel document with its machine readable zone, held so that it nearly fills the picture."""

    text: SecretText
    pose: Pose = field(default_factory=lambda: Pose(size=DOCUMENT_SIZE))
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph that somebody dropped into the panel. Exactly one of the two is given."""

    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)


Scene = Nothing | Phone | Slip | Barcode | Document | Picture


def scene_from_json(value: object) -> Scene:
    """The scene that this object means. Raises ``SceneError``."""
    if value is None:
        return Nothing()
    if not isinstance(value, Mapping):
        raise SceneError("not_an_object", "a scene is an object with a kind")
    match value.get("kind"):
        case "nothing":
            _only(value)
            return Nothing()
        case "phone":
            _only(value, "text", "inverted", "pose", "seed")
            inverted = value.get("inverted", False)
            if type(inverted) is not bool:
                raise SceneError("bad_value", "inverted must be true or false")
            return Phone(_text(value), inverted, _pose(value), _seed(value))
        case "slip":
            _only(value, "text", "pose", "seed")
            return Slip(_text(value), _pose(value), _seed(value))
        case "barcode":
            _only(value, "text", "symbology", "pose", "seed")
            return Barcode(_text(value), _symbology(value), _pose(value), _seed(value))
        case "document":
            _only(value, "text", "pose", "seed")
            return Document(_text(value), _pose(value, DOCUMENT_SIZE), _seed(value))
        case "picture":
            _only(value, "path", "data")
            return _picture(value)
        case _:
            raise SceneError("unknown_kind", "kind must be nothing, phone, slip, barcode, document or picture")


def _only(value: Mapping[str, Any], *names: str) -> None:
    if not value.keys() <= {"kind", *names}:
        raise SceneError("unknown_name", f"besides kind, only these names are known here: {', '.join(names) or 'none'}")


def _text(value: Mapping[str, Any]) -> SecretText:
    text = value.get("text")
    if not isinstance(text, str) or not 0 < len(text) <= MAX_TEXT:
        raise SceneError("bad_value", f"text must be a string of 1 to {MAX_TEXT} characters")
    return SecretText(text)


def _seed(value: Mapping[str, Any]) -> int:
    seed = value.get("seed", 1)
    if type(seed) is not int:
        raise SceneError("bad_value", "seed must be a whole number")
    return seed


def _symbology(value: Mapping[str, Any]) -> Symbology:
    try:
        return Symbology(value.get("symbology", Symbology.CODE_128))
    except ValueError:
        raise SceneError("bad_value", f"symbology must be one of {', '.join(Symbology)}") from None


def _pose(value: Mapping[str, Any], size: float = 0.42) -> Pose:
    given = value.get("pose", {})
    if not isinstance(given, Mapping) or not given.keys() <= {each.name for each in fields(Pose)}:
        raise SceneError("bad_value", f"pose is an object of {', '.join(_BOUNDS)}")
    for name, number in given.items():
        low, high = _BOUNDS[name]
        if type(number) not in (int, float) or not low <= number <= high:
            raise SceneError("bad_value", f"pose.{name} must be a number from {low} to {high}")
    return Pose(**{"size": size, **{name: float(number) for name, number in given.items()}})


def _picture(value: Mapping[str, Any]) -> Picture:
    path, data = value.get("path"), value.get("data")
    if isinstance(path, str) and path and data is None:
        return Picture(path=Path(path))
    if isinstance(data, str) and path is None:
        try:
            return Picture(data=base64.b64decode(data, validate=True))
        except (binascii.Error, ValueError):
            raise SceneError("bad_value", "data must be base64") from None
    raise SceneError("bad_value", "a picture has either a path or data in base64")
