"""A box in a few words: `Scenario().announce("D1").load("D1").right("R1", "D1").present("R1")`.

A `Scenario` keeps the physical truth beside the box (which doors stand open) and lets time pass as the actor does: it
ticks when something is due and insists that a tick which was due did something.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import TypeVar

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.decide import decide
from controller.domain.decide_time import next_due
from controller.domain.evolve import evolve
from controller.domain.model import (
    Box,
    Compartment,
    Deposit,
    Door,
    Item,
    LockRules,
    Opening,
    Phase,
    Purpose,
    Right,
    Session,
)
from controller.domain.moment import Moment

#: 2026-11-22, 08:00 UTC.
MORNING = 1_795_334_400_000
RULES = LockRules()
#: How long the box tries a lock before it gives up: every attempt, and the extra time of the last.
GIVING_UP = RULES.attempts * RULES.open_within_ms + RULES.last_attempt_extra_ms

#: eAT asks nothing; the others each ask one more thing.
POLICIES = (
    ev.PolicyRule("eAT", "none", (), 56),
    ev.PolicyRule("Personalausweis", "birth_date", (), 0),
    ev.PolicyRule("Reisepass", "pin", ("old_documents",), 28),
    ev.PolicyRule("PinBrief", "none", ("pin_letter",), 28),
    ev.PolicyRule("Führerschein", "eid", (), 28),
    ev.PolicyRule("Reiseausweis", "emrtd", (), 28),
    ev.PolicyRule("Urkunde", "staff", (), 28),
)

STAFF = {
    "lena": ("loader",),
    "lukas": ("loader",),
    "sabine": ("supervisor",),
    "tom": ("technician",),
    "anna": ("auditor",),
}

AnyEvent = TypeVar("AnyEvent", bound=ev.Event)


def plan(label: str, size: str = "M", height_mm: int = 800, item_sensor: str = "no") -> ev.CompartmentPlan:
    return ev.CompartmentPlan(label, size, height_mm, int(label[1:]), 1, 400, item_sensor)


CABINET = tuple(plan(f"A{number:02}") for number in range(1, 9))


@dataclass
class Scenario:
    """A box that was commissioned and started this morning, with every door closed and nothing inside."""

    cabinet: tuple[ev.CompartmentPlan, ...] = CABINET
    seen_empty_by: str = "sabine"
    mono_ms: int = 1_000_000
    wall_ms: int = MORNING
    boot: str = "boot-1"
    trusted: bool = True
    box: Box = field(default_factory=Box)
    log: list[tuple[ev.Event, Moment]] = field(default_factory=list)
    last: tuple[ev.Event, ...] = ()
    refusal: str = ""
    details: dict[str, str | int] = field(default_factory=dict)
    doors: dict[str, Door] = field(default_factory=dict)
    commands: int = 0

    def __post_init__(self) -> None:
        self.doors = {compartment.label: Door.CLOSED for compartment in self.cabinet}
        self.do(cmd.OpenLog("box-1", "simulated"))
        self.do(cmd.JudgeClock(self.trusted, "test"))
        self.do(cmd.ActivateProfile("profile-1", self.cabinet, RULES, self.seen_empty_by))
        self.do(cmd.ActivatePolicies("policies-1", POLICIES))
        for name, roles in STAFF.items():
            self.do(cmd.RegisterStaff(name, roles))
        self.do(cmd.StartBox("1.0", dict(self.doors)))

    # --- asking ---

    @property
    def now(self) -> Moment:
        return Moment(self.wall_ms, self.mono_ms, self.boot, self.trusted)

    def do(self, command: cmd.Command) -> Scenario:
        """Decides, appends and folds; the fold must be the state that the decision promised."""
        decision = decide(self.box, command, self.now)
        folded = self.box
        for event in decision.events:
            folded = evolve(folded, event, self.now)
            self.log.append((event, self.now))
        assert folded == decision.box
        self.box, self.last = folded, decision.events
        self.refusal = decision.refusal.code if decision.refusal else ""
        self.details = dict(decision.refusal.details) if decision.refusal else {}
        return self

    def _central(self) -> tuple[str, str]:
        self.commands += 1
        return "central", f"c{self.commands}"

    # --- seeing ---

    def happened(self, kind: type[AnyEvent]) -> list[AnyEvent]:
        """Every event of a kind since the beginning."""
        return [event for event, _ in self.log if isinstance(event, kind)]

    def happened_at(self, event: ev.Event) -> Moment:
        return next(at for written, at in self.log if written is event)

    def now_happened(self, kind: type[AnyEvent]) -> list[AnyEvent]:
        """The events of a kind that the last command caused."""
        return [event for event in self.last if isinstance(event, kind)]

    def one(self, kind: type[AnyEvent]) -> AnyEvent:
        """The only event of its kind that the last command caused."""
        found = self.now_happened(kind)
        assert len(found) == 1, f"{len(found)} {kind.__name__} in {self.last}"
        return found[0]

    @property
    def pulses(self) -> int:
        """How many pulses were authorised since the beginning."""
        return len(self.happened(ev.UnlockAuthorised))

    @property
    def session(self) -> Session:
        assert self.box.session is not None, "nobody is at the front"
        return self.box.session

    def phase(self) -> Phase:
        """Where the session stands. A method, so that a type checker does not believe that it stays."""
        return self.session.phase

    @property
    def opening(self) -> Opening:
        assert self.box.opening is not None, "no door is being opened"
        return self.box.opening

    def compartment(self, label: str) -> Compartment:
        return self.box.compartments[label]

    def deposit(self, name: str) -> Deposit:
        return self.box.deposits[name]

    def the_right(self, name: str) -> Right:
        return self.box.rights[name]

    def ended(self, right: str) -> str:
        """How a right ended, or empty while it lives."""
        return next((event.end for event in self.happened(ev.RightEnded) if event.right == right), "")

    def deposit_end(self, name: str) -> str:
        return next((event.end for event in self.happened(ev.DepositEnded) if event.deposit == name), "")

    # --- time and restarts ---

    def at(self, later_ms: int) -> Scenario:
        """Time passes and nobody looks."""
        self.mono_ms += later_ms
        self.wall_ms += later_ms
        return self

    def wait(self, duration_ms: int) -> Scenario:
        """Time passes as the actor lets it pass. ``last`` then holds everything that happened meanwhile."""
        end = self.mono_ms + duration_ms
        seen: list[ev.Event] = []
        while (due := next_due(self.box)) is not None and due <= end:
            self.at(max(0, due - self.mono_ms)).do(cmd.Tick())
            assert self.last, f"due at {due} but nothing to do: the actor would spin"
            seen += self.last
        self.at(end - self.mono_ms).do(cmd.Tick())
        self.last = (*seen, *self.last)
        return self

    def die(self, *, reboot: bool = False, down_ms: int = 2_000) -> Scenario:
        """The process is killed, at once or with the machine: what is not in the log is gone."""
        self.at(down_ms)
        if reboot:
            self.boot = f"boot-{int(self.boot.rpartition('-')[2]) + 1}"
            self.mono_ms = 5_000
        return self

    def start(self, **doors: Door) -> Scenario:
        """The process starts again and reads the doors as they stand (or as given)."""
        self.doors.update(doors)
        return self.do(cmd.StartBox("1.0", dict(self.doors)))

    def restart(self, **doors: Door) -> Scenario:
        return self.die().start(**doors)

    # --- doors ---

    def sense(self, label: str, door: Door) -> Scenario:
        self.doors[label] = door
        return self.do(cmd.DoorSensed(label, door, self.mono_ms))

    def pulsed(self, code: str = "") -> Scenario:
        return self.do(cmd.PulseFinished(self.opening.authorisation, code))

    def opens(self, label: str = "") -> Scenario:
        """The door of the opening in progress (or the one named) is seen open."""
        return self.at(300).sense(label or self.opening.compartment, Door.OPEN)

    def closes(self, label: str = "") -> Scenario:
        return self.at(5_000).sense(label or self.opening.compartment, Door.CLOSED)

    def goes_blind(self, label: str = "") -> Scenario:
        return self.sense(label or self.opening.compartment, Door.UNKNOWN)

    def item(self, label: str, item: Item) -> Scenario:
        return self.do(cmd.ItemSensed(label, item))

    # --- the central system ---

    def announce(
        self, deposit: str, *types: str, size: str = "M", low: bool = False, group: str = "", language: str = "de"
    ) -> Scenario:
        """Announces a deposit; its order barcode is ``ORDER-<deposit>``."""
        return self.do(
            cmd.AnnounceOrder(
                *self._central(), deposit, (f"ORDER-{deposit}",), types or ("eAT",), size, language, low, group
            )
        )

    def right(self, right: str, *deposits: str, not_before: int = 0, expires: int = 0) -> Scenario:
        return self.do(cmd.IssueRight(*self._central(), right, deposits, "de", not_before, expires))

    def revoke(self, right: str) -> Scenario:
        return self.do(cmd.RevokeRight(*self._central(), right))

    def hold(self, deposit: str, held: bool = True) -> Scenario:
        return self.do(cmd.HoldDeposit(*self._central(), deposit, held))

    def cancel(self, deposit: str) -> Scenario:
        return self.do(cmd.CancelOrder(*self._central(), deposit))

    # --- staff ---

    def badge(self, staff: str) -> Scenario:
        return self.at(100).do(cmd.PresentBadge(staff, self.mono_ms))

    def pin(self, staff: str, matched: bool = True) -> Scenario:
        """A PIN is typed and compared; nothing is compared that was not counted."""
        self.do(cmd.TryStaffPin())
        return self if self.refusal else self.do(cmd.StaffPinCompared(staff, matched))

    def login(self, staff: str = "lena") -> Scenario:
        self.badge(staff).pin(staff)
        assert self.box.staff_session is not None, self.refusal
        return self

    @property
    def staff(self) -> str:
        """The id of the staff session."""
        assert self.box.staff_session is not None, "nobody is logged in"
        return self.box.staff_session.id

    def logout(self) -> Scenario:
        return self.do(cmd.LogOut(self.staff))

    def scan(self, deposit: str) -> Scenario:
        """A loader scans the barcode of a deposit's order."""
        return self.do(cmd.PresentOrder(f"ORDER-{deposit}"))

    def load(self, *deposits: str) -> Scenario:
        """A loader logs in, puts envelopes inside and logs out."""
        self.login()
        for deposit in deposits:
            self.scan(deposit)
            assert not self.refusal, self.refusal
            self.pulsed().opens().closes()
        return self.logout()

    def request(self, label: str, purpose: Purpose = Purpose.CLARIFICATION, reason: str = "") -> Scenario:
        return self.do(cmd.RequestOpening(self.staff, label, purpose, reason))

    def guided(self, label: str, purpose: Purpose = Purpose.CLARIFICATION, by: str = "lena") -> Scenario:
        """A guided opening up to the question what lies inside."""
        return self.request(label, purpose).badge(by).pulsed().opens().closes()

    def report(self, contents: str, deposit_end: str = "") -> Scenario:
        return self.do(cmd.ReportContents(self.staff, contents, deposit_end))

    # --- residents ---

    def stored(self, deposit: str = "D1", *types: str, right: str = "R1") -> Scenario:
        """A deposit inside and a right over it, ready to be collected."""
        return self.announce(deposit, *types).right(right, deposit).load(deposit)

    def present(self, right: str = "R1", *verifiers: str) -> Scenario:
        return self.do(cmd.PresentCredential(right, "qr", verifiers or ("birth_date", "pin")))

    def show_document(self, right: str = "R1") -> Scenario:
        """A right whose document's chip can be checked here is presented."""
        return self.do(cmd.PresentCredential(right, "qr", ("emrtd", "eid"), ("emrtd", "eid")))

    def reads(self, outcome: str, reason: str = "", tries_left: int = 0) -> Scenario:
        """The card reader is asked and answers."""
        self.do(cmd.BeginChipCheck(self.session.id))
        assert not self.refusal, self.refusal
        return self.at(800).do(cmd.NoteChip(self.session.id, outcome, reason, "D", tries_left))

    def verifies(self, matched: bool) -> Scenario:
        """The card reader is asked and finds a good document; whose it is, is compared."""
        self.do(cmd.BeginChipCheck(self.session.id))
        assert not self.refusal, self.refusal
        return self.at(800).do(cmd.TryFactor(self.session.id)).do(cmd.FactorCompared(self.session.id, matched, "D"))

    def factor(self, matched: bool) -> Scenario:
        self.do(cmd.TryFactor(self.session.id))
        return self if self.refusal else self.do(cmd.FactorCompared(self.session.id, matched))

    def declare(self, declaration: str, answer: str = "yes") -> Scenario:
        return self.do(cmd.Declare(self.session.id, declaration, answer))

    def take(self) -> Scenario:
        """The door opens, the person takes the envelope and closes it."""
        return self.pulsed().opens().closes()

    def says(self, choice: str) -> Scenario:
        return self.do(cmd.Confirm(self.session.id, choice))

    def jams(self) -> Scenario:
        """The door never opens: all attempts pass."""
        return self.wait(GIVING_UP)

    def twin(self) -> Scenario:
        """A twin that may live on by itself."""
        twin = copy(self)
        twin.log, twin.doors = list(self.log), dict(self.doors)
        return twin

    def next_resident(self) -> Scenario:
        """The jam page's time passes."""
        return self.wait(timing.JAM_PAGE)
