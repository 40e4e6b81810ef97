"""What is asked from the office. Every request is looked up anew: whose token, which roles now. Nothing opens a
door.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from controller import api
from controller.adapters.control import office_view as views
from controller.adapters.control.office_roles import ALLOWED
from controller.adapters.control.pages_common import answer
from controller.adapters.control.server import Handler, RequestError, method
from controller.domain import commands as cmd
from controller.domain.decision import Refusal
from controller.domain.model import Box, Deposit
from controller.domain.words import is_order
from controller.ports import HolderTold, NewCode, OfficeDesk, OfficeMember, Operations, OrderInput, OutOfOrder

LEAST_SEARCHED = 3
MOST_FOUND = 50
LONGEST_OUTLOOK_DAYS = 366
MOST_ROWS = 200

AskedT = TypeVar("AskedT", bound=api.OfficeRequest[Any])
Work = Callable[[AskedT, OfficeMember], Awaitable[object]]


class OfficeMethods:
    """Methods of the office pages. One event loop. Without ``desk`` the box is out of order, and says so."""

    def __init__(self, operations: Operations, desk: OfficeDesk | None, languages: frozenset[str]) -> None:
        self._operations = operations
        self._maybe_desk = desk
        self._languages = languages

    def methods(self) -> Mapping[str, Handler]:
        rows: tuple[tuple[type[api.OfficeRequest[Any]], Work[Any]], ...] = (
            (api.OfficeLogout, self._log_out),
            (api.GetOffice, self._view),
            (api.SearchOrders, self._search),
            (api.GetOrder, self._order),
            (api.ListExpiring, self._expiring),
            (api.ListInside, self._inside),
            (api.ListResults, self._results),
            (api.GetProof, self._proof),
            (api.QueueTask, self._queue_task),
            (api.DropTask, self._drop_task),
            (api.HoldOrder, self._hold),
            (api.ReleaseOrder, self._release),
            (api.ReissueCode, self._reissue),
            (api.IssueProxy, self._issue_proxy),
            (api.RevokeProxies, self._revoke_proxies),
            (api.ExtendPeriod, self._extend),
            (api.OfficeReportOutage, self._report_outage),
            (api.OfficeEndOutage, self._end_outage),
            (api.OfficeAcknowledgeHelp, self._acknowledge_help),
            (api.OfficeEndHelp, self._end_help),
            (api.AddOrder, self._add_order),
            (api.CancelOrder, self._cancel_order),
            (api.PreviewImport, self._preview_import),
            (api.ApplyImport, self._apply_import),
        )
        return dict([method(api.OfficeLogin, self._log_in), *(method(kind, self._asked(work)) for kind, work in rows)])

    @property
    def _desk(self) -> OfficeDesk:
        if self._maybe_desk is None:
            raise OutOfOrder(self._operations.front().halted or "out_of_order")
        return self._maybe_desk

    def _asked(self, work: Work[Any]) -> Callable[[api.OfficeRequest[Any]], Awaitable[object]]:
        """``work`` with the member whose token it is, if they may. Raises `RequestError`."""

        async def handle(request: api.OfficeRequest[Any]) -> object:
            by_a_person = not (isinstance(request, api.GetOffice) and request.idle)
            member = self._desk.member(request.token, by_a_person=by_a_person)
            if member is None:
                raise RequestError(api.REFUSED, "the session is over", reason="office_session_over")
            if not ALLOWED.get(type(request), frozenset()) & set(member.roles):
                raise RequestError(api.REFUSED, "not with these roles", reason="role_missing")
            return await work(request, member)

        return handle

    def _deposit(self, name: str) -> tuple[Box, Deposit]:
        box = self._operations.box()
        deposit = box.deposits.get(name)
        if deposit is None:
            raise RequestError(api.REFUSED, "no such envelope", reason="deposit_unknown")
        return box, deposit

    # --- coming and going ---------------------------------------------------------------------------------------------

    async def _log_in(self, request: api.OfficeLogin) -> api.OfficeToken:
        begun = await self._desk.log_in(request.staff, request.password)
        if isinstance(begun, Refusal):
            raise _refused(begun)
        member = self._desk.member(begun)
        if member is None:
            raise RequestError(api.REFUSED, "the session is over", reason="office_session_over")
        return api.OfficeToken(begun, member.staff, tuple(role.value for role in member.roles))

    async def _log_out(self, request: api.OfficeLogout, member: OfficeMember) -> api.Nothing:
        self._desk.log_out(request.token)
        return api.Nothing()

    # --- looking ------------------------------------------------------------------------------------------------------

    async def _view(self, request: api.GetOffice, member: OfficeMember) -> api.OfficeView:
        at = self._operations
        return views.office_view(at.box(), at.front(), at.now(), member, self._desk.standalone, self._languages)

    async def _search(self, request: api.SearchOrders, member: OfficeMember) -> api.OrderList:
        if len(request.query.strip()) < LEAST_SEARCHED:
            raise RequestError(api.REFUSED, "too short", reason="search_too_short")
        box = self._operations.box()
        return views.order_list(box, views.found(box, request.query), self._desk.confirmed, MOST_FOUND)

    async def _order(self, request: api.GetOrder, member: OfficeMember) -> api.OrderView:
        box, deposit = self._deposit(request.deposit)
        return views.order_view(box, deposit, self._desk.confirmed)

    async def _expiring(self, request: api.ListExpiring, member: OfficeMember) -> api.OrderList:
        box = self._operations.box()
        days = min(max(request.days, 0), LONGEST_OUTLOOK_DAYS)
        return views.order_list(box, views.expiring(box, self._operations.now(), days), self._desk.confirmed)

    async def _inside(self, request: api.ListInside, member: OfficeMember) -> api.OrderList:
        box = self._operations.box()
        deposits = views.inside(box)
        return views.order_list(box, deposits, self._desk.confirmed, limit=len(deposits))

    async def _results(self, request: api.ListResults, member: OfficeMember) -> api.ResultList:
        found, after = await self._desk.results(max(0, request.after_seq))
        rows = tuple(api.ResultRow(order, each.result, each.at_wall_ms) for each in found for order in each.orders)
        return api.ResultList(rows, after)

    async def _proof(self, request: api.GetProof, member: OfficeMember) -> api.ProofView:
        order = request.query.strip().upper()
        proof = await self._desk.proof(order) if is_order(order) else None
        if proof is None:
            raise RequestError(api.REFUSED, "no handover of this order", reason="not_handed_over")
        return views.proof_view(proof)

    # --- the box's own affairs ----------------------------------------------------------------------------------------

    async def _queue_task(self, request: api.QueueTask, member: OfficeMember) -> api.Nothing:
        command = cmd.QueueTask(request.kind, request.deposit, request.compartment, request.reason, member.staff)
        return answer(await self._desk.carry_out(command))

    async def _drop_task(self, request: api.DropTask, member: OfficeMember) -> api.Nothing:
        return answer(await self._desk.carry_out(cmd.DropTask(request.task, member.staff)))

    async def _hold(self, request: api.HoldOrder, member: OfficeMember) -> api.Nothing:
        """In either mode: whoever has a doubt may always be more cautious than the central system."""
        command = cmd.HoldByStaff(request.deposit, True, request.reason, member.staff)
        return answer(await self._desk.carry_out(command))

    async def _release(self, request: api.ReleaseOrder, member: OfficeMember) -> api.Nothing:
        _, deposit = self._deposit(request.deposit)
        if deposit.held and not deposit.hold_reason and not self._desk.standalone:
            raise RequestError(api.REFUSED, "the central system holds it", reason="belongs_to_central")
        command = cmd.HoldByStaff(request.deposit, False, request.reason, member.staff)
        return answer(await self._desk.carry_out(command))

    async def _report_outage(self, request: api.OfficeReportOutage, member: OfficeMember) -> api.Nothing:
        return answer(await self._desk.carry_out(cmd.ReportOutage(request.reason, member.staff)))

    async def _end_outage(self, request: api.OfficeEndOutage, member: OfficeMember) -> api.Nothing:
        return answer(await self._desk.carry_out(cmd.EndOutage(member.staff)))

    async def _acknowledge_help(self, request: api.OfficeAcknowledgeHelp, member: OfficeMember) -> api.Nothing:
        return answer(await self._desk.carry_out(cmd.AcknowledgeHelp(request.call, member.staff)))

    async def _end_help(self, request: api.OfficeEndHelp, member: OfficeMember) -> api.Nothing:
        return answer(await self._desk.carry_out(cmd.EndHelp(request.call, member.staff)))

    # --- orders and codes: the central system's where there is one ----------------------------------------------------

    async def _extend(self, request: api.ExtendPeriod, member: OfficeMember) -> api.Nothing:
        box, deposit = self._deposit(request.deposit)
        try:
            day = date.fromisoformat(request.until)
            until = end_of_day(day, box.calendar.zone if box.calendar is not None else "")
        except (ValueError, OverflowError, OSError):
            raise RequestError(api.REFUSED, "not a date", reason="date_impossible") from None
        return answer(await self._desk.extend(deposit.id, until, member.staff))

    async def _reissue(self, request: api.ReissueCode, member: OfficeMember) -> api.SlipView:
        return _slip(await self._desk.reissue(request.deposit, _told(request), member.staff))

    async def _issue_proxy(self, request: api.IssueProxy, member: OfficeMember) -> api.SlipView:
        if not request.checked:
            raise RequestError(api.REFUSED, "somebody has to look first", reason="check_needed")
        return _slip(await self._desk.issue_proxy(request.deposit, member.staff))

    async def _revoke_proxies(self, request: api.RevokeProxies, member: OfficeMember) -> api.Nothing:
        return answer(await self._desk.revoke_proxies(request.deposit, member.staff))

    async def _add_order(self, request: api.AddOrder, member: OfficeMember) -> api.SlipView:
        return _slip(await self._desk.add_order(_order(request.row), member.staff))

    async def _cancel_order(self, request: api.CancelOrder, member: OfficeMember) -> api.Nothing:
        return answer(await self._desk.cancel_order(request.deposit, member.staff))

    async def _preview_import(self, request: api.PreviewImport, member: OfficeMember) -> api.ImportPreview:
        if len(request.rows) > MOST_ROWS:
            raise RequestError(api.REFUSED, "too many rows", reason="too_many_rows")
        plan = self._desk.preview_import(request.token, tuple(_order(row) for row in request.rows))
        if isinstance(plan, Refusal):
            raise _refused(plan)
        problems = tuple(api.ImportProblem(line, code) for line, code in plan.problems)
        return api.ImportPreview(
            plan.preview, plan.new, plan.changed, plan.unchanged, plan.codes, problems, plan.waiting
        )

    async def _apply_import(self, request: api.ApplyImport, member: OfficeMember) -> api.ImportDone:
        done = await self._desk.apply_import(request.token, request.preview, member.staff)
        if isinstance(done, Refusal):
            raise _refused(done)
        problems = tuple(api.ImportProblem(line, code) for line, code in done.problems)
        return api.ImportDone(done.new, done.changed, tuple(views.slip_view(made) for made in done.codes), problems)


def end_of_day(day: date, zone: str) -> int:
    """The last instant of ``day`` (Unix time, ms) in the box's calendar; without one in this computer's own zone.

    Raises ``ValueError``, ``OverflowError`` or ``OSError`` at the ends of the calendar.
    """
    midnight = datetime.combine(day, time.min) + timedelta(days=1)
    local = midnight.replace(tzinfo=ZoneInfo(zone)) if zone else midnight.astimezone()
    return int(local.timestamp() * 1000) - 1


def _refused(refusal: Refusal) -> RequestError:
    return RequestError(api.REFUSED, "refused", reason=refusal.code, **refusal.details)


def _slip(made: NewCode | Refusal) -> api.SlipView:
    if isinstance(made, Refusal):
        raise _refused(made)
    return views.slip_view(made)


def _order(row: api.OrderRow) -> OrderInput:
    return OrderInput(
        line=row.line,
        order=row.order.strip().upper(),
        document_type=row.document_type.strip(),
        language=row.language,
        size=row.size,
        low=row.low,
        holder=_told(row),
        group=row.group.strip(),
    )


def _told(given: api.OrderRow | api.ReissueCode) -> HolderTold:
    return HolderTold(given.birth_date, given.pin, given.surname, given.given_names)
