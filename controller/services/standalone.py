"""Orders and codes where no central system makes them: one by one, from a file, and anew.

Everything goes through the same commands that a central system would give, with the issuer ``standalone``.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from controller.domain import commands as cmd
from controller.domain.decision import Refusal
from controller.domain.model import Box, Deposit, DepositStatus, Factor, Right, RightStatus, Size
from controller.domain.words import is_order
from controller.ports import (
    EndCredentials,
    HolderTold,
    ImportOutcome,
    ImportPlan,
    NewCode,
    OrderInput,
    RowChange,
)
from controller.services.actor import Actor
from controller.services.codes import CodeMaker, CodeMissing, MadeCode, factor_asked, proxy_pin
from controller.services.derived_rows import REMEMBER_ENDED_MS
from controller.services.import_groups import group_problem, holder_of, merged, together

ISSUER = "standalone"
#: Why the codes of a right that goes on are over.
REPLACED = "replaced"
#: Rows of one import: each takes a moment, for its number is meant to be slow to guess.
LONGEST_IMPORT = 100


@dataclass(frozen=True, slots=True)
class _Preview:
    id: str
    orders: tuple[OrderInput, ...] = field(repr=False)


class Standalone:
    """One event loop. One thing at a time, so that what was looked at still stands when it is written."""

    def __init__(self, actor: Actor, codes: CodeMaker, languages: frozenset[str]) -> None:
        self._actor = actor
        self._codes = codes
        self._languages = languages
        self._one_at_a_time = asyncio.Lock()
        self._previews: dict[bytes, _Preview] = {}

    # --- one order ----------------------------------------------------------------------------------------------------

    async def add(self, order: OrderInput) -> NewCode | Refusal:
        """Announces an order and makes its code, or no code when the policy asks for what was not given."""
        async with self._one_at_a_time:
            known = self._actor.box.deposit_for_order(order.order)
            problem = "order_known" if known is not None else self._problem(order)
            if problem:
                return Refusal(problem)
            return await self._announce((order,))

    async def _announce(self, rows: Sequence[OrderInput]) -> NewCode | Refusal:
        """One order, or several of one group: an envelope each, one code for all of them."""
        group = f"g-{secrets.token_hex(8)}" if len(rows) > 1 else ""
        deposits = [f"d-{secrets.token_hex(8)}" for _ in rows]
        for deposit, order in zip(deposits, rows, strict=True):
            announced = await self._actor.submit(
                cmd.AnnounceOrder(
                    issuer=ISSUER,
                    command=_command_id(),
                    deposit=deposit,
                    orders=(order.order,),
                    document_types=(order.document_type,),
                    size=order.size,
                    language=order.language,
                    low=order.low,
                    group=group,
                )
            )
            if announced.decision.refusal is not None:
                return announced.decision.refusal
        asked = factor_asked(self._actor.box, tuple(order.document_type for order in rows))
        try:
            values = self._codes.values(asked, rows[0].holder)
        except CodeMissing:
            return NewCode(tuple(order.order for order in rows), rows[0].language, asked.value)
        return await self._issue([self._actor.box.deposits[name] for name in deposits], asked.value, values)

    async def cancel(self, deposit: str) -> Refusal | None:
        outcome = await self._actor.submit(cmd.CancelOrder(ISSUER, _command_id(), deposit))
        return outcome.decision.refusal

    # --- codes --------------------------------------------------------------------------------------------------------

    async def reissue(self, deposit: str, holder: HolderTold, by: str) -> NewCode | Refusal:
        """A new code for whoever may collect ``deposit``; where nobody may any more (expired), a new right."""
        async with self._one_at_a_time:
            box = self._actor.box
            known = box.deposits.get(deposit)
            if known is None:
                return Refusal("deposit_unknown")
            right = holders_right(box, deposit)
            deposits = tuple(box.deposits[name] for name in right.deposits) if right is not None else (known,)
            types = tuple(name for each in deposits for name in each.document_types)
            asked = factor_asked(box, types)
            try:
                values = self._codes.values(asked, holder)
            except CodeMissing as missing:
                return Refusal(missing.code)
            if right is None:
                return await self._issue([known], asked.value, values)
            made = await self._codes.make(right.id, values)
            at = self._actor.now()
            over = EndCredentials(right.id, REPLACED, at.wall_ms, at.wall_ms + REMEMBER_ENDED_MS)
            rows: tuple[RowChange, ...] = (over, *made.rows)
            outcome = await self._actor.submit(cmd.ReplaceCredential(right.id, by), rows)
            if outcome.decision.refusal is not None:
                return outcome.decision.refusal
            orders = tuple(order for each in deposits for order in each.orders)
            return _told(made, self._actor.box.rights.get(right.id), orders, right.language, asked.value)

    async def _issue(
        self, deposits: Sequence[Deposit], factor: str, values: Mapping[str, tuple[str, ...]]
    ) -> NewCode | Refusal:
        right = f"r-{secrets.token_hex(8)}"
        made = await self._codes.make(right, values)
        command = cmd.IssueRight(
            issuer=ISSUER,
            command=_command_id(),
            right=right,
            deposits=tuple(deposit.id for deposit in deposits),
            language=deposits[0].language,
            not_before_wall_ms=0,
            expires_wall_ms=0,
        )
        outcome = await self._actor.submit(command, made.rows)
        if outcome.decision.refusal is not None:
            return outcome.decision.refusal
        orders = tuple(order for deposit in deposits for order in deposit.orders)
        return _told(made, self._actor.box.rights.get(right), orders, deposits[0].language, factor)

    async def issue_proxy(self, deposit: str, by: str) -> NewCode | Refusal:
        """A right of its own for somebody who collects for the holder: code and PIN, once, as long as the holder's."""
        async with self._one_at_a_time:
            known = self._actor.box.deposits.get(deposit)
            if known is None:
                return Refusal("deposit_unknown")
            holder = holders_right(self._actor.box, deposit)
            if holder is None:
                return Refusal("right_unknown")  # Nobody may collect it: there is nothing to do in their place.
            pin = proxy_pin()
            right = f"r-{secrets.token_hex(8)}"
            made = await self._codes.make(right, {Factor.PIN.value: (pin,)})
            command = cmd.IssueRight(
                issuer=ISSUER,
                command=_command_id(),
                right=right,
                deposits=(deposit,),
                language=holder.language,
                not_before_wall_ms=0,
                expires_wall_ms=holder.expires_wall_ms,
                proxy=True,
                checked_by=by,
            )
            outcome = await self._actor.submit(command, made.rows)
            if outcome.decision.refusal is not None:
                return outcome.decision.refusal
            issued = self._actor.box.rights.get(right)
            return _told(made, issued, known.orders, holder.language, Factor.PIN.value, pin)

    async def revoke_proxies(self, deposit: str) -> Refusal | None:
        async with self._one_at_a_time:
            proxies = [right for right in self._actor.box.rights_over(deposit) if right.proxy]
            if not proxies:
                return Refusal("right_unknown")
            for right in proxies:
                outcome = await self._actor.submit(cmd.RevokeRight(ISSUER, _command_id(), right.id))
                if outcome.decision.refusal is not None:
                    return outcome.decision.refusal
            return None

    async def extend(self, deposit: str, until_wall_ms: int, by: str) -> Refusal | None:
        """The holder's period decides; a proxy's that ends earlier goes with it."""
        async with self._one_at_a_time:
            holder = holders_right(self._actor.box, deposit)
            if holder is None:
                return Refusal("right_unknown")
            outcome = await self._actor.submit(cmd.ExtendPeriod(holder.id, until_wall_ms, by))
            if outcome.decision.refusal is not None:
                return outcome.decision.refusal
            for right in self._actor.box.rights_over(deposit):
                if right.proxy and 0 < right.expires_wall_ms < until_wall_ms:
                    await self._actor.submit(cmd.ExtendPeriod(right.id, until_wall_ms, by))
            return None

    # --- files --------------------------------------------------------------------------------------------------------

    def preview(self, session: bytes, orders: Sequence[OrderInput]) -> ImportPlan:
        """What ``orders`` would do. They are kept for this session until `apply` or `forget`: birth dates are among
        them, in memory only.
        """
        kept = _Preview(secrets.token_urlsafe(12), tuple(orders[:LONGEST_IMPORT]))
        box = self._actor.box
        new = changed = unchanged = codes = waiting = 0
        problems = [(order.line, "too_many_rows") for order in orders[LONGEST_IMPORT:]]
        rows, found = self._looked_at(kept.orders)
        problems += found
        for row in rows:
            known = box.deposit_for_order(row[0].order)
            if known is None:
                has_code = self._has_factor(row)
                new += len(row)
                codes += has_code
                waiting += 0 if has_code else len(row)
            elif differs(known, row[0]):
                changed += 1
            else:
                unchanged += 1
        self._previews[session] = kept
        return ImportPlan(kept.id, new, changed, unchanged, codes, tuple(sorted(problems)), waiting)

    def forget(self, session: bytes) -> None:
        """The session is over."""
        self._previews.pop(session, None)

    async def apply(self, session: bytes, preview: str, by: str) -> ImportOutcome | Refusal:
        """Takes over what was previewed, once. Each order is looked at again, for the box has gone on meanwhile."""
        kept = self._previews.get(session)
        if kept is None or kept.id != preview:
            return Refusal("preview_gone")
        del self._previews[session]
        codes: list[NewCode] = []
        problems: list[tuple[int, str]] = []
        new = changed = 0
        async with self._one_at_a_time:
            rows, found = self._looked_at(kept.orders)
            problems += found
            for row in rows:
                known = self._actor.box.deposit_for_order(row[0].order)
                if known is None:
                    made = await self._announce(row)
                    if isinstance(made, Refusal):
                        problems += [(order.line, made.code) for order in row]
                        continue
                    new += len(row)
                    codes += [made] if made.code else []
                elif differs(known, row[0]):
                    refusal = await self._amend(known.id, row[0], by)
                    problems += [(row[0].line, refusal.code)] if refusal is not None else []
                    changed += refusal is None
        return ImportOutcome(new, changed, tuple(codes), tuple(sorted(problems)))

    async def _amend(self, deposit: str, order: OrderInput, by: str) -> Refusal | None:
        command = cmd.AmendDeposit(deposit, (order.document_type,), order.size, order.language, order.low, by)
        outcome = await self._actor.submit(command)
        return outcome.decision.refusal

    def _problem(self, order: OrderInput) -> str:
        """Why the order cannot be taken (a code); empty when it can. What is missing for its code is no reason."""
        box, name = self._actor.box, order.order
        if not is_order(name):
            return "order_malformed"
        if order.document_type not in box.policies:
            return "document_type_unknown"
        if order.size not in {size.value for size in Size}:
            return "size_unknown"
        if order.language not in self._languages:
            return "language_unknown"
        try:
            self._codes.values(factor_asked(box, (order.document_type,)), order.holder)
        except CodeMissing as missing:
            return missing.code if missing.code.endswith("_impossible") else ""
        return ""

    def _problems(self, orders: Sequence[OrderInput]) -> list[str]:
        """For each order of a file: as `_problem`; named twice; or inside already and different."""
        seen: set[str] = set()
        found = []
        for order in orders:
            problem = self._problem(order)
            known = self._actor.box.deposit_for_order(order.order)
            changed = known is not None and differs(known, order)
            if not problem and order.order in seen:
                problem = "order_twice"
            elif not problem and changed and known is not None and known.status is not DepositStatus.EXPECTED:
                problem = "deposit_inside"
            seen.add(order.order)
            found.append(problem)
        return found

    def _looked_at(self, orders: Sequence[OrderInput]) -> tuple[list[tuple[OrderInput, ...]], list[tuple[int, str]]]:
        """What can be taken over, new ones by group and with their group's holder, known ones each alone; and line and
        code of what cannot.
        """
        box = self._actor.box
        found = {order.line: problem for order, problem in zip(orders, self._problems(orders), strict=True) if problem}
        taken: list[tuple[OrderInput, ...]] = []
        problems: list[tuple[int, str]] = []
        for rows in together(orders):
            whole = group_problem(rows, found, lambda order: box.deposit_for_order(order) is not None)
            if whole:
                problems += [(row.line, found.get(row.line) or whole) for row in rows]
                continue
            fine = tuple(row for row in rows if row.line not in found)
            problems += [(row.line, found[row.line]) for row in rows if row.line in found]
            holder = holder_of(rows)
            if len(fine) > 1 and holder is not None and box.deposit_for_order(fine[0].order) is None:
                taken.append(merged(fine, holder))
            else:
                taken += [(row,) for row in fine]
        return taken, problems

    def _has_factor(self, rows: Sequence[OrderInput]) -> bool:
        try:
            asked = factor_asked(self._actor.box, tuple(order.document_type for order in rows))
            self._codes.values(asked, rows[0].holder)
        except CodeMissing:
            return False
        return True


def holders_right(box: Box, deposit: str) -> Right | None:
    """The right of the person whom the envelope is for; a proxy's is another."""
    return next((right for right in box.rights_over(deposit) if not right.proxy), None)


def differs(known: Deposit, order: OrderInput) -> bool:
    told = (order.document_type,), order.size, order.language, order.low
    return (known.document_types, known.size.value, known.language, known.low) != told


def _told(
    made: MadeCode, right: Right | None, orders: tuple[str, ...], language: str, factor: str, pin: str = ""
) -> NewCode:
    inside = right is not None and right.status is not RightStatus.PREPARED
    return NewCode(
        orders=orders,
        language=language,
        factor=factor,
        expires_wall_ms=right.expires_wall_ms if right is not None and inside else 0,
        proxy=bool(pin),
        code=made.code,
        number=made.number,
        pin=pin,
    )


def _command_id() -> str:
    return f"o-{secrets.token_hex(8)}"
