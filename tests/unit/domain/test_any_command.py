"""Whatever is asked, in whatever state, with whatever ids: `decide` decides, and no invariant breaks."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decide import RULES, decide
from controller.domain.model import Box, Door, Item, LockRules, Purpose
from controller.domain.moment import Moment
from tests.unit.domain.builder import CABINET, POLICIES, STAFF, Scenario, plan
from tests.unit.domain.calendars import ALWAYS, WEEKDAYS
from tests.unit.domain.profiles import PATIENCE_S, SEARCH
from tests.unit.domain.world import World

LABELS = ("A01", "A02", "A03")
DEPOSITS = ("D1", "D2", "D3", "")
RIGHTS = ("R1", "R2", "R3", "")
TYPES = ("eAT", "Personalausweis", "Reisepass", "PinBrief", "Führerschein", "Reiseausweis", "Urkunde", "Kfz")

#: What a field may be given, by its name; `candidates` adds what exists in the state.
FIELDS: dict[str, tuple[Any, ...]] = {
    "answer": ("yes", "no", "perhaps"),
    "box": ("box-1",),
    "by": ("sabine", ""),
    "cents": (0, 39_000, -1, 2**40),
    "checked_by": ("", "sabine"),
    "call": ("H0",),
    "calendar": (ALWAYS, WEEKDAYS, None),
    "choice": ("everything", "open_again", "missing", "foreign", "error", ""),
    "code": ("", "short_circuit", "qr_unknown"),
    "command": ("c1", "c2"),
    "compartment": (*LABELS, "Z9"),
    "compartments": (
        CABINET[:3],
        CABINET[:4],
        CABINET[:2],
        (),
        (plan("A01"), plan("A01")),
        (plan("A01", "XXL"),),
        (plan("A01", item_sensor="yes"), *CABINET[1:3]),
    ),
    "contents": ("empty", "envelope", "old_document", "as_booked", "cake"),
    "count": (0, 1, -1),
    "declaration": ("several", "old_documents", "pin_letter", "none"),
    "deposit": DEPOSITS,
    "deposit_end": ("", "collected_confirmed", "recalled", "expected", "missing", "handed_over_at_counter", "eaten"),
    "deposits": (("D1",), ("D2",), ("D1", "D2"), ("D2", "D3"), (), ("D1", "D1"), ("D9",)),
    "document_types": (*((name,) for name in TYPES), (), ("eAT", "Reisepass")),
    "door": tuple(Door),
    "expires_wall_ms": (0, 1, 1_795_334_400_000, 1_795_334_400_000 + 86_400_000),
    "fold_version": (1,),
    "fresh": (True, False),
    "group": ("", "family"),
    "held": (True, False),
    "issuer": ("central", "staff"),
    "item": tuple(Item),
    "kind": ("simulated", "recall", "counter", "stocktake", "clarification", "returns"),
    "language": ("de",),
    "languages": ((ev.UseCount("de", 5),), (ev.UseCount("de", 4), ev.UseCount("tr", 3)), ()),
    "low": (True, False),
    "issuing_state": ("", "D"),
    "excused": ((), ("clone_unprovable", "revocation_unknown")),
    "blind": ((), ("A01",), ("nowhere",)),
    "mains": (True, True, False),
    "matched": (True, False),
    "modes": ((), (ev.UseCount("larger", 2),), (ev.UseCount("shouting", 1),)),
    "month": ("2026-10", "2026-11", "2035-01", "2026-13", ""),
    "not_before_wall_ms": (0, 1_795_334_400_000, 1_795_334_400_000 + 3_600_000),
    "outcome": ("refused", "retry", "unsupported", "verified", ""),
    "order": tuple(f"ORDER-{name}" for name in DEPOSITS),
    "orders": (*((f"ORDER-{name}",) for name in DEPOSITS), ()),
    "place": ("Rathaus Nord", " "),
    "proxy": (False, False, True),
    "purpose": tuple(Purpose),
    "in_service": (True, False),
    "reason": ("", "lock", "fire", "defective", "asked", "not_written"),
    "right": RIGHTS,
    "minutes": (0, 30, -1),
    "roles": (("loader",), ("supervisor",), ("technician",), ("loader", "technician"), (), ("king",)),
    "session": ("S0",),
    "sessions": (5, 7, 1, 0),
    "task": ("T0",),
    "sha256": ("profile-1", "profile-2", "policies-1", "policies-2", ""),
    "size": ("S", "M", "L", "XXL"),
    "software": ("1.0",),
    "staff": (*STAFF, "nobody"),
    "state_sha256": ("0",),
    "subject": ("", "A01"),
    "tries_left": (0, 1, 2),
    "tags": (("de",), ("de", "en"), ("en",), ("de", "de"), ()),
    "trusted": (True, False),
    "active": (True, False),
    "verifiers": ((), ("birth_date",), ("birth_date", "pin"), ("emrtd", "eid", "pin")),
    "checkable": ((), ("emrtd",), ("emrtd", "eid")),
    "via": ("qr", "number"),
    "authorisation": ("A0",),
    "attempts": (0, 1, 3, -1),
    "boards": ((), ("A01", "A02"), ("Z9",)),
    "fault": ("", "board_silent"),
    "moved": ((), ("A01",), ("A02",), ("A01", "A03")),
    "opened": ((), ("A01",), ("A02",), ("Z9",)),
    "opened_ms": (0, 300, -1),
    "said": (True, False),
    "stuck": ((), ("A01",)),
    "touched": ((), ("A01",), ("A01", "A02"), ("Z9",)),
    "wires": (("A01: lock a:1 -> a:2",), ()),
}
#: What the card reader says, where a reason is asked for.
CHIP_REASONS = (
    "card_removed",
    "access_key_wrong",
    "cloned",
    "document_expired",
    "eid_pin_wrong",
    "eid_client_down",
    "",
)
RULES_FIELD: dict[type[cmd.Command], tuple[Any, ...]] = {
    cmd.ActivateProfile: (LockRules(), LockRules(attempts=1), LockRules(rest_ms=0)),
    cmd.ActivatePolicies: (POLICIES, (), (ev.PolicyRule("eAT", "handshake", (), 1),)),
}
#: These happen most; the others are drawn once for every few of them.
OFTEN = (
    cmd.PresentCredential,
    cmd.TryFactor,
    cmd.FactorCompared,
    cmd.BeginChipCheck,
    cmd.NoteChip,
    cmd.Declare,
    cmd.Confirm,
    cmd.DoorSensed,
    cmd.PulseFinished,
    cmd.PresentOrder,
    cmd.PresentBadge,
    cmd.RequestOpening,
    cmd.ReportContents,
    cmd.Tick,
)

pytestmark = pytest.mark.timeout(PATIENCE_S)


class AnyCommand(RuleBasedStateMachine):
    """Histories in which people do sensible things, and among them anything at all is asked."""

    @initialize(trusted=st.booleans(), chip=st.booleans())
    def begin(self, trusted: bool, chip: bool) -> None:
        box = Scenario(cabinet=(*CABINET[:2], plan("A03", item_sensor="yes")), trusted=trusted)
        if chip:
            box.do(cmd.ActivateCalendar("always", ALWAYS))
        kind = "Reiseausweis" if chip else "Reisepass"
        box.stored("D1", "eAT").stored("D2", kind, right="R2").right("R3", "D1", "D2")
        self.world = World(box, sensors_lie=True)

    @property
    def box(self) -> Box:
        return self.world.box

    @property
    def moment(self) -> Moment:
        return self.world.moment

    def do(self, command: cmd.Command) -> None:
        self.world.do(command)

    @rule(data=st.data(), times=st.integers(4, 16))
    def life_goes_on(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            acts = self.world.acts()
            if acts:
                name, act = acts[data.draw(st.integers(0, len(acts) - 1))]
                note(name)
                act()

    def candidates(self, kind: type[cmd.Command], name: str) -> list[Any]:
        """What a field may be given: garbage, and what would fit now."""
        box = self.box
        if name == "doors":
            return [dict.fromkeys(LABELS, door) for door in Door] + [{}, {"A01": Door.OPEN, "A02": Door.CLOSED}]
        if name == "rules":
            return list(RULES_FIELD[kind])
        if name == "seen_mono_ms":
            now = self.moment.mono_ms
            return [now, now, now - 20, now - 90_000, now + 90_000]
        if name == "seen_empty_by":
            return ["", "sabine"]
        if name == "reason" and kind is cmd.NoteChip:
            return list(CHIP_REASONS)
        found = list(FIELDS[name])
        if name == "task":
            found += list(box.tasks)[:4]
        if name == "session":
            found += [box.session.id] * 4 if box.session else []
            found += [box.staff_session.id] * 4 if box.staff_session else []
        if name == "call":
            found += list(box.help_calls) * 3
        if name in ("authorisation", "compartment") and box.opening:
            found += [getattr(box.opening, name)] * 5
        if name == "staff" and box.badge and kind is cmd.StaffPinCompared:
            found += [box.badge.staff] * 8
        if name == "declaration" and box.session and len(box.session.declared) < len(box.session.declarations):
            found += [box.session.declarations[len(box.session.declared)]] * 6
        return found

    def ask(self, data: st.DataObject, kind: type[cmd.Command]) -> None:
        chosen = {f.name: data.draw(st.sampled_from(self.candidates(kind, f.name)), label=f.name) for f in fields(kind)}
        self.do(kind(**chosen))

    @rule(data=st.data(), kind=st.sampled_from(OFTEN))
    def something_usual(self, data: st.DataObject, kind: type[cmd.Command]) -> None:
        self.ask(data, kind)

    @rule(data=st.data(), kind=st.sampled_from(sorted(RULES, key=lambda kind: kind.__name__)))
    def something(self, data: st.DataObject, kind: type[cmd.Command]) -> None:
        self.ask(data, kind)

    @rule(label=st.sampled_from(LABELS), door=st.sampled_from(tuple(Door)))
    def a_sensor_says(self, label: str, door: Door) -> None:
        self.do(cmd.DoorSensed(label, door, self.moment.mono_ms))

    @rule(step=st.sampled_from((1, 40, 2_000, 12_000, 45_000, 61_000, 400_000)))
    def time_passes_unseen(self, step: int) -> None:
        self.world.pass_time(step)

    @rule(jump=st.sampled_from((-86_400_000, 3_600_000, 40 * 86_400_000)), trusted=st.booleans())
    def the_clock_jumps(self, jump: int, trusted: bool) -> None:
        wall = max(0, self.moment.wall_ms + jump)
        self.world.moment = replace(self.moment, wall_ms=wall, clock_trusted=trusted)

    @rule(fresh=st.sampled_from((True, True, False)))
    def the_screen_is_judged(self, fresh: bool) -> None:
        self.world.moment = replace(self.moment, screen_fresh=fresh)
        self.do(cmd.JudgeScreen(fresh))

    @rule(mains=st.sampled_from((True, True, False)))
    def the_mains_come_or_go(self, mains: bool) -> None:
        self.do(cmd.JudgePower(mains))

    @rule(data=st.data(), reboot=st.booleans())
    def the_box_restarts(self, data: st.DataObject, reboot: bool) -> None:
        if reboot:
            self.world.moment = replace(self.moment, mono_ms=3_000, boot=f"boot-{self.box.starts + 1}")
        doors = {name: compartment.door for name, compartment in self.box.compartments.items()}
        doors[data.draw(st.sampled_from(LABELS))] = data.draw(st.sampled_from(tuple(Door)))
        start = cmd.StartBox("1.0", doors)
        self.do(start)
        again = decide(self.box, start, self.moment)
        assert [type(event) for event in again.events] == [ev.BoxStarted], "a restart is settled once"

    @invariant()
    def the_state_is_sound(self) -> None:
        if hasattr(self, "world"):
            self.world.check()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            assert self.world.book.fold() == self.box


TestAnyCommand = AnyCommand.TestCase
TestAnyCommand.settings = SEARCH
