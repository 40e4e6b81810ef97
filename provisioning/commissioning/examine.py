"""The round before the front: fires one lock after the other and looks at every door contact."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from hal.cabinet import Cabinet
from hal.doors.watch import DoorWatch
from hal.interfaces import DoorLevel, DoorReading, FaultListener, LockBusy, LockError, LockResting, monotonic_ms
from hal.profile import HEADER
from hal.wiring.observation import Observation
from provisioning.commissioning.dialogue import Installer, ask_doors

TRIES = 2
SETTLE_MS = 1_300
"""After a pulse: every contact has been polled by then and has stood for its window, also one that nobody expects."""
SETTLE_EDGES_MS = 500
"""The same where every contact is on the header: edges come by themselves."""
RETURN_MS = 2_500
"""A door that was closed is seen closed by then."""
FIRST_LEVELS_MS = 3_000
GRANT_MS = 120_000
"""Longer than any rest that the rules for coils may ask for."""


class Examination:
    """One cabinet, opened and ours. One thread; ``close`` it before the cabinet."""

    def __init__(
        self,
        cabinet: Cabinet,
        installer: Installer,
        *,
        faults: FaultListener | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._cabinet = cabinet
        self._installer = installer
        profile = cabinet.profile
        on_header = all(profile.sensor_wire(item).bank == HEADER for item in profile.compartments)
        self._settle_ms = SETTLE_EDGES_MS if on_header else SETTLE_MS
        self._sleep = sleep
        self._guard = threading.Lock()
        self._heard: list[DoorReading] = []
        self._watch = DoorWatch(cabinet.doors, self._hear, debounce_ms=profile.sensors.debounce_ms, faults=faults)
        self._watch.start()
        self._watch.wait_until_settled(FIRST_LEVELS_MS)

    def _hear(self, reading: DoorReading) -> None:
        with self._guard:
            self._heard.append(reading)

    def close(self) -> None:
        """Stop looking."""
        self._watch.close()

    def levels(self) -> Mapping[str, DoorLevel]:
        """Every contact now."""
        return self._watch.levels()

    def lock(self, label: str) -> Observation:
        """Fire the lock of ``label``, at most twice, and find out what opened; ends with everything closed again."""
        before = dict(self.levels())
        pressed = False
        for attempt in range(1, TRIES + 1):
            began, started, fault = self._fire(label)
            self._sleep(self._settle_ms / 1000)
            first = self._changed(before, began)
            opened = ask_doors(self._installer, label, tuple(first), before.keys())
            first = self._changed(before, began)  # what came while the installer looked
            if opened or first or fault or attempt == TRIES:
                break
            answer = self._installer.ask(
                f"Press the door of {label} and keep pressing; Enter fires once more, s goes on to the next door:"
            )
            if answer.casefold() == "s":
                break
            pressed = True
        moved = tuple(first)
        stuck = self._closed_again(opened, moved, before)
        only = first[moved[0]] if len(moved) == 1 else None
        return Observation(
            label,
            opened=opened,
            moved=moved,
            stuck=stuck,
            inverted=tuple(name for name in moved if before[name] is DoorLevel.OPEN),
            to_open_ms=None if only is None or started is None else max(0, only.mono_ms - started),
            fault=fault,
            pressed=pressed and bool(opened),
            before=before[label],
        )

    def _fire(self, label: str) -> tuple[int, int | None, str]:
        """When it was asked for, when the coil was energised (where known), and the code of what went wrong."""
        deadline = monotonic_ms() + GRANT_MS
        while True:
            began = monotonic_ms()
            self._watch.watch_closely(label, began + 5_000)
            try:
                report = self._cabinet.locks.pulse(label, self._cabinet.profile.pulse_ms(label)).result()
            except (LockBusy, LockResting) as wait:
                if monotonic_ms() + wait.retry_after_ms > deadline:
                    return began, None, wait.code
                if wait.retry_after_ms > 3_000:
                    self._installer.say(f"{label}: the coil rests for {wait.retry_after_ms // 1000} s.")
                self._sleep(wait.retry_after_ms / 1000)
            except LockError as error:
                self._installer.say(f"{label}: {error}")
                return began, None, error.code
            else:
                return began, report.started_mono_ms, ""

    def _changed(self, before: Mapping[str, DoorLevel], since_ms: int) -> dict[str, DoorReading]:
        """The first reading of each contact that says something else than before, in the map's order."""
        with self._guard:
            heard = [reading for reading in self._heard if reading.mono_ms >= since_ms]
        first: dict[str, DoorReading] = {}
        for reading in heard:
            if {reading.level, before[reading.compartment]} == {DoorLevel.OPEN, DoorLevel.CLOSED}:
                first.setdefault(reading.compartment, reading)
        return {label: first[label] for label in before if label in first}

    def _closed_again(
        self, opened: tuple[str, ...], moved: tuple[str, ...], before: Mapping[str, DoorLevel]
    ) -> tuple[str, ...]:
        """Contacts that do not come back though the doors are closed."""
        if not opened and not moved:
            return ()
        self._installer.ask(f"Close {', '.join(opened) or 'every door'}, then press Enter:")
        while True:
            away = self._away(moved, before)
            if not away:
                return ()
            answer = self._installer.ask(
                f"The contact of {', '.join(away)} does not say that it is closed."
                " Enter looks again, s if the door is closed:"
            )
            if answer.casefold() == "s":
                return away

    def _away(self, moved: tuple[str, ...], before: Mapping[str, DoorLevel]) -> tuple[str, ...]:
        deadline = monotonic_ms() + RETURN_MS
        while True:
            levels = self.levels()
            away = tuple(label for label in moved if levels[label] is not before[label])
            if not away or monotonic_ms() > deadline:
                return away
            self._sleep(0.02)
