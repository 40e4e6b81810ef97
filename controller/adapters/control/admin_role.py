"""The ``admin`` socket: what the administrator's command line may ask. It opens nothing either."""

from __future__ import annotations

from collections.abc import Mapping

from controller import api
from controller.adapters.control.board import ViewBoard
from controller.adapters.control.pages_common import answer
from controller.adapters.control.pages_technician import make_bundle
from controller.adapters.control.server import Handler, RequestError, method
from controller.domain import commands as cmd
from controller.ports import LogError, OfficeDesk, Operations, OutOfOrder, TechnicianDesk

ARGON2ID = "$argon2id$"


class AdminRole:
    """Methods of ``abholfach`` and ``abholfach-provision``. One event loop."""

    def __init__(
        self,
        operations: Operations,
        board: ViewBoard,
        office: OfficeDesk | None = None,
        technician: TechnicianDesk | None = None,
    ) -> None:
        """Without ``office`` and ``technician`` the box is out of order."""
        self._technician = technician
        self._office = office
        self._operations = operations
        self._board = board

    def methods(self) -> Mapping[str, Handler]:
        return dict(
            (
                method(api.GetStatus, self._status),
                method(api.RegisterStaff, self._register),
                method(api.UnlockStaff, self._unlock),
                method(api.SetOfficePassword, self._set_office_password),
                method(api.AdminNoteIssued, self._note_issued),
                method(api.AdminNoteCost, self._note_cost),
                method(api.VerifyLog, self._verify),
                method(api.AdminBundle, self._bundle),
            )
        )

    async def _status(self, request: api.GetStatus) -> api.TechnicianView:
        return self._board.technician()

    async def _register(self, request: api.RegisterStaff) -> api.Nothing:
        try:
            digest = bytes.fromhex(request.badge_sha256)
        except ValueError:
            digest = b""
        if len(digest) != 32 or not request.pin_hash.startswith(ARGON2ID) or not request.staff:
            raise RequestError(
                api.INVALID_PARAMS,
                "a staff id, a SHA-256 in hex and an argon2id hash are needed",
                reason="invalid_params",
            )
        return answer(await self._operations.register_staff(request.staff, request.roles, digest, request.pin_hash))

    async def _unlock(self, request: api.UnlockStaff) -> api.Nothing:
        return answer(await self._operations.carry_out(cmd.UnlockStaff(request.staff, "admin")))

    async def _note_issued(self, request: api.AdminNoteIssued) -> api.Nothing:
        command = cmd.NoteDocumentsIssued("", "admin", request.month, request.count)
        return answer(await self._operations.carry_out(command))

    async def _note_cost(self, request: api.AdminNoteCost) -> api.Nothing:
        return answer(await self._operations.carry_out(cmd.NoteRunningCost("", "admin", request.month, request.cents)))

    async def _set_office_password(self, request: api.SetOfficePassword) -> api.Nothing:
        if not request.password_hash.startswith(ARGON2ID):
            raise RequestError(api.INVALID_PARAMS, "an argon2id hash is needed", reason="invalid_params")
        if self._office is None:
            raise OutOfOrder(self._operations.front().halted or "out_of_order")
        return answer(await self._office.set_password(request.staff, request.password_hash))

    async def _verify(self, request: api.VerifyLog) -> api.LogPosition:
        try:
            seq, digest = await self._operations.verify_log()
        except LogError as error:
            raise RequestError(api.REFUSED, str(error), reason=error.code, seq=error.seq) from error
        return api.LogPosition(seq, digest)

    async def _bundle(self, request: api.AdminBundle) -> api.Bundle:
        if self._technician is None:
            raise OutOfOrder(self._operations.front().halted or "out_of_order")
        return await make_bundle(self._technician, self._board)
