"""A town hall with people in it, for the state machines: doors that really are open, envelopes that really lie there.

People here are honest (they report what they see) and clumsy (they forget, walk away, pull at doors); the hardware is
as it is: a pulse opens the door, or not, or later; a door opens by itself; a sensor goes blind; the process dies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decide import decide
from controller.domain.decide_rounds import ROUNDS
from controller.domain.decide_time import next_due
from controller.domain.model import (
    Contents,
    DepositStatus,
    Door,
    Factor,
    Holder,
    OpeningStage,
    Phase,
    Purpose,
    RightStatus,
    Session,
    StaffSession,
)
from tests.unit.domain.builder import STAFF, Scenario
from tests.unit.domain.checks import GUIDED, Book, check_decision, check_state, check_time

Act = Callable[[], None]
WAITING = (OpeningStage.AUTHORISED, OpeningStage.PULSED)


class World:
    """The box, its log, and what is physically so."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        sensors_lie: bool = False,
        kinds: tuple[str, ...] = ("eAT", "Personalausweis", "Reisepass"),
    ) -> None:
        self.sensors_lie, self.kinds = sensors_lie, kinds
        self.box, self.moment = scenario.box, scenario.now
        self.book = Book()
        self.doors = dict(scenario.doors)
        self.blind: set[str] = set()
        self.inside: dict[str, set[str]] = {label: set() for label in self.doors}
        self.pending = ""
        self.opened: set[str] = set()
        self.in_hand: set[str] = set()
        self.commands = 0
        for event, at in scenario.log:
            self.book.add(event, at)
        for label, compartment in self.box.compartments.items():
            self.inside[label] = set(compartment.deposits)

    def do(self, command: cmd.Command) -> None:
        decision = decide(self.box, command, self.moment)
        check_decision(self.box, command, self.moment, decision)
        self.box = decision.box
        for event in decision.events:
            self.book.add(event, self.moment)
            if isinstance(event, ev.UnlockAuthorised):
                self.pending = event.authorisation
            if isinstance(event, ev.DepositEnded) and event.end.startswith("collected"):
                told_by_staff = isinstance(command, cmd.ReportContents)
                seen = self.sensors_lie or event.deposit in self.opened
                assert told_by_staff or seen, "collected, and its door never opened"

    def check(self) -> None:
        check_state(self.box)
        self.book.check(self.box)
        check_time(self.box, self.moment)

    def check_truth(self) -> None:
        """What honest people may rely on."""
        for label, compartment in self.box.compartments.items():
            if compartment.contents is Contents.EMPTY and self.box.opening is None and compartment.in_service:
                assert not self.inside[label], f"{label} counts as empty and holds {self.inside[label]}"
        for name, deposit in self.box.deposits.items():
            if deposit.status is DepositStatus.STORED and self.box.compartments[deposit.compartment].in_service:
                opening = self.box.opening
                in_question = opening is not None and opening.compartment == deposit.compartment
                if not in_question and deposit.compartment not in self.box.unsettled:
                    assert name in self.inside[deposit.compartment], f"{name} counts as stored and is not there"

    # --- time ---

    def pass_time(self, step_ms: int) -> None:
        self.moment = replace(self.moment, wall_ms=self.moment.wall_ms + step_ms, mono_ms=self.moment.mono_ms + step_ms)

    def next_deadline(self) -> None:
        due = next_due(self.box)
        if due is not None:
            self.pass_time(max(0, due - self.moment.mono_ms))
            self.do(cmd.Tick())

    # --- hardware ---

    def level(self, label: str) -> Door:
        return Door.UNKNOWN if label in self.blind else self.doors[label]

    def sense(self, label: str) -> None:
        self.do(cmd.DoorSensed(label, self.level(label), self.moment.mono_ms))

    def move(self, label: str, door: Door) -> None:
        """A door moves, and its sensor tells if it can."""
        self.doors[label] = door
        opening = self.box.opening
        if door is Door.OPEN and opening is not None and opening.compartment == label:
            self.opened |= {opening.deposit, *self.box.compartments[label].deposits}
        self.pass_time(50)
        self.sense(label)

    def pulse(self, works: bool, code: str = "") -> None:
        """The effect of the last authorisation: it is fired once."""
        opening = self.box.opening
        if opening is None or self.pending != opening.authorisation:
            return
        self.pending = ""
        self.do(cmd.PulseFinished(opening.authorisation, code))
        if works and self.doors[opening.compartment] is Door.CLOSED:
            self.move(opening.compartment, Door.OPEN)

    def restart(self, reboot: bool, pulsed: bool, taken: bool, closed: bool) -> None:
        """The process dies. The pulse in flight may have fired, the person may go on as if nothing had happened."""
        opening = self.box.opening
        if opening is not None:
            label = opening.compartment
            if pulsed and self.pending == opening.authorisation and self.doors[label] is Door.CLOSED:
                self.doors[label] = Door.OPEN
                self.opened |= {opening.deposit, *self.box.compartments[label].deposits}
            if self.doors[label] is Door.OPEN and closed:
                self._hands(label, taken)
                self.doors[label] = Door.CLOSED
        self.pending = ""
        if reboot:
            self.moment = replace(self.moment, mono_ms=3_000, boot=f"boot-{self.box.starts + 1}")
        self.pass_time(3_000)
        start = cmd.StartBox("1.0", {label: self.level(label) for label in self.doors})
        self.do(start)
        again = decide(self.box, start, self.moment)
        assert [type(event) for event in again.events] == [ev.BoxStarted], "a restart is settled once"

    # --- people ---

    def _hands(self, label: str, does_it: bool) -> None:
        """What a person does at an open door: takes the envelope out, or puts it in."""
        opening = self.box.opening
        if opening is None or opening.compartment != label:
            return
        known = set(self.box.compartments[label].deposits)
        strange = self.inside[label] - known
        unfit = opening.obstructed or opening.too_small or strange
        if opening.purpose is Purpose.PICKUP and does_it:
            self.inside[label] -= known  # Who opens a door takes all of a group.
        elif opening.purpose is Purpose.LOADING and does_it and not unfit:
            self.inside[label].add(opening.deposit)
        elif opening.purpose is Purpose.UNDO and does_it:
            self.inside[label].discard(opening.deposit)
        elif opening.purpose in (Purpose.RECALL, Purpose.HANDOVER) and does_it:
            self.in_hand |= self.inside[label] & known
            self.inside[label] -= known

    def close(self, label: str, does_it: bool) -> None:
        opening = self.box.opening
        if opening is not None and opening.purpose is Purpose.LOADING and opening.compartment == label:
            # A loader closes a door that books when the envelope is inside, and says so when something else is.
            if self.inside[label] - set(self.box.compartments[label].deposits) and not opening.obstructed:
                self.do(cmd.ReportObstructed(opening.session))
            does_it = True
        self._hands(label, does_it)
        self.move(label, Door.CLOSED)

    def log_in(self, name: str, matched: bool) -> None:
        self.pass_time(100)
        self.do(cmd.PresentBadge(name, self.moment.mono_ms))
        if self.box.badge is not None and self.box.badge.staff == name:
            self.do(cmd.TryStaffPin())
            self.do(cmd.StaffPinCompared(name, matched))

    def report(self, session: str, label: str) -> None:
        """Staff look inside and say what is there; what is not there any more was collected or never put in."""
        known = self.box.compartments[label].deposits
        found = self.inside[label]
        opening = self.box.opening
        if opening is not None and opening.purpose is Purpose.UNDO:
            there = opening.deposit in found
            self.do(cmd.ReportContents(session, "envelope" if there else "empty", "" if there else "expected"))
            return
        if opening is not None and self.in_hand & set(known):
            self.in_hand -= set(known)
            self.do(cmd.ReportContents(session, "empty", "recalled"))
            return
        if found & set(known):
            self.inside[label] = found & set(known)
            self.do(cmd.ReportContents(session, "envelope", ""))
            return
        for name in found:
            self.inside[label] = set()
            assert name not in known
        loading = any(self.box.deposits[name].reason == "loading" for name in known)
        self.do(cmd.ReportContents(session, "empty", "expected" if loading else "missing"))

    def answer(self, session: str, deposit: str) -> None:
        place = self.box.deposits[deposit].compartment
        there = bool(place) and deposit in self.inside[place]
        self.do(cmd.AnswerLoading(session, deposit, "yes" if there else "no"))

    def acts(self) -> list[tuple[str, Act]]:
        """What somebody might sensibly do now."""
        box = self.box
        found: list[tuple[str, Act]] = []
        opening = box.opening
        if opening is not None:
            found += self._at_a_door(opening.compartment, opening.stage)
        for label, door in self.doors.items():
            if door is Door.OPEN and (opening is None or opening.compartment != label):
                found.append((f"close {label}", lambda label=label: self.close(label, False)))  # type: ignore[misc]
        if box.session is not None:
            found += self._resident()
        if box.staff_session is not None:
            found += self._staff()
        if box.lease is Holder.NOBODY or (
            box.session is not None and box.session.phase in (Phase.LEFT_OPEN, Phase.CONFIRMING)
        ):
            for name in ("lena", "sabine", "tom"):
                found.append((f"{name} logs in", lambda name=name: self.log_in(name, True)))  # type: ignore[misc]
        if box.lease is Holder.NOBODY:
            found += self._nobody()
        return found + self._troubles()

    def _troubles(self) -> list[tuple[str, Act]]:
        """Calls for help, and the box reported out of order: at any time, by anybody."""
        box = self.box
        session = box.session.id if box.session is not None else ""
        found: list[tuple[str, Act]] = [("help!", lambda: self.do(cmd.CallHelp(session)))]
        for name in box.help_calls:
            found.append((f"coming {name}", lambda name=name: self.do(cmd.AcknowledgeHelp(name, "lena"))))  # type: ignore[misc]
            found.append((f"helped {name}", lambda name=name: self.do(cmd.EndHelp(name, "lena"))))  # type: ignore[misc]
        if box.outage is not None:
            return [*found, *[("outage over", lambda: self.do(cmd.EndOutage("sabine")))] * 3]
        return [*found, ("outage", lambda: self.do(cmd.ReportOutage("defective", "sabine")))]

    def _at_a_door(self, label: str, stage: OpeningStage) -> list[tuple[str, Act]]:
        if stage in WAITING:
            opening = self.box.opening
            assert opening is not None
            found: list[tuple[str, Act]] = [("deadline", self.next_deadline)]
            if self.pending == opening.authorisation:
                found += [("pulse opens", lambda: self.pulse(True))] * 4 + [("pulse", lambda: self.pulse(False))]
                found += [("pulse fails", lambda: self.pulse(False, "short_circuit"))]
            else:
                found += [("opens late", lambda: self.move(label, Door.OPEN))]
            return found
        opening = self.box.opening
        if self.doors[label] is Door.OPEN and opening is not None and opening.purpose is Purpose.LOADING:
            session = opening.session
            return [("closes", lambda: self.close(label, True))] * 3 + [
                ("too small", lambda: self.do(cmd.ReportTooSmall(session))),
                ("no old document", lambda: self.do(cmd.ReportNoOldDocument(session))),
                ("deadline", self.next_deadline),
            ]
        if self.doors[label] is Door.OPEN:
            return [("closes", lambda: self.close(label, True))] * 4 + [
                ("closes untouched", lambda: self.close(label, False)),
                ("deadline", self.next_deadline),
            ]
        return [("pulled open", lambda: self.move(label, Door.OPEN))]

    def _resident(self) -> list[tuple[str, Act]]:
        session = self.box.session
        assert session is not None
        if session.phase is Phase.VERIFYING and session.factor.strictness >= Factor.EMRTD.strictness:
            return self._document(session)
        if session.phase is Phase.VERIFYING:
            return [
                ("right", lambda: self.factor(session.id, True)),
                ("right", lambda: self.factor(session.id, True)),
                ("wrong", lambda: self.factor(session.id, False)),
                ("counted only", lambda: self.do(cmd.TryFactor(session.id))),
            ]
        if session.phase is Phase.DECLARING:
            asked = session.declarations[len(session.declared)]
            return [
                ("yes", lambda: self.do(cmd.Declare(session.id, asked, "yes"))),
                ("yes", lambda: self.do(cmd.Declare(session.id, asked, "yes"))),
                ("no", lambda: self.do(cmd.Declare(session.id, asked, "no"))),
            ]
        if session.phase is Phase.CONFIRMING:
            label = self.box.deposits[session.deposit].compartment
            taken = session.deposit not in self.inside[label]
            honest = ("everything", "error") if taken else ("missing",)
            found: list[tuple[str, Act]] = [("no answer", self.next_deadline)]
            for choice in (*honest, "open_again", "foreign"):
                found.append((choice, lambda choice=choice: self.do(cmd.Confirm(session.id, choice))))  # type: ignore[misc]
            return found
        return [("deadline", self.next_deadline)]

    def _document(self, session: Session) -> list[tuple[str, Act]]:
        """A document lies on the reader, or a person is asked to look at it."""
        if session.handed_over:
            found: list[tuple[str, Act]] = [("deadline", self.next_deadline)]
            for name in ("lena", "sabine", "tom"):
                found.append((f"badge {name}", lambda name=name: self.badge(name)))  # type: ignore[misc]
            return found
        if not session.checking:
            return [
                *[("read it", lambda: self.do(cmd.BeginChipCheck(session.id)))] * 8,
                ("a person, please", lambda: self.do(cmd.AskStaffCheck(session.id))),
                ("reader gone", lambda: self.do(cmd.GiveUpChip(session.id, "card_reader_down"))),
            ]
        answers = [
            ("retry", "card_removed"),
            ("retry", "access_key_wrong"),
            ("refused", "document_expired"),
            ("refused", "cloned"),
            ("unsupported", "protocol_unsupported"),
        ]
        said: list[tuple[str, Act]] = [
            *[("right document", lambda: self.factor(session.id, True))] * 3,
            ("somebody else's", lambda: self.factor(session.id, False)),
        ]
        for outcome, reason in answers:
            said.append((reason, partial(self.do, cmd.NoteChip(session.id, outcome, reason))))
        return said

    def _staff(self) -> list[tuple[str, Act]]:
        session, box = self.box.staff_session, self.box
        assert session is not None
        found: list[tuple[str, Act]] = [("deadline", self.next_deadline)]
        if session.reporting and box.opening is not None:
            found += [("report", lambda: self.report(session.id, session.reporting))] * 4
            for name in box.compartments[session.reporting].deposits:
                if name in self.in_hand:
                    found += [(f"scan out {name}", lambda name=name: self.scan_out(name))] * 3  # type: ignore[misc]
        if session.requested is not None:
            for name in ("lena", "sabine", "lukas") * 2:
                found.append((f"badge {name}", lambda name=name: self.badge(name)))  # type: ignore[misc]
        if box.opening is None:
            found += self._walk(session)
            for name, deposit in box.deposits.items():
                if deposit.status is DepositStatus.EXPECTED:
                    scan = cmd.PresentOrder(deposit.orders[0])
                    found += [(f"scan {name}", lambda scan=scan: self.do(scan))] * 3  # type: ignore[misc]
                if deposit.reason == "loading":
                    found += [(f"answer {name}", lambda name=name: self.answer(session.id, name))]  # type: ignore[misc]
            for label, compartment in box.compartments.items():
                if compartment.quarantine or compartment.contents is Contents.UNKNOWN:
                    purpose = GUIDED[-1 - self.moment.mono_ms // 100 % 2]
                    ask = cmd.RequestOpening(session.id, label, purpose, "because")
                    found.append((f"request {label}", lambda ask=ask: self.do(ask)))  # type: ignore[misc]
                elif compartment.contents is Contents.EMPTY:
                    test = cmd.TestCompartment(session.id, label)
                    found.append((f"test {label}", lambda test=test: self.do(test)))  # type: ignore[misc]
            fewer = cmd.OfferLanguages(session.id, ("de", "en")[: 1 + self.moment.mono_ms % 2])
            found += [("other languages", lambda: self.do(fewer))]
            found += [("let a resident go first", lambda: self.do(cmd.SuspendStaff(session.id)))]
            found += [("log out", lambda: self.do(cmd.LogOut(session.id)))] * 2
        return found

    def _walk(self, session: StaffSession) -> list[tuple[str, Act]]:
        """Walks over the compartments, and the last booking undone."""
        found: list[tuple[str, Act]] = []
        if session.round is not None:
            for kind in (cmd.GoOnWithRound, cmd.GoOnWithRound, cmd.SkipInRound, cmd.LeaveRound, cmd.StopRound):
                found.append((kind.__name__, lambda kind=kind: self.do(kind(session.id))))  # type: ignore[misc]
        else:
            for purpose in ROUNDS:
                start = cmd.StartRound(session.id, purpose, "because")
                found.append((f"walk {purpose}", lambda start=start: self.do(start)))  # type: ignore[misc]
        if session.last_stored:
            found += [("undo", lambda: self.do(cmd.UndoLoading(session.id)))] * 2
        return found

    def scan_out(self, name: str) -> None:
        self.do(cmd.PresentOrder(self.box.deposits[name].orders[0]))
        if name not in self.box.deposits:
            self.in_hand.discard(name)

    def factor(self, session: str, matched: bool) -> None:
        self.do(cmd.TryFactor(session))
        if self.box.session is not None:
            self.do(cmd.FactorCompared(session, matched))

    def badge(self, name: str) -> None:
        self.pass_time(100)
        self.do(cmd.PresentBadge(name, self.moment.mono_ms))

    def _nobody(self) -> list[tuple[str, Act]]:
        box = self.box
        found: list[tuple[str, Act]] = []
        for name, right in box.rights.items():
            if right.status is RightStatus.ISSUED:
                present = cmd.PresentCredential(name, "qr", ("birth_date", "pin", "emrtd", "eid"), ("emrtd", "eid"))
                found += [(f"present {name}", lambda present=present: self.do(present))] * 3  # type: ignore[misc]
        if box.suspended is not None:
            who = box.suspended.session.staff
            found += [("deadline", self.next_deadline)] + [("back to work", lambda: self.badge(who))] * 3
        found += [
            ("an order", self.announce),
            ("a family", self.announce_family),
            ("a wrong PIN", lambda: self.log_in("lukas", False)),
        ]
        assert "lukas" in STAFF
        return found

    def announce_family(self) -> None:
        """Two envelopes of one group, and one right over both."""
        self.commands += 1
        names = (f"F{self.commands}", f"G{self.commands}")
        for letter, name in zip("fg", names, strict=True):
            command = ("central", f"{letter}{self.commands}")
            group = f"family-{self.commands}"
            self.do(cmd.AnnounceOrder(*command, name, (f"ORDER-{name}",), ("eAT",), "S", "de", False, group))
        self.do(cmd.IssueRight("central", f"r{self.commands}", f"R{names[0]}", names, "de", 0, 0))

    def announce(self) -> None:
        """The office announces an envelope and makes a right over it and, now and then, over one more."""
        self.commands += 1
        number = self.commands
        name = f"N{number}"
        kind = self.kinds[number % len(self.kinds)]
        command = ("central", f"n{number}")
        self.do(cmd.AnnounceOrder(*command, name, (f"ORDER-{name}",), (kind,), "S", "de", False, ""))
        others = tuple(other for other in self.box.deposits if other != name)[-1:] if number % 2 else ()
        self.do(cmd.IssueRight(*command, f"R{name}", (name, *others), "de", 0, 0))
