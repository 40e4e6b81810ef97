"""Calls for help: one for one trouble, by the button or by the box; nobody says "help is coming" before somebody
did.
"""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.decide_help import call_of
from controller.domain.hours import Calendar
from controller.domain.model import HelpCall
from tests.unit.domain.builder import Scenario
from tests.unit.domain.calendars import ALWAYS, WEEKDAYS, at
from tests.unit.domain.test_in_use import until_wall


def box_with(calendar: Calendar | None = ALWAYS) -> Scenario:
    box = Scenario().do(cmd.ActivateCalendar("calendar-1" if calendar else "", calendar))
    return box.stored("D1", "Reisepass").stored("D2", "eAT", right="R2")


def call(box: Scenario) -> HelpCall:
    (standing,) = box.box.help_calls.values()
    return standing


def press(box: Scenario) -> Scenario:
    return box.do(cmd.CallHelp(box.box.session.id if box.box.session is not None else ""))


def test_the_button_on_the_start_page() -> None:
    box = press(box_with())
    called = box.one(ev.HelpCalled)
    assert (called.reason, called.session, called.compartment, called.staffed) == ("resident", "", "", "yes")
    assert called.reference == called.call.removeprefix("H")
    assert not press(box).last, "pressed again"
    assert not box.refusal


def test_in_a_session_it_is_the_number_of_the_session() -> None:
    box = press(box_with().present("R2"))
    called = box.one(ev.HelpCalled)
    assert called.reference == box.session.id.removeprefix("S")
    assert called.compartment == box.opening.compartment
    assert not press(box).last


def test_a_session_that_is_over_calls_nobody() -> None:
    box = box_with().present("R2")
    over = box.session.id
    box.take().says("everything")
    assert box.do(cmd.CallHelp(over)).refusal == "no_session"


def test_whether_somebody_is_there_is_written_down() -> None:
    assert press(box_with(None)).one(ev.HelpCalled).staffed == "unknown"
    box = box_with(WEEKDAYS)
    assert press(until_wall(box.twin(), at("2026-11-23 09:00"))).one(ev.HelpCalled).staffed == "yes"
    assert press(until_wall(box, at("2026-11-23 17:00"))).one(ev.HelpCalled).staffed == "no"


def test_it_is_acknowledged_once_and_answered() -> None:
    box = press(box_with())
    name = call(box).id
    box.do(cmd.AcknowledgeHelp(name, "lena"))
    assert box.one(ev.HelpAcknowledged).by == "lena"
    assert not box.do(cmd.AcknowledgeHelp(name, "lukas")).last
    assert call(box).acknowledged_by == "lena"
    ended = box.do(cmd.EndHelp(name, "lena")).one(ev.HelpEnded)
    assert (ended.by, ended.outcome) == ("lena", "staff")
    assert not box.box.help_calls


def test_what_cannot_be_acknowledged_or_ended() -> None:
    box = press(box_with())
    assert box.do(cmd.AcknowledgeHelp("H9999", "lena")).refusal == "call_unknown"
    assert box.do(cmd.EndHelp("H9999", "lena")).refusal == "call_unknown"
    assert box.do(cmd.AcknowledgeHelp(call(box).id, "")).refusal == "id_missing"


def test_the_central_system_acknowledges() -> None:
    box = press(box_with())
    box.do(cmd.CentralAcknowledgeHelp("central", "h1", call(box).id))
    assert call(box).acknowledged_by == "central"
    assert box.one(ev.CommandSettled).name == "help.acknowledge"
    assert box.do(cmd.CentralAcknowledgeHelp("central", "h2", "H9999")).one(ev.CommandSettled).code == "call_unknown"


def test_nobody_came() -> None:
    box = press(box_with())
    box.wait(timing.HELP_PENDING - 1)
    assert box.box.help_calls
    assert box.wait(1).one(ev.HelpEnded).outcome == "time"


def test_somebody_is_on_the_way_for_longer() -> None:
    box = press(box_with())
    box.wait(timing.HELP_PENDING - 1).do(cmd.AcknowledgeHelp(call(box).id, "lena"))
    box.wait(timing.HELP_ACKNOWLEDGED - 1)
    assert box.box.help_calls
    assert box.wait(1).one(ev.HelpEnded).outcome == "time"


def test_when_nobody_is_there_the_page_says_so_for_a_while() -> None:
    box = box_with(WEEKDAYS)
    press(until_wall(box, at("2026-11-23 17:00")))
    assert box.wait(timing.HELP_UNSTAFFED).one(ev.HelpEnded).outcome == "time"


def test_a_jam_calls_by_itself() -> None:
    box = box_with().present("R2")
    session, label = box.session.id, box.opening.compartment
    box.jams()
    (called,) = box.now_happened(ev.HelpCalled)
    assert (called.reason, called.compartment, called.session) == ("jam", label, session)
    assert not press(box).last, "the button adds nothing"
    box.next_resident()
    assert call_of(box.box, "") == call(box), "it stands when the session is over"
    box.at(31_000).login().guided(label).report("envelope")
    assert box.one(ev.HelpEnded).outcome == "resolved"


def test_a_jam_calls_when_nobody_is_there_too() -> None:
    """It stands as long as by day: somebody may read it elsewhere (the jam itself waits for staff anyway)."""
    box = until_wall(box_with(WEEKDAYS), at("2026-11-23 17:00")).present("R2").jams()
    called = box.one(ev.HelpCalled)
    assert called.staffed == "no"
    assert called.deadline_mono_ms - box.mono_ms == timing.HELP_PENDING


def test_a_door_left_open_calls_after_a_minute_and_closing_it_ends_the_call() -> None:
    box = box_with().present("R2").pulsed().opens()
    assert not box.wait(59_000).now_happened(ev.HelpCalled)
    called = box.wait(2_000).one(ev.HelpCalled)
    assert (called.reason, called.compartment) == ("left_open", box.opening.compartment)
    assert box.closes().one(ev.HelpEnded).outcome == "resolved"


def test_staff_who_leave_a_door_open_call_nobody() -> None:
    box = box_with().announce("D3").login().scan("D3").pulsed().opens()
    assert not box.wait(61_000).now_happened(ev.HelpCalled)


def test_the_next_session_ends_a_call_from_the_button_but_not_a_jam() -> None:
    box = press(box_with()).present("R1")
    assert box.one(ev.HelpEnded).outcome == "next_session"
    jam = box_with().present("R2").jams().next_resident().present("R1")
    assert not jam.now_happened(ev.HelpEnded)
    assert call_of(jam.box, jam.session.id) is None, "it is not about the one who stands here now"
    assert press(jam).one(ev.HelpCalled).reason == "resident"


def test_a_call_outlives_a_restart_until_it_is_answered() -> None:
    box = press(box_with())
    name = call(box).id
    box.die(reboot=True).start()
    box.wait(timing.HELP_PENDING * 3)
    assert call(box).id == name
    assert box.do(cmd.EndHelp(name, "lena")).one(ev.HelpEnded).outcome == "staff"
