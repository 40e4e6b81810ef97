"""One view of every page, as the controller would give it."""

from __future__ import annotations

import msgspec

from controller.api import (
    CompartmentView,
    DeviceView,
    FaultView,
    KioskView,
    TechnicianView,
)

SESSION = "S-17"
#: 14 March 2026, 10:40 in the middle of Europe.
DAY = 1_773_481_200_000

_SIZES = (("S", 1350), ("S", 1150), ("M", 850), ("L", 450))
_STATES = {
    "A02": ("occupied", "closed", ()),
    "A04": ("occupied", "closed", ()),
    "A05": ("clarification", "closed", ("jam",)),
    "A06": ("returned", "closed", ()),
    "A08": ("presumed_empty", "closed", ()),
    "A09": ("unknown", "unknown", ()),
    "A11": ("out_of_service", "closed", ()),
    "A12": ("vacant", "open", ()),
}


def front(lit: str = "", states: bool = True) -> tuple[CompartmentView, ...]:
    """Twelve compartments in three columns."""
    compartments = []
    for index in range(12):
        label = f"A{index + 1:02d}"
        size, height = _SIZES[index % 4]
        state, door, reasons = _STATES.get(label, ("vacant", "closed", ())) if states else ("vacant", "closed", ())
        compartments.append(
            CompartmentView(
                label=label,
                column=index // 4 + 1,
                row=index % 4 + 1,
                size=size,
                height_mm=height,
                state=state,
                door=door,
                lit=label == lit,
                reasons=reasons,
            )
        )
    return tuple(compartments)


def _said(page: str, **fields: object) -> KioskView:
    """A page that only says something."""
    return msgspec.convert(
        {"revision": 1, "page": page, "ends_in_ms": 15_000, "actions": ("dismiss", "language"), **fields},
        type=KioskView,
    )


def _asked(page: str, *offered: str, **fields: object) -> KioskView:
    """A page of a session before the door. With nothing ``offered`` it waits for something that is laid or shown."""
    actions = (*offered, "more_time", "cancel", "language")
    view = {"revision": 1, "page": page, "session": SESSION, "ends_in_ms": 60_000, "warns_in_ms": 40_000}
    return msgspec.convert({**view, "actions": actions, **fields}, type=KioskView)


def _door(page: str, **fields: object) -> KioskView:
    view = KioskView(
        revision=1,
        page=page,
        session=SESSION,
        compartment="A07",
        number=1,
        total=1,
        actions=("language",),
        front=front("A07"),
    )
    return msgspec.structs.replace(view, **fields)


def _idle(page: str, **fields: object) -> KioskView:
    return msgspec.convert({"revision": 1, "page": page, "actions": ("language",), **fields}, type=KioskView)


