"""Numbers the views: a revision for each page, raised when what a person sees has changed, and only then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import msgspec

from controller.adapters.control.front_plan import FrontLedger
from controller.adapters.control.kiosk_view import Shown, kiosk_view
from controller.adapters.control.staff_view import StaffShown, staff_view
from controller.adapters.control.technician_view import technician_view
from controller.api import FrontView, KioskView, StaffView, TechnicianView, ViewChanged
from controller.ports import Operations, TechnicianDesk

#: The technician's numbers change with every event; more often than this (s) nobody can read them.
TECHNICIAN_PAUSE_S = 0.5


class ViewBoard:
    """Holds the last of each view. One event loop."""

    def __init__(
        self,
        operations: Operations,
        software: str,
        announce: Callable[[ViewChanged], None],
        technician: TechnicianDesk | None = None,
        languages: frozenset[str] = frozenset(),
    ) -> None:
        """``languages`` are those that the box knows. Without ``technician`` it is out of order."""
        self._operations = operations
        self._desk = technician
        self._languages = tuple(sorted(languages, key=lambda tag: (tag != "de", tag)))
        self._software = software
        self._announce = announce
        self._revisions = {"kiosk": 1, "staff": 1, "technician": 1}
        self._front = FrontLedger()
        self._kiosk = self._make_kiosk()
        self._staff = self._make_staff()
        self._technician = self._make_technician()
        self._technician_timer: asyncio.TimerHandle | None = None
        operations.on_change(self.refresh)
        if technician is not None:
            technician.on_change(self._refresh_technician)

    def _make_kiosk(self) -> Shown:
        shown = kiosk_view(self._operations.box(), self._operations.front(), self._operations.now())
        offered = self._operations.box().languages
        if not offered:
            return shown
        # A right may carry a language that was switched off since: German binds.
        language = shown.view.language if shown.view.language in offered else "de"
        return replace(shown, view=msgspec.structs.replace(shown.view, languages=offered, language=language))

    def _make_staff(self) -> StaffShown:
        box = self._operations.box()
        # Before a login nothing of the contents is shown: then nobody needs the plan either.
        revision = self._front.follow(box) if box.staff_session is not None else 0
        return staff_view(box, self._operations.front(), self._operations.now(), revision)

    def refresh(self) -> None:
        """Something may have changed."""
        kiosk = self._make_kiosk()
        if _timeless(kiosk) != _timeless(self._kiosk):
            self._kiosk = kiosk
            self._raise("kiosk")
        staff = self._make_staff()
        if staff.timeless() != self._staff.timeless():
            self._staff = staff
            self._raise("staff")
        self._refresh_technician()

    def _refresh_technician(self) -> None:
        if self._technician_timer is None:
            loop = asyncio.get_running_loop()
            self._technician_timer = loop.call_later(TECHNICIAN_PAUSE_S, self._technician_due)

    def _technician_due(self) -> None:
        self._technician_timer = None
        technician = self._make_technician()
        # The time alone is no reason to draw anything anew.
        if technician != msgspec.structs.replace(self._technician, wall_ms=technician.wall_ms):
            self._technician = technician
            self._raise("technician")

    def _make_technician(self) -> TechnicianView:
        return technician_view(
            self._operations.box(),
            self._operations.front(),
            self._operations.now(),
            self._software,
            self._desk.look() if self._desk is not None else None,
            self._languages,
            self._operations.scan_mode(),
            self._desk.cabinet if self._desk is not None else None,
        )

    def _raise(self, view: str) -> None:
        self._revisions[view] += 1
        self._announce(ViewChanged(view, self._revisions[view]))

    def revision(self, view: str) -> int:
        return self._revisions[view]

    def kiosk(self) -> KioskView:
        self.refresh()
        return msgspec.structs.replace(self._make_kiosk().view, revision=self._revisions["kiosk"])

    def staff(self) -> StaffView:
        self.refresh()
        return msgspec.structs.replace(self._make_staff().view, revision=self._revisions["staff"])

    def front_since(self, revision: int) -> FrontView:
        """The compartments that changed after ``revision`` of the plan (0: all)."""
        self._front.follow(self._operations.box())
        return self._front.since(revision)

    def technician(self) -> TechnicianView:
        return msgspec.structs.replace(self._make_technician(), revision=self._revisions["technician"])

    def all(self) -> tuple[ViewChanged, ...]:
        """For a page that has just connected."""
        return tuple(ViewChanged(view, revision) for view, revision in self._revisions.items())


def _timeless(shown: Shown) -> tuple[KioskView, int]:
    return msgspec.structs.replace(shown.view, ends_in_ms=0, warns_in_ms=0, wait_s=0), shown.ends_mono_ms
