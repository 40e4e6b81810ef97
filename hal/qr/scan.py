"""What a reader found, and under which scan mode."""

from __future__ import annotations

from dataclasses import dataclass

from hal.wire import ScanHint, ScanMode, SecretText, Symbology


@dataclass(frozen=True, slots=True)
class Reading:
    """One code that was read, whatever it says. The text is empty if it was longer than any code of ours."""

    text: SecretText
    symbology: Symbology


@dataclass(frozen=True, slots=True)
class PublishedMode:
    """A scan mode and since when it holds (``CLOCK_MONOTONIC``, ms). Each publication is an object of its own."""

    mode: ScanMode
    since_ms: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found under one publication of the mode: a code to report, or (``None``) something foreign, or
    (``unreadable``: why) a code that is held there and cannot be read, or what opens the chip of a document
    (``document``).
    """

    reading: Reading | None
    captured_mono_ms: int
    published: PublishedMode
    unreadable: ScanHint | None = None
    document: SecretText | None = None
