"""What happens to pickup rights."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class RightPrepared(Event):
    right: str
    deposits: tuple[str, ...]
    language: str
    not_before_wall_ms: int
    expires_wall_ms: int
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
class RightBlocked(Event):
    """Too many wrong second factors."""

    right: str


@dataclass(frozen=True, slots=True)
class RightEnded(Event):
    """``end`` is a `RightEnd` value."""

    right: str
    end: str
