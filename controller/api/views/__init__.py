"""What the controller answers: views of its state, made for people to look at."""

from __future__ import annotations

from controller.api.views.front import (
    CompartmentView,
)
from controller.api.views.kiosk import (
    KioskView,
)
from controller.api.views.report import (
    Downtime,
    MonthFigures,
    ReportView,
    Spread,
    TrendMonth,
    UseShown,
)
from controller.api.views.staff import (
    DoubtfulCompartment,
    LoadingQuestion,
    StaffNotice,
    StaffView,
)
from controller.api.views.technician import (
    DeviceView,
    FaultView,
    LogPosition,
    TechnicianView,
)

__all__ = [
    "CompartmentView",
    "DeviceView",
    "DoubtfulCompartment",
    "Downtime",
    "FaultView",
    "KioskView",
    "LoadingQuestion",
    "LogPosition",
    "MonthFigures",
    "ReportView",
    "Spread",
    "StaffNotice",
    "StaffView",
    "TechnicianView",
    "TrendMonth",
    "UseShown",
]
