"""Staff at the front, and the controller is killed at every step: the rows of the settlement table for loading, for
guided openings and for a lock's test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from controller import api
from controller.api import StaffAnswerLoading, StaffObstructed
from controller.domain.model import Contents, DepositStatus, Door, RightStatus
from simulator.people import Hall
from simulator.preload import Badge, Preload
from tests.recovery.conftest import MakeBox
from tests.recovery.killed_box import ANNA, OTTO, TESS, KilledBox, Script, envelope, slip

# --- loading
# -----------------------------------------------------------------------------------------------------------------


def scans(number: int) -> Script:
    """Logs in and scans an order; the envelope stays in the loader's hand."""

    async def script(hall: Hall) -> None:
        await hall.log_in(ANNA)
        await hall.scanner.show(envelope(number).order, "code_128")

    return script


def puts_in(number: int) -> Script:
    """… puts the envelope in, and leaves the door open."""

    async def script(hall: Hall) -> None:
        await scans(number)(hall)
        label = (await hall.until_staff(lambda view: view.page == "load_open", "a compartment opens")).compartment
        await hall.open_door(label)
        await hall.plant.put(label, f"D{number}")

    return script


def loads(number: int) -> Script:
    async def script(hall: Hall) -> None:
        await hall.log_in(ANNA)
        await hall.load(envelope(number).order, f"D{number}")

    return script


@dataclass(frozen=True)
class LoadingStep:
    """``inside`` is what staff answer, truthfully, at the next login; None: nobody is asked."""

    at: str
    script: Callable[[int], Script]
    row: str
    inside: bool | None


BOOKED = "booked"
LOADING = [
    LoadingStep("append.before.UnlockAuthorised:1", scans, "", None),
    LoadingStep("append.after.UnlockAuthorised:1", scans, "loading, closed", False),
    LoadingStep("pulse.before:1", scans, "loading, closed", False),
    LoadingStep("append.before.DoorOpened:1", scans, "loading, not closed", False),
    LoadingStep("append.after.PulseSent:1", puts_in, "loading, not closed", True),
    LoadingStep("append.before.DoorClosed:1", loads, "loading, closed", True),
    LoadingStep("append.before.DepositStored:1", loads, "loading, closed", True),
    LoadingStep("append.after.DepositStored:1", loads, BOOKED, None),
    LoadingStep("append.after.DoorClosed:1", loads, BOOKED, None),
]


@pytest.mark.parametrize("third", [0, 1, 2])
def test_loading_killed(third: int, make_box: MakeBox) -> None:
    steps = LOADING[third::3]
    numbers = range(len(steps))
    box = make_box(
        Preload(envelopes=[envelope(n) for n in numbers], slips=[slip(n) for n in numbers], badges=[ANNA, OTTO])
    )
    for number, step in enumerate(steps):
        box.live(step.script(number), step.at)
        opening = box.box.opening
        label = opening.compartment if opening is not None else box.deposit(number).compartment
        if step.at == "append.before.DoorOpened:1":
            box.wait_open(label)
        _, rows = box.restart(safe_outputs=number % 2 == 0)
        assert rows == ([f"{step.row} {label}"] if step.row not in ("", BOOKED) else []), step.at
        right = box.box.rights[f"R{number}"]
        assert right.status is (RightStatus.ISSUED if step.row == BOOKED else RightStatus.PREPARED)
        if step.inside is not None:
            _is_asked_and_answers(box, number, label, step.inside)
        _ends_well(box, number, loaded=bool(step.inside) or step.row == BOOKED)
        box.stop()


