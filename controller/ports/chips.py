"""The card reader: what it is asked, what it answers, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CardReaderReport:
    """What a card reader's process says of itself. ``state`` is ok, starting, no_reader or no_card_stack; ``card``:
    something lies in the field; ``trust_anchors``: how many pinned certificates are loaded; ``factors`` (emrtd, eid)
    are those it can verify.
    """

    source: str
    state: str
    card: bool
    trust_anchors: int
    factors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChipQuestion:
    """Verify whatever document lies there. ``key`` (32 bytes) is the match key of one right and one credential;
    ``access`` what opens the chip, of the kind ``access_kind`` (can, mrz, pin). Neither is in any ``repr``.
    ``deadline_mono_ms`` is when the answer is of no use any more, ``wall_ms`` the trusted time of the check.
    """

    challenge: str
    factor: str
    key: bytes = field(repr=False)
    access_kind: str
    access: str = field(repr=False)
    deadline_mono_ms: int
    wall_ms: int
    clone_proof: bool
    revocation: bool


@dataclass(frozen=True, slots=True)
class ChipReply:
    """The answer to the question with this ``challenge``. ``verifiers`` are 32 bytes each, only when verified; so is
    ``excused``: what could not be proven and the policy does without (``clone_unprovable``, ``revocation_unknown``).
    """

    challenge: str
    outcome: str
    reason: str = ""
    issuing_state: str = ""
    verifiers: tuple[bytes, ...] = field(default=(), repr=False)
    tries_left: int = 0
    excused: tuple[str, ...] = ()


class CardReaderLine(Protocol):
    """The line to the card readers' processes. Called on the controller's event loop."""

    def ask(self, source: str, question: ChipQuestion) -> bool:
        """Sends the question; False when that reader is not there any more."""
        ...

    def cancel(self, source: str, challenge: str) -> None:
        """The session has ended, or the answer came too late: the reader forgets the question."""
        ...


@dataclass(frozen=True, slots=True)
class ChipFront:
    """Where a check of a document stands, for the residents' page: transient, never in the log. ``tries_left`` is that
    of an eID-PIN.

    ``stage``: place, can, can_wrong, mrz, reading, removed, wrong, unsupported, expired, pin or pin_wrong.
    ``photo_page``: a camera is there that can read one.
    """

    stage: str
    tries_left: int = 0
    photo_page: bool = False


@dataclass(frozen=True, slots=True)
class CardReaderState:
    """What a technician sees of a card reader: its last words, and how its last answer ended."""

    report: CardReaderReport
    alive: bool = True
    outcome: str = ""
    reason: str = ""
    issuing_state: str = ""
    answered_wall_ms: int = 0
