"""What all events have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. ``VERSION`` is the version of the shape that is written today."""

    VERSION: ClassVar[int] = 1
