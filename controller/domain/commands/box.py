"""The life of the process and of the box."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command
from controller.domain.events import CompartmentPlan, PolicyRule
from controller.domain.model import Door, LockRules


@dataclass(frozen=True, slots=True)
class OpenLog(Command):
    box: str
    kind: str


@dataclass(frozen=True, slots=True)
class ActivateProfile(Command):
    """``seen_empty_by`` names who looked into every compartment at commissioning; only meaningful for the first
    profile.
    """

    sha256: str
    compartments: tuple[CompartmentPlan, ...]
    rules: LockRules
    seen_empty_by: str


@dataclass(frozen=True, slots=True)
class ActivatePolicies(Command):
    sha256: str
    rules: tuple[PolicyRule, ...]


@dataclass(frozen=True, slots=True)
class StartBox(Command):
    """Outputs are inactive and every door was read: settle what was open when the last process ended."""

    software: str
    doors: dict[str, Door]


@dataclass(frozen=True, slots=True)
class StopBox(Command):
    reason: str


@dataclass(frozen=True, slots=True)
class Tick(Command):
    """Time has passed: act on what is due."""


@dataclass(frozen=True, slots=True)
class JudgeClock(Command):
    trusted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class JudgeScreen(Command):
    """Whether the resident's page is known to show what stands now."""

    fresh: bool


@dataclass(frozen=True, slots=True)
class SetFault(Command):
    """A device's state as its owner sees it. Repeating it changes nothing.

    ``compartments`` cannot be used as long as it stands; once it does not, they can, as far as this code is concerned.
    The doors of ``blind`` cannot be read from now on.
    """

    code: str
    subject: str
    active: bool
    compartments: tuple[str, ...] = ()
    blind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteRefusals(Command):
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class SealCheckpoint(Command):
    state_sha256: str
    fold_version: int
