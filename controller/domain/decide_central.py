"""What the central system may ask durably: orders and rights. Each command's effect and result are one append."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decide_pickup import authorised_or_open, end_session
from controller.domain.decision import Draft, Refused
from controller.domain.loadable import clear_missing
from controller.domain.model import DepositEnd, DepositStatus, RightEnd, SessionEnd, Size
from controller.domain.rights import issue_if_complete, let_rights_follow


def announce_order(draft: Draft, command: cmd.AnnounceOrder) -> None:
    if not command.deposit or not all(command.orders):
        raise Refused("id_missing")  # An empty id means "none" in events.
    if command.deposit in draft.box.deposits:
        raise Refused("deposit_known")
    if not command.orders or any(draft.box.deposit_for_order(order) for order in command.orders):
        raise Refused("order_known")
    if command.size not in {size.value for size in Size}:
        raise Refused("size_unknown")
    unknown = [name for name in command.document_types if name not in draft.box.policies]
    if unknown or not command.document_types:
        raise Refused("document_type_unknown", document_type=unknown[0] if unknown else "")
    draft.emit(
        ev.DepositAnnounced(
            deposit=command.deposit,
            orders=command.orders,
            document_types=command.document_types,
            size=command.size,
            language=command.language,
            low="yes" if command.low else "no",
            group=command.group,
            issuer=command.issuer,
        )
    )


def cancel_order(draft: Draft, command: cmd.CancelOrder) -> None:
    deposit = draft.box.deposits.get(command.deposit)
    if deposit is None:
        raise Refused("deposit_unknown")
    opening = draft.box.opening
    if deposit.status not in (DepositStatus.EXPECTED, DepositStatus.MISSING) or (
        opening is not None and opening.deposit == deposit.id
    ):
        raise Refused("deposit_inside")
    draft.emit(ev.DepositEnded(deposit.id, "", DepositEnd.CANCELLED.value, ""))
    clear_missing(draft)
    let_rights_follow(draft, RightEnd.WITHDRAWN)


def hold_deposit(draft: Draft, command: cmd.HoldDeposit) -> None:
    deposit = draft.box.deposits.get(command.deposit)
    if deposit is None:
        raise Refused("deposit_unknown")
    if deposit.held != command.held:
        draft.emit(ev.DepositHeld(deposit.id, "held" if command.held else "released"))


def issue_right(draft: Draft, command: cmd.IssueRight) -> None:
    if not command.right:
        raise Refused("id_missing")
    if command.right in draft.box.rights:
        raise Refused("right_known")
    if not command.deposits or len(set(command.deposits)) != len(command.deposits):
        raise Refused("deposits_wrong")
    if any(name not in draft.box.deposits for name in command.deposits):
        raise Refused("deposit_unknown")
    if command.proxy and not command.checked_by:
        raise Refused("checked_by_missing")  # Nobody collects for somebody else unless a person has looked.
    draft.emit(
        ev.RightPrepared(
            right=command.right,
            deposits=command.deposits,
            language=command.language,
            not_before_wall_ms=command.not_before_wall_ms,
            expires_wall_ms=command.expires_wall_ms,
            issuer=command.issuer,
            proxy="yes" if command.proxy else "no",
            checked_by=command.checked_by if command.proxy else "",
        )
    )
    issue_if_complete(draft, draft.box.rights[command.right])


def revoke_right(draft: Draft, command: cmd.RevokeRight) -> None:
    """Ends a session of the right too, unless a door is authorised or open: then the caller is told that it is in
    use.
    """
    right = draft.box.rights.get(command.right)
    if right is None:
        raise Refused("right_unknown")
    session = draft.box.session
    if session is not None and session.right == right.id:
        if authorised_or_open(draft) or draft.box.opening is not None:
            raise Refused("in_use")
        end_session(draft, SessionEnd.ABORTED, "revoked")
    if right.id in draft.box.rights:
        draft.emit(ev.RightEnded(right.id, RightEnd.REVOKED.value))


def note_elsewhere(draft: Draft, command: cmd.NoteElsewhere) -> None:
    """The right's holder is to be sent to another site. Not for a right that lives here: that is revoked first."""
    if not command.right:
        raise Refused("id_missing")
    if not command.place.strip():
        raise Refused("place_missing")
    if command.right in draft.box.rights:
        raise Refused("right_known")
    draft.emit(ev.RightElsewhere(command.right, command.place, command.issuer))


def settled(draft: Draft, command: cmd.CentralCommand, code: str) -> None:
    """Notes the command's result in the log, beside its effect."""
    name = NAMES[type(command)]
    draft.emit(ev.CommandSettled(command.issuer, command.command, name, "rejected" if code else "done", code))


NAMES: dict[type[cmd.CentralCommand], str] = {
    cmd.AnnounceOrder: "order.announce",
    cmd.CancelOrder: "order.cancel",
    cmd.HoldDeposit: "deposit.hold",
    cmd.IssueRight: "right.issue",
    cmd.RevokeRight: "right.revoke",
    cmd.CentralReportOutage: "outage.report",
    cmd.CentralEndOutage: "outage.end",
    cmd.CentralAcknowledgeHelp: "help.acknowledge",
    cmd.NoteElsewhere: "right.elsewhere",
}
