"""Decides what of the codes in a frame leaves the reader, and how often."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hal.qr.scan import Reading
from hal.wire import BadgeCode, PickupCode, ScanMode, admits

QUIET_MS: Final = 2000
"""A code is new again after nobody has shown it for so long; foreign codes are mentioned once in so long."""

AGREE_MS: Final = 2000
"""Two frames not further apart than this have to agree on everything that is no token."""


@dataclass(frozen=True, slots=True)
class Sifted:
    """What may leave: the codes to report, and whether something foreign is worth mentioning."""

    reports: tuple[Reading, ...]
    foreign: bool


class ScanFilter:
    """Sifts readings by the scan mode. Not thread-safe; times are those of the frames (``mono_ms``).

    * Only what the mode lets out leaves. Anything else that was readable becomes a mention without content.
    * A code is reported once each time it is shown: again only after it has been out of the picture for ``QUIET_MS``,
      also across modes. A badge left in front of the camera is one presentation, not several.
    * What is no token is believed when two frames agree. Code 128 has a weak check character, Code 39 none at all (its
      bars have been measured before: `hal.qr.code_39`), and in a blurred, noisy frame zxing-cpp finds a small Data
      Matrix where there is none: one in 2,000 such labels was read wrong without this rule. A misreading does not look
      like a token.

    ``agree`` is off for scanners that decode by themselves: they send each code once, and have such rules of their own.

    Codes are remembered as keyed hashes with a key that never leaves the process.
    """

    def __init__(self, *, agree: bool = True) -> None:
        self._agree = agree
        self._key = os.urandom(32)
        self._last_seen: dict[bytes, int] = {}
        self._half_believed: dict[bytes, int] = {}
        self._foreign_again_ms: int | None = None

    def sift(self, mode: ScanMode, readings: Sequence[Reading], now_ms: int) -> Sifted:
        """What of ``readings``, seen in a frame of ``now_ms``, may leave in ``mode``."""
        self._forget_before(now_ms)
        reports: list[Reading] = []
        ours = foreign = False
        for reading in readings:
            code = admits(mode, reading.text.reveal(), reading.symbology)
            ours = ours or code is not None
            digest = self._digest(reading)
            if digest in self._last_seen:
                # Still the same showing, also when the mode has changed because of it: a phone that is held up while
                # its door opens is nothing foreign.
                self._last_seen[digest] = now_ms
                ours = True
            elif not isinstance(code, PickupCode | BadgeCode) and not self._agreed(digest, now_ms):
                continue
            elif code is None:
                foreign = True
            else:
                self._last_seen[digest] = now_ms
                reports.append(reading)
        # Beside a code of ours, what else is in the picture does not matter (a slip has advertisements on it).
        return Sifted(tuple(reports), foreign and not ours and self._mention(now_ms))

    def forget(self) -> None:
        """Forget what was shown: somebody else is listening now, who has heard of none of it."""
        self._last_seen.clear()
        self._half_believed.clear()
        self._foreign_again_ms = None

    def _agreed(self, digest: bytes, now_ms: int) -> bool:
        """Whether another frame said the same not long ago. This one will have, for the next."""
        if not self._agree:
            return True
        before_ms = self._half_believed.get(digest)
        self._half_believed[digest] = now_ms
        return before_ms is not None and before_ms < now_ms

    def _mention(self, now_ms: int) -> bool:
        if self._foreign_again_ms is not None and now_ms < self._foreign_again_ms:
            return False
        self._foreign_again_ms = now_ms + QUIET_MS
        return True

    def _forget_before(self, now_ms: int) -> None:
        self._last_seen = {digest: at for digest, at in self._last_seen.items() if now_ms - at < QUIET_MS}
        self._half_believed = {digest: at for digest, at in self._half_believed.items() if now_ms - at <= AGREE_MS}

    def _digest(self, reading: Reading) -> bytes:
        return hashlib.blake2b(reading.text.reveal().encode(errors="replace"), key=self._key, digest_size=16).digest()
