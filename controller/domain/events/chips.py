"""What happens when a document is checked: by its chip, or by a person who looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class ChipCheckBegan(Event):
    """The card reader is asked to verify whatever lies there: counted before, so that a crash gives no try back."""

    session: str
    right: str
    factor: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class ChipChecked(Event):
    """What became of it. ``outcome``: verified, refused, retry or unsupported; ``reason`` is a code of
    `hal.wire.chip_reasons`, empty when verified. ``issuing_state`` is that of the document signer, empty where it is
    not known. ``excused``: what could not be proven of a verified document because the policy does without
    (``clone_unprovable``, ``revocation_unknown``). No name, number or key is ever in it.
    """

    VERSION: ClassVar[int] = 2

    session: str
    right: str
    factor: str
    outcome: str
    reason: str
    issuing_state: str
    deadline_mono_ms: int
    excused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffCheckAsked(Event):
    """A person is to look at the document. ``reason``: ``policy`` (the document type asks for it), ``no_verifier``,
    ``card_reader_down`` or ``clock_untrusted`` (the chip cannot be checked now), ``asked`` (by the resident), or why
    the chip was not accepted.
    """

    session: str
    right: str
    reason: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class DocumentInspected(Event):
    """A member of staff has looked and says so with their badge, shown at ``seen_mono_ms``, after the page had
    asked.
    """

    session: str
    right: str
    staff: str
    seen_mono_ms: int
