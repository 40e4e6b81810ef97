"""What the controller answers: views of its state, made for people to look at."""

from __future__ import annotations

from controller.api.views.front import (
    CompartmentView,
)
from controller.api.views.kiosk import (
    KioskView,
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
    "FaultView",
    "KioskView",
    "LoadingQuestion",
    "LogPosition",
    "StaffNotice",
    "StaffView",
    "TechnicianView",
]
