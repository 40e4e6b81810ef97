"""What the staff page at the box shows."""

from __future__ import annotations

import msgspec

from controller.api.views.help import HelpCallView, OutageView
from controller.api.views.office import TaskView
from controller.api.views.staff_work import RoundView, ShiftView, WorkCounts


class LoadingQuestion(msgspec.Struct, frozen=True):
    """After an interrupted loading: is the envelope of ``order`` in ``compartment``?"""

    deposit: str
    order: str
    compartment: str


class DoubtfulCompartment(msgspec.Struct, frozen=True):
    """A compartment under clarification, with what is known of it."""

    label: str
    reasons: tuple[str, ...]
    orders: tuple[str, ...]
    contents: str
    door: str


class StaffNotice(msgspec.Struct, frozen=True):
    """The last thing that happened at the front, for the staff page: ``code`` (load_booked, load_unknown, …) and
    where. ``place`` is another site's name, for what belongs there. ``news``, of what was booked: ``sent`` (its holder
    is written to now), ``waits`` (for the other envelopes of the same code), ``nobody`` (the box stands alone).
    """

    code: str
    compartment: str = ""
    order: str = ""
    tries_left: int = 0
    place: str = ""
    news: str = ""


class StaffView(msgspec.Struct, frozen=True):
    """What the staff page at the box shows now.

    ``page``: badge (show your badge), pin, locked (this badge is), load_ready, load_open, load_swap (old document out,
    envelope in), show_badge (an opening waits for its badge), four_eyes (for the second one), open, report (what lies
    inside?), scan_out (scan the envelope that was taken), round (a walk waits for somebody to go on), load_end (the
    shift's report), busy (a resident is served), out_of_order.

    ``compartment``, ``purpose`` and ``reason`` are those of the opening that is asked for or under way, ``orders`` of
    the envelope it is about (or of those inside), ``booked`` is what the books say lies
    there: envelope, old_document, empty, or nothing certain. ``undo`` is the compartment of the last booking as long
    as it can be undone. ``front_revision``: compartments are asked for apart (`GetFront`), only those that changed.
    ``ends_in_ms`` is how long the session still lasts when nobody does anything, ``warns_in_ms`` when to say so.

    ``calls`` are the calls for help that stand; ``outage`` is set while the box is reported out of order (the
    residents' page then says so, and nothing opens for them). Both are shown to whoever is logged in.

    ``waiting``: ``knocked`` when a resident wants to collect and has not been answered, ``soon`` when they were told to
    wait a little, else empty. ``suspended``: this front was lent to a resident, and the badge of whoever lent it is all
    that is needed to go on. ``tasks`` are what the office wants done here: each by requesting its opening and a badge.
    """

    revision: int
    page: str
    session: str = ""
    staff: str = ""
    roles: tuple[str, ...] = ()
    compartment: str = ""
    purpose: str = ""
    reason: str = ""
    badges_needed: int = 0
    badges_seen: int = 0
    look_inside: bool = False
    notice: StaffNotice | None = None
    questions: tuple[LoadingQuestion, ...] = ()
    doubtful: tuple[DoubtfulCompartment, ...] = ()
    expected: int = 0
    occupied: int = 0
    vacant: int = 0
    stored_now: int = 0
    front_revision: int = 0
    simulated: bool = False
    waiting: str = ""
    suspended: bool = False
    calls: tuple[HelpCallView, ...] = ()
    outage: OutageView | None = None
    tasks: tuple[TaskView, ...] = ()
    round: RoundView | None = None
    counts: WorkCounts = WorkCounts()
    orders: tuple[str, ...] = ()
    booked: str = ""
    undo: str = ""
    missing: tuple[str, ...] = ()
    shift: ShiftView | None = None
    ends_in_ms: int = 0
    warns_in_ms: int = 0
