"""What happens to pickup rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class RightPrepared(Event):
    """A right is known. ``proxy`` is ``yes`` or ``no``: somebody collects for somebody else; ``checked_by`` is then who
    checked the authorisation (an opaque id), else empty.
    """

    VERSION: ClassVar[int] = 2
    right: str
    deposits: tuple[str, ...]
    language: str
    not_before_wall_ms: int
    expires_wall_ms: int
    issuer: str
    proxy: str = "no"
    checked_by: str = ""


@dataclass(frozen=True, slots=True)
class RightElsewhere(Event):
    """What this right is for lies at another site: ``place`` in words for its holder. It never was, or is no longer, a
    right of this box.
    """

    right: str
    place: str
    issuer: str


@dataclass(frozen=True, slots=True)
class RightIssued(Event):
    """Every deposit of the right is stored. The expiry is fixed now (0: none)."""

    right: str
    expires_wall_ms: int


@dataclass(frozen=True, slots=True)
class RightReleased(Event):
    """The session ended and deposits remain: the right may be presented again."""

    right: str


@dataclass(frozen=True, slots=True)
class RightWaits(Event):
    """None of its envelopes is inside any more, and one is expected again: it is prepared, as before the first was
    stored.
    """

    right: str


@dataclass(frozen=True, slots=True)
class RightBlocked(Event):
    """Too many wrong second factors."""

    right: str


@dataclass(frozen=True, slots=True)
class RightEnded(Event):
    """``end`` is a `RightEnd` value."""

    right: str
    end: str
