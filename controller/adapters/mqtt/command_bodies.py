"""What may stand in a command's body, and the domain's command it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Annotated, Literal, TypeVar

import msgspec

from controller.domain import commands as cmd
from controller.ports import ELSEWHERE_ORDER, PutCredential, PutElsewhere

Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")]
IdOrNone = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{0,64}\Z")]
OrderBarcode = Annotated[str, msgspec.Meta(pattern=r"^(?!ABHOLFACH)[A-Z0-9][A-Z0-9-]{3,39}\Z")]
#: The name of a document type is a key of the policies: letters of any script, so that it can be ``Führerschein``.
DocumentType = Annotated[str, msgspec.Meta(pattern=r"^[^\W_][\w-]{0,39}\Z")]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}\Z")]
SizeName = Annotated[str, msgspec.Meta(min_length=1, max_length=8)]
WallMs = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
#: One line, in the words of a sign at a door.
Place = Annotated[str, msgspec.Meta(pattern=r"^[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,79}\Z")]
OutageReason = Literal["defective", "building_closed", "maintenance", "other"]
#: For a document's chip one HMAC for each spelling of its holder, one after the other.
Spelled = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64}){1,8}\Z")]

_CODE_NAME = re.compile(r"[a-z][a-z_.]{0,63}", re.ASCII)


class BodyRefused(Exception):
    """A command that cannot be meant. ``code`` is ``name_unknown``, ``body_malformed`` or ``body_contradictory``.
    ``where`` names the place (``$.orders[1]``), never a value.
    """

    def __init__(self, code: str, where: str) -> None:
        super().__init__(f"{code}: {where}")
        self.code = code
        self.where = where


class AnnounceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``order.announce``: an envelope that staff will load."""

    deposit: Id
    orders: Annotated[tuple[OrderBarcode, ...], msgspec.Meta(min_length=1, max_length=10)]
    document_types: Annotated[tuple[DocumentType, ...], msgspec.Meta(min_length=1, max_length=10)]
    size: SizeName
    language: Language
    low: bool = False
    group: IdOrNone = ""


class CancelBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``order.cancel``: an envelope that will not come."""

    deposit: Id


class HoldBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``deposit.hold``: do not hand out, or hand out again."""

    deposit: Id
    held: bool


class VerifiersBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """By factor. Those that are asked are the policy's choice, not the sender's."""

    birth_date: Hex32 | msgspec.UnsetType = msgspec.UNSET
    pin: Hex32 | msgspec.UnsetType = msgspec.UNSET
    emrtd: Spelled | msgspec.UnsetType = msgspec.UNSET
    eid: Spelled | msgspec.UnsetType = msgspec.UNSET

    def __repr__(self) -> str:
        return "VerifiersBody(…)"

    def by_factor(self) -> dict[str, str]:
        """Those that were sent."""
        values = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: value for name, value in values if value is not msgspec.UNSET}


class CredentialBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of a QR token its SHA-256, of an Abholnummer the argon2id tag; with the verifiers that its secret keys."""

    kind: Literal["qr", "number"]
    digest: Hex32
    verifiers: VerifiersBody = VerifiersBody()


class IssueBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``right.issue``: who presents one of these credentials may collect these deposits. Times 0: none.

    ``proxy``: for somebody who collects for somebody else. Every credential of it has a ``pin``, and ``checked_by``
    (an opaque id) is who checked the authorisation.
    """

    right: Id
    deposits: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=8)]
    language: Language
    not_before_wall_ms: WallMs = 0
    expires_wall_ms: WallMs = 0
    credentials: Annotated[tuple[CredentialBody, ...], msgspec.Meta(min_length=1, max_length=2)]
    proxy: bool = False
    checked_by: IdOrNone = ""


