"""The line to the controller: calls, revisions of its views, and coming back when it was away.

Two connections: one is only listened to (`ViewChanged`), so that a slow answer never delays a revision; the other
asks. A page knows its state by a tag of two numbers, ``generation-revision``: the generation changes whenever the
line breaks or comes back, because a controller that was restarted counts its revisions anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TypeVar

from controller.api import (
    ControlClient,
    ControlError,
    Disconnected,
    GetKiosk,
    GetStaff,
    GetTechnician,
    Request,
    ViewChanged,
)

log = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")

VIEWS = ("kiosk", "staff", "technician")

#: While the line has been broken for less than this, the pages ask for patience; then they say "out of order".
PATIENCE_S = 5.0
#: A controller that does not answer in this time is treated as one that went away.
ANSWER_S = 8.0
FIRST_RETRY_S = 0.05
LONGEST_RETRY_S = 1.0


class Topic:
    """The tag of one view. Whoever waits for the next one hangs a bell here; tags that come while nobody looks are
    coalesced.
    """

    def __init__(self) -> None:
        self.tag = "0-0"
        self.bells: set[asyncio.Event] = set()

    def publish(self, tag: str) -> None:
        self.tag = tag
        for bell in self.bells:
            bell.set()


class Link:
    """Keeps the line to the controller. Belongs to one event loop; `run` is its task."""

    def __init__(self, path: str, patience_s: float = PATIENCE_S) -> None:
        self._path = path
        self._patience_s = patience_s
        self._caller: ControlClient | None = None
        self._revisions = dict.fromkeys(VIEWS, 0)
        self._generation = 0
        self._lost_at = time.monotonic()
        self._stopping = asyncio.Event()
        #: The first attempt to connect has succeeded or failed.
        self.attempted = asyncio.Event()
        self.topics = {view: Topic() for view in VIEWS}

    @property
    def away(self) -> bool:
        return self._caller is None

    @property
    def patient(self) -> bool:
        """The line broke just now and may be back in a moment."""
        return self.away and time.monotonic() - self._lost_at < self._patience_s

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def tag(self, revision: int) -> str:
        """The tag of a view of which the controller says that it has ``revision``."""
        return f"{self._generation}-{revision}"

    def away_tag(self) -> str:
        return self.tag(0 if self.patient else 1)

    def is_this_generation(self, generation: int) -> bool:
        return generation == self._generation

    async def call(self, request: Request[ResultT], within_s: float = ANSWER_S) -> ResultT:
        """Raises `ControlError` when the controller refuses and `Disconnected` when it is away or does not answer in
        ``within_s`` seconds.
        """
        caller = self._caller
        if caller is None:
            raise Disconnected("the controller is away")
        try:
            async with asyncio.timeout(within_s):
                return await caller.call(request)
        except TimeoutError as error:
            raise Disconnected("the controller does not answer") from error

    def stop(self) -> None:
        """Ends `run` and every stream of revisions."""
        self._stopping.set()
        for topic in self.topics.values():
            topic.publish(topic.tag)

    async def run(self) -> None:
        """Connects, listens, and connects again after at most a second, until `stop`."""
        retry_s = FIRST_RETRY_S
        while not self.stopping:
            try:
                await self._be_connected()
                retry_s = FIRST_RETRY_S
            except (Disconnected, ControlError, TimeoutError) as error:
                log.debug("controller away: %s", error)
            self.attempted.set()
            self._publish_loss()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), retry_s)
            retry_s = min(retry_s * 2, LONGEST_RETRY_S)
            self._publish_loss()

    async def _be_connected(self) -> None:
        async with contextlib.AsyncExitStack() as stack:
            listener = await ControlClient.connect(self._path)
            stack.push_async_callback(listener.close)
            caller = await ControlClient.connect(self._path)
            stack.push_async_callback(caller.close)
            self._revisions = dict.fromkeys(VIEWS, 0)
            self._generation += 1
            listener.on_change(self._note)
            async with asyncio.timeout(ANSWER_S):
                now = {
                    "kiosk": (await listener.call(GetKiosk())).revision,
                    "staff": (await listener.call(GetStaff())).revision,
                    "technician": (await listener.call(GetTechnician())).revision,
                }
            # A notification may have come between an answer and here.
            self._revisions = {view: max(self._revisions[view], revision) for view, revision in now.items()}
            self._caller = caller
            self.attempted.set()
            for view, topic in self.topics.items():
                topic.publish(self.tag(self._revisions[view]))
            log.info("connected to the controller")
            ends = [asyncio.ensure_future(event.wait()) for event in (listener.closed, caller.closed, self._stopping)]
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._caller = None
                self._lost_at = time.monotonic()
                self._generation += 1
                for end in ends:
                    end.cancel()

    def _note(self, changed: ViewChanged) -> None:
        topic = self.topics.get(changed.view)
        if topic is None:
            return
        self._revisions[changed.view] = changed.revision
        if self._caller is not None:
            topic.publish(self.tag(changed.revision))

    def _publish_loss(self) -> None:
        tag = self.away_tag()
        for topic in self.topics.values():
            if topic.tag != tag:
                topic.publish(tag)
