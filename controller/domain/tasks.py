"""What the office asks to be done at the box: nothing opens by it, it waits for somebody with a badge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TaskKind(StrEnum):
    """``COUNTER``: the envelope is handed over at the counter. The others are the guided openings of the same names."""

    RECALL = "recall"
    COUNTER = "counter"
    CLARIFICATION = "clarification"
    RETURNS = "returns"
    STOCKTAKE = "stocktake"


@dataclass(frozen=True, slots=True)
class Task:
    """``deposit`` is empty when it is about the compartment. ``by`` is who asked for it."""

    id: str
    kind: TaskKind
    compartment: str
    deposit: str
    reason: str
    by: str
    since_wall_ms: int
