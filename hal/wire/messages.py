"""What reader processes and the controller say to each other: values that know how they are sent, and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from hal.wire.codes import MAX_CODE_LENGTH, ScanMode, SecretText, Symbology
from hal.wire.hints import ScanHint, SeenLight
from hal.wire.jsonrpc import MAX_INTEGER, WireError, is_reason

_Codes = TypeVar("_Codes", bound=StrEnum)
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}", re.ASCII)


def text_of(params: Mapping[str, Any], name: str) -> str:
    """The string ``name`` of ``params``. Raises ``WireError("bad_params")``."""
    value = params.get(name)
    if type(value) is not str:
        raise WireError("bad_params", f"{name} must be a string")
    return value


def integer_of(params: Mapping[str, Any], name: str) -> int:
    """The whole number ``name``, 0 to ``MAX_INTEGER``. Raises ``WireError("bad_params")``; ``true`` is no number."""
    value = params.get(name)
    if type(value) is not int or not 0 <= value <= MAX_INTEGER:
        raise WireError("bad_params", f"{name} must be a whole number, 0 or more")
    return value


def source_of(params: Mapping[str, Any]) -> str:
    """The name of the scanner or camera that speaks: short and printable. Raises ``WireError("bad_params")``."""
    source = text_of(params, "source")
    if _SOURCE.fullmatch(source) is None:
        raise WireError("bad_params", "source must be a short name of letters, digits and . _ : / -")
    return source


def only(params: Mapping[str, Any], *names: str) -> None:
    """Refuse parameters that are not named. Raises ``WireError("bad_params")``, without quoting them."""
    if not params.keys() <= set(names):
        raise WireError("bad_params", f"only {', '.join(names)} are allowed here")


def _one_of(codes: type[_Codes], params: Mapping[str, Any], name: str) -> _Codes:
    """The code ``name``. Raises ``WireError("bad_params")``, without quoting it."""
    said = text_of(params, name)
    try:
        return codes(said)
    except ValueError:
        raise WireError("bad_params", f"{name} is not one of those known") from None


@dataclass(frozen=True, slots=True)
class ScanReport:
    """Reader → controller, ``scan.report``, a request: a code was read.

    ``captured_mono_ms`` is ``CLOCK_MONOTONIC`` in ms when the frame was captured, ``source`` the reader's name.
    """

    text: SecretText
    symbology: Symbology
    captured_mono_ms: int
    source: str

    METHOD = "scan.report"

    def params(self) -> dict[str, Any]:
        """The parameters as they are sent: with the code in the clear."""
        return {
            "text": self.text.reveal(),
            "symbology": self.symbology.value,
            "captured_mono_ms": self.captured_mono_ms,
            "source": self.source,
        }

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ScanReport:
        """Checked parameters. Raises ``WireError("bad_params")``. The text is of any content, but not over-long."""
        only(params, "text", "symbology", "captured_mono_ms", "source")
        text = text_of(params, "text")
        if not 0 < len(text) <= MAX_CODE_LENGTH:
            raise WireError("bad_params", f"text must have 1 to {MAX_CODE_LENGTH} characters")
        symbology = _one_of(Symbology, params, "symbology")
        return cls(SecretText(text), symbology, integer_of(params, "captured_mono_ms"), source_of(params))


@dataclass(frozen=True, slots=True)
class ScanVerdict:
    """Controller → reader, the result of ``scan.report``. A refused report is dropped; ``reason`` is a code."""

    accepted: bool
    reason: str = ""

    def result(self) -> dict[str, Any]:
        """The result as it is sent."""
        return {"accepted": self.accepted} | ({"reason": self.reason} if self.reason else {})

    @classmethod
    def from_result(cls, result: object) -> ScanVerdict:
        """A checked result. Raises ``WireError("bad_result")``."""
        if not isinstance(result, dict):
            raise WireError("bad_result", "a verdict must be an object")
        accepted, reason = result.get("accepted"), result.get("reason", "")
        if type(accepted) is not bool or type(reason) is not str or (reason and not is_reason(reason)):
            raise WireError("bad_result", "a verdict is accepted (true or false) and perhaps a reason in snake_case")
        return cls(accepted, reason)


@dataclass(frozen=True, slots=True)
class ForeignScan:
    """Reader → controller, ``scan.foreign``: something readable that the mode does not allow. Never its content."""

    source: str

    METHOD = "scan.foreign"

    def params(self) -> dict[str, Any]:
        """The parameters as they are sent."""
        return {"source": self.source}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ForeignScan:
        """Checked parameters. Raises ``WireError("bad_params")``."""
        only(params, "source")
        return cls(source_of(params))


@dataclass(frozen=True, slots=True)
class UnreadableScan:
    """Reader → controller, ``scan.unreadable``: a code has been held before the reader for four seconds and cannot be
    read, and why. At most once in ten seconds, in the mode PICKUP only.
    """

    source: str
    hint: ScanHint

    METHOD = "scan.unreadable"

    def params(self) -> dict[str, Any]:
        """The parameters as they are sent."""
        return {"source": self.source, "hint": self.hint.value}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> UnreadableScan:
        """Checked parameters. Raises ``WireError("bad_params")``."""
        only(params, "source", "hint")
        return cls(source_of(params), _one_of(ScanHint, params, "hint"))


class ReaderState(StrEnum):
    """How a reader is. ``NO_FRAMES``: its source has been silent for 3 s, or cannot be opened."""

    STARTING = "starting"
    OK = "ok"
    NO_FRAMES = "no_frames"


@dataclass(frozen=True, slots=True)
class ReaderHealth:
    """Reader → controller, ``reader.health``, at least every 5 s. ``frames`` and ``decoded`` count since it started;
    ``light`` is that of a camera's last pictures, ``None`` before the first and of scanners that decode by themselves.
    ``pages``: whether it can read the photo page of a passport (`DocumentKeyReport`), as only a camera can.
    """

    source: str
    state: ReaderState
    frames: int
    decoded: int
    light: SeenLight | None = None
    pages: bool = False

    METHOD = "reader.health"

    def params(self) -> dict[str, Any]:
        """The parameters as they are sent."""
        said = {"source": self.source, "state": self.state.value, "frames": self.frames, "decoded": self.decoded}
        said |= {"light": self.light.value} if self.light is not None else {}
        return said | ({"pages": True} if self.pages else {})

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ReaderHealth:
        """Checked parameters. Raises ``WireError("bad_params")``."""
        only(params, "source", "state", "frames", "decoded", "light", "pages")
        pages = params.get("pages", False)
        if not isinstance(pages, bool):
            raise WireError("bad_params", "pages must be true or false")
        return cls(
            source_of(params),
            _one_of(ReaderState, params, "state"),
            integer_of(params, "frames"),
            integer_of(params, "decoded"),
            _one_of(SeenLight, params, "light") if "light" in params else None,
            pages,
        )


MODE_METHOD: Final = "scan.mode"


def mode_params(mode: ScanMode) -> dict[str, Any]:
    """The parameters of the controller's ``scan.mode`` notification."""
    return {"mode": mode.value}


def mode_from_params(params: Mapping[str, Any]) -> ScanMode:
    """The mode of a ``scan.mode`` notification. Raises ``WireError("bad_params")``: the reader then reads nothing."""
    only(params, "mode")
    return _one_of(ScanMode, params, "mode")
