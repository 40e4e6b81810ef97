"""Views of the technician's page, as the controller would give them: a box of twelve with troubles, and one of 608."""

from __future__ import annotations

import math

import msgspec

from controller.api import (
    CardReaderView,
    ChainCheckView,
    CompartmentView,
    DeviceView,
    EventLine,
    EventPage,
    InputView,
    LinkView,
    LockTestView,
    OfferedLanguage,
    ReaderView,
    SelfTestView,
    StaffView,
    TechnicianView,
    TrendView,
)
from kiosk_ui.languages import available
from tests.e2e.pages import views

NOW = views.DAY
MINUTE = 60_000
QUARTER = 15 * MINUTE
HOUR = 60 * MINUTE


def _trends() -> tuple[TrendView, ...]:
    waves = [math.sin(index / 8) for index in range(96)]
    return (
        TrendView("opening_ms", "ms", HOUR, tuple(310 + 14 * hour if 6 < hour < 20 else None for hour in range(24))),
        TrendView("pickups", "count", HOUR, tuple(max(0, 9 - abs(13 - hour)) for hour in range(24))),
        TrendView("temperature", "m°C", QUARTER, tuple(int(52_000 + 4_000 * wave) for wave in waves)),
        TrendView("disk_free", "byte", QUARTER, tuple(21_000_000_000 - index * 800_000 for index in range(96))),
        TrendView("memory_available", "byte", QUARTER, tuple(int(9e8 + 4e7 * wave) for wave in waves)),
        TrendView("frame_rate", "tenths", QUARTER, tuple(148 if index % 30 else None for index in range(96))),
        TrendView("not_acknowledged", "entries", QUARTER, tuple(40 if 50 < index < 60 else 0 for index in range(96))),
    )


def _input(place: CompartmentView) -> InputView:
    blocked = "" if place.state == "vacant" and place.door == "closed" else "not_empty"
    if place.state == "vacant" and place.door != "closed":
        blocked = "door_not_closed"
    lock = "fault" if place.state == "out_of_service" else "ready"
    return InputView(place.label, place.door, NOW - 40 * MINUTE, 6, "no_sensor", lock, blocked)


BOX = msgspec.structs.replace(
    views.TECHNICIAN,
    devices=(
        DeviceView("scanner front", "ok", "ok"),
        DeviceView("card reader desk", "fault", "no_card_stack"),
        DeviceView("central system", "ok", ""),
        DeviceView("locks", "fault", "A07"),
        DeviceView("contacts", "fault", "A09"),
        DeviceView("clock", "fault"),
        DeviceView("disk", "ok", value=21_000_000_000),
        DeviceView("temperature", "ok", value=53_200),
        DeviceView("memory", "ok", value=912_000_000),
        DeviceView("certificate", "fault", value=NOW + 20 * 86_400_000),
    ),
    inputs=tuple(_input(place) for place in views.TECHNICIAN.front),
    readers=(ReaderView("front", "ok", 128_411, 63, 148, "dark", "glare", NOW - HOUR, {"too_dark": 3, "glare": 1}),),
    card_readers=(
        CardReaderView(
            "desk", "no_card_stack", False, 601, ("emrtd",), "refused", "document_signer_revoked", "UTO", NOW - HOUR
        ),
    ),
    tests=(LockTestView("A01", "opened", 318, 1, NOW - HOUR), LockTestView("A05", "failed", 0, 3, NOW - HOUR)),
    self_test=SelfTestView(
        "done",
        2,
        2,
        "",
        "",
        (LockTestView("A01", "opened", 318, 1, NOW - HOUR), LockTestView("A05", "failed", 0, 3, NOW - HOUR)),
    ),
    trends=_trends(),
    chain=ChainCheckView("whole", 4700, 4700),
    link=LinkView("connected", "", NOW - 4_000, tls=True),
    languages=tuple(OfferedLanguage(tag, tag != "ti") for tag in available()),
    log_level="info",
    scan_mode="LOADING",
    lease="technician",
)

STAFF = StaffView(revision=5, page="load_ready", session="T-1", staff="tom", roles=("technician",), simulated=True)
NOBODY = StaffView(revision=6, page="badge")

RUNNING = msgspec.structs.replace(
    BOX,
    self_test=SelfTestView("running", 5, 2, "A03", "close", BOX.tests),
)

EVENTS = EventPage(
    tuple(
        EventLine(
            4711 - number,
            NOW - number * MINUTE,
            number % 9 != 0,
            ("DoorClosed", "DoorOpened", "UnlockAuthorised", "FaultRaised")[number % 4],
            ("doors", "doors", "doors", "box")[number % 4],
            f"A{number % 12 + 1:02}",
            'purpose=test attempt=1 door_before=closed badges=["tom"] deadline_mono_ms=81230021',
        )
        for number in range(50)
    ),
    4662,
    50,
)


def large(columns: int = 38, rows: int = 16) -> TechnicianView:
    """A cabinet of 608."""
    front = tuple(
        CompartmentView(
            label=f"{chr(65 + column % 26)}{column // 26}{row:02}",
            column=column,
            row=row,
            size="S",
            height_mm=100 * row,
            state="vacant" if row % 3 else "occupied",
            door="open" if (column, row) == (20, 4) else "closed",
        )
        for column in range(columns)
        for row in range(1, rows + 1)
    )
    return msgspec.structs.replace(BOX, front=front, inputs=tuple(_input(place) for place in front))
