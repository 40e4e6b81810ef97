"""Who may ask for what from the office. A request that is not in this table is nobody's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from controller import api
from controller.domain.model import Role

_EVERYBODY = frozenset(Role)
#: Whoever may see what lies where.
_READERS = frozenset({Role.LOADER, Role.SUPERVISOR, Role.AUDITOR})
#: The counter's daily work.
_COUNTER = frozenset({Role.LOADER, Role.SUPERVISOR})
#: What changes something for many, or takes a caution back.
_LEADS = frozenset({Role.SUPERVISOR})

ALLOWED: Mapping[type[api.Request[Any]], frozenset[Role]] = {
    api.OfficeLogout: _EVERYBODY,
    api.GetOffice: _EVERYBODY,
    api.OfficeAcknowledgeHelp: _EVERYBODY,
    api.OfficeEndHelp: _EVERYBODY,
    api.SearchOrders: _READERS,
    api.GetOrder: _READERS,
    api.ListExpiring: _READERS,
    api.ListInside: _READERS,
    api.ListResults: frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    api.GetProof: _READERS,
    api.QueueTask: _COUNTER,
    api.DropTask: _COUNTER,
    api.HoldOrder: _COUNTER,
    api.ReleaseOrder: _LEADS,
    api.ReissueCode: _COUNTER,
    api.IssueProxy: _COUNTER,
    api.RevokeProxies: _COUNTER,
    api.ExtendPeriod: _LEADS,
    api.OfficeReportOutage: _COUNTER,
    api.OfficeEndOutage: _LEADS,
    api.AddOrder: _COUNTER,
    api.CancelOrder: _COUNTER,
    api.PreviewImport: _COUNTER,
    api.ApplyImport: _COUNTER,
}


def allowed(roles: tuple[Role, ...]) -> tuple[str, ...]:
    """The methods that somebody with these roles may call, in the table's order."""
    return tuple(request.METHOD for request, who in ALLOWED.items() if who & set(roles))
