"""A log that cannot be trusted, a disk that is full, configurations that make no sense: words, and no door."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from controller import api
from controller.api import ControlError
from simulator.people import Scanner
from simulator.preload import Preload
from simulator.processes import ProcessFailed
from simulator.town import Town
from tests.integration.box.support import (
    ANNA,
    STAFF,
    arguments,
    authorised,
    envelopes,
    events,
    finish,
    hall,
    load,
    page,
    pulses,
    slips,
    start_other,
    town,
    until,
)

ITEMS, SLIPS = envelopes(2), slips(2)


@pytest.fixture
def box() -> Iterator[Town]:
    with town(Preload(ITEMS, SLIPS, STAFF)) as made:
        yield made


async def fill(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, *ITEMS)


def flip(box: Town, seq: int) -> None:
    """One bit of an old entry, as a failing card would."""
    with closing(sqlite3.connect(box.log_file)) as connection:
        (body,) = connection.execute("SELECT body FROM events WHERE seq = ?", [seq]).fetchone()
        body = bytearray(body if isinstance(body, bytes) else body.encode())
        body[len(body) // 2] ^= 1
        connection.execute("DROP TRIGGER IF EXISTS events_stay")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE events SET body = ? WHERE seq = ?", [bytes(body), seq])
        connection.commit()


async def opens_nothing(box: Town, seq: int) -> None:
    """Out of order: every page says so, with the entry; every wish is refused."""
    before = len(pulses(box))
    async with page(box) as pages:
        kiosk = await pages.call(api.GetKiosk())
        assert (kiosk.page, kiosk.reference) == ("out_of_order", str(seq))
        assert (await pages.call(api.GetStaff())).page == "out_of_order"
        for request in (api.StaffLogin(ANNA.pin), api.ChooseLanguage(kiosk.revision, "en")):
            with pytest.raises(ControlError) as refused:
                await pages.call(request)
            assert refused.value.code == api.OUT_OF_ORDER
    async with page(box, "admin") as admin:
        assert (await admin.call(api.GetStatus())).out_of_order == f"log_damaged:{seq}"
        with pytest.raises(ControlError) as damaged:
            await admin.call(api.VerifyLog())
        assert damaged.value.details.get("seq", seq) == seq
    scanner = await Scanner.connect(box.sockets.paths["reader-qr"])
    try:
        await asyncio.sleep(0)
        for text in (SLIPS[0].text, ANNA.text):
            assert await scanner.show(text) == "not_in_this_mode"
        assert scanner.mode == "OFF"
    finally:
        await scanner.close()
    assert len(pulses(box)) == before


async def test_damage_in_the_tail_is_found_at_start(box: Town) -> None:
    await fill(box)
    assert box.controller is not None
    box.controller.kill()
    seq = int(events(box)[-1]["seq"]) - 3
    flip(box, seq)
    box.start_controller()
    await opens_nothing(box, seq)
    assert box.stop_controller() == 0


async def test_damage_in_an_old_entry_is_found_while_the_box_works(box: Town) -> None:
    await fill(box)
    box.stop_controller()
    flip(box, 5)
    box.start_controller()
    async with page(box) as pages:
        deadline = asyncio.get_running_loop().time() + 15
        while (await pages.call(api.GetKiosk())).page != "out_of_order":
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.02)
    await opens_nothing(box, 5)
    assert box.stop_controller() == 0
    # Remembered: the entry lies before the snapshot, and a start alone would not look at it.
    box.start_controller()
    await opens_nothing(box, 5)
    assert box.stop_controller() == 0


async def test_a_snapshot_that_is_not_the_sealed_one_is_not_believed(box: Town) -> None:
    await fill(box)
    box.stop_controller()
    (seq,) = box.query("SELECT seq FROM snapshots")[0]
    with closing(sqlite3.connect(box.log_file)) as connection:
        (state,) = connection.execute("SELECT state FROM snapshots").fetchone()
        connection.execute("UPDATE snapshots SET state = ?", [bytes([state[0], state[1] ^ 1, *state[2:]])])
        connection.commit()
    box.start_controller()
    assert isinstance(seq, int)
    await opens_nothing(box, seq)


async def test_an_out_of_order_box_shows_signs_of_life(box: Town) -> None:
    """Else systemd's watchdog would start it again for ever."""
    box.stop_controller()
    flip(box, int(events(box)[-1]["seq"]))
    process = start_other(
        box,
        "-m",
        "simulator.controller",
        *arguments(box),
        environment={"NOTIFY_SOCKET": str(box._notify.path), "WATCHDOG_USEC": "200000"},
    )
    try:
        box._notify.wait_ready(process, 20)
        heard = await asyncio.to_thread(hear, box, 2)
        assert heard.count(b"WATCHDOG=1") >= 2
    finally:
        assert process.stop() == 0


