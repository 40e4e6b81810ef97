"""What the office pages can ask of the box: implements `controller.ports.OfficeDesk`. Nothing of it opens a door."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from controller.domain.commands import Command
from controller.domain.decision import Refusal
from controller.ports import (
    EnvelopeResult,
    HandoverProof,
    HolderTold,
    ImportOutcome,
    ImportPlan,
    NewCode,
    OfficeMember,
    OrderInput,
    OutOfOrder,
)
from controller.services.actor import Actor
from controller.services.office_proof import OfficeProof
from controller.services.office_results import OfficeResults
from controller.services.office_sessions import OfficeSessions, session_key
from controller.services.refusals import RefusalLedger
from controller.services.standalone import Standalone


class Office:
    """One event loop. Refuses to begin anything new while the disk is too full."""

    def __init__(
        self,
        actor: Actor,
        refusals: RefusalLedger,
        sessions: OfficeSessions,
        orders: Standalone,
        results: OfficeResults,
        proof: OfficeProof,
        *,
        standalone: bool,
        disk_refuses: Callable[[], bool],
        acknowledged_seq: Callable[[], int],
    ) -> None:
        """``acknowledged_seq`` is how far the central system has the log; asked only where there is one."""
        self._actor = actor
        self._refusals = refusals
        self._sessions = sessions
        self._orders = orders
        self._results = results
        self._proof = proof
        self._standalone = standalone
        self._disk_refuses = disk_refuses
        self._acknowledged_seq = acknowledged_seq
        sessions.on_end(orders.forget)

    @property
    def standalone(self) -> bool:
        return self._standalone

    def _refuse_if_halted(self) -> None:
        if self._actor.halted:
            raise OutOfOrder(self._actor.halted)

    async def log_in(self, staff: str, password: str) -> str | Refusal:
        self._refuse_if_halted()
        return await self._sessions.log_in(staff, password)

    def member(self, token: str, *, by_a_person: bool = True) -> OfficeMember | None:
        return self._sessions.member(token, by_a_person=by_a_person)

    def log_out(self, token: str) -> None:
        self._sessions.log_out(token)

    async def set_password(self, staff: str, password_hash: str) -> Refusal | None:
        self._refuse_if_halted()
        return await self._sessions.set_password(staff, password_hash)

    async def carry_out(self, command: Command) -> Refusal | None:
        outcome = await self._actor.submit(command)
        return self._noted(outcome.decision.refusal)

    def _noted(self, refusal: Refusal | None) -> Refusal | None:
        if refusal is not None:
            self._refusals.note(refusal.code)
        return refusal

    def confirmed(self, seq: int) -> bool:
        return self._standalone or seq <= self._acknowledged_seq()

    def _may_begin(self) -> Refusal | None:
        """Orders and codes belong to the central system where there is one, and need room on the disk."""
        self._refuse_if_halted()
        if not self._standalone:
            return self._noted(Refusal("belongs_to_central"))
        return self._noted(Refusal("disk_full")) if self._disk_refuses() else None

    async def reissue(self, deposit: str, holder: HolderTold, by: str) -> NewCode | Refusal:
        return self._may_begin() or self._told(await self._orders.reissue(deposit, holder, by))

    async def issue_proxy(self, deposit: str, by: str) -> NewCode | Refusal:
        return self._may_begin() or self._told(await self._orders.issue_proxy(deposit, by))

    async def revoke_proxies(self, deposit: str, by: str) -> Refusal | None:
        return self._may_begin() or self._noted(await self._orders.revoke_proxies(deposit))

    async def extend(self, deposit: str, until_wall_ms: int, by: str) -> Refusal | None:
        return self._may_begin() or self._noted(await self._orders.extend(deposit, until_wall_ms, by))

    async def add_order(self, order: OrderInput, by: str) -> NewCode | Refusal:
        return self._may_begin() or self._told(await self._orders.add(order))

    async def cancel_order(self, deposit: str, by: str) -> Refusal | None:
        return self._may_begin() or self._noted(await self._orders.cancel(deposit))

    def _told(self, made: NewCode | Refusal) -> NewCode | Refusal:
        if isinstance(made, Refusal):
            self._refusals.note(made.code)
        return made

    def preview_import(self, token: str, orders: Sequence[OrderInput]) -> ImportPlan | Refusal:
        return self._may_begin() or self._orders.preview(session_key(token), orders)

    async def apply_import(self, token: str, preview: str, by: str) -> ImportOutcome | Refusal:
        return self._may_begin() or await self._orders.apply(session_key(token), preview, by)

    async def results(self, after_seq: int) -> tuple[Sequence[EnvelopeResult], int]:
        self._refuse_if_halted()
        return await self._results.after(after_seq)

    async def proof(self, order: str) -> HandoverProof | None:
        self._refuse_if_halted()
        return await self._proof.of(order)
