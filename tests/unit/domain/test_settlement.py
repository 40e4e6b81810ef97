"""Settling after a restart: every row of the table in docs/domain.md. No row opens a door; no doubt ends a right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.guided import REQUESTABLE
from controller.domain.model import Contents, DepositStatus, Door, Purpose, RightStatus, SessionEnd
from tests.unit.domain.builder import CABINET, Scenario, plan

Steps = Callable[[Scenario], Scenario]
OPEN, CLOSED, UNKNOWN = Door.OPEN, Door.CLOSED, Door.UNKNOWN
#: The process alone restarts, or the machine with it (another boot, another monotonic clock).
RESTARTS = pytest.mark.parametrize("reboot", [False, True], ids=["process", "machine"])


def settle(box: Scenario, door: Door, *, reboot: bool = False) -> Scenario:
    """Restarts with the door of the opening in progress as given, and checks what holds for every row."""
    label, pulses = box.opening.compartment, box.pulses
    box.die(reboot=reboot).start(**{label: door})
    assert box.pulses == pulses, "a restart opened a door"
    assert box.box.opening is None
    assert box.box.session is None
    assert box.box.staff_session is None
    twice = box.twin().start()
    assert [type(event) for event in twice.last] == [ev.BoxStarted], "settled once"
    return box


def pickup(before: Door = CLOSED) -> Scenario:
    """A pickup that is authorised; its door was as given."""
    box = Scenario().stored("D1")
    if before is not CLOSED:
        # Where something is inside, an open door is an alarm first: only an unreadable one can be pulsed.
        box.sense(box.deposit("D1").compartment, before)
    return box.present("R1")


AUTHORISED: Steps = lambda box: box  # noqa: E731
PULSED: Steps = lambda box: box.pulsed()  # noqa: E731
RETRIED: Steps = lambda box: box.pulsed().wait(2_000).pulsed()  # noqa: E731


@RESTARTS
@pytest.mark.parametrize("phase", ["verifying", "verifying_failed", "declaring"])
def test_session_with_nothing_authorised(phase: str, reboot: bool) -> None:
    box = Scenario().stored("D1", "Reisepass").present("R1")
    if phase == "verifying_failed":
        box.factor(False)
    elif phase == "declaring":
        box.factor(True)
    box.die(reboot=reboot).start()
    assert box.one(ev.SessionEnded).outcome == SessionEnd.ABORTED
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert box.the_right("R1").failed_factors == (1 if phase == "verifying_failed" else 0), "failed tries are kept"
    assert box.deposit("D1").status is DepositStatus.STORED
    assert box.compartment(box.deposit("D1").compartment).in_service


@RESTARTS
@pytest.mark.parametrize(
    ("steps", "before"),
    [(AUTHORISED, CLOSED), (PULSED, CLOSED), (RETRIED, CLOSED), (AUTHORISED, UNKNOWN), (PULSED, UNKNOWN)],
    ids=["authorised", "pulsed", "retried", "authorised, unreadable before", "pulsed, unreadable before"],
)
def test_pickup_not_seen_open_and_closed_now(steps: Steps, before: Door, reboot: bool) -> None:
    box = settle(steps(pickup(before)), CLOSED, reboot=reboot)
    deposit = box.deposit("D1")
    assert deposit.status is DepositStatus.UNVERIFIED
    assert not box.compartment(deposit.compartment).in_service
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert deposit.tries_left == 1, "the holder may try this deposit once more"
    box.present("R1")
    assert box.one(ev.UnlockAuthorised).compartment == deposit.compartment
    assert box.deposit("D1").tries_left == 0


def test_the_one_more_try_is_one() -> None:
    box = settle(pickup(), CLOSED)
    settle(box.present("R1"), CLOSED)
    assert box.present("R1").refusal == "counter"
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED


def test_the_one_more_try_can_succeed() -> None:
    box = settle(pickup(), CLOSED)
    label = box.deposit("D1").compartment
    box.present("R1").take().says("everything")
    assert box.ended("R1") == "spent"
    assert box.deposit_end("D1") == "collected_confirmed"
    assert not box.compartment(label).in_service, "quarantined until somebody has looked"


@RESTARTS
@pytest.mark.parametrize("steps", [AUTHORISED, PULSED, RETRIED], ids=["authorised", "pulsed", "retried"])
def test_pickup_closed_before_and_open_now(steps: Steps, reboot: bool) -> None:
    box = settle(steps(pickup()), OPEN, reboot=reboot)
    label = box.deposit("D1").compartment
    assert [event.cause for event in box.happened(ev.DoorOpened) if event.compartment == label][-1] == "settled"
    assert "left_open:" + label in box.box.faults
    assert box.the_right("R1").status is RightStatus.ISSUED, "nothing is spent while the door stands open"
    assert box.present("R1").refusal == "counter", "and the open door is not opened again"
    box.closes(label)
    assert box.deposit_end("D1") == "collected_unconfirmed"
    assert box.ended("R1") == "spent"
    assert box.compartment(label).contents is Contents.PRESUMED_EMPTY
    assert not box.compartment(label).in_service
    assert "left_open:" + label not in box.box.faults


@RESTARTS
@pytest.mark.parametrize("steps", [AUTHORISED, PULSED], ids=["authorised", "pulsed"])
def test_pickup_not_closed_before_and_open_now(steps: Steps, reboot: bool) -> None:
    box = settle(steps(pickup(UNKNOWN)), OPEN, reboot=reboot)
    deposit = box.deposit("D1")
    assert deposit.status is DepositStatus.UNVERIFIED
    assert deposit.tries_left == 0, "for staff"
    assert "unexpected_open:" + deposit.compartment in box.box.faults
    assert not box.compartment(deposit.compartment).in_service
    assert box.the_right("R1").status is RightStatus.ISSUED
    box.closes(deposit.compartment)
    assert not box.deposit_end("D1"), "closing it proves nothing"


@RESTARTS
def test_pickup_opened_and_open_now(reboot: bool) -> None:
    box = settle(pickup().pulsed().opens(), OPEN, reboot=reboot)
    label = box.deposit("D1").compartment
    assert "left_open:" + label in box.box.faults
    assert box.the_right("R1").status is RightStatus.ISSUED
    box.closes(label)
    assert box.deposit_end("D1") == "collected_unconfirmed"
    assert box.ended("R1") == "spent"
    assert not box.compartment(label).in_service


OPENED: Steps = lambda box: box.pulsed().opens()  # noqa: E731
ASKED: Steps = lambda box: box.take()  # noqa: E731


@RESTARTS
@pytest.mark.parametrize("steps", [OPENED, ASKED], ids=["opened", "closed but unconfirmed"])
def test_pickup_opened_and_closed_now(steps: Steps, reboot: bool) -> None:
    box = steps(pickup())
    label = box.opening.compartment
    settle(box, CLOSED, reboot=reboot)
    assert box.deposit_end("D1") == "collected_unconfirmed"
    assert box.ended("R1") == "spent"
    assert box.compartment(label).contents is Contents.PRESUMED_EMPTY
    assert not box.compartment(label).in_service, "quarantined until looked at"


def test_pickup_reopened_to_put_something_back_is_no_collection() -> None:
    box = pickup().take().says("foreign").pulsed().opens()
    settle(box, CLOSED)
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    assert box.the_right("R1").status is RightStatus.ISSUED


@RESTARTS
@pytest.mark.parametrize("door", [CLOSED, OPEN, UNKNOWN])
@pytest.mark.parametrize("steps", [AUTHORISED, PULSED, OPENED], ids=["authorised", "pulsed", "opened"])
def test_loading(steps: Steps, door: Door, reboot: bool) -> None:
    box = steps(Scenario().announce("D1").right("R1", "D1").login().scan("D1"))
    label = box.opening.compartment
    settle(box, door, reboot=reboot)
    deposit = box.deposit("D1")
    assert (deposit.status, deposit.reason) == (DepositStatus.UNVERIFIED, "loading")
    assert not box.compartment(label).in_service
    assert box.the_right("R1").status is RightStatus.PREPARED
    assert ("left_open:" + label in box.box.faults) == (door is OPEN)
    if door is OPEN:
        assert box.closes(label).deposit("D1").status is DepositStatus.UNVERIFIED, "closing it books nothing"
    assert not box.happened(ev.DepositStored)


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_loading_is_asked_at_the_next_login(answer: str) -> None:
    box = Scenario().announce("D1").right("R1", "D1").login().scan("D1").pulsed().opens()
    label = box.opening.compartment
    settle(box, CLOSED).login().do(cmd.AnswerLoading(box.staff, "D1", answer))
    if answer == "yes":
        assert box.deposit("D1").status is DepositStatus.STORED
        assert box.the_right("R1").status is RightStatus.ISSUED
        assert box.compartment(label).in_service
    else:
        assert box.deposit("D1").status is DepositStatus.EXPECTED
        assert not box.compartment(label).in_service, "somebody has to look"
        assert box.scan("D1").one(ev.UnlockAuthorised).compartment != label


@RESTARTS
@pytest.mark.parametrize("door", [CLOSED, OPEN, UNKNOWN])
@pytest.mark.parametrize("purpose", sorted(REQUESTABLE))
@pytest.mark.parametrize("steps", [AUTHORISED, OPENED, ASKED], ids=["authorised", "opened", "closed, not reported"])
def test_guided_openings(purpose: Purpose, steps: Steps, door: Door, reboot: bool) -> None:
    box = Scenario().stored("D1").login()
    label = box.deposit("D1").compartment
    box.request(label, purpose, "because").badge("lena")
    if purpose is Purpose.EMERGENCY:
        box.badge("sabine")
    settle(steps(box), door, reboot=reboot)
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    assert not box.compartment(label).in_service
    assert box.the_right("R1").status is RightStatus.ISSUED


@RESTARTS
@pytest.mark.parametrize("door", [CLOSED, OPEN, UNKNOWN])
def test_test_of_an_empty_compartment(door: Door, reboot: bool) -> None:
    box = Scenario().login("tom")
    box.do(cmd.TestCompartment(box.staff, "A03")).pulsed()
    settle(box, door, reboot=reboot)
    assert box.compartment("A03").in_service == (door is CLOSED)
    assert box.compartment("A03").contents is Contents.EMPTY


@RESTARTS
def test_no_intent_and_a_door_that_was_closed_is_open(reboot: bool) -> None:
    box = Scenario().stored("D1")
    label = box.deposit("D1").compartment
    box.die(reboot=reboot).start(**{label: OPEN, "A08": OPEN})
    assert [event.cause for event in box.now_happened(ev.DoorOpened)] == ["downtime", "downtime"]
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    assert box.present("R1").refusal == "counter", "staff first"
    assert {"unexpected_open:" + label, "unexpected_open:A08"} <= set(box.box.faults)
    assert not box.compartment("A08").in_service
    assert [type(event) for event in box.restart().last] == [ev.BoxStarted]


@RESTARTS
@pytest.mark.parametrize("then", [CLOSED, OPEN])
@pytest.mark.parametrize("steps", [AUTHORISED, PULSED, OPENED, ASKED], ids=["authorised", "pulsed", "opened", "closed"])
def test_any_pickup_unreadable_now_is_settled_again_when_readable(steps: Steps, then: Door, reboot: bool) -> None:
    box = steps(pickup())
    witnessed = box.opening.witnessed
    settle(box, UNKNOWN, reboot=reboot)
    deposit = box.deposit("D1")
    label = deposit.compartment
    assert deposit.status is DepositStatus.UNVERIFIED
    assert not box.compartment(label).in_service
    assert "door_unreadable:" + label in box.box.faults
    assert box.present("R1").refusal == "counter"
    box.restart()
    assert [type(event) for event in box.last] == [ev.BoxStarted], "still unreadable: still waiting"

    by_sensor, by_restart = box.twin().sense(label, then), box.twin().restart(**{label: then})
    for later in (by_sensor, by_restart):
        assert "door_unreadable:" + label not in later.box.faults
        if then is OPEN:
            assert not later.ended("R1")
            later.closes(label)
        if then is OPEN or witnessed:
            assert later.deposit_end("D1") == "collected_unconfirmed"
            assert later.ended("R1") == "spent"
        else:
            assert later.deposit("D1").tries_left == 1
            assert later.the_right("R1").status is RightStatus.ISSUED
        assert not later.compartment(label).in_service
        assert not later.box.unsettled


def test_unreadable_then_open_without_a_closed_door_before_is_for_staff() -> None:
    box = settle(pickup(UNKNOWN), UNKNOWN)
    label = box.deposit("D1").compartment
    box.sense(label, OPEN)
    assert "unexpected_open:" + label in box.box.faults
    box.closes(label)
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    assert box.deposit("D1").tries_left == 0


def test_a_suspended_door_that_turns_unreadable_stays_suspended() -> None:
    box = settle(pickup().pulsed().opens(), OPEN)
    label = box.deposit("D1").compartment
    box.restart(**{label: UNKNOWN})
    assert not box.deposit_end("D1"), "nobody saw it closed"
    assert label in box.box.unsettled
    box.restart(**{label: CLOSED})
    assert box.deposit_end("D1") == "collected_unconfirmed"


@RESTARTS
def test_no_intent_and_unreadable_is_a_fault_that_clears_itself(reboot: bool) -> None:
    box = Scenario().stored("D1")
    label = box.deposit("D1").compartment
    box.die(reboot=reboot).start(**{label: UNKNOWN})
    assert "door_unreadable:" + label in box.box.faults
    assert box.compartment(label).in_service
    assert box.deposit("D1").status is DepositStatus.STORED
    box.sense(label, CLOSED)
    assert not box.box.faults


def family() -> Scenario:
    """One right over three deposits, the first of them at its open door."""
    box = Scenario().announce("D1").announce("D2").announce("D3").right("R1", "D1", "D2", "D3").load("D1", "D2", "D3")
    return box.present("R1").declare("several")


@pytest.mark.parametrize("door", [CLOSED, OPEN, UNKNOWN])
@pytest.mark.parametrize("done", [0, 1, 2])
def test_several_deposits_are_settled_each_alone(done: int, door: Door) -> None:
    box = family()
    for _ in range(done):
        box.take().says("everything")
    settle(box.pulsed(), door)
    names = ("D1", "D2", "D3")
    assert [box.deposit_end(name) for name in names[:done]] == ["collected_confirmed"] * done
    for name in names[done + 1 :]:
        assert box.deposit(name).status is DepositStatus.STORED, "not yet reached"
    assert box.the_right("R1").status is RightStatus.ISSUED
    if names[done + 1 :]:
        box.present("R1")
        assert not box.refusal
        assert set(box.session.queue) >= set(names[done + 2 :])


def test_more_than_five_quarantines_at_one_start_are_one_alarm_and_a_stocktake_resolves_them() -> None:
    box = Scenario()
    labels = [compartment.label for compartment in CABINET]
    box.restart(**dict.fromkeys(labels[:5], OPEN))
    assert "many_quarantined" not in box.box.faults
    box = Scenario().restart(**dict.fromkeys(labels[:6], OPEN))
    box.one(ev.BoxStarted)
    assert [event.code for event in box.now_happened(ev.FaultRaised)].count("many_quarantined") == 1
    assert "many_quarantined" not in [event.code for event in box.restart().now_happened(ev.FaultRaised)]
    box.login()
    for label in labels[:6]:
        box.closes(label).guided(label, Purpose.STOCKTAKE).report("empty")
    assert not box.box.faults
    assert all(compartment.allottable for compartment in box.box.compartments.values())


def test_restarts_at_every_point_of_a_pickup_never_open_a_door_and_settle_once() -> None:
    story: list[Steps] = [
        lambda box: box.present("R1"),
        lambda box: box.factor(False),
        lambda box: box.factor(True),
        lambda box: box.declare("old_documents"),
        lambda box: box.pulsed(),
        lambda box: box.opens(),
        lambda box: box.closes(),
        lambda box: box.says("open_again"),
        lambda box: box.opens(),
        lambda box: box.pulsed(),
        lambda box: box.closes(),
        lambda box: box.says("everything"),
    ]
    box = Scenario(cabinet=(plan("A01"), plan("A02", item_sensor="yes"))).stored("D1", "Reisepass")
    for step in story:
        for door in Door:
            for reboot in (False, True):
                dead = box.twin().die(reboot=reboot)
                pulses = dead.pulses
                dead.start(A01=door)
                assert dead.pulses == pulses
                for _ in range(3):
                    assert [type(event) for event in dead.start().last] == [ev.BoxStarted]
        step(box)
        assert not box.refusal or box.refusal == "factor_wrong"
    assert box.ended("R1") == "spent"


def test_what_a_dead_boot_was_waiting_for_does_not_happen_in_the_new_one() -> None:
    box = Scenario().stored("D1").present("R1").jams()
    label = box.deposit("D1").compartment
    assert box.compartment(label).rest_until_mono_ms > 0
    box.next_resident().die(reboot=True).start()
    assert box.compartment(label).rest_until_mono_ms == 0, "an instant of another clock"
    assert not box.wait(3_600_000).last