def _is_asked_and_answers(box: KilledBox, number: int, label: str, inside: bool) -> None:
    """Closing the door books nothing; the next login is asked first, and the answer is what counts."""
    if box.plant.box(label).door != "closed":
        assert f"left_open:{label}" in box.box.faults
        box.plant.close_door(label)
        box.until(lambda: box.box.compartments[label].door is Door.CLOSED)
    assert box.deposit(number).status is DepositStatus.UNVERIFIED
    assert (f"D{number}" in box.inside(label)) == inside

    async def answer(hall: Hall) -> None:
        assert await hall.scanner.show(box.codes[f"R{number}"]) == "not_yet"
        view = await hall.log_in(OTTO)
        assert [(one.deposit, one.compartment) for one in view.questions] == [(f"D{number}", label)]
        await hall.page.call(StaffAnswerLoading(view.session, f"D{number}", "yes" if inside else "no"))
        await hall.log_out()

    box.play(answer)
    deposit = box.deposit(number)
    assert deposit.status is (DepositStatus.STORED if inside else DepositStatus.EXPECTED)
    assert bool(box.box.compartments[label].quarantine) != inside


def _ends_well(box: KilledBox, number: int, *, loaded: bool) -> None:
    """Loaded now if it was not, and collected by its holder."""

    async def script(hall: Hall) -> None:
        if not loaded:
            await hall.log_in(OTTO)
            await hall.load(envelope(number).order, f"D{number}")
            await hall.log_out()
        assert await hall.collect(box.codes[f"R{number}"]) == [f"D{number}"]
        await hall.until_kiosk("done")

    box.play(script)
    assert f"R{number}" not in box.box.rights


def test_loading_into_a_compartment_that_was_not_empty(make_box: MakeBox) -> None:
    """The loader said so, and died with the envelope in hand: it is still expected, and nobody is asked."""
    box = make_box(Preload(envelopes=[envelope(0)], slips=[slip(0)], badges=[ANNA, OTTO]))

    async def finds_something(hall: Hall) -> None:
        await scans(0)(hall)
        view = await hall.until_staff(lambda view: view.page == "load_open", "a compartment opens")
        await hall.open_door(view.compartment)
        await hall.until_staff(lambda view: view.compartment != "", "the door is seen open")
        await hall.page.call(StaffObstructed(view.session))

    box.live(finds_something, "append.after.LoadingObstructed:1")
    assert box.box.opening is not None
    label = box.box.opening.compartment
    _, rows = box.restart()
    assert rows == [f"loading, not closed {label}"]
    assert box.deposit(0).status is DepositStatus.EXPECTED
    assert "not_empty" in box.box.compartments[label].quarantine
    _ends_well(box, 0, loaded=False)
    box.stop()


# --- guided openings
# ---------------------------------------------------------------------------------------------------------------

PURPOSES: dict[str, tuple[Badge, ...]] = {
    "recall": (ANNA,),
    "returns": (ANNA,),
    "stocktake": (ANNA,),
    "clarification": (ANNA,),
    "emergency": (ANNA, OTTO),
}


def looks(label: str, purpose: str) -> Script:
    async def script(hall: Hall) -> None:
        await hall.log_in(ANNA)
        await hall.look_into(label, PURPOSES[purpose], purpose, "water pipe")
        await hall.report("envelope")

    return script


GUIDED = [
    ("append.after.UnlockAuthorised:1", True),
    ("append.after.DoorOpened:1", True),
    ("append.after.PulseSent:1", True),
    ("append.after.ReportAsked:1", True),
    ("append.before.CompartmentReleased:1", True),
    ("append.after.CompartmentReleased:1", False),
    ("append.before.UnlockAuthorised:1", False),
]
"""Where, and whether the compartment is in doubt afterwards."""


def _guided(make_box: MakeBox, purpose: str, steps: list[tuple[str, bool]]) -> None:
    numbers = range(len(steps))
    box = make_box(
        Preload(stored=[envelope(n) for n in numbers], slips=[slip(n) for n in numbers], badges=[ANNA, OTTO])
    )
    for number, (at, in_doubt) in enumerate(steps):
        label = box.where[f"D{number}"]
        box.live(looks(label, purpose), at)
        _, rows = box.restart(safe_outputs=number % 2 == 0)
        assert rows == ([f"{purpose} {label}"] if in_doubt else []), at
        deposit = box.deposit(number)
        assert deposit.status is (DepositStatus.UNVERIFIED if in_doubt else DepositStatus.STORED)
        if box.plant.box(label).door != "closed":
            box.plant.close_door(label)
            box.until(lambda label=label: box.box.compartments[label].door is Door.CLOSED)  # type: ignore[misc]
        if in_doubt:
            _clarify(box, number, label)
        _ends_well(box, number, loaded=True)
        box.stop()


