"""What the staff page at the box shows."""

from __future__ import annotations

import msgspec

from controller.api.views.front import CompartmentView
from controller.api.views.help import HelpCallView, OutageView
from controller.api.views.office import TaskView


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
    where.
    """

    code: str
    compartment: str = ""
    order: str = ""
    tries_left: int = 0


class StaffView(msgspec.Struct, frozen=True):
    """What the staff page at the box shows now.

    ``page``: badge (show your badge), pin, load_ready, load_open, show_badge (an opening waits for its badge), report
    (what lies inside?), busy (a resident is served), out_of_order.

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
    front: tuple[CompartmentView, ...] = ()
    simulated: bool = False
    waiting: str = ""
    suspended: bool = False
    calls: tuple[HelpCallView, ...] = ()
    outage: OutageView | None = None
    tasks: tuple[TaskView, ...] = ()
