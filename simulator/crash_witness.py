"""What an outsider can know of a box: its log, read and verified without the controller, and the plant's ledger.

A `LogWitness` opens the database read-only beside whatever runs, checks the chain on from where it was, and folds what
is new with the box's own `evolve`. The rules it holds every single event against are written here once more, and not
taken from `decide`: what decided wrongly would find itself right.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
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
from simulator.plant.client import PlantClient
from simulator.plant.ledger import CoilPulse, Movement
from simulator.plant.protocol import LedgerView


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


def acted_before_start(life: Sequence[Told]) -> list[str]:
    """``life`` is all that one process appended. Whatever it did before it settled was done by a restart (5)."""
    if not life or isinstance(life[0].event, ev.BoxStarted):
        return []
    return [f"entry {life[0].seq}: a restart began with {type(life[0].event).__name__} and not with its settlement (5)"]


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
    """Holds the plant's ledger against the log's authorisations, pulse by pulse. Feed it the log before the ledger:
    nothing that the plant has seen may be news to the log.
    """

    def __init__(self) -> None:
        self.last_seq = 0
        self.pulses = 0
        self.violations: list[str] = []
        """What the plant saw and the log does not allow (invariants 1, 2, 3, 5). Never emptied."""
        self._starts: list[int] = []
        self._licences: dict[str, list[Told]] = {}
        self._of_right: dict[str, list[Told]] = {}
        self._used: set[int] = set()
        self._opened: dict[str, list[float]] = {}
        self._pulses: list[CoilPulse] = []
        self._spent: list[tuple[str, Told]] = []

    def told(self, told: Iterable[Told]) -> None:
        """What the log says."""
        for one in told:
            match one.event:
                case ev.UnlockAuthorised():
                    self._licences.setdefault(one.event.compartment, []).append(one)
                    self._of_right.setdefault(one.event.right, []).append(one)
                case ev.BoxStarted():
                    self._starts.append(one.mono_ms)
                case ev.RightEnded(end="spent"):
                    self._spent.append((one.event.right, one))

    def saw(self, seen: LedgerView) -> None:
        """What the plant saw since ``last_seq``."""
        self.last_seq = seen.last_seq
        for supply, count in seen.most_coils.items():
            if count > 1 and not any(f"supply {supply}" in known for known in self.violations):
                self.violations.append(f"{count} coils of supply {supply} at once (1)")
        for entry in seen.entries:
            if isinstance(entry, CoilPulse):
                self._pulses.append(entry)
            elif isinstance(entry, Movement) and entry.door != "closed":
                self._opened.setdefault(entry.compartment, []).append(entry.mono_ms)

    def judge(self, spent_up_to_seq: int) -> None:
        """Adds to ``violations``. Rights that were spent after ``spent_up_to_seq`` are judged the next time: the plant
        was asked before.
        """
        for pulse in sorted(self._pulses, key=lambda pulse: pulse.start_ms):
            self.pulses += 1
            self._judge_pulse(pulse)
        self._pulses.clear()
        for right, one in [spent for spent in self._spent if spent[1].seq <= spent_up_to_seq]:
            self._spent.remove((right, one))
            if not self._moved_for(self._of_right.pop(right, []), one.mono_ms):
                self.violations.append(f"entry {one.seq}: {right} is spent, and none of its doors moved (3)")

    def _judge_pulse(self, pulse: CoilPulse) -> None:
        """A pulse needs an authorisation of its own, committed before it in the same life of the controller."""
        what = f"pulse {pulse.seq} on {pulse.compartment} at {pulse.start_ms:.0f} ms"
        licences = self._licences.get(pulse.compartment, [])
        count = bisect_right(licences, pulse.start_ms, key=lambda one: one.mono_ms)
        if not count:
            self.violations.append(f"{what}: nothing authorises it (2)")
            return
        licence = licences[count - 1]
        if licence.seq in self._used:
            self.violations.append(f"{what}: authorisation {licence.seq} has been used already (2)")
        self._used.add(licence.seq)
        started = bisect_right(self._starts, licence.mono_ms)
        if started < len(self._starts) and self._starts[started] < pulse.start_ms:
            self.violations.append(f"{what}: the controller was started since authorisation {licence.seq} (5)")

    def _moved_for(self, licences: list[Told], until_mono_ms: int) -> bool:
        for one in licences:
            assert isinstance(one.event, ev.UnlockAuthorised)  # noqa: S101  # told() keeps no other
            moments = self._opened.get(one.event.compartment, [])
            first = bisect_left(moments, one.mono_ms)
            if first < len(moments) and moments[first] <= until_mono_ms:
                return True
        return False


class Outsider:
    """Log and ledger of one box, read together."""

    def __init__(self, log: Path, plant: PlantClient) -> None:
        self.log = LogWitness(log)
        self.ledger = PlantWitness()
        self.plant = plant

    @property
    def violations(self) -> list[str]:
        return self.log.violations + self.ledger.violations

    def look(self) -> list[Told]:
        """What is new in the log. Both are held against the invariants; see ``violations``."""
        told = self.log.look()
        known = self.log.box.seq
        seen = self.plant.ledger(self.ledger.last_seq)
        told += self.log.look()
        self.ledger.told(told)
        self.ledger.saw(seen)
        self.ledger.judge(known)
        return told
