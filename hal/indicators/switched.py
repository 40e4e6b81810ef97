"""Lamps, lights and a buzzer, each an output somewhere: on the header, an expander or a relay board."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from contextlib import ExitStack

from hal.boards.board import Switch
from hal.interfaces import Fault, FaultListener
from hal.profile import lamp_name

log = logging.getLogger(__name__)

TONES: Mapping[str, tuple[int, ...]] = {
    "ok": (120,),
    "booked": (70, 60, 70),
    "refused": (500,),
    "full": (500, 200, 500),
    "attention": (300, 150, 300, 150, 300),
}
"""On and off times in ms, beginning with on."""

LIGHTS: Mapping[str, str] = {"scanner": "the scanner light", "door": "the door light"}
"""What each is called in the profile's outputs."""
BUZZER = "the buzzer"


class SwitchedIndicators:
    """``Indicators``. Thread-safe. Trouble with an output is reported once and disturbs nobody; it is over when the
    output can be switched again.
    """

    def __init__(self, switches: Mapping[str, Switch], faults: FaultListener | None = None) -> None:
        """``switches`` by what `hal.profile.Profile.outputs` calls them; all off, and ours from now on."""
        self._switches = dict(switches)
        self._faults = faults
        self._reported: set[str] = set()
        self._guard = threading.Lock()
        self._sounding: threading.Thread | None = None
        self._stop = threading.Event()

    def lamp(self, compartment: str, on: bool) -> None:
        """See ``Indicators.lamp``."""
        self._set(lamp_name(compartment), on)

    def light(self, name: str, on: bool) -> None:
        """See ``Indicators.light``."""
        if name not in LIGHTS:
            raise ValueError(f"there is no light {name!r}; there are {', '.join(LIGHTS)}")
        self._set(LIGHTS[name], on)

    def tone(self, name: str) -> None:
        """See ``Indicators.tone``. A tone that still sounds is not interrupted: the new one is dropped."""
        try:
            steps = TONES[name]
        except KeyError:
            raise ValueError(f"there is no tone {name!r}; there are {', '.join(TONES)}") from None
        with self._guard:
            if BUZZER not in self._switches or self._sounding is not None or self._stop.is_set():
                return
            self._sounding = threading.Thread(target=self._sound, args=(steps,), name="tone", daemon=True)
            self._sounding.start()

    def _sound(self, steps: tuple[int, ...]) -> None:
        try:
            for index, duration in enumerate(steps):
                self._set(BUZZER, index % 2 == 0)
                if self._stop.wait(duration / 1000):
                    return
        finally:
            self._set(BUZZER, False)
            with self._guard:
                self._sounding = None

    def _set(self, name: str, on: bool) -> None:
        switch = self._switches.get(name)
        if switch is None:
            return
        try:
            switch.switch(on)
        except Exception as error:
            # The pin libraries' errors have no common base.
            self._failed(name, error)
            return
        with self._guard:
            mended = name in self._reported
            self._reported.discard(name)
        if mended and self._faults is not None:
            self._faults.fault_cleared("indicator_failed", name)

    def _failed(self, name: str, error: Exception) -> None:
        with self._guard:
            if name in self._reported:
                return
            self._reported.add(name)
        log.warning("%s cannot be switched: %r", name, error)
        if self._faults is not None:
            self._faults.fault_raised(
                Fault("indicator_failed", name, f"it cannot be switched ({error})", "Check its pin and wiring.")
            )

    def close(self) -> None:
        """See ``Indicators.close``. One that fails does not keep the others lit."""
        self._stop.set()
        sounding = self._sounding
        if sounding is not None:
            sounding.join(1.0)
        with ExitStack() as closing:
            for switch in self._switches.values():
                closing.callback(switch.close)