def hear(box: Town, times: int) -> list[bytes]:
    """The next signs of life."""
    box._notify._socket.settimeout(15)
    return [box._notify._socket.recv(4096) for _ in range(times)]


# --- the disk ---


async def test_a_commit_that_fails_opens_no_door_and_ends_the_process(box: Town) -> None:
    await fill(box)
    assert box.controller is not None
    before = len(pulses(box)), authorised(box)
    async with hall(box) as people:
        # From now on every write of this process fails, as on a full disk.
        resource.prlimit(box.controller.pid, resource.RLIMIT_FSIZE, (1, 1))
        with pytest.raises((ConnectionError, ControlError)):
            await people.scanner.show(SLIPS[0].text)
        code = await asyncio.to_thread(box.controller.wait, 15)
    assert code not in (0, None)
    await asyncio.sleep(0.5)
    assert (len(pulses(box)), authorised(box)) == before
    box.start_controller()
    async with hall(box) as people:
        assert await people.scanner.show(SLIPS[0].text) == "", "the restart settled it: the code is as good as before"
        await finish(people)
        await until(lambda: events(box, "RightEnded"), "collected")


@pytest.fixture
def tight() -> Iterator[tuple[Town, Path]]:
    """A box on a file system of its own, so small that a test can fill it."""
    with town(Preload(ITEMS, SLIPS, STAFF)) as made:
        made.stop_controller()
        kept = made.root / "kept"
        shutil.copytree(made.data, kept)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m,mode=0750", "tmpfs", str(made.data)], capture_output=True
        )
        if mounted.returncode != 0:
            pytest.skip("no file system can be mounted here")
        try:
            shutil.copytree(kept, made.data, dirs_exist_ok=True, ignore=shutil.ignore_patterns("reserve"))
            yield made, made.data
        finally:
            made.stop_controller()
            subprocess.run(["umount", "-l", str(made.data)], check=True)


async def test_a_disk_that_is_nearly_full_begins_nothing_new(tight: tuple[Town, Path]) -> None:
    """Below the limit (64 MB) the box says that it is out of order, and the reserve is given back for what is open."""
    box, data = tight
    box.start_controller()
    assert not (data / "reserve").exists()
    async with hall(box) as people:
        view = await people.until_kiosk("out_of_order")
        assert view.reference == "disk"
        assert await people.scanner.show(SLIPS[0].text) == "disk_full"
        await people.log_in(ANNA)
        assert await people.scanner.show(ITEMS[0].order, "code_128") == "disk_full"
        assert {"disk_full", "disk_low"} <= {f.code for f in (await people.page.call(api.GetTechnician())).faults}
    assert authorised(box) == 0


async def test_a_disk_that_is_full_ends_the_process_and_opens_nothing(tight: tuple[Town, Path]) -> None:
    box, data = tight
    box.start_controller()
    assert box.controller is not None
    free = os.statvfs(data)
    # Without a buffer: what did not fit would be written once more at the end, and fail there.
    with (data / "ballast").open("wb", buffering=0) as ballast:
        try:
            ballast.write(b"\0" * (free.f_bavail * free.f_frsize - 4096))
            while True:
                ballast.write(b"\0" * 4096)
        except OSError:
            pass  # full
    async with hall(box) as people:
        badges = asyncio.gather(*(people.scanner.show(ANNA.text) for _ in range(20)))
        with pytest.raises((ConnectionError, ControlError)):
            await badges
        assert await asyncio.to_thread(box.controller.wait, 15) != 0
    assert pulses(box) == []
    (data / "ballast").unlink(missing_ok=True)
    box.start_controller()


# --- configurations ---


def refused(box: Town, *options: str, module: str = "simulator.controller") -> str:
    """Starts a controller that must refuse with exit code 2; what it says."""
    log = box.logs / "other.log"
    log.unlink(missing_ok=True)
    process = start_other(box, "-m", module, *(options or arguments(box)))
    try:
        assert process.wait(20) == 2, process.tail()
    finally:
        process.stop()
    assert "Traceback" not in process.tail(100)
    return process.tail(100)


