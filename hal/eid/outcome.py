"""How a verification ends: four outcomes, each with a reason that is a stable code."""

from __future__ import annotations

from dataclasses import dataclass, field

from hal.wire.chip_reasons import Reason as Reason


@dataclass(frozen=True, slots=True)
class Verified:
    """A genuine, unrevoked, unexpired document that is no copy (or whose policy does not ask), read in this session.

    ``issuing_state`` is that of the document signer's certificate (ISO 3166-1 alpha-2 upper case, or ICAO's codes).
    ``verifiers``: HMAC-SHA-256 of its holder under the match key, 32 bytes each, one for each century that the birth
    date may lie in. ``excused``: what could not be proven and the policy does without (``clone_unprovable``,
    ``revocation_unknown``).
    """

    issuing_state: str
    verifiers: tuple[bytes, ...] = field(repr=False)
    excused: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """This document is not accepted; another one may be."""

    reason: Reason
    issuing_state: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """It did not come to a result; nothing speaks against the document. ``tries_left`` only for an eID-PIN."""

    reason: Reason
    tries_left: int = 0


@dataclass(frozen=True, slots=True)
class Unsupported:
    """This document or this box cannot do it; a person has to."""

    reason: Reason


Outcome = Verified | Refused | Retry | Unsupported


class NotAccepted(Exception):
    """Raised by a step of the procedure: the document is refused. The message is for engineers and holds no data."""

    def __init__(self, reason: Reason, message: str = "") -> None:
        super().__init__(f"{reason}: {message}" if message else str(reason))
        self.reason = reason


class NotPossible(NotAccepted):
    """Raised by a step of the procedure: unsupported here."""


class TryAgain(NotAccepted):
    """Raised by a step of the procedure: may be repeated at once."""
