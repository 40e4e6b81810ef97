"""What the methods of all pages have in common: tokens, stale pages, refusals."""

from __future__ import annotations

import hmac

from controller import api
from controller.adapters.control.board import ViewBoard
from controller.adapters.control.server import RequestError
from controller.domain.decision import Refusal
from controller.ports import Operations


def answer(refusal: Refusal | None) -> api.Nothing:
    """A refusal becomes an error answer with its code and details."""
    if refusal is None:
        return api.Nothing()
    raise RequestError(api.REFUSED, "refused", reason=refusal.code, **refusal.details)


def same(given: str, expected: str) -> bool:
    """Whether a token is the one that was given out, in constant time. An empty one never is."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


class Sessions:
    """Whose token this is, and whether the page that was tapped still stands. One event loop."""

    def __init__(self, operations: Operations, board: ViewBoard) -> None:
        self._operations = operations
        self._board = board

    def fresh(self, revision: int) -> None:
        """Raises `RequestError` (stale) when the resident's page has changed since ``revision``."""
        if revision != self._board.revision("kiosk"):
            raise RequestError(api.STALE, "the page has changed since", reason="stale")

    def resident(self, token: str, revision: int) -> str:
        """The id of the resident's session that ``token`` stands for. Raises `RequestError` (stale)."""
        session = self._operations.box().session
        if session is None or not same(token, self._operations.front().kiosk_token):
            raise RequestError(api.STALE, "no such session", reason="no_session")
        self.fresh(revision)
        return session.id

    def staff(self, token: str) -> str:
        """The id of the staff session at the box that ``token`` stands for. Raises `RequestError` (stale)."""
        session = self._operations.box().staff_session
        if session is None or not same(token, self._operations.front().staff_token):
            raise RequestError(api.STALE, "no such session", reason="no_staff_session")
        return session.id
