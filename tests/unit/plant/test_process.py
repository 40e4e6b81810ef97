"""The plant as a process: its protocol, its clients, what it keeps."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.plant.client import AsyncPlantClient, PlantClient
from simulator.plant.ledger import CoilPulse
from simulator.plant.protocol import BoxEvent, PlantError, PlantGone, SceneEvent
from tests.fakes.plant import GPIO_12, RunningPlant, eventually, running_plant

A07_LOCK, A07_SENSOR = "header:22", "header:8"


@pytest.fixture
def plant() -> Iterator[RunningPlant]:
    with running_plant() as running:
        yield running


class Raw:
    """The protocol as it is on the wire."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rwb")

    def send(self, text: str) -> None:
        self.file.write(text.encode() + b"\n")
        self.file.flush()

    def hear(self) -> Any:
        return json.loads(self.file.readline())

    def close(self) -> None:
        self.file.close()
        self.socket.close()


def test_the_wire_is_as_documented(plant: RunningPlant) -> None:
    raw = Raw(plant.socket)
    raw.send('{"op": "lines", "id": 1}')
    first = raw.hear()
    assert first["re"] == 1
    assert first["ok"]["levels"] == {f"header:{pin}": 0 for pin in range(2, 14)} | {"header:14": 1}
    raw.send('{"op": "contact", "id": 0, "name": "power_fail", "active": true}')
    event = raw.hear()
    assert (event["event"], event["line"], event["level"]) == ("level", "header:14", 0)
    raw.send('{"op": "set", "line": "header:22", "level": 1}')
    event = raw.hear()
    assert set(event) == {"event", "line", "level", "mono_ms"}
    assert (event["event"], event["line"], event["level"]) == ("level", A07_SENSOR, 1)
    raw.send('{"op": "take", "id": 2, "compartment": "A01"}')
    raw.send('{"op": "tkae", "id": 3}')
    raw.send('{"op": "set", "id": 4, "line": "header:22", "level": 2}')
    raw.send("not json")
    answers: list[tuple[int, str]] = []
    while len(answers) < 4:
        heard = raw.hear()
        if "re" in heard:
            answers.append((heard["re"], heard["error"]))
    assert answers[0] == (2, "door_not_open")
    assert answers[1][1] == "bad_request"
    assert answers[2] == (4, "bad_level")
    assert answers[3] == (0, "bad_request")
    raw.close()


def test_a_board_s_pulse_of_which_both_ends_come_at_once_opens_its_door(plant: RunningPlant) -> None:
    raw = Raw(plant.socket)
    now_ms = time.monotonic() * 1000
    edge = '{{"op": "set", "line": "header:22", "level": {}, "at_ms": {}}}'
    raw.send(edge.format(1, now_ms - 200) + "\n" + edge.format(0, now_ms))

    def pulses() -> list[CoilPulse]:
        return [entry for entry in plant.person.ledger().entries if isinstance(entry, CoilPulse)]

    eventually(pulses)
    (pulse,) = pulses()
    assert pulse.end_ms - pulse.start_ms >= 199
    assert pulse.unlatched
    raw.close()


def test_lines_keep_their_level_when_the_connection_ends(plant: RunningPlant) -> None:
    raw = Raw(plant.socket)
    raw.send('{"op": "set", "id": 1, "line": "header:22", "level": 1}')
    assert raw.hear() == {"re": 1, "ok": {}}
    raw.close()
    eventually(lambda: any(isinstance(entry, CoilPulse) for entry in plant.person.ledger().entries))
    box = plant.person.box("A07")
    assert (box.line, box.energised, box.door) == (1, False, "ajar")


def test_requests_return_after_the_movement(plant: RunningPlant) -> None:
    person = plant.person
    assert person.pull("A07") == person.pull("A07")
    assert not person.pull("A07").moved
    assert not person.wait("A07", timeout_ms=20)
    person.set_line(A07_LOCK, 1)
    assert person.wait("A07")
    person.set_line(A07_LOCK, 0)
    pulled = person.pull("A07")
    assert (pulled.moved, pulled.door) == (True, "open")
    person.put("A07", "envelope-1")
    assert person.box("A07").contents == ["envelope-1"]
    closed = person.close_door("A07")
    assert (closed.moved, closed.door) == (True, "closed")
    assert person.wait("A07", open=False)
    with pytest.raises(PlantError) as refused:
        person.take("A07")
    assert refused.value.code == "door_not_open"
    with pytest.raises(PlantError, match="there is no compartment Z99"):
        person.pull("Z99")
    with pytest.raises(PlantError, match="unheard_of is none of"):
        person.fault("A07", "unheard_of")
    with pytest.raises(KeyError):
        person.box("Z99")


def test_the_ledger_can_be_read_in_parts(plant: RunningPlant) -> None:
    person = plant.person
    person.fault("A01", "pops_open")
    seen = person.ledger().last_seq
    assert person.pull("A01").moved
    later = person.ledger(seen)
    assert [entry.seq for entry in later.entries] == [seen + 1]
    assert later.last_seq == seen + 1


