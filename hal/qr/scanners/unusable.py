"""Why a scanner cannot be used, and what to do about it: the same for every way it is connected."""

from __future__ import annotations

import errno
from typing import Final

from hal.interfaces import HardwareFault

_CODES: Final = {
    errno.ENOENT: "scanner_absent",
    errno.ENODEV: "scanner_absent",
    errno.ENXIO: "scanner_absent",
    errno.EACCES: "scanner_denied",
    errno.EPERM: "scanner_denied",
    errno.EBUSY: "scanner_busy",
    errno.EWOULDBLOCK: "scanner_busy",
    errno.ENOTTY: "scanner_unsuitable",
}
_ADVICE: Final = {
    errno.EPERM: "The unit does not allow this kind of device: install it anew (systemd/install.sh)",
    "scanner_absent": "Plug it in, or name the one that ls {} shows",
    "scanner_denied": "Let abholfach-provision init write the device's udev rule, and plug it in anew",
    "scanner_busy": "End the other program that uses it (fuser shows which)",
    "scanner_unsuitable": "Name the scanner: ls {}",
    "scanner_failed": "Plug it in anew; try it with another program",
}


def unusable(device: str, error: Exception, shown_by: str) -> HardwareFault:
    """What to raise when opening ``device`` ended in ``error`` (``OSError``, ``termios.error``). ``shown_by``: the
    files among which such scanners are, ``/dev/serial/by-id``.
    """
    number = getattr(error, "errno", None) or (error.args[0] if error.args else None)
    code = _CODES.get(number, "scanner_failed") if isinstance(number, int) else "scanner_failed"
    advice = _ADVICE[errno.EPERM if number == errno.EPERM else code].format(shown_by)
    return HardwareFault(code, device, f"the scanner cannot be used ({error})", advice)
