"""The transient side of the front: what pages and buzzer say for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from controller.ports.chips import CardReaderState, ChipFront


class Tone(StrEnum):
    """What the buzzer or loudspeaker says."""

    ACCEPTED = "accepted"
    BOOKED = "booked"
    REFUSED = "refused"
    FULL = "full"
    REMINDER = "reminder"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a page says for a while: its key, what it needs to say it, and until when (monotonic ms)."""

    page: str
    until_mono_ms: int
    details: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShiftItem:
    """An order in a shift's report. ``what``: stored, recalled, handed_over_at_counter, or why it was put aside."""

    order: str
    compartment: str
    what: str


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """What was done between a login and a logout; whose they were is not in it."""

    ended_wall_ms: int
    until_mono_ms: int
    stored: tuple[ShiftItem, ...]
    taken: tuple[ShiftItem, ...]
    aside: tuple[ShiftItem, ...]


@dataclass(frozen=True, slots=True)
class FrontState:
    """What the pages need besides the folded state: transient, never in the log, gone with the process.

    ``language`` is the presented right's unless somebody has ``language_chosen``; while nobody is served a chosen one
    is lent until the instant beside it (0: not lent).
    ``kiosk_token`` and ``staff_token`` are what actions of the running session must carry. ``halted`` is why the box is
    out of order. ``comparing``: a second factor was counted and is not compared yet, so that nothing is wrong yet.
    ``numbers``: pickup numbers are in use here, so that the pages offer to type one. ``waiting``: a resident has
    ``knocked`` while staff are at work, or was told ``soon``, until the instant beside it. Until
    ``to_staff_until_mono_ms`` the screen is being handed over to staff who came back. ``shift`` is what the staff
    session that has just ended did. ``chip``: where the check of a resident's document stands, while one is under way.
    ``headphones``: ``in`` or ``out``; empty where no contact tells.
    """

    language: str = "de"
    language_chosen: bool = False
    language_until_mono_ms: int = 0
    notice: Notice | None = None
    staff_notice: Notice | None = None
    kiosk_token: str = field(default="", repr=False)
    staff_token: str = field(default="", repr=False)
    halted: str = ""
    comparing: bool = False
    numbers: bool = False
    waiting: str = ""
    waiting_until_mono_ms: int = 0
    to_staff_until_mono_ms: int = 0
    shift: ShiftReport | None = None
    chip: ChipFront | None = None
    card_readers: tuple[CardReaderState, ...] = ()
    headphones: str = ""
    devices: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    log_verified_seq: int = 0
    acknowledged_seq: int = 0
    last_hash: str = ""
