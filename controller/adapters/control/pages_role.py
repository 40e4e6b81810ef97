"""The ``ui`` socket: what the pages may ask, area by area."""

from __future__ import annotations

from collections.abc import Mapping

from controller import api
from controller.adapters.control.board import ViewBoard
from controller.adapters.control.pages_common import Sessions
from controller.adapters.control.pages_help import HelpMethods
from controller.adapters.control.pages_office import OfficeMethods
from controller.adapters.control.pages_report import Reporting, ReportMethods
from controller.adapters.control.pages_residents import ResidentMethods
from controller.adapters.control.pages_screen import ScreenMethods
from controller.adapters.control.pages_staff import StaffMethods
from controller.adapters.control.pages_staff_work import StaffWorkMethods
from controller.adapters.control.pages_technician import TechnicianMethods
from controller.adapters.control.pages_waiting import WaitingMethods
from controller.adapters.control.server import Handler, method
from controller.ports import OfficeDesk, Operations, TechnicianDesk


class PagesRole:
    """Methods of the pages. One event loop."""

    def __init__(
        self,
        operations: Operations,
        board: ViewBoard,
        languages: frozenset[str],
        reporting: Reporting | None = None,
        office: OfficeDesk | None = None,
        technician: TechnicianDesk | None = None,
    ) -> None:
        self._board = board
        sessions = Sessions(operations, board)
        self._residents = ResidentMethods(operations, sessions, languages)
        self._staff = StaffMethods(operations, sessions)
        self._staff_work = StaffWorkMethods(operations, sessions, board)
        self._waiting = WaitingMethods(operations, sessions)
        self._screen = ScreenMethods(operations, board)
        self._help = HelpMethods(operations, sessions)
        self._office = OfficeMethods(operations, office, languages)
        self._technician = TechnicianMethods(operations, sessions, board, technician, office, languages)
        self._report = ReportMethods(operations, sessions, reporting, office)

    def methods(self) -> Mapping[str, Handler]:
        views = dict(
            (
                method(api.GetKiosk, self._get_kiosk),
                method(api.GetStaff, self._get_staff),
                method(api.GetTechnician, self._get_technician),
            )
        )
        return {
            **views,
            **self._residents.methods(),
            **self._staff.methods(),
            **self._staff_work.methods(),
            **self._waiting.methods(),
            **self._screen.methods(),
            **self._help.methods(),
            **self._office.methods(),
            **self._report.methods(),
            **self._technician.methods(),
        }

    async def _get_kiosk(self, request: api.GetKiosk) -> api.KioskView:
        return self._board.kiosk()

    async def _get_staff(self, request: api.GetStaff) -> api.StaffView:
        return self._board.staff()

    async def _get_technician(self, request: api.GetTechnician) -> api.TechnicianView:
        return self._board.technician()