def _clarify(box: KilledBox, number: int, label: str) -> None:
    """The holder is sent to the counter until staff have looked."""

    async def script(hall: Hall) -> None:
        assert await hall.scanner.show(box.codes[f"R{number}"]) == "counter"
        view = await hall.log_in(OTTO)
        assert label in [one.label for one in view.doubtful]
        assert await hall.look_into(label, [OTTO]) == [f"D{number}"]
        await hall.report("envelope")
        await hall.log_out()

    box.play(script)
    assert box.deposit(number).status is DepositStatus.STORED
    assert box.box.compartments[label].in_service


@pytest.mark.parametrize("purpose", PURPOSES)
def test_guided_opening_killed(purpose: str, make_box: MakeBox) -> None:
    """One step in doubt and one that is not for each purpose; all steps are in the slow test below."""
    which = list(PURPOSES).index(purpose)
    _guided(make_box, purpose, [GUIDED[which], GUIDED[5 + which % 2]])


@pytest.mark.slow
@pytest.mark.parametrize("purpose", PURPOSES)
def test_guided_opening_killed_at_every_step(purpose: str, make_box: MakeBox) -> None:
    _guided(make_box, purpose, GUIDED)


def test_the_first_of_two_badges_does_not_outlive_the_process(make_box: MakeBox) -> None:
    """Killed between the two badges of an emergency: the second one alone opens nothing."""
    box = make_box(Preload(stored=[envelope(0)], slips=[slip(0)], badges=[ANNA, OTTO]))
    label = box.where["D0"]

    async def first_badge(hall: Hall) -> None:
        view = await hall.log_in(ANNA)
        await hall.page.call(api.StaffRequestOpening(view.session, label, "emergency", "water pipe"))
        await asyncio.sleep(0.005)  # a badge read in the very millisecond of the request does not count
        await hall.scanner.show(ANNA.text)

    async def second_badge(hall: Hall) -> None:
        assert await hall.scanner.show(OTTO.text) == ""
        assert (await hall.staff()).page == "pin"  # the badge begins a login, nothing more

    box.live(first_badge, "append.after.OpeningBadgeAccepted:1")
    _, rows = box.restart()
    assert rows == []
    box.play(second_badge)
    assert box.box.opening is None
    assert box.deposit(0).status is DepositStatus.STORED
    box.stop()
    assert box.plant.box(label).door == "closed"


# --- a technician's test of a lock
# -------------------------------------------------------------------------------------------------


def test_test_of_an_empty_compartment_killed(make_box: MakeBox) -> None:
    box = make_box(Preload(badges=[ANNA, TESS]))

    def tests(label: str) -> Script:
        async def script(hall: Hall) -> None:
            view = await hall.log_in(TESS)
            await hall.page.call(api.TestCompartment(view.session, label))

        return script

    for label, at, row in (
        ("A01", "append.after.UnlockAuthorised:1", "test, closed"),
        ("A02", "append.after.DoorOpened:1", "test, not closed"),
    ):
        box.live(tests(label), at)
        _, rows = box.restart()
        assert rows == [f"{row} {label}"]
        assert box.box.compartments[label].contents is Contents.EMPTY
        assert bool(box.box.compartments[label].quarantine) == (row == "test, not closed")
        box.stop()
    box.plant.close_door("A02")
    box.town.start_controller()

    async def look(hall: Hall) -> None:
        await hall.log_in(ANNA)
        assert await hall.look_into("A02", [ANNA]) == []
        await hall.report("empty")

    box.play(look)
    assert box.box.compartments["A02"].allottable
    box.stop()
