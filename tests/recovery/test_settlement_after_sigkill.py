"""A resident collects, and the controller is killed at every step of it: each row of the settlement table that begins
with "pickup", and the sessions before it (docs/recovery.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from controller.api import Confirm, Declare, EnterFactor
from controller.domain.model import Contents, DepositStatus, Door, RightStatus
from hal.interfaces import monotonic_ms
from simulator.people import Hall
from simulator.preload import Envelope, Preload, Slip, new_code
from simulator.processes import wait_for
from tests.recovery.conftest import MakeBox
from tests.recovery.killed_box import KilledBox, Script, envelope, slip

Act = Callable[[KilledBox, int], None]
"""What somebody does about deposit ``number``."""


# --- people
# ------------------------------------------------------------------------------------------------------------------


def shows(code: str) -> Script:
    """Shows the code and waits before the door."""

    async def script(hall: Hall) -> None:
        await hall.scanner.show(code)

    return script


def takes(code: str) -> Script:
    """Shows the code, takes what is inside and closes the door; says nothing."""

    async def script(hall: Hall) -> None:
        await hall.collect(code, choice="")

    return script


def collects(code: str) -> Script:
    async def script(hall: Hall) -> None:
        await hall.collect(code)

    return script


def nothing(box: KilledBox, number: int) -> None:
    """Everybody waits."""


def closes_it(box: KilledBox, number: int) -> None:
    """Pushes the door that stands ajar; the envelope stays inside."""
    box.wait_open(box.where[f"D{number}"])
    box.plant.close_door(box.where[f"D{number}"])


def takes_it(box: KilledBox, number: int) -> None:
    """Takes the envelope and closes the door."""
    box.wait_open(box.where[f"D{number}"])
    assert box.take_out(box.where[f"D{number}"]) == [f"D{number}"]


def opens_it(box: KilledBox, number: int) -> None:
    box.wait_open(box.where[f"D{number}"])


# --- what follows
# ------------------------------------------------------------------------------------------------------------


def is_told(box: KilledBox, number: int, reason: str) -> None:
    async def script(hall: Hall) -> None:
        assert await hall.scanner.show(box.codes[f"R{number}"]) == reason

    box.play(script)


def untouched(box: KilledBox, number: int) -> None:
    """As if nobody had come: the holder collects."""
    assert box.deposit(number).status is DepositStatus.STORED
    assert box.compartment(number).in_service
    assert box.box.rights[f"R{number}"].status is RightStatus.ISSUED
    collected_now(box, number)


def collected_now(box: KilledBox, number: int) -> None:
    async def script(hall: Hall) -> None:
        assert await hall.collect(box.codes[f"R{number}"]) == [f"D{number}"]
        await hall.until_kiosk("done")

    box.play(script)
    assert f"D{number}" not in box.box.deposits
    assert f"R{number}" not in box.box.rights
    is_told(box, number, "collected")


def once_more(box: KilledBox, number: int) -> None:
    """The document is in doubt, the right is not: its holder comes again and collects."""
    deposit = box.deposit(number)
    assert (deposit.status, deposit.tries_left) == (DepositStatus.UNVERIFIED, 1)
    assert box.compartment(number).quarantine
    assert box.box.rights[f"R{number}"].status is RightStatus.ISSUED
    box.plant.clear_fault(deposit.compartment)
    collected_now(box, number)
    assert box.compartment(number).quarantine, "staff have not looked yet"


def once_more_and_empty(box: KilledBox, number: int) -> None:
    """Its holder had taken it already: the second try finds nothing, and then it is for staff."""

    async def script(hall: Hall) -> None:
        assert await hall.collect(box.codes[f"R{number}"], "missing") == []
        await hall.until_kiosk("problem_reported")

    assert box.deposit(number).tries_left == 1
    box.play(script)
    assert (box.deposit(number).status, box.deposit(number).tries_left) == (DepositStatus.UNVERIFIED, 0)
    assert box.box.rights[f"R{number}"].status is RightStatus.ISSUED
    is_told(box, number, "counter")


def for_staff(box: KilledBox, number: int) -> None:
    """The document is in doubt, and staff come first."""
    deposit = box.deposit(number)
    assert (deposit.status, deposit.tries_left) == (DepositStatus.UNVERIFIED, 0)
    assert box.compartment(number).quarantine
    is_told(box, number, "counter")


def still_open(box: KilledBox, number: int) -> None:
    """The door is watched; when somebody takes the envelope and closes it, it counts as collected without a word."""
    label = box.where[f"D{number}"]
    assert label in box.box.unsettled
    assert f"left_open:{label}" in box.box.faults
    is_told(box, number, "counter")
    assert box.take_out(label) == [f"D{number}"]
    box.until(lambda: label not in box.box.unsettled)
    assert f"left_open:{label}" not in box.box.faults
    gone(box, number)


def gone(box: KilledBox, number: int) -> None:
    """COLLECTED(unconfirmed), the right is spent, and nobody is put into the compartment before staff have looked."""
    assert f"D{number}" not in box.box.deposits
    assert f"R{number}" not in box.box.rights
    assert box.compartment(number).contents is Contents.PRESUMED_EMPTY
    assert not box.compartment(number).allottable
    is_told(box, number, "collected")


def gone_confirmed(box: KilledBox, number: int) -> None:
    assert f"D{number}" not in box.box.deposits
    assert f"R{number}" not in box.box.rights
    assert box.compartment(number).allottable
    is_told(box, number, "collected")


@dataclass(frozen=True)
class Step:
    """Killed ``at`` this point while a person does ``script``; ``meanwhile`` goes on in front of the dead box; then
    ``row`` of the table applies (none: nothing was in progress), and ``afterwards`` is what people find.
    """

    at: str
    script: Callable[[str], Script]
    meanwhile: Act
    row: str
    afterwards: Act
    fault: str = ""


NOT_OPENED, MEANWHILE = "pickup not opened, closed", "pickup opened meanwhile"
LEFT_OPEN, COLLECTED = "pickup left open", "pickup collected"

STEPS = {
    "nothing authorised": [
        Step("append.before.SessionStarted:1", shows, nothing, "", untouched),
        Step("append.before.UnlockAuthorised:1", shows, nothing, "", untouched),
    ],
    "authorised": [
        Step("append.after.SessionStarted:1", shows, nothing, NOT_OPENED, once_more),
        Step("append.after.UnlockAuthorised:1", shows, nothing, NOT_OPENED, once_more),
        Step("pulse.before:1", shows, nothing, NOT_OPENED, once_more),
    ],
    "pulsed, jammed": [
        Step("pulse.after:1", shows, nothing, NOT_OPENED, once_more, fault="jam"),
        Step("pulse.ended:1", shows, nothing, NOT_OPENED, once_more, fault="jam"),
        Step("append.before.PulseSent:1", shows, nothing, NOT_OPENED, once_more, fault="jam"),
        Step("append.after.PulseSent:1", shows, nothing, NOT_OPENED, once_more, fault="jam"),
    ],
    "tried again": [
        Step("append.before.UnlockAuthorised:2", shows, nothing, NOT_OPENED, once_more, fault="jam"),
        Step("append.after.UnlockAuthorised:2", shows, nothing, NOT_OPENED, once_more, fault="jam_once"),
    ],
    "opened, not told": [
        Step("door.before.open:1", shows, opens_it, MEANWHILE, still_open),
        Step("door.after.open:1", shows, opens_it, MEANWHILE, still_open),
        Step("append.before.DoorOpened:1", shows, opens_it, MEANWHILE, still_open),
    ],
    "opened, not told, taken and closed": [
        Step("door.before.open:1", shows, takes_it, NOT_OPENED, once_more_and_empty),
        Step("append.before.DoorOpened:1", shows, takes_it, NOT_OPENED, once_more_and_empty),
    ],
    "opened, not told, closed": [
        Step("door.after.open:1", shows, closes_it, NOT_OPENED, once_more),
        Step("append.before.DoorOpened:1", shows, closes_it, NOT_OPENED, once_more),
    ],
    "opened": [
        Step("append.after.DoorOpened:1", shows, nothing, LEFT_OPEN, still_open),
        Step("pulse.ended:1", shows, nothing, LEFT_OPEN, still_open),
        Step("append.before.PulseSent:1", shows, nothing, LEFT_OPEN, still_open),
        Step("append.after.PulseSent:1", shows, nothing, LEFT_OPEN, still_open),
    ],
    "opened, taken and closed": [
        Step("append.after.DoorOpened:1", shows, takes_it, COLLECTED, gone),
        Step("pulse.ended:1", shows, takes_it, COLLECTED, gone),
        Step("append.after.PulseSent:1", shows, takes_it, COLLECTED, gone),
    ],
    "closed": [
        Step("append.before.DoorClosed:1", takes, nothing, COLLECTED, gone),
        Step("append.after.DoorClosed:1", takes, nothing, COLLECTED, gone),
        Step("append.after.ConfirmationAsked:1", takes, nothing, COLLECTED, gone),
    ],
    "confirmed": [
        Step("append.before.DepositEnded:1", collects, nothing, COLLECTED, gone),
        Step("append.after.DepositEnded:1", collects, nothing, "", gone_confirmed),
        Step("append.after.RightEnded:1", collects, nothing, "", gone_confirmed),
    ],
}


def rests(box: KilledBox, number: int) -> None:
    """All attempts were made before the end: the deposit was never in doubt, its coil rests, nobody else is put in."""
    assert box.deposit(number).status is DepositStatus.STORED
    assert box.compartment(number).quarantine == ("jam",)
    assert box.box.rights[f"R{number}"].status is RightStatus.ISSUED
    is_told(box, number, "resting")


GIVEN_UP = [
    Step("append.before.UnlockFailed:1", shows, nothing, NOT_OPENED, once_more, fault="jam"),
    Step("append.after.UnlockFailed:1", shows, nothing, "", rests, fault="jam"),
]


@pytest.mark.slow
def test_pickup_given_up_and_killed(make_box: MakeBox) -> None:
    """Twelve seconds of attempts each."""
    _killed_at(GIVEN_UP, make_box)


@pytest.mark.parametrize("state", STEPS)
def test_pickup_killed_at(state: str, make_box: MakeBox) -> None:
    _killed_at(STEPS[state], make_box)


def _killed_at(steps: list[Step], make_box: MakeBox) -> None:
    numbers = range(len(steps))
    box = make_box(Preload(stored=[envelope(n) for n in numbers], slips=[slip(n) for n in numbers]))
    for number, step in enumerate(steps):
        label = box.where[f"D{number}"]
        if step.fault:
            box.plant.fault(label, step.fault)
        box.live(step.script(box.codes[f"R{number}"]), step.at)
        step.meanwhile(box, number)
        _, rows = box.restart(safe_outputs=number % 2 == 0)
        assert rows == ([f"{step.row} {label}"] if step.row else []), step.at
        step.afterwards(box, number)
        box.stop()


def test_a_second_interruption_is_for_staff(make_box: MakeBox) -> None:
    box = make_box(Preload(stored=[envelope(0)], slips=[slip(0)]))
    for tries_left in (1, 0):
        box.live(shows(box.codes["R0"]), "pulse.before:1")
        box.restart()
        assert box.deposit(0).tries_left == tries_left
        box.kill()
    box.restart()
    for_staff(box, 0)


def test_a_deadline_that_passed_in_downtime_fires_nothing(make_box: MakeBox) -> None:
    """The opening was due for its next attempt, and then the session for its end, before the start had settled them."""
    box = make_box(Preload(stored=[envelope(0), envelope(1)], slips=[slip(0), slip(1)]))
    for number, at in enumerate(("append.after.UnlockAuthorised:1", "append.before.UnlockAuthorised:2")):
        label = box.where[f"D{number}"]
        box.plant.fault(label, "jam")
        box.live(shows(box.codes[f"R{number}"]), at)
        opening = box.box.opening
        assert opening is not None
        wait_for(lambda due=opening.deadline_mono_ms: monotonic_ms() > due + 100, 10.0, "the deadline")  # type: ignore[misc]
        settled, rows = box.restart(safe_outputs=number == 0)
        assert rows == [f"{NOT_OPENED} {label}"]
        assert settled.start.before.opening == opening
        once_more(box, number)
        box.stop()


@pytest.mark.parametrize("point", ["append.before.BoxStarted", "append.after.BoxStarted"])
def test_killed_while_settling(point: str, make_box: MakeBox) -> None:
    """Settled twice, or settled once and dead before anybody knew: the same."""
    box = make_box(Preload(stored=[envelope(0), envelope(1)], slips=[slip(0), slip(1)]))
    box.live(shows(box.codes["R0"]), "append.after.UnlockAuthorised:1")
    box.live(None, f"{point}:1")
    _, rows = box.restart()
    assert rows == ([f"{NOT_OPENED} {box.where['D0']}"] if "before" in point else [])
    once_more(box, 0)
    box.kill()
    box.live(shows(box.codes["R1"]), "append.after.DoorOpened:1")
    box.live(None, f"{point}:1")
    box.restart()
    still_open(box, 1)
    box.stop()


def test_an_unfinished_session_keeps_its_failed_tries(make_box: MakeBox) -> None:
    passport = Envelope("D0", "AUF-0000", document_type="Reisepass")
    right = Slip("R0", new_code("P"), ("D0",), birth_date="19800229")
    box = make_box(Preload(stored=[passport], slips=[right]))

    def types(*dates: str) -> Script:
        async def script(hall: Hall) -> None:
            assert await hall.scanner.show(right.text) == ""
            for date in dates:
                view = await hall.until_kiosk("birth")
                await hall.page.call(EnterFactor(view.session, view.revision, date))

        return script

    for at, failed in (("append.before.FactorTried:1", 0), ("append.after.FactorTried:1", 1)):
        box.live(types("19990101"), at)
        settled, rows = box.restart()
        assert rows == []
        assert settled.before.session is not None
        assert box.box.rights["R0"].failed_factors == failed
        assert box.box.rights["R0"].status is RightStatus.ISSUED
        box.kill()
    box.live(types("19800229"), "append.after.FactorVerified:1")
    _, rows = box.restart()
    assert rows == [f"{NOT_OPENED} {box.where['D0']}"]

    async def right_date(hall: Hall) -> None:
        await types("19800229")(hall)
        view = await hall.until_kiosk("opening", "take")
        assert await hall.take(view.compartment) == ["D0"]
        view = await hall.until_kiosk("confirm")
        await hall.page.call(Confirm(view.session, view.revision, "everything"))
        await hall.until_kiosk("done")

    box.play(right_date)
    assert "R0" not in box.box.rights
    box.stop()


def test_of_several_deposits_each_is_settled_alone(make_box: MakeBox) -> None:
    """One collected, one interrupted, one not reached."""
    box = make_box(Preload(stored=[envelope(n) for n in range(3)], slips=[slip(0, 0, 1, 2)]))

    async def collect_all(hall: Hall) -> None:
        assert await hall.scanner.show(box.codes["R0"]) == ""
        view = await hall.until_kiosk("several")
        await hall.page.call(Declare(view.session, view.revision, view.declaration, "yes"))
        for _ in range(view.total):
            view = await hall.until_kiosk("opening", "take", "next")
            await hall.take(view.compartment)
            view = await hall.until_kiosk("confirm")
            await hall.page.call(Confirm(view.session, view.revision, "everything"))
        await hall.until_kiosk("done")

    box.live(collect_all, "append.after.UnlockAuthorised:2")
    _, rows = box.restart()
    assert rows == [f"{NOT_OPENED} {box.where['D1']}"]
    assert "D0" not in box.box.deposits
    assert box.deposit(1).status is DepositStatus.UNVERIFIED
    assert box.deposit(2).status is DepositStatus.STORED
    assert box.box.rights["R0"].deposits == ("D1", "D2")
    assert box.box.rights["R0"].status is RightStatus.ISSUED
    box.play(collect_all)
    assert not box.box.deposits
    assert not box.box.rights
    box.stop()


# --- sensors that cannot be read
# ---------------------------------------------------------------------------------------------


def test_a_door_that_cannot_be_read_is_settled_when_it_can(make_box: MakeBox) -> None:
    box = make_box(Preload(stored=[envelope(n) for n in range(3)], slips=[slip(n) for n in range(3)]))
    outcomes = [("append.after.UnlockAuthorised:1", once_more), ("append.after.DoorOpened:1", still_open)]
    for number, (at, afterwards) in enumerate(outcomes):
        label = box.where[f"D{number}"]
        box.live(shows(box.codes[f"R{number}"]), at)
        box.plant.fault(label, "dead_sensor")
        _, rows = box.restart()
        assert rows == [f"pickup unreadable {label}"]
        for_staff(box, number)
        assert f"door_unreadable:{label}" in box.box.faults
        box.plant.clear_fault(label)
        box.until(lambda label=label: f"door_unreadable:{label}" not in box.box.faults)  # type: ignore[misc]
        afterwards(box, number)
        box.stop()
    # Closed again while nobody could see it: collected without a word.
    label = box.where["D2"]
    box.live(shows(box.codes["R2"]), "append.after.DoorOpened:1")
    box.plant.fault(label, "dead_sensor")
    takes_it(box, 2)
    box.restart()
    box.plant.clear_fault(label)
    box.until(lambda: label not in box.box.unsettled)
    gone(box, 2)
    box.stop()


def test_a_door_that_was_not_known_to_be_closed(make_box: MakeBox) -> None:
    """Without an edge there is no evidence: open is an alarm, closed leaves one try, unreadable waits."""
    box = make_box(Preload(stored=[envelope(n) for n in range(3)], slips=[slip(n) for n in range(3)]))
    cases = [
        ("pulse.ended:1", "pickup opened, was not closed before", for_staff),
        ("append.after.UnlockAuthorised:1", NOT_OPENED, once_more),
        ("pulse.before:1", "pickup unreadable", for_staff),
    ]
    for number, (at, row, afterwards) in enumerate(cases):
        label = box.where[f"D{number}"]
        box.plant.fault(label, "dead_sensor")
        box.live(shows(box.codes[f"R{number}"]), at)
        assert box.box.opening is not None
        assert box.box.opening.door_before is Door.UNKNOWN
        if row != "pickup unreadable":
            box.plant.clear_fault(label)
        _, rows = box.restart()
        assert rows == [f"{row} {label}"]
        assert (f"unexpected_open:{label}" in box.box.faults) == ("was not closed" in row)
        afterwards(box, number)
        box.stop()
