"""``abholfach log``: figures, words and exit codes."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from controller import cli
from controller.ports import Entry, NewEvent, Stamp
from tests.unit.event_store.making import STAMP, as_nobody, make_log, open_box, tamper

COUNT = 30


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Entry, ...]]:
    directory = tmp_path_factory.mktemp("data")
    return directory, asyncio.run(make_log(directory / "log.db", COUNT, seal_at=20))


@pytest.fixture
def data(whole: tuple[Path, tuple[Entry, ...]], tmp_path: Path) -> Path:
    directory = tmp_path / "data"
    shutil.copytree(whole[0], directory)
    return directory


def run(*arguments: str | Path) -> int:
    return cli.main([str(argument) for argument in ("log", *arguments)])


def test_verify_tells_how_many_and_where_the_chain_ends(
    whole: tuple[Path, tuple[Entry, ...]], data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", "--data", data) == 0
    out = capsys.readouterr().out
    assert "30 entries" in out
    assert "box-1" in out
    assert whole[1][-1].hash.hex() in out


def test_verify_names_the_damaged_entry(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(data / "log.db", ("DELETE FROM events WHERE seq = 17", ()))
    assert run("verify", "--data", data) == 1
    words = capsys.readouterr()
    assert words.out == ""
    assert "entry 17" in words.err
    assert "backup" in words.err


async def test_verify_works_while_the_controller_writes(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, _ = open_box(data / "log.db")
    await store.append([NewEvent("A", 1, {})], STAMP)
    assert await asyncio.to_thread(run, "verify", "--data", data) == 0
    assert "31 entries" in capsys.readouterr().out
    await store.append([NewEvent("A", 1, {})], STAMP)
    await store.close()


def test_the_installed_command(data: Path) -> None:
    command: list[str | Path] = [Path(sys.executable).with_name("abholfach"), "log", "verify", "--data", data]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "whole" in finished.stdout


@pytest.mark.parametrize("command", [("verify",), ("show",), ("export", "out.jsonl")])
def test_a_directory_without_a_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    for directory in (tmp_path, tmp_path / "nowhere"):
        assert run(*command, "--data", directory) == 2
        assert "does not exist" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []  # nothing was made


def test_a_log_that_was_never_begun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log.db").touch()
    assert run("verify", "--data", tmp_path) == 2
    assert "not been started" in capsys.readouterr().err


def test_a_newer_database(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(data / "log.db", ("PRAGMA user_version = 99", ()))
    assert run("verify", "--data", data) == 2
    assert "newer version" in capsys.readouterr().err


def test_a_file_that_is_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log.db").write_bytes(b"nothing of the kind" * 100)
    assert run("verify", "--data", tmp_path) == 2
    assert "log.db" in capsys.readouterr().err


def test_a_log_that_may_not_be_read(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "log.db").chmod(0)
    with as_nobody(data):
        assert run("verify", "--data", data) == 2
    assert "may not be read" in capsys.readouterr().err
    data.chmod(0)
    try:
        with as_nobody(data.parent):
            assert run("verify", "--data", data) == 2
    finally:
        data.chmod(0o755)
    assert "may not be entered" in capsys.readouterr().err


def test_show_prints_the_last(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "--data", data, "--last", "2") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "  29  UnlockAuthorised  " in lines[0]
    assert "  30  UnlockAuthorised  " in lines[1]
    assert '"compartment"="A30"' in lines[1]
    assert lines[1].startswith("2026-11-")


def test_show_from_and_by_type(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "--data", data, "--from", "28") == 0
    assert [line.split("  ")[1] for line in capsys.readouterr().out.splitlines()] == ["28", "29", "30"]
    assert run("show", "--data", data, "--type", "CheckpointSealed", "--last", "1") == 0
    assert [line.split("  ")[1] for line in capsys.readouterr().out.splitlines()] == ["20"]
    assert run("show", "--data", data, "--from", "10", "--type", "CheckpointSealed") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


async def test_show_obeys_nothing_that_is_stored_and_tells_a_doubtful_clock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, _ = open_box(tmp_path / "log.db")
    await store.append([NewEvent("A", 1, {"x": "\x1b[2J\u202eä"})], Stamp(1, 1, "b", clock_trusted=False))
    await store.close()
    assert run("show", "--data", tmp_path) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "ä" in out
    assert "(clock not trusted)" in out


def test_an_export_can_be_verified_by_anybody(
    whole: tuple[Path, tuple[Entry, ...]], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "export.jsonl"
    assert run("export", "--data", data, "--from", "5", "--to", "25", target) == 0
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert [line["body"].encode() for line in lines] == [entry.body for entry in whole[1][4:25]]
    assert all(hashlib.sha256(line["body"].encode()).hexdigest() == line["hash"] for line in lines)
    assert run("verify", "--file", target) == 0
    assert "21 entries" in capsys.readouterr().out
    content = target.read_text()
    target.write_text(content.replace('\\"try\\":9', '\\"try\\":8'))
    assert run("verify", "--file", target) == 1
    assert "entry 9" in capsys.readouterr().err
    target.write_text("".join(content.splitlines(keepends=True)[:3]) + "gibberish\n")
    assert run("verify", "--file", target) == 1
    assert "line 4" in capsys.readouterr().err
    target.write_text("gibberish\n")
    assert run("verify", "--file", target) == 2


def test_an_export_goes_to_a_pipe_too(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("export", "--data", data, "-") == 0
    assert len(capsys.readouterr().out.splitlines()) == COUNT


def test_an_export_replaces_nothing_and_leaves_nothing_broken(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "export.jsonl"
    target.write_text("precious")
    assert run("export", "--data", data, target) == 2
    assert target.read_text() == "precious"
    assert run("export", "--data", data, tmp_path / "nowhere" / "x") == 2
    assert run("export", "--data", data, "--from", "99", tmp_path / "none.jsonl") == 1
    tamper(data / "log.db", ("DELETE FROM events WHERE seq = 17", ()))
    assert run("export", "--data", data, tmp_path / "damaged.jsonl") == 1
    assert "entry 17" in capsys.readouterr().err
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data", "export.jsonl"]


def test_a_reader_that_has_seen_enough_is_no_error(data: Path) -> None:
    command = (
        f"'{sys.executable}' -m controller.cli log show --data '{data}' --from 1 | head -n 1; exit ${{PIPESTATUS[0]}}"
    )
    finished = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("log",), ("log", "show", "--last", "0"), ("log", "export")])
def test_wrong_usage(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    assert "usage: abholfach" in capsys.readouterr().err


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith("abholfach ")
