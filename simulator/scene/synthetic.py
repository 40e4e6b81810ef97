"""The frame source of the demo: renders what a person holds before the plant's camera."""

from __future__ import annotations

import json
import logging
import select
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from hal.interfaces import Frame, monotonic_ms
from simulator.scene.model import Nothing, SceneError, scene_from_json
from simulator.scene.render import Renderer
from simulator.scene.sources import FRAMES_PER_SECOND, Pace

_log = logging.getLogger(__name__)

_RETRY_MS = 1000


class SceneFeed(Protocol):
    """Says what is before the camera. For one thread, except ``close``."""

    def latest(self) -> tuple[int, Any]:
        """The scene now as ``(revision, JSON object or None)``, without waiting. Raises ``OSError`` if it is lost."""
        ...

    def close(self) -> None:
        """Hang up. Idempotent."""
        ...


class PlantFeed:
    """The scene as the plant at ``path`` pushes it (``simulator.plant.protocol``).

    It speaks the plant's lines itself, of which it needs two: the reader's memory is measured, and the plant's client
    brings asyncio along.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._rest = b""
        self._latest: tuple[int, Any] = (-1, None)

    def latest(self) -> tuple[int, Any]:
        """See ``SceneFeed``. Connects when needed; a plant that is not there is an ``OSError``."""
        if self._socket is None:
            self._connect()
        try:
            self._drain()
        except OSError:
            self.close()
            raise
        return self._latest

    def close(self) -> None:
        """Hang up; ``latest`` would connect again."""
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()

    def _connect(self) -> None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_RETRY_MS / 1000)
        try:
            connection.connect(str(self._path))
            connection.sendall(b'{"op":"subscribe","id":1}\n')
        except OSError:
            connection.close()
            raise
        self._socket, self._rest, self._latest = connection, b"", (-1, None)

    def _drain(self) -> None:
        # Until the first answer is there, it is waited for: a person who already holds a phone is seen at once.
        while self._socket is not None and (self._latest[0] < 0 or select.select([self._socket], [], [], 0)[0]):
            data = self._socket.recv(1 << 16)
            if not data:
                raise ConnectionResetError("the plant has hung up")
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                self._take(json.loads(line))

    def _take(self, said: dict[str, Any]) -> None:
        holder = said.get("ok") if said.get("re") == 1 else said if said.get("event") == "scene" else None
        if holder is not None:
            self._latest = (holder["scene"]["revision"], holder["scene"]["scene"])


class SyntheticSource:
    """Frames of whatever ``feed`` says, rendered for a camera of ``width`` x ``height``.

    A scene that cannot be drawn is an empty hall (and a warning with the reason). Without a feed there are no frames,
    as with a camera whose cable is out.
    """

    def __init__(
        self, feed: SceneFeed, width: int = 640, height: int = 480, per_second: float = FRAMES_PER_SECOND
    ) -> None:
        self._feed = feed
        self._renderer = Renderer(width, height)
        self._pace = Pace(per_second)
        self._revision = -1
        self._silent_since_ms: int | None = None

    @property
    def name(self) -> str:
        """``"synthetic"``."""
        return "synthetic"

    def frames(self) -> Iterator[Frame | None]:
        """Frames until closed; ``None`` once a second while the feed is silent."""
        try:
            while self._pace.wait():
                try:
                    revision, scene = self._feed.latest()
                except OSError as error:
                    if self._has_been_silent():
                        _log.warning("scene_lost: %s", error)
                        yield None
                    continue
                self._silent_since_ms = None
                if revision != self._revision:
                    self._revision = revision
                    self._show(scene)
                captured_ms = monotonic_ms()
                yield Frame(self._renderer.luma(), self._renderer.width, self._renderer.height, captured_ms)
        finally:
            self._feed.close()

    def close(self) -> None:
        """End ``frames``. Idempotent, any thread."""
        self._pace.close()

    def _has_been_silent(self) -> bool:
        now_ms = monotonic_ms()
        if self._silent_since_ms is None:
            self._silent_since_ms = now_ms
        if now_ms - self._silent_since_ms < _RETRY_MS:
            return False
        self._silent_since_ms = now_ms
        return True

    def _show(self, scene: object) -> None:
        try:
            self._renderer.show(scene_from_json(scene))
        except SceneError as error:
            _log.warning("scene_refused: %s: %s", error.reason, error)
            self._renderer.show(Nothing())
