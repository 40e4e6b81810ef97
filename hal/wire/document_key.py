"""What opens a document's chip, as it is read from the machine readable zone before the camera and sent on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from hal.wire.codes import SecretText
from hal.wire.jsonrpc import WireError
from hal.wire.messages import integer_of, only, source_of, text_of

_FILLER: Final = "<"
_WEIGHTS: Final = (7, 3, 1)
_INFORMATION: Final = re.compile(r"([A-Z0-9<]{9,22})([0-9])([0-9<]{6})([0-9])([0-9]{6})([0-9])", re.ASCII)


def check_digit(text: str) -> str:
    """The check digit over A to Z, 0 to 9 and fillers (ICAO Doc 9303-3, 4.9)."""
    values = (0 if character == _FILLER else int(character, 36) for character in text)
    return str(sum(value * _WEIGHTS[position % 3] for position, value in enumerate(values)) % 10)


def is_access_information(text: str) -> bool:
    """Whether this is a document number, a birth date and an expiry date, each with its right check digit (9303-11,
    4.3.2).
    """
    match = _INFORMATION.fullmatch(text)
    if match is None:
        return False
    parts = match.groups()
    return all(check_digit(part) == digit for part, digit in zip(parts[::2], parts[1::2], strict=True))


@dataclass(frozen=True, slots=True)
class DocumentKeyReport:
    """Reader → controller, ``document_key.report``, a request: a photo page or the back of a card was read, in the mode
    DOCUMENT_KEY only. Its result is a verdict, as that of ``scan.report``.

    ``information`` holds no name: see `is_access_information`. ``captured_mono_ms`` is ``CLOCK_MONOTONIC`` in ms.
    """

    information: SecretText = field(repr=False)
    captured_mono_ms: int
    source: str

    METHOD: ClassVar = "document_key.report"

    def params(self) -> dict[str, Any]:
        """The parameters as they are sent: with the information in the clear."""
        return {
            "information": self.information.reveal(),
            "captured_mono_ms": self.captured_mono_ms,
            "source": self.source,
        }

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> DocumentKeyReport:
        """Checked parameters. Raises ``WireError("bad_params")``, which quotes nothing of them."""
        only(params, "information", "captured_mono_ms", "source")
        information = text_of(params, "information")
        if not is_access_information(information):
            raise WireError("bad_params", "information must be number, birth and expiry with their check digits")
        return cls(SecretText(information), integer_of(params, "captured_mono_ms"), source_of(params))
