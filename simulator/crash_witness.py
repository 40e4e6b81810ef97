"""What an outsider can know of a box: its log, read and verified without the controller, and the plant's ledger.

A `LogWitness` opens the database read-only beside whatever runs, checks the chain on from where it was, and folds what
is new with the box's own `evolve`. The rules it holds every single event against are written here once more, and not
taken from `decide`: what decided wrongly would find itself right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from controller.adapters.event_codec import EventCodec, moment_of
from controller.adapters.event_store import UPCASTERS
from controller.adapters.event_store.connections import connect_reader
from controller.adapters.event_store.encoding import decode_body, recorded
from controller.adapters.event_store.verification import Chain, box_of, check_end, highest_ever, read_chunk
from controller.domain import events as ev
from controller.domain.evolve import evolve
from controller.domain.model import Box, Contents, DepositStatus, Purpose, RightStatus
from controller.ports import RecordedEvent
from simulator.plant.ledger import CoilPulse, Handling, Movement


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the log as an event, with the states before and after it."""

    seq: int
    mono_ms: int
    event: ev.Event
    before: Box
    after: Box


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one start of the controller made of what it found: the states before ``BoxStarted`` and after the append
    that begins with it.
    """

    start: Told
    told: tuple[Told, ...]

    @property
    def before(self) -> Box:
        return self.start.before

    @property
    def after(self) -> Box:
        return self.told[-1].after

    def happened(self, kind: type[ev.Event]) -> list[ev.Event]:
        return [told.event for told in self.told if isinstance(told.event, kind)]


class LogWitness:
    """Follows one box's log. Not thread-safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._codec = EventCodec()
        self._chain: Chain | None = None
        self.box = Box()
        self.counts: Counter[str] = Counter()
        """Events by type, since the beginning."""
        self.violations: list[str] = []
        """What no order of crashes may bring about. Never emptied."""

    @property
    def hash(self) -> bytes:
        """Of the last entry."""
        return self._chain.hash if self._chain is not None else b""

    def look(self) -> list[Told]:
        """Reads what was appended since the last look; verifies the chain, folds, and holds every event against the
        invariants.

        Raises `LogError` when the log is damaged.
        """
        told: list[Told] = []
        with closing(connect_reader(self._path)) as connection:
            if self._chain is None:
                self._chain = Chain(box_of(connection)[0])
            highest = highest_ever(connection)
            while rows := read_chunk(connection, self._chain.seq):
                self._chain.check(rows)
                for seq, _, body in rows:
                    told.append(self._fold(UPCASTERS.newest(recorded(decode_body(body, seq)))))
            check_end(self._chain, highest)
        return told

    def _fold(self, entry: RecordedEvent) -> Told:
        event = self._codec.decode(entry)
        before = self.box
        if isinstance(event, ev.CheckpointSealed):
            self._compare_seal(event, entry.seq)
        self.box = evolve(before, event, moment_of(entry.stamp))
        self.counts[entry.type] += 1
        told = Told(entry.seq, entry.stamp.mono_ms, event, before, self.box)
        self.violations += (f"entry {entry.seq} ({entry.type}): {wrong}" for wrong in wrong_about(told))
        return told

    def _compare_seal(self, event: ev.CheckpointSealed, seq: int) -> None:
        """A checkpoint was sealed over the state in the controller's memory: ours must be the same (invariant 6)."""
        if event.fold_version == self._codec.fold_version:
            digest = self._codec.digest(self._codec.encode_state(self.box))
            if digest != event.state_sha256:
                self.violations.append(f"entry {seq}: the state that was sealed is not the one that the log folds to")


def settlements(told: Iterable[Told]) -> list[Settlement]:
    """The settlement of each start among ``told``: what follows a ``BoxStarted`` in its own append (which shares its
    stamp).
    """
    found: list[Settlement] = []
    current: list[Told] = []
    for one in told:
        if isinstance(one.event, ev.BoxStarted):
            current = [one]
            found.append(Settlement(one, (one,)))
        elif current and one.mono_ms == current[0].mono_ms:
            current.append(one)
            found[-1] = Settlement(current[0], tuple(current))
        else:
            current = []
    return found


# --- what holds for every event
# --------------------------------------------------------------------------------------------------


def wrong_about(told: Told) -> list[str]:
    """Every way in which one event and the state after it break an invariant of docs/domain.md."""
    found = _wrong_authorisation(told.event, told.before) if isinstance(told.event, ev.UnlockAuthorised) else []
    if isinstance(told.event, ev.RightEnded) and told.event.end == "spent":
        right = told.before.rights[told.event.right]
        if not right.opened and not _staff_said_collected(told):
            found.append(f"{right.id} is spent, and no door was seen to open for it (3)")
    return found + wrong_state(told.after)


def _staff_said_collected(told: Told) -> bool:
    opening = told.before.opening
    return opening is None or opening.purpose is not Purpose.PICKUP


