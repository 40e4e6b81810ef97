"""A made story of a small town's box, from 14 September to the end of October 2026, told through the real rules."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.hours import Calendar, DatedSpan, Timetable, WeeklySpan
from controller.domain.model import Purpose
from controller.reporting import Ledger
from tests.unit.domain.builder import Scenario, plan

ZONE = ZoneInfo("Europe/Berlin")
LANGUAGES = ("de", "de-simple", "en", "tr", "uk", "ru", "ar", "fa", "ro", "pl", "bg", "ku", "fr", "sq", "ti")
BEGINNING = date(2026, 9, 14)
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
        self.box = Scenario(wall_ms=instant(BEGINNING, 7), cabinet=cabinet)
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
    """The whole story: 12 pickups in September, 34 in October, an outage, a jam, a door left open, two recalled."""
    story = Story()
    for week in range(7):
        monday = BEGINNING + timedelta(weeks=week)
        _week(story, week, monday)
    story.until(instant(date(2026, 10, 30), 9))
    story.note(cmd.NotePageUse("2026-10", 33, uses(de=14, en=7, uk=6, tr=5, ar=1), uses(larger=8, speech=3)))
    story.until(instant(date(2026, 11, 2), 8))
    story.note(cmd.NoteDocumentsIssued("", "admin", "2026-09", 61))
    story.note(cmd.NoteDocumentsIssued("", "admin", "2026-10", 117))
    story.note(cmd.NoteDocumentsIssued("", "admin", "2026-10", 118))
    story.note(cmd.NoteRunningCost("", "admin", "2026-10", 39_000))
    return story


def _week(story: Story, week: int, monday: date) -> None:
    count = 4 if week < 3 else 8 if week < 6 else 10
    story.until(instant(monday, 8, 30))
    first = story.number + 1
    for index in range(count):
        story.load(*(("eAT", "eAT") if index == 0 else ("eAT",)))
    last = story.number
    if week == 3:
        _stopped(story, monday + timedelta(days=1))
    story.until(instant(monday + timedelta(days=1), 17))
    for number in range(first, first + count // 2):
        story.collect(number, takes_s=20 + number % 7)
    if week == 4:
        _jammed(story, first + count // 2)
    story.until(instant(monday + timedelta(days=3), 9, 30))
    kept = 2 if week == 5 else 0
    for number in range(first + count // 2 + (week == 4), last + 1 - kept):
        story.collect(number, takes_s=30 + number % 11)
    if kept:
        _recalled(story, monday + timedelta(days=4), last - 1, last)


def _stopped(story: Story, day: date) -> None:
    """Off from 10:00 to 12:30, in order; and the reading window is down for half an hour after that."""
    story.until(instant(day, 10)).note(cmd.StopBox("stopped"))
    story.until(instant(day, 12, 30))
    story.box.start()
    story.note(cmd.SetFault("scanner_down", "", True)).until(instant(day, 13))
    story.note(cmd.SetFault("scanner_down", "", False))


def _jammed(story: Story, number: int) -> None:
    """The door does not open, at no attempt; later staff hand the envelope over at the counter."""
    box = story.box
    box.present(f"R{number}").jams().next_resident()
    label = box.deposit(f"D{number}").compartment
    box.at(600_000).login("lena").guided(label).report("empty", "handed_over_at_counter").logout()


def _recalled(story: Story, day: date, *numbers: int) -> None:
    story.until(instant(day, 11))
    box = story.box.login("lena")
    for number in numbers:
        label = box.deposit(f"D{number}").compartment
        box.guided(label, Purpose.RECALL).report("empty", "recalled")
    box.logout()
