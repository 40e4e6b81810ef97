"""What a technician may watch of a verification: its steps with protocol, algorithm, time and number of APDUs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic_ns
from typing import Protocol

from hal.eid.channel import ChannelError
from hal.eid.mrz import Mrz
from hal.eid.outcome import NotAccepted
from hal.eid.tally import Tally

DONE = "done"
ABSENT = "absent"
"""The document does not have it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. It never holds anything of the holder, the document number or a key.

    ``name``: one of ``capabilities``, ``card_access``, ``access_control``, ``card_security``, ``select``, ``read``,
    ``passive_authentication``, ``clone_proof``, ``security_infos``, ``expiry``, ``match``. ``protocol`` as its standard
    names it (``PACE-ECDH-GM-AES-CBC-CMAC-128``, ``BAC``, ``CA-…``, ``AA``), ``algorithm``: domain parameters, cipher or
    what was read. ``outcome``: `DONE`, `ABSENT` or the reason why the verification ended here.
    """

    name: str
    protocol: str
    algorithm: str
    milliseconds: int
    apdus: int
    outcome: str


class Trace(Protocol):
    """Hears of a verification while it runs, on its thread."""

    def step(self, step: Step) -> None:
        """A step ended."""
        ...

    def document(self, mrz: Mrz) -> None:
        """The document is genuine and this is what it says of its holder: for the eyes of whoever asked for it."""
        ...


class NoTrace:
    """Nobody watches: what the card reader's process uses."""

    def step(self, step: Step) -> None:
        """Forgets it."""

    def document(self, mrz: Mrz) -> None:
        """Forgets it."""


@dataclass(slots=True)
class Described:
    """What a step says of itself while it runs."""

    protocol: str = ""
    algorithm: str = ""
    outcome: str = DONE


@dataclass(frozen=True, slots=True)
class Steps:
    """Measures the steps of one verification and tells a `Trace`."""

    trace: Trace
    tally: Tally = field(default_factory=Tally)

    @contextmanager
    def step(self, name: str) -> Iterator[Described]:
        """Everything within is one step; an error of the procedure is its outcome and goes on its way."""
        described = Described()
        started_ns, before = monotonic_ns(), self.tally.commands
        try:
            yield described
        except (NotAccepted, ChannelError) as error:
            described.outcome = str(error.reason)
            raise
        finally:
            milliseconds = (monotonic_ns() - started_ns) // 1_000_000
            apdus = self.tally.commands - before
            self.trace.step(Step(name, described.protocol, described.algorithm, milliseconds, apdus, described.outcome))
