"""The trust store of a running process: opened anew when somebody has imported something."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from hal.eid.trust_manifest import MANIFEST, Manifest, TrustStoreError
from hal.eid.trust_store import TrustStore

_log = logging.getLogger(__name__)

_Stamp = tuple[int, int, int] | None


class Trust:
    """What ``directory`` holds now. Any thread; but what `store` returns is for one at a time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._stamp: _Stamp = (0, 0, 0)
        self._store = TrustStore(directory, Manifest())

    @property
    def anchors(self) -> int:
        """How many CSCA certificates are trusted."""
        return self.store().anchor_count

    def store(self) -> TrustStore:
        """The store; an empty one, which no document passes, where there is none or it is damaged."""
        with self._lock:
            stamp = self._look()
            if stamp != self._stamp:
                self._stamp = stamp
                self._store = self._open()
            return self._store

    def _look(self) -> _Stamp:
        try:
            status = (self._directory / MANIFEST).stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _open(self) -> TrustStore:
        try:
            store = TrustStore.open(self._directory)
        except TrustStoreError as error:
            _log.error("trust_store_%s: %s; no document passes until then", error.code, error)
            return TrustStore(self._directory, Manifest())
        if store.anchor_count:
            _log.info("trust_store: %d CSCA certificates", store.anchor_count)
        else:
            _log.warning("trust_store_empty: %s: no document passes until abholfach csca import", self._directory)
        return store