def test_the_scene_before_the_camera(plant: RunningPlant) -> None:
    assert plant.person.scene().scene is None
    with PlantClient(plant.socket) as reader:
        reader.subscribe()
        phone = {"kind": "phone", "text": "ABHOLFACH-P-X", "distance": 0.2}
        held = plant.person.set_scene(phone)
        assert (held.revision, held.scene) == (1, phone)
        assert plant.person.set_scene(None).revision == 2
        first, second = reader.next_event(), reader.next_event()
        assert isinstance(first, SceneEvent)
        assert isinstance(second, SceneEvent)
        assert (first.scene.scene, second.scene.scene) == (phone, None)


async def test_asyncio_clients_ask_many_things_at_a_time(plant: RunningPlant) -> None:
    async with await AsyncPlantClient.connect(plant.socket) as person:
        await person.subscribe()
        opened = asyncio.create_task(person.wait("A07"))
        stays = asyncio.create_task(person.wait("A01", timeout_ms=50))
        await person.set_line(A07_LOCK, 1)
        assert await opened
        assert not await stays
        await person.set_line(A07_LOCK, 0)
        assert (await person.pull("A07")).moved
        await person.put("A07", "envelope-1")
        assert (await person.take("A07")) == ["envelope-1"]
        await person.fault("A07", "never_closes")
        assert not (await person.close_door("A07")).moved
        assert (await person.box("A07")).faults == ["never_closes"]
        await person.clear_fault("A07")
        assert (await person.press("A07")).moved is False, "it stands wide open"
        assert (await person.close_door("A07")).moved
        assert (await person.ledger()).most_coils == {"12V": 1}
        assert (await person.set_scene({"kind": "picture"})).revision == (await person.scene()).revision
        changed = []
        async for event in person.events():
            if isinstance(event, SceneEvent):
                break
            assert isinstance(event, BoxEvent)
            changed.append(event.status)
        assert {status.compartment for status in changed} == {"A07"}
        assert changed[-1].door == "closed"
        with pytest.raises(PlantError):
            await person.put("A01", "x")


async def test_clients_notice_when_the_plant_goes(plant: RunningPlant) -> None:
    person = await AsyncPlantClient.connect(plant.socket)
    waiting = asyncio.create_task(person.wait("A07", timeout_ms=60_000))
    await person.status()
    plant.process.send_signal(signal.SIGTERM)
    with pytest.raises(PlantGone):
        await waiting
    async for _ in person.events():
        raise AssertionError("nothing happened")
    with pytest.raises(PlantGone):
        await person.status()
    await person.close()
    assert plant.process.wait(10) == 0
    assert not plant.socket.exists()
    with pytest.raises(PlantGone):
        plant.person.status()
    with pytest.raises(PlantGone, match="no plant answers"):
        PlantClient(plant.socket)
    with pytest.raises(PlantGone, match="no plant answers"):
        await AsyncPlantClient.connect(plant.socket)


def test_doors_and_contents_survive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "plant.json"
    with running_plant(state=state) as plant:
        for label in ("A01", "A02"):
            plant.person.fault(label, "pops_open")
            assert plant.person.pull(label).moved
            plant.person.put(label, f"envelope-{label}")
        assert plant.person.close_door("A02").moved
        plant.process.kill()  # no time to tidy up
        plant.process.wait(10)
    with running_plant(state=state) as plant:
        one, two = plant.person.box("A01"), plant.person.box("A02")
        assert (one.door, one.contents, one.sensor) == ("open", ["envelope-A01"], 1)
        assert (two.door, two.latched, two.contents, two.sensor) == ("closed", True, ["envelope-A02"], 0)
    assert [file.name for file in tmp_path.iterdir()] == ["plant.json"]


def test_input_levels_are_pushed_to_whoever_plays_pins(plant: RunningPlant) -> None:
    raw = Raw(plant.socket)
    raw.send('{"op": "lines", "id": 1}')
    raw.hear()
    plant.person.fault("A07", "dead_sensor")
    assert raw.hear()["level"] is None
    raw.close()


@pytest.mark.parametrize("wrong", ["profile", "state"])
def test_what_cannot_be_used_is_said_and_nothing_starts(tmp_path: Path, wrong: str) -> None:
    profile, state = tmp_path / "cabinet.toml", tmp_path / "state.json"
    profile.write_text(GPIO_12.read_text() + ("\nnonsense = 1\n" if wrong == "profile" else ""))
    state.write_text('{"Z99": {"position": "open", "latched": true, "contents": []}}')
    run = subprocess.run(
        [sys.executable, "-m", "simulator.plant", "--profile", profile, "--socket", tmp_path / "s", "--state", state],
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    expected = "inputs.power_fail.nonsense" if wrong == "profile" else "is of another cabinet: it has Z99"
    assert expected in run.stderr
    assert run.stdout == ""
