"""What happens while envelopes are put in, beside the booking itself."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class DepositOpeningRequested(Event):
    """As `OpeningRequested`, for one envelope: the compartment may hold something, so it waits for a badge.

    ``purpose`` is ``loading`` (``reason``: ``group``, into the compartment of its group; ``swap``, in place of an old
    document) or ``undo`` (it was booked just now and is to be taken out again).
    """

    session: str
    compartment: str
    purpose: str
    reason: str
    deposit: str


@dataclass(frozen=True, slots=True)
class LoadingTooSmall(Event):
    """The envelope does not fit: ``size`` is the smallest class it is given from now on. ``group`` is the group it
    still belongs to (empty when there is no room with the others).
    """

    session: str
    compartment: str
    deposit: str
    size: str
    group: str


@dataclass(frozen=True, slots=True)
class CompartmentLeftEmpty(Event):
    """The loader closed an empty compartment and said that the envelope did not go in. Nobody looked again."""

    compartment: str
    by: str


@dataclass(frozen=True, slots=True)
class SwapBegun(Event):
    """An envelope was scanned at a door that was opened for its old document: closing the door books it."""

    session: str
    compartment: str
    deposit: str


@dataclass(frozen=True, slots=True)
class OldDocumentTaken(Event):
    compartment: str
    by: str


@dataclass(frozen=True, slots=True)
class OldDocumentMissing(Event):
    """Its holder said that it was put in, and it is not there."""

    compartment: str
    by: str