_ALL = (
    _idle("start", actions=("number", "language")),
    _idle("scanner_down", actions=("number", "language")),
    _idle("closed", date_wall_ms=DAY),
    _idle("maintenance", date_wall_ms=DAY),
    _idle("staff_busy", actions=("knock", "language"), date_wall_ms=DAY),
    _door("unexpected_open", session=""),
    _idle("power_fail", actions=()),
    _idle("out_of_order", reference="K7-2290"),
    _said("scan_hint", actions=("number", "dismiss", "language")),
    _said("scan_hint_dark", actions=("number", "dismiss", "language")),
    _said("scan_hint_glare", actions=("number", "dismiss", "language")),
    _said("scan_hint_blurred", actions=("number", "dismiss", "language")),
    _said("scan_hint_small", actions=("number", "dismiss", "language")),
    _said("scan_hint_bent", actions=("number", "dismiss", "language")),
    _said("code_foreign", actions=("number", "dismiss", "language")),
    _said("code_unknown", actions=("number", "dismiss", "language")),
    _idle("slow_down", wait_s=8, ends_in_ms=8_000, actions=()),
    _said("not_yet"),
    _said("collected", date_wall_ms=DAY),
    _said("expired"),
    _said("other_site", place="Rathaus Nord, Lindenstraße 12, Erdgeschoss"),
    _said("counter"),
    _said("factor_blocked"),
    _said("factor_denied", actions=("number", "dismiss", "language")),
    _said("pin_letter_no"),
    _said("old_none_stop"),
    _said("ended", actions=("number", "dismiss", "language")),
    _said("interrupted", actions=("number", "dismiss", "language")),
    KioskView(revision=1, page="checking", session=SESSION),
    _asked("birth", "factor"),
    _asked("birth_wrong", "factor", tries_left=2),
    _asked("pin", "factor"),
    _asked("pin_wrong", "factor", tries_left=1),
    _asked("proxy", "factor"),
    _asked("proxy_wrong", "factor", tries_left=2),
    _asked("chip_place"),
    _asked("chip_can", "factor", "access"),
    _asked("chip_can_wrong", "factor", "access"),
    _asked("chip_mrz", "access"),
    msgspec.structs.replace(_asked("chip_reading"), actions=("language",), warns_in_ms=0),
    _asked("chip_removed"),
    _asked("chip_wrong", "staff_check", tries_left=2),
    _asked("chip_unsupported", "staff_check"),
    _asked("chip_expired", "staff_check"),
    _asked("eid_pin", "factor"),
    _asked("eid_wrong", "factor", tries_left=1),
    _said("eid_stop"),
    _said("eid_down"),
    _asked("staff_check", orders=("AUF-2026-004711", "AUF-2026-004712")),
    _asked("several", "declare", declaration="several", total=3),
    _asked("old_ask", "declare", declaration="old_documents"),
    _asked("old_none_allow", "declare", declaration="old_documents_none", date_wall_ms=DAY),
    _asked("pin_letter", "declare", declaration="pin_letter"),
    _door("opening"),
    _door("next", number=2, total=3),
    _door("stuck_retry"),
    _door("stuck", reference="K7-2291", ends_in_ms=12_000),
    _door("stuck_staffed", reference="K7-2291"),
    _door("stuck_unstaffed", reference="K7-2291"),
    _door("take"),
    _door("take_return", number=1, total=2),
    _door("close"),
    _door("close_alarm"),
    _door("confirm", ends_in_ms=45_000, warns_in_ms=25_000, actions=("confirm", "open_again", "more_time", "language")),
    _door(
        "not_taken", ends_in_ms=45_000, warns_in_ms=25_000, actions=("confirm", "open_again", "more_time", "language")
    ),
    _door("problem_foreign"),
    _said("problem_error"),
    _said("problem_reported", reference="K7-2292"),
    _said("done", ends_in_ms=10_000),
)
#: On every other page help can be called; one state of a call each stands on the pages that have the least room.
_CALLS = {
    "birth_wrong": "pending",
    "stuck_unstaffed": "unstaffed",
    "start": "acknowledged",
    "old_none_allow": "unstaffed",
}
_NO_HELP = {"out_of_order", "power_fail"}


def _with_help(view: KioskView) -> KioskView:
    state = "" if view.page in _NO_HELP else _CALLS.get(view.page, "offered")
    reference = "K7-2293" if view.page in _CALLS else ""
    return msgspec.structs.replace(view, simulated=True, help=state, help_reference=reference)


KIOSK: dict[str, KioskView] = {view.page: _with_help(view) for view in _ALL}


def kiosk(page: str, language: str = "de", **fields: object) -> KioskView:
    """The view of ``page``, changed."""
    return msgspec.structs.replace(KIOSK[page], language=language, **fields)


TECHNICIAN = TechnicianView(
    revision=1,
    box="abholfach-musterstadt-1",
    light="yellow",
    software="0.1.0",
    kind="simulated",
    boot="6f1c2a7e",
    starts=4,
    clock_trusted=False,
    wall_ms=DAY,
    faults=(FaultView("jam", "A05", DAY - 7_200_000), FaultView("clock_untrusted", "", DAY - 900_000)),
    devices=(
        DeviceView("locks", "ok", "12 Schlösser"),
        DeviceView("doors", "fault", "A09 nicht lesbar"),
        DeviceView("reader-qr", "unknown"),
    ),
    front=front(),
    log_seq=4711,
    log_hash="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    log_verified_seq=4700,
    central_acknowledged_seq=4690,
    lease="staff",
)