@pytest.fixture(scope="module")
def resting() -> Iterator[Town]:
    """A provisioned box whose controller does not run."""
    with town(start=False) as made:
        yield made


def test_a_key_with_a_typo_is_named_with_file_and_line(resting: Town) -> None:
    file = resting.config / "abholfach.toml"
    good = file.read_text()
    try:
        file.write_text(good.replace("refuse_mb", "refuse_mbb"))
        line = file.read_text().splitlines().index("refuse_mbb = 64") + 1
        said = refused(resting)
        assert f"{file.name}:{line}: disk.refuse_mbb" in said
        assert "did you mean refuse_mb" in said
    finally:
        file.write_text(good)


def test_a_pin_that_is_used_twice_is_named_with_file_and_line(resting: Town) -> None:
    file = resting.config / "cabinet.toml"
    good = file.read_text()
    try:
        file.write_text(good.replace("lock = 17", "lock = 16"))
        said = refused(resting)
        line = file.read_text().splitlines().index('label = "A02"') + 1
        assert file.name in said
        assert "compartments.A02.lock: pin 16 is already used by compartments.A01" in said
        assert line < int(said.partition(f"{file.name}:")[2].partition(":")[0]) < line + 8
    finally:
        file.write_text(good)


def test_a_database_of_a_newer_version_is_left_alone(resting: Town) -> None:
    good = resting.log_file.read_bytes()
    try:
        with closing(sqlite3.connect(resting.log_file)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.commit()
        before = resting.log_file.read_bytes()
        said = refused(resting)
        assert "database_newer" in said
        assert resting.log_file.read_bytes() == before
    finally:
        resting.log_file.write_bytes(good)


def test_another_boxs_log_is_refused(resting: Town) -> None:
    good = resting.log_file.read_bytes()
    try:
        with closing(sqlite3.connect(resting.log_file)) as connection:
            connection.execute("UPDATE log SET box = 'other-box'")
            connection.commit()
        assert "wrong_box" in refused(resting)
    finally:
        resting.log_file.write_bytes(good)


def test_a_cabinet_that_was_changed_while_something_is_inside(box: Town) -> None:
    asyncio.run(fill(box))
    box.stop_controller()
    file = box.config / "cabinet.toml"
    text = file.read_text()
    file.write_text(text.replace('label = "A01"', 'label = "A99"'))
    assert "put the old profile back" in refused(box)
    assert len(pulses(box)) == 2
    file.write_text(text)
    box.start_controller()


def test_a_second_controller_on_the_same_data(box: Town) -> None:
    assert "data_directory_busy" in refused(box)
    assert box.controller is not None
    assert box.controller.running


def test_the_real_entry_point_refuses_everything_simulated(resting: Town, tmp_path: Path) -> None:
    assert "simulated" in refused(resting, "--config", str(resting.config / "abholfach.toml"), module="controller")
    file = resting.config / "real.toml"
    file.write_text((resting.config / "abholfach.toml").read_text().replace('"simulated"', '"cabinet"'))
    said = refused(resting, "--config", str(file), module="controller")
    assert "simulated" in said, "the data say what they are"


def test_the_simulated_entry_point_refuses_everything_real(resting: Town) -> None:
    file = resting.config / "real.toml"
    file.write_text((resting.config / "abholfach.toml").read_text().replace('"simulated"', '"cabinet"'))
    options = ("--config", str(file), "--plant", str(resting.plant_socket))
    assert "abholfach-controller" in refused(resting, *options)
    identity = resting.data / "identity.json"
    good = identity.read_text()
    try:
        identity.chmod(0o640)
        identity.write_text(good.replace('"simulated"', '"real"'))
        said = refused(resting)
        assert "real" in said
    finally:
        identity.write_text(good)


def test_sockets_that_are_not_handed_over(resting: Town) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "simulator.controller", *arguments(resting)], capture_output=True, text=True
    )
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert run.stderr.count("no_sockets") == 1
    assert "systemctl start" in run.stderr


def test_no_plant_no_controller(resting: Town) -> None:
    """There is no fallback: hardware that does not answer stops the start."""
    options = ("--config", str(resting.config / "abholfach.toml"), "--plant", str(resting.root / "nobody.sock"))
    log = resting.logs / "other.log"
    log.unlink(missing_ok=True)
    process = start_other(resting, "-m", "simulator.controller", *options)
    try:
        assert process.wait(20) != 0
    except ProcessFailed:
        process.stop()
        raise
    assert str(resting.root / "nobody.sock") in process.tail(100)
