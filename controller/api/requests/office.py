"""What is asked from the office, in a browser on its network. Nothing of it opens a door.

Every request but the login carries the token that the login gave; whose it is and what that person may do is looked up
for each. ``by`` is never sent: the controller knows.
"""

from __future__ import annotations

from typing import Any

import msgspec

from controller.api.requests.base import Nothing, Request, ResultT
from controller.api.views.office import (
    ImportDone,
    ImportPreview,
    OfficeToken,
    OfficeView,
    OrderList,
    OrderView,
    ProofView,
    ResultList,
    SlipView,
)


class OfficeRequest(Request[ResultT], frozen=True, forbid_unknown_fields=True):
    """Base of all requests within an office session. Never shows its fields: the token is in all of them."""

    token: str

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class OfficeLogin(Request[OfficeToken], frozen=True, forbid_unknown_fields=True):
    """Refused with ``login_wrong`` (whichever of the two was wrong), ``slow_down`` (``wait_s``) or
    ``office_locked``.
    """

    METHOD = "office.login"
    RESULT = OfficeToken
    staff: str
    password: str

    def __repr__(self) -> str:
        return "OfficeLogin(…)"


class OfficeLogout(OfficeRequest[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "office.logout"


class GetOffice(OfficeRequest[OfficeView], frozen=True, forbid_unknown_fields=True):
    """The overview. ``idle``: asked by the page and not by a person, so that the session does not live by it."""

    METHOD = "office.view"
    RESULT = OfficeView
    idle: bool = False


class SearchOrders(OfficeRequest[OrderList], frozen=True, forbid_unknown_fields=True):
    """Orders that contain ``query`` (at least three letters or digits)."""

    METHOD = "office.search"
    RESULT = OrderList
    query: str


class GetOrder(OfficeRequest[OrderView], frozen=True, forbid_unknown_fields=True):
    METHOD = "office.order"
    RESULT = OrderView
    deposit: str


class ListExpiring(OfficeRequest[OrderList], frozen=True, forbid_unknown_fields=True):
    """What is inside and may be collected for at most ``days`` more, and what is overdue, the most urgent first."""

    METHOD = "office.expiring"
    RESULT = OrderList
    days: int


class ListInside(OfficeRequest[OrderList], frozen=True, forbid_unknown_fields=True):
    """The emergency list: what lies in which compartment, for the day on which nothing works any more."""

    METHOD = "office.inside"
    RESULT = OrderList


class ListResults(OfficeRequest[ResultList], frozen=True, forbid_unknown_fields=True):
    """How envelopes left the box, from the log after entry ``after_seq``, a page at a time."""

    METHOD = "office.results"
    RESULT = ResultList
    after_seq: int


class GetProof(OfficeRequest[ProofView], frozen=True, forbid_unknown_fields=True):
    """How the envelope whose order ``query`` names (all of it) was handed over. Refused with ``not_handed_over``."""

    METHOD = "office.proof"
    RESULT = ProofView
    query: str


class QueueTask(OfficeRequest[Nothing], frozen=True, forbid_unknown_fields=True):
    """Leaves a task for the box. ``kind``: recall or counter (of ``deposit``); clarification, returns or stocktake (of
    ``compartment``).
    """

    METHOD = "office.queue_task"
    kind: str
    deposit: str = ""
    compartment: str = ""
    reason: str = ""


class DropTask(OfficeRequest[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "office.drop_task"
    task: str


class HoldOrder(OfficeRequest[Nothing], frozen=True, forbid_unknown_fields=True):
    """Do not hand out, for ``reason``."""

    METHOD = "office.hold"
    deposit: str
    reason: str


class ReleaseOrder(OfficeRequest[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "office.release"
    deposit: str
    reason: str


class ReissueCode(OfficeRequest[SlipView], frozen=True, forbid_unknown_fields=True):
    """A new code; the old one is over at once. Birth date, PIN or name are given as the policy asks."""

    METHOD = "office.reissue"
    RESULT = SlipView
    deposit: str
    birth_date: str = ""
    pin: str = ""
    surname: str = ""
    given_names: str = ""


class IssueProxy(OfficeRequest[SlipView], frozen=True, forbid_unknown_fields=True):
    """A code and a PIN for somebody who collects for the holder. ``checked``: who has seen the authorisation and both
    identity documents says so.
    """

    METHOD = "office.proxy"
    RESULT = SlipView
    deposit: str
    checked: bool


class RevokeProxies(OfficeRequest[Nothing], frozen=True, forbid_unknown_fields=True):
    """Nobody may collect ``deposit`` for its holder any more."""

    METHOD = "office.revoke_proxies"
    deposit: str


class ExtendPeriod(OfficeRequest[Nothing], frozen=True, forbid_unknown_fields=True):
    """``until``: the last day (YYYY-MM-DD, the box's calendar)."""

    METHOD = "office.extend"
    deposit: str
    until: str


class OfficeReportOutage(OfficeRequest[Nothing], frozen=True, forbid_unknown_fields=True):
    """``reason``: defective, building_closed, maintenance or other."""

    METHOD = "office.report_outage"
    reason: str


class OfficeEndOutage(OfficeRequest[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "office.end_outage"


class OfficeAcknowledgeHelp(OfficeRequest[Nothing], frozen=True, forbid_unknown_fields=True):
    """ "Ich komme.\""""

    METHOD = "office.acknowledge_help"
    call: str


class OfficeEndHelp(OfficeRequest[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "office.end_help"
    call: str


class OrderRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order as it is typed or stands in a file. ``line`` is where (0: typed). Birth date, PIN and name (as it
    stands in the document whose chip will be asked) make verifiers and are forgotten; rows of one file with the same
    ``group`` share a compartment and a slip.
    """

    line: int
    order: str
    document_type: str
    language: str = "de"
    size: str = "M"
    low: bool = False
    birth_date: str = ""
    pin: str = ""
    surname: str = ""
    given_names: str = ""
    group: str = ""

    def __repr__(self) -> str:
        return "OrderRow(…)"


class AddOrder(OfficeRequest[SlipView], frozen=True, forbid_unknown_fields=True):
    """Standalone: announces one order and makes its code. An empty slip (no ``token``) means that the policy asks for
    something that was not given: the order is known, its code can be issued later.
    """

    METHOD = "office.add_order"
    RESULT = SlipView
    row: OrderRow


class CancelOrder(OfficeRequest[Nothing], frozen=True, forbid_unknown_fields=True):
    """Standalone: an envelope that will not come."""

    METHOD = "office.cancel_order"
    deposit: str


class PreviewImport(OfficeRequest[ImportPreview], frozen=True, forbid_unknown_fields=True):
    """Standalone: says what ``rows`` would do. They are kept for this session until applied, replaced or forgotten."""

    METHOD = "office.preview_import"
    RESULT = ImportPreview
    rows: tuple[OrderRow, ...]


class ApplyImport(OfficeRequest[ImportDone], frozen=True, forbid_unknown_fields=True):
    """Standalone: takes over what was previewed under this id, once."""

    METHOD = "office.apply_import"
    RESULT = ImportDone
    preview: str


OFFICE_REQUESTS: tuple[type[Request[Any]], ...] = (
    OfficeLogin,
    OfficeLogout,
    GetOffice,
    SearchOrders,
    GetOrder,
    ListExpiring,
    ListInside,
    ListResults,
    GetProof,
    QueueTask,
    DropTask,
    HoldOrder,
    ReleaseOrder,
    ReissueCode,
    IssueProxy,
    RevokeProxies,
    ExtendPeriod,
    OfficeReportOutage,
    OfficeEndOutage,
    OfficeAcknowledgeHelp,
    OfficeEndHelp,
    AddOrder,
    CancelOrder,
    PreviewImport,
    ApplyImport,
)
