"""What residents ask for."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command


@dataclass(frozen=True, slots=True)
class PresentCredential(Command):
    """A credential that the box knows was presented. ``verifiers`` are the second factors that can be compared for
    it; ``checkable`` those of a document's chip that the card reader can verify now.
    """

    right: str
    via: str
    verifiers: tuple[str, ...]
    checkable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TryFactor(Command):
    session: str


@dataclass(frozen=True, slots=True)
class FactorCompared(Command):
    """``issuing_state`` is that of a document whose chip was verified, else empty; ``excused`` what could not be proven
    of it and the policy does without.
    """

    session: str
    matched: bool
    issuing_state: str = ""
    excused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declare(Command):
    """``answer`` is ``yes`` or ``no``."""

    session: str
    declaration: str
    answer: str


@dataclass(frozen=True, slots=True)
class Confirm(Command):
    """``choice``: ``everything``, ``open_again``, ``missing``, ``foreign``, ``error``."""

    session: str
    choice: str


@dataclass(frozen=True, slots=True)
class ExtendSession(Command):
    session: str


@dataclass(frozen=True, slots=True)
class CancelSession(Command):
    session: str
