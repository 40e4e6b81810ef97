"""One request of the controller while it is worked on: on a thread of its own, which may never come back."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from typing import Final, Protocol

from hal.eid.outcome import Outcome, Reason, Unsupported
from hal.eid.pcsc import Deadline, Limits
from hal.interfaces import monotonic_ms
from hal.wire import ChipRequest, ChipStage

_log = logging.getLogger(__name__)

ANSWER_MARGIN_MS: Final = 300
"""So long before the controller's deadline the answer is on its way."""

GRACE_MS: Final = 250
"""So long after the end of its time whoever waits is not kept waiting any more."""

STUCK_MS: Final = 2_000
"""So long after it a thread has noticed even on a busy computer. One that has not is inside the card stack."""


class Procedure(Protocol):
    """How one factor is verified."""

    def verify(self, job: Job) -> Outcome:
        """Verify what ``job.request`` asks for, until ``job.deadline``; on the job's thread. Secrets stay in here."""
        ...


class Job:
    """A request on its way to an outcome. Everything but `progress` is for the thread that made it."""

    def __init__(
        self,
        request: ChipRequest,
        procedure: Procedure,
        limits: Limits,
        on_progress: Callable[[Job, ChipStage], None],
        on_end: Callable[[], None],
    ) -> None:
        self.request = request
        self.deadline = Deadline(max(monotonic_ms(), request.deadline_mono_ms - ANSWER_MARGIN_MS))
        self._procedure = procedure
        self._limits = limits
        self._on_progress = on_progress
        self._on_end = on_end
        self._stage: ChipStage | None = None
        self._outcome: Outcome | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="card-job", daemon=True)

    def start(self) -> None:
        """Begin. Once."""
        self._thread.start()

    @property
    def running(self) -> bool:
        return not self._ended.is_set()

    @property
    def outcome(self) -> Outcome | None:
        """Once it ended."""
        return self._outcome if self._ended.is_set() else None

    def join(self, timeout_ms: int) -> bool:
        """Wait for its end; whether it ended."""
        self._thread.join(timeout_ms / 1000)
        return not self._thread.is_alive()

    def cancel(self) -> None:
        """Nobody waits for it any more. It ends soon: between two commands to a card, or it is stuck."""
        self.deadline.cancel()

    @property
    def overdue(self) -> bool:
        """Its time is over."""
        return self.running and monotonic_ms() > self.deadline.ends_at_ms + GRACE_MS

    @property
    def stuck(self) -> bool:
        """It should have ended long ago: its thread waits for a card stack that does not answer."""
        ends_at_ms = self.deadline.ends_at_ms
        if self.deadline.cancelled_at_ms is not None:
            ends_at_ms = min(ends_at_ms, self.deadline.cancelled_at_ms + self._limits.exchange)
        return self.running and monotonic_ms() > ends_at_ms + STUCK_MS

    def progress(self, stage: ChipStage) -> None:
        """Tell how far it is; what was told already is not told again. The job's thread."""
        if stage is not self._stage:
            self._stage = stage
            self._on_progress(self, stage)

    def _run(self) -> None:
        try:
            self._outcome = self._procedure.verify(self)
        except Exception as error:
            # Neither message nor values: an error may quote what was read from a card.
            where = "; ".join(f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__))
            _log.error("verifier_broken: %s in %s", type(error).__name__, where)
            self._outcome = Unsupported(Reason.CARD_FAILED)
        finally:
            self._ended.set()
            self._on_end()
