"""What the office's pages can ask of the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from controller.domain.commands import Command
from controller.domain.decision import Refusal
from controller.domain.model import Role


@dataclass(frozen=True, slots=True)
class OfficeMember:
    """Whose office session it is, and the roles that they have now."""

    staff: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class HolderTold:
    """What somebody told of whoever will collect, as it was typed: it makes verifiers and is forgotten.

    ``surname`` and ``given_names`` as they stand in the document whose chip will be asked.
    """

    birth_date: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)
    surname: str = field(default="", repr=False)
    given_names: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OrderInput:
    """An order as it was typed or stood in a file, not yet checked. ``line`` is where (0: typed). Orders of one file
    with the same ``group`` share a compartment and a code; what it is called stays in the file.
    """

    line: int
    order: str
    document_type: str
    language: str
    size: str
    low: bool
    holder: HolderTold = field(default_factory=HolderTold, repr=False)
    group: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that was just made: the only time that it is known here. ``code`` is empty when none was made. ``pin`` is
    a proxy's. ``expires_wall_ms`` is 0 while the envelope is not inside.
    """

    orders: tuple[str, ...]
    language: str
    factor: str
    expires_wall_ms: int = 0
    proxy: bool = False
    code: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. ``problems``: line and code of each row that is left out; ``codes``: slips that are
    printed, a group has one; ``waiting``: new orders that get none, because what their policy asks for is not given.
    """

    preview: str
    new: int
    changed: int
    unchanged: int
    codes: int
    problems: tuple[tuple[int, str], ...]
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    new: int
    changed: int
    codes: tuple[NewCode, ...]
    problems: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class EnvelopeResult:
    """How an envelope came or went: ``stored``, ``expired``, ``missing`` or a `DepositEnd` value."""

    orders: tuple[str, ...]
    result: str
    at_wall_ms: int


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One thing that happened on the way of an envelope into its holder's hand. ``what``: announced, stored, presented,
    proxy, verified, inspected, declared, opening, opened, closed or ended; ``detail`` says more, by ``what``: the
    compartment, how the code was given (qr, number), the factor, ``declaration:answer``, or the end.
    """

    at_wall_ms: int
    clock_trusted: bool
    what: str
    detail: str
    who: str


@dataclass(frozen=True, slots=True)
class HandoverProof:
    """How an envelope was handed over, as the log has it. ``seq`` and ``hash_hex`` are those of the entry that ended
    it: whoever holds the log can find it there.
    """

    order: str
    document_types: tuple[str, ...]
    lines: tuple[ProofLine, ...]
    end: str
    seq: int
    hash_hex: str


class OfficeDesk(Protocol):
    """What the office pages can ask of the services. Called on the controller's event loop; `OutOfOrder` is raised.

    Who may ask for what is decided by whoever calls (`controller.adapters.control.office_roles`); here everything is
    carried out, and nothing of it opens a door.
    """

    @property
    def standalone(self) -> bool:
        """Whether orders and codes are made here: there is no central system."""
        ...

    async def log_in(self, staff: str, password: str) -> str | Refusal: ...

    def member(self, token: str, *, by_a_person: bool = True) -> OfficeMember | None: ...

    def log_out(self, token: str) -> None: ...

    async def set_password(self, staff: str, password_hash: str) -> Refusal | None: ...

    async def carry_out(self, command: Command) -> Refusal | None: ...

    def confirmed(self, seq: int) -> bool:
        """Whether the central system has acknowledged entry ``seq``; always so without one."""
        ...

    async def reissue(self, deposit: str, holder: HolderTold, by: str) -> NewCode | Refusal:
        """A new code for whoever may collect ``deposit``. The old one is over in the same commit."""
        ...

    async def issue_proxy(self, deposit: str, by: str) -> NewCode | Refusal: ...

    async def revoke_proxies(self, deposit: str, by: str) -> Refusal | None: ...

    async def extend(self, deposit: str, until_wall_ms: int, by: str) -> Refusal | None:
        """Whoever may collect ``deposit`` may do so for longer, their proxies too."""
        ...

    async def add_order(self, order: OrderInput, by: str) -> NewCode | Refusal: ...

    async def cancel_order(self, deposit: str, by: str) -> Refusal | None: ...

    def preview_import(self, token: str, orders: Sequence[OrderInput]) -> ImportPlan | Refusal: ...

    async def apply_import(self, token: str, preview: str, by: str) -> ImportOutcome | Refusal: ...

    async def results(self, after_seq: int) -> tuple[Sequence[EnvelopeResult], int]:
        """A page of results from the log after ``after_seq``, and where to go on; 0 at the end."""
        ...

    async def proof(self, order: str) -> HandoverProof | None:
        """How the envelope that ``order`` stood on was handed over; None when it was not."""
        ...
