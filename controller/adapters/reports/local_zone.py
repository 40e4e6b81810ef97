"""The time zone of this machine, by its name: a fixed difference would put the clocks forward on the wrong day."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LOCALTIME = Path("/etc/localtime")


def local_zone() -> ZoneInfo:
    """By ``TZ``, else by ``/etc/localtime``; UTC where neither names a zone."""
    for name in (os.environ.get("TZ", "").removeprefix(":"), _named_by(_LOCALTIME)):
        if name:
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                continue  # a path or a rule of POSIX: the next one may be a name
    return ZoneInfo("UTC")


def _named_by(link: Path) -> str:
    try:
        target = str(link.resolve(strict=True))
    except OSError:
        return ""
    return target.rpartition("/zoneinfo/")[2] if "/zoneinfo/" in target else ""
