"""The card reader's end of the controller's socket: hears what to verify, says how it ended. Nothing but the messages
of `hal.wire.chip` goes out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hal.interfaces import monotonic_ms
from hal.link import LineLink
from hal.wire import ChipAnswer, ChipCancel, ChipProgress, ChipReaderHealth, ChipRequest, Notification


class CardLink(LineLink):
    """A connection that comes back by itself. The callbacks run on the thread of ``step``; everything here is for it.

    ``on_lost``: whatever the controller asked for, it does not ask any more. ``on_turn`` is called once in each step:
    what is to be said goes out with it.
    """

    def __init__(
        self,
        path: str,
        on_request: Callable[[ChipRequest], None],
        on_cancel: Callable[[str], None],
        on_lost: Callable[[], None],
        on_turn: Callable[[], None],
        now_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        super().__init__(path, now_ms)
        self._on_request = on_request
        self._on_cancel = on_cancel
        self._on_lost = on_lost
        self._on_turn = on_turn

    def say(self, message: ChipAnswer | ChipProgress | ChipReaderHealth) -> None:
        """Send it; without a connection nobody hears it."""
        self._ask(message.METHOD, message.params())

    def _heard(self, notification: Notification) -> bool:
        if notification.method == ChipRequest.METHOD:
            self._on_request(ChipRequest.from_params(notification.params))
        elif notification.method == ChipCancel.METHOD:
            self._on_cancel(ChipCancel.from_params(notification.params).challenge)
        else:
            return False
        return True

    def _answered(self, method: str | None, result: Any) -> None:
        """The results say nothing."""

    def _opened(self) -> None:
        """The service sees it and says how it is."""

    def _lost(self) -> None:
        self._on_lost()

    def _send_waiting(self) -> None:
        self._on_turn()
