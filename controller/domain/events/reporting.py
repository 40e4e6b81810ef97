"""What only the monthly report needs: figures that somebody typed, and how the pages were used."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class DocumentsIssuedNoted(Event):
    """The office issued ``count`` documents in ``month`` (``2026-10``), at the counter and at the box together. The
    last note of a month counts.
    """

    month: str
    count: int
    by: str


@dataclass(frozen=True, slots=True)
class RunningCostNoted(Event):
    """The box cost ``cents`` euro cents in ``month``. The last note of a month counts."""

    month: str
    cents: int
    by: str


@dataclass(frozen=True, slots=True)
class UseCount:
    """In how many of the sessions it was so (part of `PageUseNoted`)."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class PageUseNoted(Event):
    """How the pages were used in ``sessions`` sessions of ``month`` together, none of which can be told from the
    others: the languages, and the reading modes (one session may have used several or none).
    """

    month: str
    sessions: int
    languages: tuple[UseCount, ...]
    modes: tuple[UseCount, ...]
