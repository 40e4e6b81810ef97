"""Headphones in the box's socket: the page has to know at once. What it makes of it is the page's."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from controller.services.front import Front
from hal.interfaces import Headphones

log = logging.getLogger(__name__)


class HeadphoneWatch:
    """Tells the front. Made on the event loop; hears of the socket on a foreign thread."""

    def __init__(self, headphones: Headphones, front: Front) -> None:
        self._front = front
        self._loop = asyncio.get_running_loop()
        headphones.subscribe(self._moved)

    def _moved(self, plugged: bool) -> None:
        try:
            self._loop.call_soon_threadsafe(self._show, "in" if plugged else "out")
        except RuntimeError:
            log.info("headphones were moved after the end")

    def _show(self, headphones: str) -> None:
        if self._front.state.headphones != headphones:
            self._front.show(replace(self._front.state, headphones=headphones))
