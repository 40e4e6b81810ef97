"""A made story of a small town's box, from 31 August to the end of October 2026, told through the real rules."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.hours import Calendar, DatedSpan, Timetable, WeeklySpan
from controller.domain.model import Door, Purpose
from controller.reporting import Ledger
from tests.unit.domain.builder import Scenario, plan

ZONE = ZoneInfo("Europe/Berlin")
LANGUAGES = ("de", "de-simple", "en", "tr", "uk", "ru", "ar", "fa", "ro", "pl", "bg", "ku", "fr", "sq", "ti")
BEGINNING = date(2026, 8, 31)
STAFF_DAYS = (1, 2, 3, 4, 5)
#: The box is open on six days from 6 to 22, the counter on five from 8 to 12.
CALENDAR = Calendar(
    "Europe/Berlin",
    Timetable(tuple(WeeklySpan(day, 360, 1320) for day in range(1, 7)), ("2026-10-03",), ()),
    Timetable(
        tuple(WeeklySpan(day, 480, 720) for day in STAFF_DAYS), ("2026-10-03",), (DatedSpan("2026-10-10", 540, 660),)
    ),
)


def instant(day: date, hour: int, minute: int = 0) -> int:
    """Local time as wall clock (ms)."""
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).timestamp()) * 1000


class Story:
    """A box and its ledger, side by side."""

    def __init__(self) -> None:
        cabinet = tuple(plan(f"A{number:02}") for number in range(1, 13))
        self.box = Scenario(wall_ms=instant(BEGINNING, 6), cabinet=cabinet)
        self.note(cmd.ActivateCalendar("calendar-1", CALENDAR))
        self.number = 0

    def until(self, wall_ms: int) -> Story:
        self.box.at(max(0, wall_ms - self.box.wall_ms))
        return self

    def load(self, *types: str) -> str:
        """An envelope is put in. Its right's name ends with its number."""
        self.number += 1
        name = f"D{self.number}"
        self.box.stored(name, *types, right=f"R{self.number}")
        return name

    def collect(self, number: int, *, takes_s: int = 20) -> Story:
        self.box.present(f"R{number}").take().at(takes_s * 1000).says("everything").at(60_000)
        return self

    def note(self, command: cmd.Command) -> Story:
        self.box.do(command)
        assert not self.box.refusal, self.box.refusal
        return self

    def ledger(self) -> Ledger:
        ledger = Ledger(ZONE, LANGUAGES)
        for event, at in self.box.log:
            ledger.add(event, at)
        ledger.close()
        return ledger


def uses(**counts: int) -> tuple[ev.UseCount, ...]:
    return tuple(ev.UseCount(name.replace("_", "-"), count) for name, count in counts.items())


def told() -> Story:
    """The whole story: 24 pickups in September, 35 in October; see the functions below for what went wrong."""
    story = Story()
    for week in range(9):
        _week(story, week, BEGINNING + timedelta(weeks=week))
    story.until(instant(date(2026, 10, 31), 9))
    story.note(cmd.NotePageUse("2026-09", 20, uses(de=13, uk=7), uses(larger=5)))
    story.note(cmd.NotePageUse("2026-10", 33, uses(de=14, en=7, uk=6, tr=5, ar=1), uses(larger=8, speech=3)))
    story.until(instant(date(2026, 11, 2), 8))
    story.note(cmd.NoteDocumentsIssued("", "admin", "2026-09", 109))
    story.note(cmd.NoteDocumentsIssued("", "admin", "2026-10", 117))
    story.note(cmd.NoteDocumentsIssued("", "admin", "2026-10", 118))
    story.note(cmd.NoteRunningCost("", "admin", "2026-09", 39_000))
    story.note(cmd.NoteRunningCost("", "admin", "2026-10", 39_000))
    return story


def _week(story: Story, week: int, monday: date) -> None:
    count = 5 if week < 4 else 8 if week < 8 else 10
    story.until(instant(monday, 8, 30))
    first = story.number + 1
    for index in range(count):
        story.load(*(("eAT", "eAT") if index == 0 else ("eAT",)))
    last = story.number
    if week == 3:
        _outage(story, monday + timedelta(days=1))
    if week == 5:
        _stopped(story, monday + timedelta(days=1))
    story.until(instant(monday + timedelta(days=1), 17))
    for number in range(first, first + count // 2):
        story.collect(number, takes_s=20 + number % 7)
    if week == 2:
        _opens_by_itself(story)
    if week == 6:
        _jammed(story, first + count // 2)
    story.until(instant(monday + timedelta(days=3), 9, 30))
    kept = 2 if week == 7 else 0
    for number in range(first + count // 2 + (week == 6), last + 1 - kept):
        story.collect(number, takes_s=30 + number % 11)
    if kept:
        _recalled(story, monday + timedelta(days=4), last - 1, last)


def _outage(story: Story, day: date) -> None:
    """Reported out of order from 9:00 to 15:15."""
    story.until(instant(day, 9)).note(cmd.ReportOutage("defective", "sabine"))
    story.until(instant(day, 15, 15)).note(cmd.EndOutage("sabine"))


def _stopped(story: Story, day: date) -> None:
    """Off from 10:00 to 12:30, in order; and the reading window is down for half an hour after that."""
    story.until(instant(day, 10)).note(cmd.StopBox("stopped"))
    story.until(instant(day, 12, 30))
    story.box.start()
    story.note(cmd.SetFault("scanner_down", "", True)).until(instant(day, 13))
    story.note(cmd.SetFault("scanner_down", "", False))


def _opens_by_itself(story: Story) -> None:
    """A door that nobody asked for; staff look and find the compartment empty."""
    box = story.box
    box.at(60_000).sense("A12", Door.OPEN).closes("A12")
    box.login("lena").guided("A12").report("empty").logout()


def _jammed(story: Story, number: int) -> None:
    """The door does not open, at no attempt; later staff hand the envelope over at the counter."""
    box = story.box
    box.present(f"R{number}").jams().next_resident()
    label = box.deposit(f"D{number}").compartment
    box.at(600_000).login("lena").guided(label).report("empty", "handed_over_at_counter").logout()


def _recalled(story: Story, day: date, *numbers: int) -> None:
    """Two that nobody came for."""
    story.until(instant(day, 11))
    box = story.box.login("lena")
    for number in numbers:
        label = box.deposit(f"D{number}").compartment
        box.guided(label, Purpose.RECALL).report("empty", "recalled")
    box.logout()
