"""The factor ``emrtd``: waits until exactly one document lies in a reader, reads it, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final, Protocol

from hal.eid.access_key import AccessKey, CardAccessNumber, MrzKey
from hal.eid.channel import Cancelled, CardChannel, CardRemoved, ChannelError, DeadlineExceeded
from hal.eid.job import Job
from hal.eid.outcome import Outcome, Reason, Retry
from hal.eid.pcsc import Deadline, Limits, PcscCard, card_in
from hal.eid.watch import CardSeen, CardWatch, Seen
from hal.wire import AccessKind, ChipReaderState, ChipRequest, ChipStage

_AGAIN_S: Final = 1.0
"""After a card that was seen did not answer: so long at most until somebody notices that it is gone."""


class Examination(Protocol):
    """What is done with a document that lies there: `hal.eid.examination` on a box."""

    def __call__(self, channel: CardChannel, access: AccessKey, request: ChipRequest) -> Outcome:
        """Read it and judge it. Raises nothing but programming errors."""
        ...


class PresentedDocument:
    """A `Procedure`. Takes part in nothing that is secret but to pass it on."""

    def __init__(self, watch: CardWatch, examine: Examination, limits: Limits | None = None) -> None:
        self._watch = watch
        self._examine = examine
        self._limits = limits or Limits()

    def verify(self, job: Job) -> Outcome:
        """As `Procedure.verify`: an answer in the job's time whatever card, reader and pcscd do."""
        access = access_of(job.request)
        if access is None:
            return Retry(Reason.ACCESS_KEY_WRONG)
        try:
            return read_presented(
                self._watch,
                job.deadline,
                self._limits,
                job.progress,
                lambda channel: self._examine(channel, access, job.request),
            )
        except Cancelled:
            return Retry(Reason.CANCELLED)


def read_presented(
    watch: CardWatch,
    deadline: Deadline,
    limits: Limits,
    progress: Callable[[ChipStage], None],
    examine: Callable[[PcscCard], Outcome],
) -> Outcome:
    """Wait for a document and have it examined. ``progress`` hears of each change. Raises `Cancelled`."""
    while True:
        if not watch.seen.cards:
            progress(ChipStage.ABSENT)
        card = _one_card(watch, deadline)
        if not isinstance(card, CardSeen):
            return card
        progress(ChipStage.READING)
        deadline.begin(limits.whole)
        try:
            with card_in(card.reader, deadline, limits) as channel:
                return examine(channel)
        except CardRemoved:
            # It was gone before anything was asked, and pcscd had not noticed yet.
            deadline.rest()
            _wait(watch, deadline, partial(_without, card), _AGAIN_S)
        except Cancelled:
            raise
        except DeadlineExceeded:
            return Retry(Reason.DEADLINE_EXCEEDED)
        except ChannelError:
            return Retry(Reason.READER_GONE)


def _without(card: CardSeen, seen: Seen) -> bool:
    return card not in seen.cards


def _one_card(watch: CardWatch, deadline: Deadline) -> CardSeen | Retry:
    if not _wait(watch, deadline, lambda seen: bool(seen.cards)):
        return Retry(Reason.NO_CARD if watch.seen.state is ChipReaderState.OK else Reason.READER_GONE)
    cards = watch.seen.cards
    if len(cards) > 1:
        return Retry(Reason.SEVERAL_CARDS)
    return cards[0] if cards else _one_card(watch, deadline)


def _wait(watch: CardWatch, deadline: Deadline, until: Callable[[Seen], bool], at_most_s: float = 3600.0) -> bool:
    """Until it is so, the time is over or `CardWatch.notify` told of a cancelled one. Raises `Cancelled`."""
    so = watch.wait(lambda seen: deadline.cancelled or until(seen), min(at_most_s, deadline.left_ms() / 1000))
    if deadline.cancelled:
        raise Cancelled("nobody waits for it any more")
    return so


def access_of(request: ChipRequest) -> AccessKey | None:
    """What opens the chip; ``None`` when it opens none."""
    try:
        if request.access_kind is AccessKind.CAN:
            return CardAccessNumber(request.access.reveal())
        return MrzKey(request.access.reveal())
    except ValueError:
        return None


def moment_of(request: ChipRequest) -> datetime | None:
    """The time at which certificates and documents have to be valid; ``None`` for one that no clock shows."""
    try:
        return datetime.fromtimestamp(request.wall_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
