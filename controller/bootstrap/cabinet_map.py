"""The map that the controller was started with, for rounds before the front: implements
`controller.ports.CabinetMap`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from controller.domain.commissioning import Examined
from controller.ports import LockFinding, MapNotWritten, MapProposal, WireChange
from hal.profile import Profile, load_profile
from hal.strict_toml import ConfigurationError
from hal.wiring.correction import corrected
from hal.wiring.judgement import judge
from hal.wiring.moved_wires import FILE_NAME, MovedWires, moved_wires, write
from hal.wiring.observation import Observation

log = logging.getLogger(__name__)


class WiredCabinet:
    """``profile`` is in force; ``cabinet`` is the cabinet's own file, ``data`` where a corrected map is kept. Any
    thread.
    """

    def __init__(self, profile: Profile, cabinet: Path, data: Path) -> None:
        self._profile = profile
        self._cabinet = cabinet
        self._file = data / FILE_NAME
        self._by_label = {item.label: item for item in profile.compartments}
        self._proposed: dict[str, Profile] = {}

    @property
    def name(self) -> str:
        return self._profile.name

    def wires(self, label: str) -> tuple[str, str]:
        item = self._by_label.get(label)
        if item is None:
            return "", ""
        return str(self._profile.lock_wire(item)), str(self._profile.sensor_wire(item))

    def pulse_ms(self, label: str) -> int:
        item = self._by_label.get(label)
        return 0 if item is None else self._profile.bank(item.bank).pulse_ms

    def findings(self, results: Sequence[Examined]) -> tuple[LockFinding, ...]:
        found = judge(self._profile, self._observations(results))
        return tuple(LockFinding(each.code.value, each.label, each.other) for each in found)

    def proposal(self, results: Sequence[Examined]) -> MapProposal | None:
        before = self._profile
        after = corrected(before, self._observations(results))
        if after is before:
            return None
        try:
            self._as_file(after)
        except ConfigurationError as error:
            log.warning("the map that was found cannot be a map of this cabinet: %s", error)
            return None
        wires = []
        for old, new in zip(before.compartments, after.compartments, strict=True):
            for what, one, other in (
                ("lock", before.lock_wire(old), after.lock_wire(new)),
                ("contact", before.sensor_wire(old), after.sensor_wire(new)),
            ):
                if one != other:
                    wires.append(WireChange(old.label, what, str(one), str(other)))
        changed = tuple(dict.fromkeys(each.label for each in wires))
        touched = {wire.partition(":")[0] for each in wires for wire in (each.before, each.after)}
        boards = tuple(
            item.label
            for item in before.compartments
            if {before.lock_wire(item).bank, before.sensor_wire(item).bank} & touched
        )
        sha256 = after.profile_hash()
        self._proposed = {sha256: after}
        return MapProposal(sha256, changed, boards, tuple(wires))

    def write(self, sha256: str) -> None:
        after = self._proposed.get(sha256)
        if after is None:
            raise MapNotWritten("it was not proposed by this process")
        try:
            write(self._file, self._as_file(after))
        except (OSError, ConfigurationError) as error:
            raise MapNotWritten(str(error)) from error

    def _as_file(self, after: Profile) -> MovedWires:
        """What makes ``after`` out of the cabinet's own file as it is now. Raises ``ConfigurationError``."""
        own = load_profile(self._cabinet)
        if own.labels != after.labels:
            raise ConfigurationError(self._cabinet, None, "", "was changed since this start: restart, then test again")
        return moved_wires(own, after)

    def _observations(self, results: Sequence[Examined]) -> list[Observation]:
        return [self._observation(each) for each in results if each.compartment in self._by_label]

    def _observation(self, seen: Examined) -> Observation:
        fired = seen.attempts > 0
        known = self._by_label.keys()
        return Observation(
            seen.compartment,
            opened=tuple(label for label in seen.opened if label in known),
            moved=tuple(label for label in seen.moved if label in known),
            stuck=tuple(label for label in seen.stuck if label in known),
            to_open_ms=seen.opened_ms or None,
            fault=seen.fault if fired else "",
            attempts=seen.attempts,
            not_fired="" if fired else seen.fault,
        )
