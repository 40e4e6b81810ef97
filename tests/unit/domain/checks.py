"""The invariants of docs/domain.md as functions, checked by the state machines after every single step."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decide import decide
from controller.domain.decide_time import next_due
from controller.domain.decision import Decision
from controller.domain.evolve import evolve
from controller.domain.in_use import box_open
from controller.domain.model import (
    Box,
    Contents,
    DepositStatus,
    Door,
    Factor,
    Holder,
    OpeningStage,
    Phase,
    Purpose,
    RightStatus,
    Role,
)
from controller.domain.moment import Moment

GUIDED = (Purpose.RECALL, Purpose.RETURNS, Purpose.STOCKTAKE, Purpose.CLARIFICATION, Purpose.EMERGENCY)


def check_state(box: Box) -> None:
    """What holds in every state that the log can lead to."""
    _front(box)
    _suspended(box)
    _whereabouts(box)
    _rights(box)
    _pauses(box)
    _calls(box)


def _front(box: Box) -> None:
    """Invariant 1: one lease, one unlocking door."""
    assert box.session is None or box.staff_session is None, "two people hold the front"
    assert (box.lease is Holder.NOBODY) == (box.session is None and box.staff_session is None)
    if box.opening is not None:
        assert box.lease is not Holder.NOBODY, "a door is being opened for nobody"
        assert (box.opening.purpose is Purpose.PICKUP) == (box.session is not None)
        assert box.opening.session in (box.session and box.session.id, box.staff_session and box.staff_session.id)
        assert box.opening.compartment not in box.unsettled
        assert box.opening.witnessed or box.opening.stage is not OpeningStage.OPENED
    if box.session is not None:
        at_a_door = box.session.phase in (Phase.UNLOCKING, Phase.DOOR_OPEN, Phase.CONFIRMING, Phase.LEFT_OPEN)
        assert at_a_door == (box.opening is not None), f"{box.session.phase} and {box.opening}"
    if box.staff_session is not None and box.staff_session.reporting:
        assert box.opening is not None, "asked what lies inside, and nothing is open"
        assert box.opening.compartment == box.staff_session.reporting
    for label, opening in box.unsettled.items():
        assert opening.compartment == label
        assert box.compartments[label].door is not Door.CLOSED, "a door that can be read closed is settled"


def _suspended(box: Box) -> None:
    """A session that let a resident go first holds nothing."""
    if box.suspended is not None:
        assert box.staff_session is None, "one is suspended, and somebody else is logged in"
        assert box.suspended.session.requested is None
        assert not box.suspended.session.reporting


def _whereabouts(box: Box) -> None:
    """Invariant 4: where each envelope is."""
    for label, compartment in box.compartments.items():
        assert len(set(compartment.deposits)) == len(compartment.deposits)
        for name in compartment.deposits:
            assert box.deposits[name].compartment == label
        groups = {box.deposits[name].group or name for name in compartment.deposits}
        assert len(groups) <= 1, f"{label} holds {compartment.deposits}"
        if compartment.contents in (Contents.EMPTY, Contents.PRESUMED_EMPTY):
            assert not compartment.deposits, f"{label} is believed empty and holds {compartment.deposits}"
            assert not compartment.old_document
        if compartment.contents is Contents.UNKNOWN and box.starts:
            assert not compartment.allottable
    for name, deposit in box.deposits.items():
        inside = deposit.status in (DepositStatus.STORED, DepositStatus.UNVERIFIED)
        assert inside == bool(deposit.compartment), f"{name}: {deposit}"
        if deposit.compartment:
            assert name in box.compartments[deposit.compartment].deposits
        if deposit.status is DepositStatus.UNVERIFIED:
            assert not box.compartments[deposit.compartment].in_service, f"{name} is in doubt, its compartment is not"


def _rights(box: Box) -> None:
    for name, right in box.rights.items():
        claimed = box.session is not None and box.session.right == name
        assert (right.status is RightStatus.CLAIMED) == (claimed and right.status is not RightStatus.BLOCKED)
        assert right.deposits or claimed, "a right with nothing left has ended"
        for deposit in right.deposits:
            assert deposit in box.deposits
        if right.status is RightStatus.PREPARED:
            known = [box.deposits[d].status for d in right.deposits]
            there = [status for status in known if status is not DepositStatus.MISSING]
            complete = bool(there) and all(status is DepositStatus.STORED for status in there)
            assert not complete, f"everything of {name} is stored, and its holder is told: not yet"


def _pauses(box: Box) -> None:
    """A period stands still exactly while its holder cannot collect."""
    for right in box.rights.values():
        there = [d for d in right.deposits if box.deposits[d].status is not DepositStatus.MISSING]
        in_the_way = (
            box.outage is not None
            or not there
            or any(
                box.deposits[name].status is not DepositStatus.STORED
                or not box.compartments[box.deposits[name].compartment].in_service
                for name in there
            )
        )
        has_a_period = bool(right.expires_wall_ms) and right.status is not RightStatus.PREPARED
        assert bool(right.paused_reason) == (has_a_period and in_the_way), f"{right}"


def _calls(box: Box) -> None:
    """One call for one trouble, each with something to say on the telephone."""
    sessions = [call.session for call in box.help_calls.values() if call.session]
    assert len(set(sessions)) == len(sessions), "two calls of one person"
    assert all(call.reference.isdigit() for call in box.help_calls.values())


def check_decision(box: Box, command: cmd.Command, at: Moment, decision: Decision) -> None:
    """What holds for every decision, whatever was asked."""
    assert decide(box, command, at) == decision, "the same arguments, another decision"
    folded = box
    for event in decision.events:
        before = folded
        if isinstance(event, ev.UnlockAuthorised):
            assert not isinstance(command, cmd.StartBox), "a restart opened a door"
            _authority(box, before, command, at, event)
            assert event.purpose != Purpose.PICKUP or at.screen_fresh, "opened for a resident who may not see the page"
        if isinstance(event, ev.RightEnded) and event.end == "expired":
            assert at.clock_trusted
            assert before.outage is None, "expired during an outage"
            assert not before.rights[event.right].paused_reason, "expired while it was the box that was in the way"
        if isinstance(event, ev.SessionStarted):
            assert before.outage is None, "began during an outage"
            assert before.calendar is None or box_open(before, at), "began in a closed box"
        folded = evolve(folded, event, at)
        assert folded.seq == before.seq + 1
    assert folded == decision.box, "the fold of the log is not the state in memory"
    assert len([event for event in decision.events if isinstance(event, ev.UnlockAuthorised)]) <= 1
    if isinstance(command, cmd.StartBox):
        nothing_stands(decision.box)


def nothing_stands(box: Box) -> None:
    """After a start nothing of the process before acts any more: no deadline, no badge, no session."""
    assert box.session is None
    assert box.staff_session is None
    assert box.opening is None
    assert box.badge is None
    assert box.suspended is None
    assert next_due(box) is None


def _authority(start: Box, before: Box, command: cmd.Command, at: Moment, event: ev.UnlockAuthorised) -> None:
    """Invariant 2: who asked for this pulse, and may they?"""
    compartment = before.compartments[event.compartment]
    assert compartment.rest_until_mono_ms <= at.mono_ms, "a resting coil"
    purpose = Purpose(event.purpose)
    if event.attempt > 1:
        assert isinstance(command, cmd.Tick)
        opening = before.opening
        assert opening is not None
        assert opening.stage in (OpeningStage.AUTHORISED, OpeningStage.PULSED)
        assert (opening.compartment, opening.purpose) == (event.compartment, purpose)
        assert opening.attempt + 1 == event.attempt <= before.lock_rules.attempts
        assert opening.door_before is Door.CLOSED, "a door without a witness is pulsed once"
        assert compartment.door is Door.CLOSED, "pulsed again although the door may be open"
        return
    assert before.opening is None or before.opening.stage is OpeningStage.CLOSED
    if purpose is Purpose.PICKUP:
        _pickup_authority(before, command, event)
    elif purpose is Purpose.LOADING and isinstance(command, cmd.PresentBadge):
        _guided_authority(start, command, event)
        deposit = start.deposits[event.deposit]
        assert deposit.status is DepositStatus.EXPECTED
        assert not deposit.held
        assert compartment.in_service
        groups = {start.deposits[name].group for name in compartment.deposits}
        assert groups == {deposit.group} or (not groups and compartment.old_document), "a badge, and no reason for it"
    elif purpose is Purpose.LOADING:
        assert isinstance(command, cmd.PresentOrder)
        deposit = start.deposits[event.deposit]
        assert command.order in deposit.orders
        assert deposit.status is DepositStatus.EXPECTED
        assert not deposit.held
        assert compartment.allottable, "only an empty compartment in service is allotted"
        assert start.staff_session is not None
        assert {Role.LOADER, Role.SUPERVISOR} & set(start.staff_session.roles)
    elif purpose is Purpose.TEST:
        assert isinstance(command, cmd.TestCompartment)
        assert compartment.contents is Contents.EMPTY
        assert not compartment.deposits
    else:
        _guided_authority(start, command, event)


def _pickup_authority(before: Box, command: cmd.Command, event: ev.UnlockAuthorised) -> None:
    session, right = before.session, before.rights[event.right]
    assert session is not None
    assert session.right == right.id == event.right
    assert session.id == event.session
    assert right.status is RightStatus.CLAIMED
    assert event.deposit in right.deposits
    assert before.deposits[event.deposit].compartment == event.compartment
    again = isinstance(command, cmd.Confirm) and command.choice in ("open_again", "foreign")
    if session.deposit == event.deposit:
        assert again, "opened a second time although nobody asked"
    else:
        assert before.deposits[event.deposit].collectable
    assert session.declared == session.declarations or (
        isinstance(command, cmd.Declare) and session.declarations == session.declared
    )
    if session.factor is not Factor.NONE and session.phase is Phase.VERIFYING:
        raise AssertionError("opened without the second factor")
    # A door that closes serves the next deposit when the person had said that the envelope was not theirs.
    asked = cmd.PresentCredential | cmd.FactorCompared | cmd.Declare | cmd.Confirm | cmd.Tick | cmd.DoorSensed
    assert isinstance(command, asked | cmd.PresentBadge)
    if isinstance(command, cmd.PresentBadge):
        assert session.inspected_by == command.staff, "a badge that says nothing of this person's document"


def _guided_authority(start: Box, command: cmd.Command, event: ev.UnlockAuthorised) -> None:
    assert isinstance(command, cmd.PresentBadge), "a compartment that may hold something needs a fresh badge"
    assert start.staff_session is not None
    requested = start.staff_session.requested
    assert requested is not None
    assert command.seen_mono_ms > requested.mono_ms, "a badge from before the page showed compartment and reason"
    assert (requested.compartment, requested.purpose) == (event.compartment, Purpose(event.purpose))
    assert requested.deposit == event.deposit
    assert event.badges[-1] == command.staff
    persons = 2 if event.purpose == Purpose.EMERGENCY else 1
    assert len(set(event.badges)) == len(event.badges) == persons
    assert not any(start.staff[name].locked for name in event.badges)


def check_time(box: Box, at: Moment) -> None:
    """`next_due` and `tick` agree: nothing happens before, something happens then, and the actor never spins."""
    quiet = replace(at, clock_trusted=False)
    due = next_due(box)
    if due is None or due > at.mono_ms:
        assert not decide(box, cmd.Tick(), quiet).events, "a tick did something that was not announced"
        if due is not None:
            before = replace(quiet, mono_ms=due - 1)
            assert not decide(box, cmd.Tick(), before).events, "a tick did something too early"
    for _ in range(12):
        if due is None:
            return
        then = replace(quiet, mono_ms=max(due, quiet.mono_ms))
        decision = decide(box, cmd.Tick(), then)
        assert decision.events, f"due at {due}, nothing done: the actor would spin"
        assert decision.refusal is None
        box, quiet, due = decision.box, then, next_due(decision.box)
        if due is not None and due > then.mono_ms:
            return
    raise AssertionError("always something due at once")


@dataclass
class Book:
    """What the log as a whole has to satisfy: invariants 2 and 3."""

    events: list[ev.Event] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    authorised: dict[str, ev.UnlockAuthorised] = field(default_factory=dict)
    open_for: dict[str, ev.UnlockAuthorised] = field(default_factory=dict)
    evidence: set[str] = field(default_factory=set)
    witnessed: set[str] = field(default_factory=set)
    over: set[str] = field(default_factory=set)
    rights_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    verified: set[str] = field(default_factory=set)
    #: Of the session that runs: the card reader is asked, the last try is counted, a person is asked for, has looked.
    checking: bool = False
    counted: bool = False
    handed_over: int | None = None
    inspected: bool = False
    factor_of: dict[str, str] = field(default_factory=dict)
    collected: set[str] = field(default_factory=set)
    unlatched: set[str] = field(default_factory=set)

    def add(self, event: ev.Event, at: Moment) -> None:
        self.events.append(event)
        self.moments.append(at)
        self._read(event)

    def _read(self, event: ev.Event) -> None:
        match event:
            case ev.RightPrepared():
                self.rights_of[event.right] = event.deposits
                self.over.discard(event.right)
            case ev.SessionStarted():
                assert event.right not in self.over, "a right that has ended was claimed"
                self.factor_of[event.session] = event.factor
                self.checking, self.counted, self.handed_over, self.inspected = False, False, None, False
            case ev.ChipCheckBegan():
                assert not self.checking, "two questions at once"
                assert self.handed_over is None, "the card reader is asked while a person is to look"
                self.checking = True
            case ev.ChipChecked():
                assert self.checking, "an answer to nothing"
                assert self.counted or event.outcome != "verified", "compared and not counted"
                self.checking = False
                self.inspected = event.outcome == "verified"
            case ev.FactorTried():
                self.counted = True
            case ev.StaffCheckAsked():
                assert self.handed_over is None
                self.handed_over, self.checking, self.inspected = self.moments[-1].mono_ms, False, False
            case ev.DocumentInspected():
                assert self.handed_over is not None, "nobody was asked"
                assert event.seen_mono_ms > self.handed_over, "a badge from before the page asked"
                self.inspected = True
            case ev.FactorVerified():
                if self.factor_of[event.session] in ("emrtd", "eid", "staff"):
                    assert self.inspected, "neither a chip nor a person"
                    assert (event.factor == "staff") == (self.handed_over is not None)
                self.verified.add(event.session)
            case ev.UnlockAuthorised():
                assert event.authorisation not in self.authorised, "every pulse has an authorisation of its own"
                assert event.right not in self.over, "a right that has ended opened a door"
                if event.purpose == Purpose.PICKUP:
                    assert self.factor_of[event.session] == Factor.NONE or event.session in self.verified
                self.authorised[event.authorisation] = event
                self.open_for[event.compartment] = event
                self.unlatched.add(event.compartment)
            case ev.DoorClosed():
                self.unlatched.discard(event.compartment)
            case ev.PulseSent():
                assert event.authorisation in self.authorised, "a pulse without an authorisation"
            case ev.DoorOpened() if event.cause in ("authorised", "settled"):
                authorised = self.open_for[event.compartment]
                self.evidence.add(authorised.right)
                self.witnessed.add(authorised.deposit)
            case ev.DepositEnded() if event.end.startswith("collected"):
                self.collected.add(event.deposit)
            case ev.RightEnded():
                self.over.add(event.right)
                if event.end == "spent":
                    shared = set(self.rights_of[event.right]) & self.collected
                    assert event.right in self.evidence or shared, "spent without evidence that a door opened"
            case _:
                pass

    def check(self, box: Box) -> None:
        """What the log has told and the state must know."""
        assert not self.over & set(box.rights), "a right that has ended is still in the state"
        unlatched = {label for label, compartment in box.compartments.items() if compartment.possibly_unlatched}
        assert unlatched == self.unlatched, "pulsed, and not seen open and closed since"

    def fold(self) -> Box:
        """The state from scratch."""
        box = Box()
        for event, at in zip(self.events, self.moments, strict=True):
            box = evolve(box, event, at)
        return box
