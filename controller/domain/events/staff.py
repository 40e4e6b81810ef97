"""What staff do."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class StaffRegistered(Event):
    staff: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadgePresented(Event):
    staff: str
    seen_mono_ms: int


@dataclass(frozen=True, slots=True)
class StaffPinTried(Event):
    """A PIN is about to be compared: counted before the comparison."""

    staff: str


@dataclass(frozen=True, slots=True)
class StaffLocked(Event):
    staff: str


@dataclass(frozen=True, slots=True)
class StaffUnlocked(Event):
    staff: str
    by: str


@dataclass(frozen=True, slots=True)
class StaffLoggedIn(Event):
    session: str
    staff: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class StaffActive(Event):
    """The staff session goes on: its idle deadline moves. Written with other events of the session only."""

    session: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class StaffLoggedOut(Event):
    session: str
    staff: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpeningRequested(Event):
    """The page shows compartment and reason; a badge presented from now on authorises it."""

    session: str
    compartment: str
    purpose: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpeningRequestDropped(Event):
    session: str
    compartment: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpeningBadgeAccepted(Event):
    """The first of two persons agreed."""

    session: str
    staff: str


@dataclass(frozen=True, slots=True)
class ReportAsked(Event):
    """A guided opening is closed again: staff are asked what lies inside."""

    session: str
    compartment: str


@dataclass(frozen=True, slots=True)
class LoadingObstructed(Event):
    """The loader found something in the compartment that should have been empty."""

    session: str
    compartment: str
