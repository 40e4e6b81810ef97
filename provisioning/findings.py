"""What a check looks at, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from controller.identity import Identity
from controller.settings import Settings


class State(StrEnum):
    """What a check says: ``WARNING`` works and should be mended; ``FAILED`` must not serve people."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table. ``words`` say what is and, where it is not well, what to do."""

    check: str
    state: State
    words: str


@dataclass(frozen=True, slots=True)
class Machine:
    """What is looked at. ``root`` is ``/`` but in tests; ``connect_timeout_s`` bounds the look for the broker."""

    configuration: Path
    root: Path = Path("/")
    connect_timeout_s: float = 3.0


Check = Callable[[Machine, Settings, Identity], Iterator[Finding]]
"""Looks at one thing and changes nothing."""
