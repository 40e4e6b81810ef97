"""Pulses follow commits, sensor facts precede everything: the controller's side of the cabinet.

The pulse itself is bounded by the lock bank's own thread; nothing here can lengthen it. Readings arrive on a foreign
thread, already debounced and stamped at the edge.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from functools import partial

from controller.domain import events as ev
from controller.domain.commands import DoorSensed, PulseFinished
from controller.domain.model import Door, OpeningStage
from controller.domain.moment import Moment
from controller.services.actor import Actor
from hal.interfaces import DoorLevel, DoorReading, Indicators, LockBank, LockBusy, LockError, LockResting, PulseReport

log = logging.getLogger(__name__)

#: A door that opens late is still watched closely for this long after the authorisation's own time.
WATCH_EXTRA_MS = 2000


class Doors:
    """Fires locks for authorisations and tells the actor what doors do. Lives on the event loop."""

    def __init__(
        self, actor: Actor, locks: LockBank, indicators: Indicators, watch_closely: Callable[[str, int], None]
    ) -> None:
        self._actor = actor
        self._locks = locks
        self._indicators = indicators
        self._watch_closely = watch_closely
        self._loop = asyncio.get_running_loop()
        self._begun = False
        self._on_pulse: list[Callable[[str, int], None]] = []
        actor.fire_with(self._fire)
        actor.on_event(self._happened)

    def on_pulse(self, listener: Callable[[str, int], None]) -> None:
        """``listener`` hears on the loop, when a pulse is over, whose authorisation it was and when it began."""
        self._on_pulse.append(listener)

    def begin(self, levels: Mapping[str, DoorLevel]) -> None:
        """The start is settled: from now on readings are facts. ``levels`` are the doors now, in case one moved
        meanwhile.
        """
        self._begun = True
        self.tell_again(levels, levels)

    def tell_again(self, levels: Mapping[str, DoorLevel], compartments: Iterable[str]) -> None:
        """What the contacts of ``compartments`` say now, as ``levels`` has it: facts, whether they are news or not."""
        now = self._actor.now().mono_ms
        for compartment in compartments:
            self._actor.post(DoorSensed(compartment, Door(levels[compartment].value), now))

    def sensed(self, reading: DoorReading) -> None:
        """A steady reading, on the door watch's thread: handed over at once."""
        try:
            self._loop.call_soon_threadsafe(self._post_reading, reading)
        except RuntimeError:
            # The loop is closed: the process is ending, and the next start reads every door anew.
            log.info("a reading of %s came after the end", reading.compartment)

    def _post_reading(self, reading: DoorReading) -> None:
        if not self._begun:
            return  # Before `begin` the doors are read, not listened to.
        self._actor.post(DoorSensed(reading.compartment, Door(reading.level.value), reading.mono_ms))

    def _happened(self, event: ev.Event, at: Moment) -> None:
        if isinstance(event, ev.UnlockAuthorised):
            self._indicators.lamp(event.compartment, True)
        elif isinstance(event, ev.OpeningEnded | ev.OpeningSuspended):
            self._indicators.lamp(event.compartment, False)

    def _fire(self, authorised: ev.UnlockAuthorised) -> None:
        """One pulse for one authorisation, right after its commit. On the log's writer thread, or the loop's."""
        try:
            future = self._locks.pulse(authorised.compartment, authorised.pulse_ms)
        except (LockBusy, LockResting) as resting:
            # Nothing has been fired: the supply or the coil still rests from the pulse before. The authorisation
            # stands, its pulse comes later, as long as its time is not over by then.
            if self._actor.now().mono_ms + resting.retry_after_ms < authorised.deadline_mono_ms:
                later = resting.retry_after_ms / 1000
                self._hand_over(self._loop.call_later, later, self._fire_if_still_authorised, authorised)
            else:
                self._refused(authorised, resting)
            return
        except LockError as error:
            self._refused(authorised, error)
            return
        future.add_done_callback(partial(self._pulse_ended, authorised.authorisation))
        self._watch_closely(authorised.compartment, authorised.deadline_mono_ms + WATCH_EXTRA_MS)

    def _refused(self, authorised: ev.UnlockAuthorised, error: LockError) -> None:
        log.warning("lock of %s refused: %s", authorised.compartment, error)
        self._hand_over(self._actor.post, PulseFinished(authorised.authorisation, error.code))

    def _fire_if_still_authorised(self, authorised: ev.UnlockAuthorised) -> None:
        opening = self._actor.box.opening
        if (
            not self._actor.halted
            and opening is not None
            and opening.authorisation == authorised.authorisation
            and opening.stage is OpeningStage.AUTHORISED
            and self._actor.now().mono_ms < opening.deadline_mono_ms
        ):
            try:
                self._fire(authorised)
            except Exception as error:
                # On the log's thread it would end the process; here, on the loop, nobody else would hear of it.
                self._actor.fail(error)

    def _pulse_ended(self, authorisation: str, future: Future[PulseReport]) -> None:
        """On the lock bank's thread."""
        error = future.exception()
        code = "" if error is None else error.code if isinstance(error, LockError) else "lock_fault"
        self._hand_over(self._actor.post, PulseFinished(authorisation, code))
        if error is None:
            began_mono_ms = future.result().started_mono_ms
            for listener in self._on_pulse:
                self._hand_over(listener, authorisation, began_mono_ms)

    def _hand_over(self, call: Callable[..., object], *values: object) -> None:
        """To the loop, from any thread."""
        try:
            self._loop.call_soon_threadsafe(call, *values)
        except RuntimeError:
            # The loop is closed: the process is ending, and the next start settles.
            log.info("a lock reported after the end")
