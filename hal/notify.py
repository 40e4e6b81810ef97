"""Tells systemd how this process is: ``READY=1``, ``WATCHDOG=1``, ``STOPPING=1``, ``STATUS=…``. Standard library only.

The protocol is the one of ``sd_notify(3)``: a datagram to the socket that ``NOTIFY_SOCKET`` names.
"""

from __future__ import annotations

import logging
import os
import socket

_log = logging.getLogger(__name__)


def notify(state: str) -> bool:
    """Send ``state`` (lines of ``NAME=value``); ``True`` if it was handed to systemd. Safe on any thread, never blocks.

    Not started by systemd, it does nothing. A message that cannot be delivered is logged and otherwise lost: the
    watchdog then ends this process, which is the right end for one that cannot say how it is.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]  # an abstract socket
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as datagram:
        datagram.setblocking(False)
        try:
            datagram.connect(address)
            datagram.sendall(state.encode("utf-8"))
        except OSError as error:
            _log.warning("notify_failed: systemd could not be told %s: %s", state.split("=", 1)[0], error)
            return False
    return True


def watchdog_interval_ms() -> int | None:
    """How often to send ``WATCHDOG=1``, in ms: half of what the unit allows; ``None`` where no watchdog is on."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    addressee = os.environ.get("WATCHDOG_PID", str(os.getpid()))
    if not microseconds.isdecimal() or int(microseconds) == 0 or addressee != str(os.getpid()):
        return None
    return max(1, int(microseconds) // 2000)
