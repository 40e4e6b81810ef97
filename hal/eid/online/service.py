"""The eID service, as much of it as the box needs (TR-03130: eID server): to begin, and a signed result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from hal.wire import SecretText


class ServiceDown(Exception):
    """The service does not answer as agreed. Holds no data."""


class ResultWrong(Exception):
    """The result is not signed by the service, not for this session, too old, or not the form agreed. Holds no data."""


class DocumentInvalid(Exception):
    """The service says that the document is expired or revoked."""


@dataclass(frozen=True, slots=True)
class EidSession:
    """``tc_token_url``: where AusweisApp finds the token of this session (TR-03124-1, 3.2)."""

    id: SecretText
    tc_token_url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EidHolder:
    """What the card says of its holder: names as they are written, birth date ``YYYYMMDD`` with ``00`` for what is not
    known.
    """

    family_names: str = field(repr=False)
    given_names: str = field(repr=False)
    birth_date: str = field(repr=False)
    issuing_state: str = ""


class EidService(Protocol):
    """One eID service. Any thread, one authentication at a time."""

    def begin(self, challenge: str, timeout_s: float) -> EidSession:
        """A new session bound to ``challenge`` (32 hex digits). Raises `ServiceDown`."""
        ...

    def result(self, session: EidSession, challenge: str, at_wall_ms: int, timeout_s: float) -> EidHolder:
        """The signed result of a session that AusweisApp has finished, checked at the given time.

        Raises `ServiceDown`, `ResultWrong`, `DocumentInvalid`.
        """
        ...
