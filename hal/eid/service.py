"""The card reader's process: one request at a time, an answer for each, and what systemd wants to know.

A command that a card works on cannot be interrupted: not by a signal, not by SCardCancel. So each request has a thread
of its own. When one does not come back in its time, the controller gets its answer, and then this process ends by
itself without waiting for it (`EXIT_STUCK`): that is what closes its handles in pcscd. systemd starts it anew.
"""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import signal
import sys
from collections import deque
from collections.abc import Mapping
from types import FrameType, TracebackType
from typing import Final

from hal.eid.job import Job, Procedure
from hal.eid.link import CardLink
from hal.eid.outcome import Outcome, Reason, Refused, Retry, Unsupported, Verified
from hal.eid.pcsc import Limits
from hal.eid.trust import Trust
from hal.eid.watch import CardWatch
from hal.interfaces import monotonic_ms
from hal.notify import notify, watchdog_interval_ms
from hal.wire import (
    ChipAnswer,
    ChipOutcomeKind,
    ChipProgress,
    ChipReaderHealth,
    ChipRequest,
    ChipStage,
)

_log = logging.getLogger(__name__)

HEALTH_EVERY_MS: Final = 1000
"""Well below the 5 s after which the controller holds a reader for dead."""

EXIT_STUCK: Final = 75
"""``EX_TEMPFAIL``: a call into the card stack does not return."""

_STEP_MS: Final = 250
_STOP_MS: Final = 700
_PR_SET_DUMPABLE: Final = 4


