"""Which languages and reading modes the pages are used in: counted in memory, written down in groups.

That somebody uses large letters or has the pages read to them can be knowledge of their health, and an entry of the log
stands next to the entry of their visit. So nothing of one session is ever written: a group is, once it is large enough
that none of its sessions can be told from the others. What a killed process had counted is lost, and that is the better
way round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from controller.domain import events as ev
from controller.domain.commands import NotePageUse
from controller.domain.decide_reporting import LEAST_SESSIONS, MODES
from controller.domain.moment import Moment
from controller.services.actor import Actor
from controller.services.front import Front

#: Sessions that are written down together. At the end of a month and of the process a group may be as small as
#: `LEAST_SESSIONS`; what is less is forgotten.
GROUP = 20


class PageUse:
    """Follows the sessions. One event loop. ``month_of`` gives the month of a wall clock (ms) as ``2026-10``."""

    def __init__(self, actor: Actor, front: Front, month_of: Callable[[int], str]) -> None:
        self._actor = actor
        self._front = front
        self._month_of = month_of
        self._month = ""
        self._sessions = 0
        self._languages: Counter[str] = Counter()
        self._modes: Counter[str] = Counter()
        self._language = ""
        self._used: set[str] = set()
        actor.on_event(self._happened)
        front.on_change(self._look)

    def tell(self, modes: Iterable[str]) -> None:
        """The page of the running session says which modes are on. Unknown ones do not count."""
        if self._actor.box.session is not None:
            self._used.update(mode for mode in modes if mode in MODES)

    def settle(self) -> None:
        """A group of a month that is over is written now."""
        now = self._actor.now()
        if self._month and now.clock_trusted and self._month_of(now.wall_ms) != self._month:
            self.flush()

    def flush(self) -> None:
        """Writes what was counted, if it is enough, and begins anew."""
        if self._sessions >= LEAST_SESSIONS:
            self._actor.post(NotePageUse(self._month, self._sessions, _counts(self._languages), _counts(self._modes)))
        self._sessions = 0
        self._languages.clear()
        self._modes.clear()

    def _look(self) -> None:
        if self._actor.box.session is not None:
            self._language = self._front.state.language

    def _happened(self, event: ev.Event, at: Moment) -> None:
        match event:
            case ev.SessionStarted():
                self._language = self._front.state.language
                self._used.clear()
            case ev.SessionEnded():
                self._count(at)
            case _:
                pass

    def _count(self, at: Moment) -> None:
        used, self._used = self._used, set()
        # Without the time nobody knows the month.
        if at.clock_trusted and self._language:
            self.settle()
            self._month = self._month_of(at.wall_ms)
            self._sessions += 1
            self._languages[self._language] += 1
            self._modes.update(used)
            if self._sessions >= GROUP:
                self.flush()


def _counts(counts: Counter[str]) -> tuple[ev.UseCount, ...]:
    return tuple(ev.UseCount(name, count) for name, count in sorted(counts.items()))
