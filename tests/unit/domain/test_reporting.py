"""What is noted for the monthly report."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from tests.unit.domain.builder import Scenario

USES = (ev.UseCount("de", 4), ev.UseCount("tr", 2))


def issued(by: str = "admin", session: str = "", month: str = "2026-10", count: int = 120) -> cmd.NoteDocumentsIssued:
    return cmd.NoteDocumentsIssued(session, by, month, count)


def test_an_administrator_notes_what_was_issued_and_what_it_cost() -> None:
    box = Scenario().do(issued())
    assert box.one(ev.DocumentsIssuedNoted) == ev.DocumentsIssuedNoted("2026-10", 120, "admin")
    box.do(cmd.NoteRunningCost("", "admin", "2026-10", 39_000))
    assert box.one(ev.RunningCostNoted) == ev.RunningCostNoted("2026-10", 39_000, "admin")


def test_a_supervisor_notes_in_a_session() -> None:
    box = Scenario().login("sabine")
    assert box.do(issued("somebody", box.staff)).one(ev.DocumentsIssuedNoted).by == "sabine"


@pytest.mark.parametrize("staff", ["lena", "tom", "anna"])
def test_nobody_else_does(staff: str) -> None:
    box = Scenario().login(staff)
    assert box.do(issued("", box.staff)).refusal == "role_missing"
    assert box.do(cmd.NoteRunningCost(box.staff, "", "2026-10", 1)).refusal == "role_missing"


def test_a_session_that_is_not_there_notes_nothing() -> None:
    assert Scenario().do(issued("admin", "S9")).refusal == "no_staff_session"
    assert Scenario().do(issued("")).refusal == "id_missing"


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "10-2026", "2026-1"])
def test_a_month_is_written_as_a_month(month: str) -> None:
    assert Scenario().do(issued(month=month)).refusal == "month_wrong"


def test_the_running_month_is_noted_and_none_to_come() -> None:
    """It is 22 November."""
    box = Scenario()
    assert box.do(issued(month="2026-11")).refusal == ""
    assert box.do(issued(month="2026-12")).refusal == "month_to_come"
    assert Scenario(trusted=False).do(issued(month="2026-12")).refusal == ""


@pytest.mark.parametrize("count", [-1, 1_000_001])
def test_numbers_that_cannot_be(count: int) -> None:
    assert Scenario().do(issued(count=count)).refusal == "count_wrong"
    assert Scenario().do(cmd.NoteRunningCost("", "admin", "2026-10", count * 10_000)).refusal == "count_wrong"


def test_page_use_is_noted_of_a_group_of_sessions() -> None:
    box = Scenario().do(cmd.NotePageUse("2026-11", 6, USES, (ev.UseCount("larger", 1),)))
    assert box.one(ev.PageUseNoted).sessions == 6


@pytest.mark.parametrize(
    ("sessions", "languages", "modes", "refusal"),
    [
        (4, (ev.UseCount("de", 4),), (), "too_few_sessions"),
        (1, (ev.UseCount("de", 1),), (), "too_few_sessions"),
        (7, USES, (), "count_wrong"),
        (6, (ev.UseCount("de", 3), ev.UseCount("de", 3)), (), "count_wrong"),
        (6, (ev.UseCount("de", 6), ev.UseCount("tr", 0)), (), "count_wrong"),
        (6, (ev.UseCount("", 6),), (), "count_wrong"),
        (6, USES, (ev.UseCount("larger", 7),), "count_wrong"),
        (6, USES, (ev.UseCount("shouting", 1),), "mode_unknown"),
    ],
)
def test_no_group_is_too_small_or_wrong(
    sessions: int, languages: tuple[ev.UseCount, ...], modes: tuple[ev.UseCount, ...], refusal: str
) -> None:
    assert Scenario().do(cmd.NotePageUse("2026-11", sessions, languages, modes)).refusal == refusal
