"""What befalls a box, one thing at a time."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from controller.api import Downtime, MonthFigures
from controller.domain import commands as cmd
from controller.domain.model import Contents, Door
from controller.reporting import Ledger, Month
from tests.unit.domain.builder import CABINET, Scenario
from tests.unit.reporting.story import ZONE, instant

HOUR = 3_600_000
DAY = date(2026, 6, 1)
JUNE = Month(2026, 6)


def box(at: int = instant(DAY, 0), cabinet: int = 8) -> Scenario:
    return Scenario(wall_ms=at, cabinet=CABINET[:cabinet])


def june(scenario: Scenario, month: Month = JUNE, zone: ZoneInfo = ZONE) -> MonthFigures:
    ledger = Ledger(zone)
    for event, at in scenario.log:
        ledger.add(event, at)
    return ledger.figures(month, scenario.wall_ms, scenario.wall_ms)


def test_a_month_in_which_nothing_happens_is_a_month_of_service() -> None:
    quiet = june(box().at(40 * 24 * HOUR))
    assert quiet.finished
    assert quiet.pickups == quiet.openings == 0
    assert (quiet.waiting, quiet.at_box, quiet.issued, quiet.cost_cents) == (None, None, None, None)
    assert quiet.opening_ms == quiet.available_ms == 30 * 24 * HOUR
    assert not quiet.hours_known
    assert june(box().at(40 * 24 * HOUR), Month(2026, 7)).opening_ms == 10 * 24 * HOUR


@pytest.mark.parametrize(("month", "hours"), [(Month(2026, 3), 743), (Month(2026, 10), 745)])
def test_the_months_in_which_clocks_are_changed(month: Month, hours: int) -> None:
    begin, end = month.bounds(ZONE)
    assert june(box(begin).at(end - begin), month).opening_ms == hours * HOUR


def test_a_power_cut_counts_from_the_last_entry() -> None:
    cut = box().at(8 * HOUR).do(cmd.SetFault("central_unreachable", "", True))
    cut.die(reboot=True, down_ms=3 * HOUR).start().at(HOUR)
    assert june(cut).down == (Downtime("interrupted", 3 * HOUR),)


def test_a_box_that_was_switched_off_in_order_counts_from_then() -> None:
    off = box().at(8 * HOUR).do(cmd.StopBox("stopped")).at(2 * HOUR).start().at(HOUR)
    assert june(off).down == (Downtime("stopped", 2 * HOUR),)


def test_a_box_that_is_off_still_is_off_still() -> None:
    assert june(box().at(8 * HOUR).do(cmd.StopBox("stopped")).at(2 * HOUR)).down == (Downtime("stopped", 2 * HOUR),)


def test_several_causes_at_once_count_once() -> None:
    bad = box().do(cmd.SetFault("scanner_down", "", True)).at(HOUR).do(cmd.SetFault("disk_full", "", True)).at(HOUR)
    bad.do(cmd.SetFault("disk_full", "", False)).at(HOUR).do(cmd.StopBox("stopped")).at(HOUR)
    assert june(bad).down == (
        Downtime("stopped", HOUR),
        Downtime("disk_full", HOUR),
        Downtime("scanner_down", 2 * HOUR),
    )


def test_a_boot_with_the_wrong_clock_is_put_right_afterwards() -> None:
    """Two hours without power; the clock then stands where it stood and is set ten minutes later."""
    wrong = box().at(8 * HOUR).do(cmd.SetFault("central_unreachable", "", True))
    last = wrong.wall_ms
    wrong.boot, wrong.mono_ms, wrong.trusted = "boot-2", 20_000, False
    wrong.start()
    wrong.at(600_000)
    wrong.wall_ms, wrong.trusted = last + 2 * HOUR + 600_000, True
    wrong.do(cmd.JudgeClock(True, "test")).at(HOUR)
    figures = june(wrong)
    assert figures.down == (Downtime("interrupted", 2 * HOUR),)
    assert figures.uncertain_entries == 0


def test_time_that_nobody_knows_is_neither_service_nor_loss() -> None:
    lost = box().at(HOUR).do(cmd.SetFault("central_unreachable", "", True))
    lost.boot, lost.mono_ms, lost.trusted = "boot-2", 20_000, False
    lost.start()
    lost.boot, lost.mono_ms, lost.trusted = "boot-3", 10_000, True
    lost.at(5 * HOUR).start().at(HOUR)
    figures = june(lost)
    assert figures.uncertain_entries == 1
    assert figures.opening_ms == 2 * HOUR
    assert figures.down == ()


def test_a_clock_that_jumps_by_years_is_no_service() -> None:
    jumped = box(instant(date(2001, 6, 1), 0))
    jumped.wall_ms = instant(DAY, 0)
    jumped.do(cmd.SetFault("central_unreachable", "", True)).at(HOUR)
    assert june(jumped).opening_ms == HOUR


def test_years_in_which_the_box_never_failed_count() -> None:
    years = box(instant(date(2024, 1, 1), 0))
    for _ in range(40):
        years.at(24 * 24 * HOUR).do(cmd.PresentBadge("tom", years.mono_ms))
    assert june(years).opening_ms == 30 * 24 * HOUR


def test_days_without_a_free_compartment() -> None:
    full = box(instant(DAY, 8), cabinet=2).stored("D1").stored("D2", right="R2")
    full.at(30 * HOUR).present("R1").take().says("everything").at(30 * HOUR)
    assert june(full).days_full == 2
    assert june(full).days == 3


def test_a_compartment_that_opened_by_itself_is_not_free() -> None:
    one = box(cabinet=1).sense("A01", Door.OPEN).closes("A01").at(HOUR)
    assert one.compartment("A01").contents is Contents.EMPTY
    assert june(one).days_full == 1
    assert june(one).unexpected_open == 1


def test_a_right_over_two_envelopes_saves_one_appointment() -> None:
    two = box().announce("D1").announce("D2").right("R1", "D1", "D2").load("D1", "D2")
    two.at(HOUR).present("R1").declare("several").take().says("everything").take().says("everything")
    figures = june(two)
    assert (figures.pickups, figures.documents, figures.appointments_saved) == (2, 2, 1)


def test_an_envelope_that_staff_say_was_collected_has_no_hour() -> None:
    """Its door opened for its holder before a restart; staff find it empty a day later."""
    found = box().stored().at(HOUR).present().pulsed().restart()
    label = found.deposit("D1").compartment
    found.at(24 * HOUR).login("lena").guided(label).report("empty", "collected_unconfirmed").logout()
    figures = june(found)
    assert (figures.pickups, figures.timed_pickups) == (1, 0)


def test_a_door_that_opens_at_the_second_attempt() -> None:
    second = box().stored().at(HOUR).present().wait(2_000)
    assert second.opening.attempt == 2
    second.take().says("everything")
    assert (june(second).openings, june(second).first_try) == (1, 0)


def test_a_door_left_open_until_staff_were_called() -> None:
    left = box().stored().at(HOUR).present().pulsed().opens().wait(61_000)
    assert june(left).left_open == 1


def test_a_document_that_is_missing() -> None:
    gone = box().stored().at(HOUR)
    label = gone.deposit("D1").compartment
    gone.sense(label, Door.OPEN).closes(label).login("lena").guided(label).report("empty", "missing").logout()
    assert june(gone).documents_missing == 1


def test_a_pickup_at_midnight_belongs_to_the_month_of_its_end_and_its_door_to_that_of_its_beginning() -> None:
    late = box(instant(date(2026, 6, 30), 22)).stored()
    late.at(instant(date(2026, 7, 1), 0) - late.wall_ms - 2_000).present().take().says("everything")
    assert (june(late).openings, june(late).first_try, june(late).pickups) == (1, 1, 0)
    july = june(late, Month(2026, 7))
    assert (july.openings, july.first_try, july.pickups) == (0, 0, 1)


def test_the_ledger_keeps_nothing_of_those_who_have_gone() -> None:
    """Memory is bounded by what lies in the box."""
    ledger = Ledger(ZONE)
    scenario = box()
    for number in range(40):
        scenario.stored(f"D{number}", right=f"R{number}").present(f"R{number}").take().says("everything").at(HOUR)
    for event, at in scenario.log:
        ledger.add(event, at)
    visits = ledger._visits
    assert not visits._stored
    assert not visits._opened
    assert not visits._right
    assert not visits._served


def test_figures_may_be_asked_for_again_and_again_while_the_log_grows() -> None:
    scenario = box()
    grown = Ledger(ZONE)
    for day in range(20):
        scenario.at((22 + day % 3) * HOUR).stored(f"D{day}", right=f"R{day}")
        if day % 4:
            scenario.at(HOUR).present(f"R{day}").take().says("everything")
        if day == 9:
            scenario.do(cmd.StopBox("stopped")).at(HOUR).start()
        for event, at in scenario.log[grown.seq :]:
            grown.add(event, at)
        grown.figures(JUNE, scenario.wall_ms, scenario.wall_ms)
    assert grown.figures(JUNE, scenario.wall_ms, scenario.wall_ms) == june(scenario)
