"""The panel's buttons, against a real plant process: what they do, and what they refuse."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import zxingcpp
from PIL import Image

from simulator.demo_provision import fit_out
from simulator.panel.pictures import LONGEST_SCENE, BadPicture, qr_picture, scene_of_photograph
from simulator.plant.ledger import Movement
from tests.fakes.plant import GPIO_12, running_plant
from tests.unit.panel.conftest import RunningPanel, running_panel

CODE = "ABHOLFACH-P-" + "Q" * 26


def until(panel: RunningPanel, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + 20
    while True:
        state: dict[str, Any] = panel.http.get("/state").json()
        if condition(state):
            return state
        assert time.monotonic() < deadline, state
        time.sleep(0.05)


def compartment(state: dict[str, Any], label: str) -> dict[str, Any]:
    return next(each for each in state["compartments"] if each["compartment"] == label)


def ready(panel: RunningPanel) -> dict[str, Any]:
    return until(panel, lambda state: len(state["compartments"]) == 12)


def test_hands_pull_put_take_and_close_as_the_plant_allows(panel: RunningPanel) -> None:
    ready(panel)
    assert panel.http.post("/doors/A07/pull").json()["moved"] is False
    assert panel.http.post("/doors/A07/take").status_code == 409
    panel.plant.person.fault("A07", "pops_open")
    until(panel, lambda state: compartment(state, "A07")["door"] == "ajar")
    assert panel.http.post("/doors/A07/pull").json() == {"ok": True, "moved": True, "door": "open"}
    assert panel.http.post("/doors/A07/put", json={"item": "D-1"}).status_code == 200
    assert until(panel, lambda state: state["letters"][0]["where"] == "A07")
    assert panel.http.post("/doors/A07/take").status_code == 200
    assert ready(panel)["hand"] == ["D-1"]
    assert panel.http.post("/doors/A07/close").json()["door"] == "closed"
    assert any(isinstance(entry, Movement) for entry in panel.plant.person.ledger().entries)


def test_faults_are_broken_and_mended(panel: RunningPanel) -> None:
    ready(panel)
    assert panel.http.post("/doors/A03/break", json={"fault": "jam"}).status_code == 200
    assert panel.plant.person.box("A03").faults == ["jam"]
    assert panel.http.post("/doors/A03/mend").status_code == 200
    assert panel.plant.person.box("A03").faults == []
    assert panel.http.post("/doors/A03/break", json={"fault": "gremlins"}).status_code == 409
    assert panel.http.post("/doors/A03/explode").status_code == 404
    assert panel.http.post("/doors/Z99/pull").status_code == 409


def test_the_mains_go_and_come_back(panel: RunningPanel) -> None:
    assert ready(panel)["around"]["contacts"] == {"power_fail": False}
    assert panel.http.post("/around/contact", json={"name": "power_fail", "active": True}).status_code == 200
    until(panel, lambda state: state["around"]["contacts"] == {"power_fail": True})
    assert panel.http.post("/around/contact", json={"name": "power_fail", "active": False}).status_code == 200
    until(panel, lambda state: state["around"]["contacts"] == {"power_fail": False})
    assert panel.http.post("/around/contact", json={"name": "moon", "active": True}).status_code == 409
    assert panel.http.post("/around/gauge", json={"name": "temperature", "value": 1}).status_code == 409


def test_what_is_held_up_is_what_the_camera_sees(panel: RunningPanel) -> None:
    ready(panel)
    pose = {"size": 0.5, "rotation": 10}
    assert panel.http.post("/camera/hold", json={"what": "text", "name": CODE, "pose": pose}).status_code == 200
    state = until(panel, lambda state: state["camera"]["kind"] == "phone")
    assert CODE not in json.dumps(state)
    seen = Image.open(io.BytesIO(panel.http.get("/camera.png").content))
    assert [found.text for found in zxingcpp.read_barcodes(seen)] == [CODE]
    assert panel.http.post("/camera/hold", json={"what": "order", "name": "D-1"}).status_code == 200
    assert panel.plant.person.scene().scene == {"kind": "barcode", "text": "PA-2026-0001", "pose": {}}
    assert panel.http.post("/camera/away").status_code == 200
    assert panel.plant.person.scene().scene is None


@pytest.mark.parametrize(
    "body",
    [
        {"what": "code", "name": "R-nobody"},
        {"what": "badge", "name": "nobody"},
        {"what": "order", "name": "D-nothing"},
        {"what": "elephant", "name": "x"},
        {"what": "text", "name": ""},
        {"what": "text", "name": "x", "pose": {"size": 9.0}},
        {"what": "text", "name": "x", "unknown": 1},
        {"what": "text"},
    ],
)
def test_what_cannot_be_held_up_is_refused_with_words(panel: RunningPanel, body: dict[str, Any]) -> None:
    ready(panel)
    refused = panel.http.post("/camera/hold", json=body)
    assert refused.status_code == 422
    assert refused.json()["message"]
    assert panel.plant.person.scene().scene is None


def test_a_photograph_is_made_small_and_bare(panel: RunningPanel) -> None:
    ready(panel)
    code = Image.open(io.BytesIO(qr_picture(CODE))).convert("RGB").resize((1800, 1800))
    photograph = Image.effect_noise((4000, 3000), 60).convert("RGB")
    photograph.paste(code, (1100, 600))
    exif = Image.Exif()
    exif[0x010F] = "a camera with a serial number"
    stream = io.BytesIO()
    photograph.save(stream, "JPEG", exif=exif, quality=95)
    posted = panel.http.post("/camera/picture", content=stream.getvalue(), headers={"content-type": "image/jpeg"})
    assert posted.status_code == 200, posted.text
    scene = panel.plant.person.scene().scene
    assert scene is not None
    stored = base64.b64decode(scene["data"])
    assert len(stored) <= LONGEST_SCENE
    assert b"serial number" not in stored
    assert not Image.open(io.BytesIO(stored)).getexif()
    # The panel hears of its own scene from the cabinet, a moment later.
    until(panel, lambda state: bool(state["camera"]["kind"] == "picture"))
    seen = Image.open(io.BytesIO(panel.http.get("/camera.png").content))
    assert [found.text for found in zxingcpp.read_barcodes(seen)] == [CODE]


def test_what_is_no_picture_is_refused(panel: RunningPanel) -> None:
    ready(panel)
    refused = panel.http.post("/camera/picture", content=b"GIF89a and so on", headers={"content-type": "image/png"})
    assert (refused.status_code, refused.json()["error"]) == (422, "bad_picture")
    with pytest.raises(BadPicture):
        scene_of_photograph(qr_picture("x")[:200])


def test_only_its_own_page_may_play(panel: RunningPanel) -> None:
    ready(panel)
    for headers in ({"origin": "https://evil.example"}, {"origin": ""}):
        assert panel.http.post("/camera/away", headers=headers).status_code == 403
    assert panel.http.get("/state", headers={"host": "rebound.example"}).status_code == 421
    page = panel.http.get("/")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "Simulation" in page.text
    assert "<style" not in page.text
    assert " style=" not in page.text


def test_what_it_was_started_without_is_said(panel: RunningPanel) -> None:
    ready(panel)
    for path, body in (
        ("/office/announce", {"order": "PA-1", "document_type": "Personalausweis"}),
        ("/processes/controller/kill", {}),
        ("/robots/load", {"deposits": ["D-1"]}),
    ):
        assert panel.http.post(path, json=body).status_code in (422, 503)
    assert panel.http.post("/robots/collect", json={"right": "R-1"}).status_code == 404
    assert panel.http.get("/codes/R-1.png").status_code == 404


def test_the_stream_brings_the_state_and_ends_with_the_process(panel: RunningPanel) -> None:
    ready(panel)
    with panel.http.stream("GET", "/events") as events:
        lines = events.iter_lines()
        first = next(line for line in lines if line.startswith("data: ") and '"A12"' in line)
        assert len(json.loads(first.removeprefix("data: "))["compartments"]) == 12
        panel.plant.person.fault("A01", "jam")
        assert any('"faults": ["jam"]' in line for line in lines)
        panel.process.terminate()
        try:
            for _ in lines:
                pass
        except httpx.RemoteProtocolError:
            pass  # the line may break before the last chunk: the stream ended either way
    assert panel.process.wait(20) == 0


def test_headphones_and_the_keypad_are_plugged_in_and_pulled_out(tmp_path: Path) -> None:
    cabinet = tmp_path / "cabinet.toml"
    cabinet.write_bytes(GPIO_12.read_bytes())
    fit_out(cabinet)
    (tmp_path / "town").mkdir()
    with running_plant(cabinet) as plant, running_panel(tmp_path / "town", plant, cabinet) as panel:
        around = ready(panel)["around"]
        assert around["contacts"] == {"power_fail": False, "headphones": False}
        assert around["things"] == {"keypad": True, "loudspeaker": True, "socket": True}
        assert panel.http.post("/around/contact", json={"name": "headphones", "active": True}).status_code == 200
        until(panel, lambda state: state["around"]["contacts"]["headphones"])
        assert panel.http.post("/around/thing", json={"name": "keypad", "there": False}).status_code == 200
        until(panel, lambda state: not state["around"]["things"]["keypad"])
        assert panel.http.post("/around/thing", json={"name": "moon", "there": False}).status_code == 409
        assert panel.http.post("/around/thing", json={"name": "keypad"}).status_code == 422
