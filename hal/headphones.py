"""Whether headphones are in the socket, and the loudspeaker's amplifier, which is off meanwhile.

Plugging in has to stand, as every contact has; pulling out counts after a twentieth of a second: what is being read
aloud must not go on by the loudspeaker. What cannot be read counts as out, for the same reason.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from hal.boards.board import Switch
from hal.contacts import Line, Steadied
from hal.input_device import HEADPHONE_INSERT, InputKernel, SwitchDevice

log = logging.getLogger(__name__)

OUT_MS = 50
"""How long they have to be out: two looks."""
AMPLIFIER_AFTER_MS = 1_000
"""So long after they are out the loudspeaker comes back: the page has stopped speaking long before."""
REOPEN_MS = 1_000
"""Between two tries to open the input device."""

HeadphonesListener = Callable[[bool], None]


class Jack(Protocol):
    """What tells it."""

    def plugged(self, now_ms: int) -> bool:
        """Raises when it cannot be read."""
        ...

    def close(self) -> None:
        """Give it back. Idempotent."""
        ...


class ContactJack:
    """The socket's own switch, on a wire."""

    def __init__(self, line: Line, active_high: bool) -> None:
        self._line = line
        self._active_high = active_high

    def plugged(self, now_ms: int) -> bool:
        """See `Jack.plugged`."""
        return self._line.high() is self._active_high

    def close(self) -> None:
        """See `Jack.close`."""
        self._line.close()


class DeviceJack:
    """The sound card's switch, as the kernel has it. Asked, not listened to; opened again when it was pulled out."""

    def __init__(self, path: str, kernel: InputKernel) -> None:
        self._path = path
        self._kernel = kernel
        self._device: SwitchDevice | None = None
        self._again_ms = 0
        self._problem: OSError | None = None

    def plugged(self, now_ms: int) -> bool:
        """See `Jack.plugged`. Raises ``OSError``."""
        if self._device is None:
            if self._problem is not None and now_ms < self._again_ms:
                raise self._problem
            self._again_ms = now_ms + REOPEN_MS
        try:
            if self._device is None:
                self._device = SwitchDevice(self._path, HEADPHONE_INSERT, self._kernel)
            plugged = self._device.on()
        except OSError as error:
            self._problem = error
            self.close()
            raise
        self._problem = None
        return plugged

    def close(self) -> None:
        """See `Jack.close`."""
        device, self._device = self._device, None
        if device is not None:
            device.close()


class HeadphoneSocket:
    """``hal.interfaces.Headphones``, fed by one thread."""

    def __init__(self, jack: Jack | None, debounce_ms: int = 0, amplifier: Switch | None = None) -> None:
        """Both are ours from now on. ``jack``: ``None`` where nothing tells; ``amplifier``: off."""
        self._jack = jack
        self._amplifier = amplifier
        self._amplified: bool | None = None
        self._amplify_at_ms: int | None = None
        self._steadied = Steadied(debounce_ms, OUT_MS)
        self._listeners: tuple[HeadphonesListener, ...] = ()

    @property
    def plugged(self) -> bool | None:
        """See ``Headphones.plugged``."""
        return self._steadied.believed

    def subscribe(self, listener: HeadphonesListener) -> None:
        """See ``Headphones.subscribe``."""
        self._listeners = (*self._listeners, listener)
        if self.plugged is not None:
            listener(self.plugged)

    @property
    def there(self) -> bool:
        """Is there anything to ask?"""
        return self._jack is not None

    def look(self, now_ms: int) -> Exception | None:
        """Ask the jack; what kept it from being read."""
        if self._jack is None:
            return None
        problem: Exception | None = None
        try:
            plugged = self._jack.plugged(now_ms)
        except Exception as error:
            # The pin libraries' errors have no common base.
            plugged, problem = False, error
        if plugged:
            self._amplify(False)
        if self._steadied.feed(plugged, now_ms):
            self._amplify_at_ms = None if plugged else now_ms + AMPLIFIER_AFTER_MS
            self._tell(plugged)
        if not plugged and self._amplify_at_ms is not None and now_ms >= self._amplify_at_ms:
            self._amplify(True)
        return problem

    def _tell(self, plugged: bool) -> None:
        for listener in self._listeners:
            try:
                listener(plugged)
            except Exception:
                # Whatever a listener does, the others hear, and the thread that looks lives on.
                log.exception("a listener for headphones raised")

    def _amplify(self, on: bool) -> None:
        if self._amplifier is None or self._amplified is on:
            return
        self._amplified = on
        try:
            self._amplifier.switch(on)
        except Exception:
            # As above. It is tried again: silence would be worse than a line in the journal.
            self._amplified = None
            log.warning("the loudspeaker cannot be switched", exc_info=True)

    def close(self) -> None:
        """The loudspeaker off; give the devices back. Idempotent."""
        try:
            if self._amplifier is not None:
                self._amplifier.close()
        finally:
            if self._jack is not None:
                self._jack.close()