def _wrong_authorisation(event: ev.UnlockAuthorised, before: Box) -> list[str]:
    found: list[str] = []
    if before.opening is not None and before.opening.compartment != event.compartment:
        found.append(f"{before.opening.compartment} is still being opened (1)")
    if event.purpose == Purpose.PICKUP:
        right = before.rights.get(event.right)
        deposit = before.deposits.get(event.deposit)
        if right is None or right.status is not RightStatus.CLAIMED or event.deposit not in right.deposits:
            found.append(f"it opens for right {event.right}, which is not claimed (3)")
        if deposit is None or deposit.compartment != event.compartment:
            found.append(f"deposit {event.deposit} is not in {event.compartment}")
    elif event.purpose == Purpose.LOADING:
        target = before.compartments[event.compartment]
        seen_empty = target.in_service and target.contents in (Contents.EMPTY, Contents.PRESUMED_EMPTY)
        if event.attempt == 1 and not seen_empty:
            found.append(f"{event.compartment} is allotted though it is {target.contents.value} (4)")
        if target.deposits:
            found.append(f"{event.compartment} is allotted though it holds {target.deposits} (4)")
    return found


def wrong_state(box: Box) -> list[str]:
    """What may never be true of a state."""
    found: list[str] = []
    if box.session is not None and box.staff_session is not None:
        found.append("a resident and staff hold the front (1)")
    places = Counter(name for compartment in box.compartments.values() for name in compartment.deposits)
    found += [f"{name} is in {count} compartments (4)" for name, count in places.items() if count > 1]
    for compartment in box.compartments.values():
        groups = {box.deposits[name].group or name for name in compartment.deposits if name in box.deposits}
        if len(groups) > 1:
            found.append(f"{compartment.label} holds deposits of different people: {compartment.deposits} (4)")
        for name in compartment.deposits:
            deposit = box.deposits.get(name)
            if deposit is None or deposit.compartment != compartment.label:
                found.append(f"{compartment.label} holds {name}, which does not say so")
    return found


def doubts_without_quarantine(box: Box) -> list[str]:
    """UNVERIFIED implies QUARANTINED. True of every state between two appends (not between two events of one)."""
    return [
        f"{deposit.id} is unverified, and {deposit.compartment} is not quarantined (5)"
        for deposit in box.deposits.values()
        if deposit.status is DepositStatus.UNVERIFIED
        and deposit.compartment
        and not box.compartments[deposit.compartment].quarantine
    ]


# --- what the plant saw
# --------------------------------------------------------------------------------------------------------


class PlantWitness:
    """Holds the plant's ledger against the log's authorisations. Feed it both in order."""

    def __init__(self) -> None:
        self.last_seq = 0
        self.pulses: list[CoilPulse] = []
        self.movements: list[Movement] = []
        self.handlings: list[Handling] = []
        self.authorised: list[Told] = []
        self.starts: list[int] = []
        """When each life's settlement was decided, in ms of CLOCK_MONOTONIC."""
        self._spent: list[Told] = []

    def told(self, told: Iterable[Told]) -> None:
        for one in told:
            if isinstance(one.event, ev.UnlockAuthorised):
                self.authorised.append(one)
            elif isinstance(one.event, ev.BoxStarted):
                self.starts.append(one.mono_ms)
            elif isinstance(one.event, ev.RightEnded) and one.event.end == "spent":
                self._spent.append(one)

    def saw(self, entries: Iterable[CoilPulse | Movement | Handling]) -> None:
        for entry in entries:
            self.last_seq = max(self.last_seq, entry.seq)
            if isinstance(entry, CoilPulse):
                self.pulses.append(entry)
            elif isinstance(entry, Movement):
                self.movements.append(entry)
            else:
                self.handlings.append(entry)

    def violations(self, most_coils: dict[str, int]) -> list[str]:
        """Everything that the plant saw and that the log does not allow (invariants 1, 2, 3, 5)."""
        found = [f"{count} coils of supply {supply} at once (1)" for supply, count in most_coils.items() if count > 1]
        found += self._unlicensed_pulses()
        found += [
            f"entry {one.seq}: {one.event.right} is spent, and none of its doors moved (3)"
            for one in self._spent
            if isinstance(one.event, ev.RightEnded) and not self._moved_for(one.event.right, one.mono_ms)
        ]
        return found

    def _unlicensed_pulses(self) -> list[str]:
        """Each pulse needs an authorisation of its own, committed before it in the same life of the controller."""
        found: list[str] = []
        used: set[int] = set()
        for pulse in sorted(self.pulses, key=lambda pulse: pulse.start_ms):
            licences = [
                one
                for one in self.authorised
                if isinstance(one.event, ev.UnlockAuthorised)
                and one.event.compartment == pulse.compartment
                and one.mono_ms <= pulse.start_ms
            ]
            what = f"pulse {pulse.seq} on {pulse.compartment} at {pulse.start_ms:.0f}"
            if not licences:
                found.append(f"{what}: nothing authorises it (2)")
                continue
            licence = licences[-1]
            if licence.seq in used:
                found.append(f"{what}: authorisation {licence.seq} has been used already (2)")
            used.add(licence.seq)
            if any(licence.mono_ms < start < pulse.start_ms for start in self.starts):
                found.append(f"{what}: the controller was started since authorisation {licence.seq} (5)")
        return found

    def _moved_for(self, right: str, until_mono_ms: int) -> bool:
        return any(
            movement.compartment == one.event.compartment
            and movement.door != "closed"
            and one.mono_ms <= movement.mono_ms <= until_mono_ms
            for one in self.authorised
            if isinstance(one.event, ev.UnlockAuthorised) and one.event.right == right
            for movement in self.movements
        )
