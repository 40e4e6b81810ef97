"""What happens to doors, locks and compartments."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class UnlockAuthorised(Event):
    """A pulse on this compartment's lock is authorised. The pulse follows this commit, once, and never because of a
    restart.

    ``attempt`` counts from 1; ``door_before`` is the sensor's word at the first attempt; ``badges`` are the persons
    whose badges authorised it (staff openings), comma-free ids.
    """

    authorisation: str
    compartment: str
    purpose: str
    deposit: str
    right: str
    session: str
    door_before: str
    attempt: int
    pulse_ms: int
    deadline_mono_ms: int
    badges: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class PulseSent(Event):
    """The coil was energised and is off again. Pulse sent is not opened."""

    authorisation: str
    compartment: str


@dataclass(frozen=True, slots=True)
class PulseFailed(Event):
    """The lock's driver could not fire. ``code`` is the driver's."""

    authorisation: str
    compartment: str
    code: str


@dataclass(frozen=True, slots=True)
class DoorOpened(Event):
    """``cause``: ``authorised`` (the edge after an authorisation), ``unexpected``, ``late`` (after a failed unlock),
    ``test`` (when the lock of another compartment was tested), ``downtime`` or ``settled``. ``seen_mono_ms`` is stamped
    at the edge.
    """

    compartment: str
    cause: str
    seen_mono_ms: int


@dataclass(frozen=True, slots=True)
class DoorClosed(Event):
    compartment: str
    seen_mono_ms: int


@dataclass(frozen=True, slots=True)
class DoorUnreadable(Event):
    compartment: str


@dataclass(frozen=True, slots=True)
class DoorRead(Event):
    """A door was read without anything having happened (at start, or readable again): ``level`` is open or closed."""

    compartment: str
    level: str


@dataclass(frozen=True, slots=True)
class ItemSeen(Event):
    """An item sensor changed: ``level`` is ``present``, ``absent`` or ``unknown``."""

    compartment: str
    level: str


@dataclass(frozen=True, slots=True)
class OpeningUnwitnessed(Event):
    """The door was not known to be closed before the pulse, so no edge could be seen. The session goes on without
    evidence.
    """

    authorisation: str
    compartment: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class UnlockFailed(Event):
    """All attempts were made and the door was not seen open."""

    authorisation: str
    compartment: str
    rest_until_mono_ms: int


@dataclass(frozen=True, slots=True)
class DoorLeftOpen(Event):
    """An authorised door stands open. ``stage``: ``reminder`` (30 s), ``staff`` (60 s), ``alarm`` (180 s)."""

    compartment: str
    stage: str


@dataclass(frozen=True, slots=True)
class OpeningEnded(Event):
    """The opening is over. ``outcome``: ``closed``, ``failed``, ``abandoned`` (left open, the box serves on) or
    ``settled``.
    """

    authorisation: str
    compartment: str
    outcome: str


@dataclass(frozen=True, slots=True)
class OpeningSuspended(Event):
    """After a restart the door is open or unreadable: the opening is settled when the door is next seen closed."""

    authorisation: str
    compartment: str


@dataclass(frozen=True, slots=True)
class CompartmentQuarantined(Event):
    """Nothing is allotted here until staff have looked."""

    compartment: str
    reason: str


@dataclass(frozen=True, slots=True)
class CompartmentReleased(Event):
    """Somebody looked and said what is inside: the quarantine is over. ``contents`` is a `Contents` value."""

    compartment: str
    contents: str
    old_document: str
    by: str
