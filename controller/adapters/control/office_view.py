"""What the office pages show: pure functions of the state."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from controller import api
from controller.adapters.control.front_plan import front_plan
from controller.adapters.control.help_views import help_calls, outage
from controller.adapters.control.office_roles import allowed
from controller.adapters.control.task_views import task_views
from controller.domain.model import Box, Deposit, DepositStatus, Factor, Right, Role
from controller.domain.moment import Moment
from controller.domain.timing import DAY
from controller.ports import FrontState, HandoverProof, NewCode, OfficeMember

#: What "runs out soon" means on the overview.
SOON_DAYS = 7
LONGEST_LIST = 200

Confirmed = Callable[[int], bool]


def office_view(
    box: Box, front: FrontState, now: Moment, member: OfficeMember, standalone: bool, languages: Iterable[str]
) -> api.OfficeView:
    """A technician gets the front without its contents: they know doors and faults, not envelopes."""
    inside = member.roles != (Role.TECHNICIAN,)
    states = box.compartments.values()
    deposits = box.deposits.values()
    return api.OfficeView(
        staff=member.staff,
        roles=tuple(role.value for role in member.roles),
        allowed=allowed(member.roles),
        box=box.box,
        mode="standalone" if standalone else "mqtt",
        simulated=box.kind == "simulated",
        now_wall_ms=now.wall_ms,
        clock_trusted=box.clock_trusted,
        zone=box.calendar.zone if box.calendar is not None else "",
        front=front_plan(box, with_states=inside),
        expected=sum(1 for each in deposits if each.status is DepositStatus.EXPECTED),
        occupied=sum(1 for each in states if each.deposits),
        vacant=sum(1 for each in states if each.allottable),
        clarification=sum(1 for each in states if each.quarantine),
        returned=sum(1 for each in states if each.old_document),
        expiring=len(expiring(box, now, SOON_DAYS)),
        overdue=sum(1 for each in deposits if each.overdue),
        held=sum(1 for each in deposits if each.held),
        calls=help_calls(box),
        outage=outage(box),
        tasks=task_views(box) if inside else (),
        document_types=tuple(
            api.DocumentTypeView(name, policy.factor.value) for name, policy in sorted(box.policies.items())
        ),
        languages=tuple(sorted(languages)),
        lease=box.lease.value,
        out_of_order=front.halted,
    )


def holder_of(box: Box, deposit: str) -> Right | None:
    """The right of the person whom the envelope is for."""
    return next((right for right in box.rights_over(deposit) if not right.proxy), None)


def order_view(box: Box, deposit: Deposit, confirmed: Confirmed) -> api.OrderView:
    rights = box.rights_over(deposit.id)
    holder = holder_of(box, deposit.id)
    asked = [policy.factor for name in deposit.document_types if (policy := box.policies.get(name)) is not None]
    hold = ""
    if deposit.held:
        hold = "held" if confirmed(deposit.hold_seq) else "held_unconfirmed"
    return api.OrderView(
        deposit=deposit.id,
        orders=deposit.orders,
        document_types=deposit.document_types,
        size=deposit.size.value,
        language=deposit.language,
        low=deposit.low,
        status=deposit.status.value,
        compartment=deposit.compartment,
        reason=deposit.reason,
        stored_wall_ms=deposit.stored_wall_ms,
        expires_wall_ms=holder.expires_wall_ms if holder is not None else 0,
        right=holder.status.value if holder is not None else "",
        proxies=sum(1 for right in rights if right.proxy),
        factor=max(asked, key=lambda factor: factor.strictness, default=Factor.STAFF).value,
        hold=hold,
        hold_reason=deposit.hold_reason,
        overdue=deposit.overdue,
        tasks=tuple(task.kind.value for task in box.tasks.values() if task.deposit == deposit.id),
    )


def found(box: Box, text: str) -> list[Deposit]:
    """Deposits with an order that contains ``text``; exact ones first."""
    wanted = text.strip().upper()
    hits = [deposit for deposit in box.deposits.values() if any(wanted in order for order in deposit.orders)]
    return sorted(hits, key=lambda deposit: (wanted not in deposit.orders, deposit.orders))


def expiring(box: Box, now: Moment, days: int) -> list[Deposit]:
    """What is inside and is overdue, or may be collected for at most ``days`` more; the most urgent first."""
    until = now.wall_ms + days * DAY
    dated = []
    for deposit in box.deposits.values():
        holder = holder_of(box, deposit.id)
        expires = holder.expires_wall_ms if holder is not None else 0
        if deposit.compartment and (deposit.overdue or (expires and expires <= until)):
            dated.append((not deposit.overdue, expires, deposit.orders, deposit))
    return [deposit for *_, deposit in sorted(dated, key=lambda each: each[:3])]


def inside(box: Box) -> list[Deposit]:
    """What lies in a compartment, by compartment."""
    return sorted(
        (deposit for deposit in box.deposits.values() if deposit.compartment), key=lambda d: (d.compartment, d.orders)
    )


def order_list(box: Box, deposits: list[Deposit], confirmed: Confirmed, limit: int = LONGEST_LIST) -> api.OrderList:
    views = tuple(order_view(box, deposit, confirmed) for deposit in deposits[:limit])
    return api.OrderList(views, more=len(deposits) > limit)


def slip_view(made: NewCode) -> api.SlipView:
    return api.SlipView(
        orders=made.orders,
        language=made.language,
        code=made.code,
        number=made.number,
        pin=made.pin,
        proxy=made.proxy,
        factor=made.factor,
        expires_wall_ms=made.expires_wall_ms,
    )


def proof_view(proof: HandoverProof) -> api.ProofView:
    lines = tuple(
        api.ProofLineView(line.at_wall_ms, line.clock_trusted, line.what, line.detail, line.who) for line in proof.lines
    )
    return api.ProofView(proof.order, proof.document_types, lines, proof.end, proof.seq, proof.hash_hex)
