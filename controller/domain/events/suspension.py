"""Staff let a resident go first."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class StaffSessionSuspended(Event):
    """The front is free for a resident. Until ``until_mono_ms`` the member's badge alone resumes the session; when that
    time is over, or somebody else logs in, it ends as any other (`StaffLoggedOut`).
    """

    session: str
    staff: str
    until_mono_ms: int


@dataclass(frozen=True, slots=True)
class StaffSessionResumed(Event):
    """The badge of the suspended session's member was shown."""

    session: str
    staff: str
    deadline_mono_ms: int
