"""The one place where the rules for coils are kept, above every driver.

``GovernedLocks`` is a ``LockBank`` made of lock banks. Whoever holds it cannot energise two coils of one supply, cut a
gap short or overheat a coil, whatever is asked for in whatever order and from however many threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future

from hal.interfaces import LockBank, LockError, LockFault, PulseReport, UnknownCompartment, monotonic_ms
from hal.locks.request import uncancellable
from hal.locks.rules import LockLimits, LockRules


class GovernedLocks:
    """All locks of a cabinet as one ``LockBank`` that keeps ``LockRules``. Thread-safe."""

    def __init__(
        self,
        banks: Sequence[LockBank],
        supplies: Mapping[str, str],
        *,
        limits: LockLimits | None = None,
        clock: Callable[[], int] = monotonic_ms,
    ) -> None:
        """``supplies`` names the supply of every compartment of ``banks``; ``clock`` gives monotonic ms."""
        self._banks = {compartment: bank for bank in banks for compartment in bank.compartments}
        if set(self._banks) != set(supplies):
            raise ValueError(f"supplies and locks differ: {sorted(set(self._banks) ^ set(supplies))}")
        if len(self._banks) != sum(len(bank.compartments) for bank in banks):
            raise ValueError("two banks claim the same compartment")
        self._all_banks = tuple(banks)
        self._clock = clock
        self._guard = threading.Lock()
        self._rules = LockRules(supplies, clock(), limits)

    @property
    def compartments(self) -> Sequence[str]:
        """Labels of all locks."""
        return tuple(self._banks)

    def pulse(self, compartment: str, duration_ms: int) -> Future[PulseReport]:
        """See ``LockBank.pulse``: a ``LockError`` here means that nothing has happened, except ``LockFault``."""
        if compartment not in self._banks:
            raise UnknownCompartment(compartment)
        outer = uncancellable()
        with self._guard:
            self._rules.admit(compartment, duration_ms, self._clock())
        try:
            inner = self._banks[compartment].pulse(compartment, duration_ms)
        except BaseException:
            # Counted as sent: the driver may have got half-way.
            self._ended(compartment)
            raise
        inner.add_done_callback(lambda done: self._settle(compartment, done, outer))
        return outer

    def note_open(self, compartment: str) -> None:
        """The door was seen opening, so the row of tries of this compartment is over. Unknown labels are ignored."""
        with self._guard:
            self._rules.opened(compartment)

    def all_off(self) -> None:
        """Command every coil of every bank off, also if one bank fails; then raise the first ``LockFault``."""
        self._each(lambda bank: bank.all_off())

    def close(self) -> None:
        """Drain and close every bank, also if one fails; then raise the first ``LockFault``."""
        self._each(lambda bank: bank.close())

    def _each(self, act: Callable[[LockBank], None]) -> None:
        faults: list[LockError] = []
        for bank in self._all_banks:
            try:
                act(bank)
            except LockError as error:
                faults.append(error)
        if faults:
            raise faults[0]

    def _ended(self, compartment: str) -> None:
        with self._guard:
            self._rules.ended(compartment, self._clock())

    def _settle(self, compartment: str, inner: Future[PulseReport], outer: Future[PulseReport]) -> None:
        # The rules first: whoever waits for the result may ask for the next pulse at once.
        self._ended(compartment)
        error = inner.exception()
        if error is None:
            outer.set_result(inner.result())
        elif isinstance(error, LockError):
            outer.set_exception(error)
        else:
            fault = LockFault(compartment, f"the lock driver failed: {error!r}")
            fault.__cause__ = error
            outer.set_exception(fault)
