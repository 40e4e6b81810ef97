"""What happens in a resident's session."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class SessionStarted(Event):
    """A right was presented and claimed. ``via`` is ``qr`` or ``number``."""

    session: str
    right: str
    via: str
    deposits: tuple[str, ...]
    factor: str
    declarations: tuple[str, ...]
    phase: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class FactorTried(Event):
    """A second factor is about to be compared: counted before the comparison."""

    session: str
    right: str


@dataclass(frozen=True, slots=True)
class FactorVerified(Event):
    session: str
    right: str
    factor: str
    phase: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class DeclarationMade(Event):
    session: str
    declaration: str
    answer: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class SessionExtended(Event):
    session: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class ConfirmationAsked(Event):
    """The door is closed again: the person is asked whether everything is there."""

    session: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class ProblemReported(Event):
    """``problem`` is ``missing``, ``foreign`` or ``error``."""

    session: str
    deposit: str
    problem: str


@dataclass(frozen=True, slots=True)
class SessionAdvanced(Event):
    """Done with one deposit, on to the next."""

    session: str
    deposit: str


@dataclass(frozen=True, slots=True)
class SessionJammed(Event):
    """The deposit in hand cannot be reached: the jam page stands until ``deadline_mono_ms``, then the next deposit is
    served.
    """

    session: str
    deposit: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class SessionEnded(Event):
    """``outcome`` is a `SessionEnd` value, ``reason`` a code for the handbook."""

    session: str
    right: str
    outcome: str
    reason: str