class CardReader:
    """One reader process. ``name`` says which (``eid``), ``procedures`` what it can verify, by factor."""

    def __init__(
        self,
        name: str,
        socket_path: str,
        watch: CardWatch,
        procedures: Mapping[str, Procedure],
        trust: Trust,
        limits: Limits | None = None,
    ) -> None:
        self._name = name
        self._watch = watch
        self._procedures = procedures
        self._trust = trust
        self._limits = limits or Limits()
        self._link = CardLink(socket_path, self._request, self._cancel, self._forget, self._turn)
        self._job: Job | None = None
        self._next: ChipRequest | None = None
        self._progress: deque[tuple[Job, ChipStage]] = deque()
        self._stopping = False
        self._health: ChipReaderHealth | None = None
        self._health_due_ms = 0
        self._watchdog_ms = watchdog_interval_ms()
        self._watchdog_due_ms = 0
        self.stuck = False
        """After ``run``: a thread is still inside the card stack, and the process must end without it."""

    def wake(self) -> None:
        """Look at once for what has changed. Any thread."""
        self._link.wake()

    def stop(self) -> None:
        """End ``run`` soon. Any thread, and from a signal handler."""
        self._stopping = True
        self._link.wake()

    def run(self) -> int:
        """Serve until ``stop``; the exit code. Once."""
        self._watch.listen(self.wake)
        self._watch.start()
        notify("READY=1")
        while not self._stopping and not self.stuck:
            self._link.step(_STEP_MS if self._watchdog_ms is None else min(_STEP_MS, self._watchdog_ms))
            self._tell_systemd()
        notify("STOPPING=1")
        code = EXIT_STUCK if self.stuck else 0
        self._forget()
        self.stuck = not self._watch.close(_STOP_MS) or (self._job is not None and not self._job.join(_STOP_MS))
        self._link.close(wakes=not self.stuck)
        return code

    def _request(self, request: ChipRequest) -> None:
        self._forget()
        self._next = request

    def _cancel(self, challenge: str) -> None:
        if self._job is not None and self._job.request.challenge == challenge:
            self._end_job()
        if self._next is not None and self._next.challenge == challenge:
            self._next = None

    def _forget(self) -> None:
        self._end_job()
        self._next = None

    def _end_job(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._watch.notify()

    def _turn(self) -> None:
        """Once in each step: say what there is to say, begin what there is to begin."""
        self._tell_health()
        self._tell_progress()
        if self._job is not None:
            self._look_at(self._job)
        if self._job is None and self._next is not None and not self.stuck:
            self._begin(self._next)

    def _look_at(self, job: Job) -> None:
        if not job.running:
            self._job = None
            if job.outcome is not None and not job.deadline.cancelled:
                self._answer(job.request, job.outcome)
        elif job.stuck:
            _log.error("card_stack_stuck: a card or its reader does not answer; ending, to be started anew")
            self.stuck = True
            if self._next is not None:
                self._answer(self._next, Retry(Reason.READER_GONE))
        elif job.overdue and not job.deadline.cancelled:
            self._answer(job.request, Retry(Reason.DEADLINE_EXCEEDED))
            # Whatever comes of it now, nobody waits for it.
            job.cancel()

    def _begin(self, request: ChipRequest) -> None:
        self._next = None
        procedure = self._procedures.get(request.factor)
        if procedure is None:
            self._answer(request, Unsupported(Reason.PROTOCOL_UNSUPPORTED))
            return
        self._job = Job(request, procedure, self._limits, self._hear_progress, self.wake)
        self._job.start()

    def _hear_progress(self, job: Job, stage: ChipStage) -> None:
        self._progress.append((job, stage))
        self.wake()

    def _tell_progress(self) -> None:
        while self._progress:
            job, stage = self._progress.popleft()
            if job is self._job and not job.deadline.cancelled:
                self._link.say(ChipProgress(job.request.challenge, stage))

    def _answer(self, request: ChipRequest, outcome: Outcome) -> None:
        answer = answer_to(request.challenge, outcome)
        reason = answer.reason or ",".join(answer.excused) or "-"
        _log.info("chip_check: %s %s %s", answer.outcome, reason, answer.issuing_state or "-")
        self._link.say(answer)

    def _tell_health(self) -> None:
        if not self._link.connected:
            self._health = None
            return
        seen = self._watch.seen
        health = ChipReaderHealth(
            self._name, seen.state, bool(seen.cards), self._trust.anchors, tuple(self._procedures)
        )
        now_ms = monotonic_ms()
        if health != self._health or now_ms >= self._health_due_ms:
            self._health, self._health_due_ms = health, now_ms + HEALTH_EVERY_MS
            self._link.say(health)

    def _tell_systemd(self) -> None:
        now_ms = monotonic_ms()
        if self._watchdog_ms is not None and now_ms >= self._watchdog_due_ms:
            self._watchdog_due_ms = now_ms + self._watchdog_ms
            notify("WATCHDOG=1")


def answer_to(challenge: str, outcome: Outcome) -> ChipAnswer:
    """The outcome in the words of the socket."""
    match outcome:
        case Verified(issuing_state, verifiers, excused):
            hexadecimal = tuple(verifier.hex() for verifier in verifiers)
            words = tuple(reason.value for reason in excused)
            return ChipAnswer(challenge, ChipOutcomeKind.VERIFIED, "", issuing_state, hexadecimal, excused=words)
        case Refused(reason, issuing_state):
            return ChipAnswer(challenge, ChipOutcomeKind.REFUSED, reason.value, issuing_state)
        case Retry(reason, tries_left):
            return ChipAnswer(challenge, ChipOutcomeKind.RETRY, reason.value, tries_left=tries_left)
        case Unsupported(reason):
            return ChipAnswer(challenge, ChipOutcomeKind.UNSUPPORTED, reason.value)


def keep_secrets() -> None:
    """Nothing of this process reaches a core, a debugger of the same user, or the text of an exception that nobody
    expected.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    sys.excepthook = _say_only_where


def _say_only_where(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    where = []
    while trace is not None:
        where.append(f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}")
        trace = trace.tb_next
    _log.critical("reader_broken: %s in %s", kind.__name__, "; ".join(where))


def run_until_signal(reader: CardReader) -> int:
    """Run it until SIGTERM or SIGINT and return its exit code. For the main thread of a process of its own."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        reader.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    keep_secrets()
    code = reader.run()
    if reader.stuck:
        logging.shutdown()
        # A thread in native code must not meet an interpreter that is being torn down.
        os._exit(code)
    return code
