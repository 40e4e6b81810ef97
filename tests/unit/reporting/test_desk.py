"""The desk reads a real log beside the box's work, and the command line reads the same."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from controller import cli, cli_report
from controller.adapters.event_codec import EventCodec, stamp_of
from controller.adapters.event_store import EventStore, open_log
from controller.adapters.reports import ReportDesk
from controller.api import ReportView
from controller.bootstrap.sockets import LANGUAGES as LANGUAGES_OF_THE_PAGES
from controller.domain.moment import Moment
from controller.ports import LogError
from controller.reporting import MonthError
from kiosk_ui.report.csv_file import BOM
from tests.unit.domain.builder import Scenario
from tests.unit.event_store.making import tamper
from tests.unit.reporting.conftest import NOW
from tests.unit.reporting.story import LANGUAGES, ZONE, Story, instant

AT = Moment(NOW, 1, "boot-1", True)


async def write(store: EventStore, story: Story, first: int = 0, last: int | None = None) -> None:
    """Entries of the story; those of one moment in one append, as the box writes them."""
    codec = EventCodec()
    for event, at in story.box.log[first:last]:
        await store.append([codec.encode(event)], stamp_of(at))


@pytest.fixture(scope="session")
def written(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the story's log."""
    directory = tmp_path_factory.mktemp("data")

    async def make() -> None:
        store, _ = open_log(directory / "log.db", "box-1", fold_version=1)
        await write(store, story)
        await store.close()

    asyncio.run(make())
    return directory


@pytest.fixture
async def desk(written: Path) -> AsyncIterator[ReportDesk]:
    made = ReportDesk(written / "log.db", ZONE, LANGUAGES)
    yield made
    await made.close()


def comparable(view: ReportView) -> ReportView:
    return msgspec.structs.replace(view, made_wall_ms=0)


async def ready(desk: ReportDesk, month: str, at: Moment = AT) -> ReportView:
    while (view := await desk.report(month, at)).state != "ready":
        assert view.month is None
    return view


async def test_it_is_the_report_of_the_story(desk: ReportDesk, october: ReportView) -> None:
    assert await ready(desk, "2026-10") == october


async def test_nobody_waits_for_a_long_log(desk: ReportDesk) -> None:
    view = await desk.report("2026-10", AT, patience_s=0)
    assert (view.state, view.month) == ("working", None)
    assert 0 <= view.percent < 100
    assert (await ready(desk, "2026-10")).percent == 100


async def test_only_what_is_new_is_read_again(tmp_path: Path, story: Story, october: ReportView) -> None:
    store, _ = open_log(tmp_path / "log.db", "box-1", fold_version=1)
    desk = ReportDesk(tmp_path / "log.db", ZONE, LANGUAGES)
    half = len(story.box.log) // 2
    try:
        await write(store, story, 0, half)
        then = story.box.log[half - 1][1]
        assert (await ready(desk, "", then)).month is not None
        assert desk._ledger.seq == half
        await write(store, story, half)
        assert comparable(await ready(desk, "2026-10")) == comparable(october)
        assert desk._ledger.seq == len(story.box.log)
    finally:
        await desk.close()
        await store.close()


async def test_entries_that_wait_for_the_time_are_read_once(tmp_path: Path) -> None:
    """A box that has had no time since its first start: nothing is read twice, and the reading ends."""
    scenario = Scenario(trusted=False)
    store, _ = open_log(tmp_path / "log.db", "box-1", fold_version=1)
    codec = EventCodec()
    for event, at in scenario.log:
        await store.append([codec.encode(event)], stamp_of(at))
    await store.close()
    desk = ReportDesk(tmp_path / "log.db", ZONE, LANGUAGES)
    with pytest.raises(MonthError, match="empty"):
        await ready(desk, "", scenario.now)
    assert desk._ledger.seq == len(scenario.log)
    await desk.close()


async def test_many_may_ask_at_once(desk: ReportDesk) -> None:
    views = await asyncio.gather(*(ready(desk, "2026-10") for _ in range(8)))
    assert len({msgspec.json.encode(view) for view in views}) == 1


async def test_a_clock_that_is_not_trusted_ends_no_month(desk: ReportDesk) -> None:
    view = await ready(desk, "2026-10", Moment(instant(date(2031, 1, 1), 0), 1, "boot-1", False))
    assert view.months[0] == "2026-11"


@pytest.mark.parametrize("month", ["2026-13", "2020-01", "yesterday"])
async def test_a_month_that_is_none(desk: ReportDesk, month: str) -> None:
    with pytest.raises(MonthError):
        await ready(desk, month)


async def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    desk = ReportDesk(tmp_path / "log.db", ZONE, LANGUAGES)
    with pytest.raises(LogError, match="there is no log"):
        await desk.report("", AT)
    await desk.close()


async def test_an_entry_that_cannot_be_read(written: Path, tmp_path: Path) -> None:
    copy = tmp_path / "log.db"
    copy.write_bytes((written / "log.db").read_bytes())
    tamper(copy, ("UPDATE events SET body = ? WHERE seq = 50", (b"{}",)))
    desk = ReportDesk(copy, ZONE, LANGUAGES)
    with pytest.raises(LogError, match="50"):
        await ready(desk, "2026-10")
    await desk.close()


def run(*arguments: str | Path) -> int:
    return cli.main(["report", *(str(argument) for argument in arguments), "--zone", "Europe/Berlin"])


@pytest.mark.usefixtures("berlin")
def test_the_command_line_says_the_same(written: Path, october: ReportView, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--data", written, "--month", "2026-10", "--json") == 0
    told = msgspec.json.decode(capsys.readouterr().out, type=ReportView)
    assert told.month == october.month
    assert told.previous == october.previous
    assert run("--data", written, "--month", "2026-10") == 0
    out = capsys.readouterr().out
    assert "Oktober 2026" in out
    assert "  Abholungen (Umschläge)\n" in out


@pytest.mark.usefixtures("berlin")
def test_files_are_written_once(written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--csv", "--pdf"):
        file = tmp_path / f"bericht{option}"
        assert run("--data", written, "--month", "2026-10", option, file) == 0
        before = file.read_bytes()
        assert run("--data", written, "--month", "2026-10", option, file) == 2
        assert "exists already" in capsys.readouterr().err
        assert file.read_bytes() == before
    assert (tmp_path / "bericht--csv").read_text(encoding="utf-8").startswith(BOM)
    assert len(PdfReader(io.BytesIO((tmp_path / "bericht--pdf").read_bytes())).pages) == 2


def test_what_cannot_be_reported_is_said(written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--data", written, "--month", "2026-13") == 2
    assert run("--data", written, "--month", "1999-01") == 2
    assert run("--data", tmp_path) == 2
    assert cli.main(["report", "--data", str(written), "--zone", "Mars/North"]) == 2
    assert "no such time zone" in capsys.readouterr().err


def test_json_has_no_id(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--data", written, "--month", "2026-10", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert not {"session", "staff", "deposit", "right", "compartment"} & set(told["month"])


def test_the_command_line_knows_the_pages_languages() -> None:
    assert set(cli_report.LANGUAGES) == LANGUAGES_OF_THE_PAGES
