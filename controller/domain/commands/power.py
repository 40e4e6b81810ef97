"""What is said about the supply."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command


@dataclass(frozen=True, slots=True)
class JudgePower(Command):
    """Whether the mains are there. Without them the box runs on what its uninterruptible supply has left."""

    mains: bool
