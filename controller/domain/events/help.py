"""Calls for help, from the button or by the box itself."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class HelpCalled(Event):
    """Somebody needs a person at the box.

    ``reference`` is what is said on the telephone; ``reason``: ``resident`` (the button), ``jam``, ``left_open`` or
    ``check`` (a document is to be looked at); ``compartment`` and ``session`` may be empty; ``staffed``: ``yes``,
    ``no`` or ``unknown`` at that moment.
    """

    call: str
    reference: str
    reason: str
    compartment: str
    session: str
    staffed: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class HelpAcknowledged(Event):
    """Somebody has said that they are coming."""

    call: str
    by: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class HelpEnded(Event):
    """``outcome``: ``staff`` (answered), ``time`` (nobody came), ``next_session`` (people go on by themselves) or
    ``resolved`` (the door closed, the compartment was cleared, the document was looked at). ``by`` is empty but for
    ``staff``.
    """

    call: str
    by: str
    outcome: str