class ElsewhereCredential(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """As `CredentialBody`, without verifiers: nothing is compared, a person is sent to another place."""

    kind: Literal["qr", "number"]
    digest: Hex32


class ElsewhereBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``right.elsewhere``: what this right is for lies at another site, which ``place`` names. Never a person.
    ``orders`` are those of its envelopes: whoever scans one of them here while loading is told the same.
    """

    right: Id
    place: Place
    credentials: Annotated[tuple[ElsewhereCredential, ...], msgspec.Meta(min_length=1, max_length=2)]
    orders: Annotated[tuple[OrderBarcode, ...], msgspec.Meta(max_length=10)] = ()


class RevokeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``right.revoke``."""

    right: Id


class OutageBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``outage.report``: nothing opens for residents and periods stand still until ``outage.end``."""

    reason: OutageReason


class OutageEndBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``outage.end``: there is nothing to say beside it."""


class AcknowledgeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``help.acknowledge``: somebody is coming. ``call`` is the id in `HelpCalled` and in ``state/faults``."""

    call: Id


Parsed = tuple[cmd.CentralCommand, tuple[PutCredential | PutElsewhere, ...]]


def parse(name: str, issuer: str, command_id: str, body: Mapping[str, object]) -> Parsed:
    """The domain's command in ``body``, and the credentials to be stored with it.

    Raises `BodyRefused`. A credential of kind ``number`` carries the digest as sent: whoever stores it keys it with the
    device's key first.
    """
    parser = _PARSERS.get(name)
    if parser is None:
        raise BodyRefused("name_unknown", name if _CODE_NAME.fullmatch(name) else "name")
    return parser(issuer, command_id, body)


def _announce(issuer: str, command_id: str, raw: Mapping[str, object]) -> Parsed:
    body = _convert(raw, AnnounceBody)
    _distinct(body.orders, "$.orders")
    _distinct(body.document_types, "$.document_types")
    command = cmd.AnnounceOrder(
        issuer=issuer,
        command=command_id,
        deposit=body.deposit,
        orders=body.orders,
        document_types=body.document_types,
        size=body.size,
        language=body.language,
        low=body.low,
        group=body.group,
    )
    return command, ()


def _cancel(issuer: str, command_id: str, raw: Mapping[str, object]) -> Parsed:
    return cmd.CancelOrder(issuer=issuer, command=command_id, deposit=_convert(raw, CancelBody).deposit), ()


def _hold(issuer: str, command_id: str, raw: Mapping[str, object]) -> Parsed:
    body = _convert(raw, HoldBody)
    return cmd.HoldDeposit(issuer=issuer, command=command_id, deposit=body.deposit, held=body.held), ()


def _issue(issuer: str, command_id: str, raw: Mapping[str, object]) -> Parsed:
    body = _convert(raw, IssueBody)
    _distinct(body.deposits, "$.deposits")
    _distinct(tuple(credential.kind for credential in body.credentials), "$.credentials")
    _distinct(tuple(credential.digest for credential in body.credentials), "$.credentials")
    if body.expires_wall_ms and body.expires_wall_ms <= body.not_before_wall_ms:
        raise BodyRefused("body_contradictory", "$.expires_wall_ms")
    if body.proxy != bool(body.checked_by):
        raise BodyRefused("body_contradictory", "$.checked_by")
    if body.proxy and any(credential.verifiers.pin is msgspec.UNSET for credential in body.credentials):
        raise BodyRefused("body_contradictory", "$.credentials")
    command = cmd.IssueRight(
        issuer=issuer,
        command=command_id,
        right=body.right,
        deposits=body.deposits,
        language=body.language,
        not_before_wall_ms=body.not_before_wall_ms,
        expires_wall_ms=body.expires_wall_ms,
        proxy=body.proxy,
        checked_by=body.checked_by,
    )
    credentials = tuple(
        PutCredential(
            digest=bytes.fromhex(credential.digest),
            kind=credential.kind,
            right=body.right,
            verifiers=credential.verifiers.by_factor(),
        )
        for credential in body.credentials
    )
    return command, credentials


def _revoke(issuer: str, command_id: str, raw: Mapping[str, object]) -> Parsed:
    return cmd.RevokeRight(issuer=issuer, command=command_id, right=_convert(raw, RevokeBody).right), ()


def _elsewhere(issuer: str, command_id: str, raw: Mapping[str, object]) -> Parsed:
    body = _convert(raw, ElsewhereBody)
    _distinct(tuple(credential.kind for credential in body.credentials), "$.credentials")
    _distinct(body.orders, "$.orders")
    place = body.place.strip()
    command = cmd.NoteElsewhere(issuer=issuer, command=command_id, right=body.right, place=place)
    codes = (PutElsewhere(bytes.fromhex(each.digest), each.kind, body.right, place, 0, 0) for each in body.credentials)
    # An order may be that of several rights (its holder's and a proxy's): its row is none of theirs.
    digests = (sha256(order.encode()).digest() for order in body.orders)
    return command, (*codes, *(PutElsewhere(digest, ELSEWHERE_ORDER, "", place, 0, 0) for digest in digests))


def _report_outage(issuer: str, command_id: str, raw: Mapping[str, object]) -> Parsed:
    return cmd.CentralReportOutage(issuer=issuer, command=command_id, reason=_convert(raw, OutageBody).reason), ()


def _end_outage(issuer: str, command_id: str, raw: Mapping[str, object]) -> Parsed:
    _convert(raw, OutageEndBody)
    return cmd.CentralEndOutage(issuer=issuer, command=command_id), ()


def _acknowledge_help(issuer: str, command_id: str, raw: Mapping[str, object]) -> Parsed:
    return cmd.CentralAcknowledgeHelp(issuer=issuer, command=command_id, call=_convert(raw, AcknowledgeBody).call), ()


_PARSERS: dict[str, Callable[[str, str, Mapping[str, object]], Parsed]] = {
    "order.announce": _announce,
    "order.cancel": _cancel,
    "deposit.hold": _hold,
    "right.issue": _issue,
    "right.revoke": _revoke,
    "outage.report": _report_outage,
    "outage.end": _end_outage,
    "help.acknowledge": _acknowledge_help,
    "right.elsewhere": _elsewhere,
}

#: The bodies by command name, for the documentation's test.
BODIES: dict[str, type[msgspec.Struct]] = {
    "order.announce": AnnounceBody,
    "order.cancel": CancelBody,
    "deposit.hold": HoldBody,
    "right.issue": IssueBody,
    "right.revoke": RevokeBody,
    "outage.report": OutageBody,
    "outage.end": OutageEndBody,
    "help.acknowledge": AcknowledgeBody,
    "right.elsewhere": ElsewhereBody,
}

_AnyBody = TypeVar("_AnyBody", bound=msgspec.Struct)
_PATH = re.compile(r"at `(\$[A-Za-z0-9_.\[\]…]*)`")


def _convert(raw: Mapping[str, object], shape: type[_AnyBody]) -> _AnyBody:
    try:
        return msgspec.convert(dict(raw), type=shape, strict=True)
    except msgspec.ValidationError as error:
        # msgspec's text may quote an unknown key or value: only the place is passed on.
        place = _PATH.search(str(error))
        raise BodyRefused("body_malformed", place.group(1) if place else "$") from None


def _distinct(values: tuple[str, ...], where: str) -> None:
    if len(set(values)) != len(values):
        raise BodyRefused("body_contradictory", where)
