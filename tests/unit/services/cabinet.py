"""A cabinet whose wires are called like its doors; what is proved about it is what a test says."""

from __future__ import annotations

from collections.abc import Sequence

from controller.domain.commissioning import Examined
from controller.ports import LockFinding, MapNotWritten, MapProposal


class CabinetOfLabels:
    """A `controller.ports.CabinetMap`."""

    name = "labels"

    def __init__(self) -> None:
        self.proved: MapProposal | None = None
        self.written: list[str] = []
        self.fails = False
        self.breaks: Exception | None = None

    def wires(self, label: str) -> tuple[str, str]:
        return f"lock:{label}", f"contact:{label}"

    def pulse_ms(self, label: str) -> int:
        return 400

    def findings(self, results: Sequence[Examined]) -> tuple[LockFinding, ...]:
        return tuple(LockFinding("wrong", each.compartment, "") for each in results if not each.as_it_should)

    def proposal(self, results: Sequence[Examined]) -> MapProposal | None:
        return self.proved

    def write(self, sha256: str) -> None:
        if self.breaks is not None:
            raise self.breaks
        if self.fails:
            raise MapNotWritten("the disk is full")
        self.written.append(sha256)
