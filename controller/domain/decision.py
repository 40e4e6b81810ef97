"""The words in which a decision is made and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from controller.domain.events import Event, FaultCleared, FaultRaised
from controller.domain.evolve import evolve
from controller.domain.model import Box, Opening, Session, StaffSession, fault_key
from controller.domain.moment import Moment


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command was not carried out: a stable code and what its page or caller needs to say it."""

    code: str
    details: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """The events that a command causes (possibly none), the state after them, and the refusal if it was refused.

    A refused command may still cause events: an expired right ends, a failed try is counted.
    """

    events: tuple[Event, ...]
    box: Box
    refusal: Refusal | None = None


class Refused(Exception):
    """Raised inside a decision to leave it without a trace; never leaves the domain."""

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, details)


class RefusedAndNoted(Refused):
    """Refused, but what was emitted before stands: a right has expired, a credential is blocked."""


Thing = TypeVar("Thing")


def _there(thing: Thing | None) -> Thing:
    if thing is None:
        raise RuntimeError("a rule was applied to something that is not in progress")
    return thing


class Draft:
    """A decision in the making: each emitted event is folded at once, so that the next rule sees its consequence."""

    __slots__ = ("at", "box", "events")

    def __init__(self, box: Box, at: Moment) -> None:
        self.box = box
        self.at = at
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.box = evolve(self.box, event, self.at)
        self.events.append(event)

    @property
    def session(self) -> Session:
        """The resident's session in progress. A rule that asks for it has made sure that there is one."""
        return _there(self.box.session)

    @property
    def staff_session(self) -> StaffSession:
        """The staff session in progress; as `session`."""
        return _there(self.box.staff_session)

    @property
    def opening(self) -> Opening:
        """The opening in progress; as `session`."""
        return _there(self.box.opening)

    def next_id(self, letter: str) -> str:
        """An id for what the next event makes: its sequence number in the log is unique within the box's epoch."""
        return f"{letter}{self.box.seq + 1}"

    def after(self, duration_ms: int) -> int:
        """The monotonic instant ``duration_ms`` from now."""
        return self.at.mono_ms + duration_ms

    def raise_fault(self, code: str, subject: str = "") -> None:
        if fault_key(code, subject) not in self.box.faults:
            self.emit(FaultRaised(code, subject))

    def clear_fault(self, code: str, subject: str = "") -> None:
        if fault_key(code, subject) in self.box.faults:
            self.emit(FaultCleared(code, subject))
