"""The faults of boards and lines that stand: each is told once when it begins and once when it is over."""

from __future__ import annotations

import logging

from hal.interfaces import Fault, FaultListener

log = logging.getLogger(__name__)


class StandingFaults:
    """What was raised and not cleared. Belongs to one thread."""

    def __init__(self, listener: FaultListener | None) -> None:
        self._listener = listener
        self._standing: set[tuple[str, str]] = set()

    def set(self, active: bool, fault: Fault) -> None:
        """Raise or clear."""
        if active:
            self.raised(fault)
        else:
            self.cleared(fault.code, fault.subject)

    def raised(self, fault: Fault) -> None:
        """It stands from now on."""
        if (fault.code, fault.subject) in self._standing:
            return
        self._standing.add((fault.code, fault.subject))
        log.warning("%s: %s: %s", fault.code, fault.subject, fault.message)
        if self._listener is not None:
            self._listener.fault_raised(fault)

    def cleared(self, code: str, subject: str) -> None:
        """It is over. Without effect if it does not stand."""
        if (code, subject) not in self._standing:
            return
        self._standing.discard((code, subject))
        log.info("%s: %s: over", code, subject)
        if self._listener is not None:
            self._listener.fault_cleared(code, subject)
