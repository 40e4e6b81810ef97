"""The reader as a process of its own, with real decoders, against a scripted controller on a real socket."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from hal.wire import ScanMode, mode_params
from simulator.scene import cards
from simulator.scene.model import Barcode, Phone, scene_from_json
from simulator.scene.render import Renderer
from tests.fakes.plant import running_plant

TOKEN = "ABHOLFACH-P-" + "K7MQ2ZDX" * 3 + "AE"
BADGE = "ABHOLFACH-B-" + "T4WN6YHC" * 3 + "AE"
ORDER = "ORD-2026-00417"
URL = "https://tickets.example.org/8UJ2KX/secret"

REPOSITORY = Path(__file__).parents[2]
PATIENCE_S = 30


async def until(what: Callable[[], object]) -> None:
    """Wait until ``what()`` is true. Bounded, so that a failure is a failure and not a hang."""
    async with asyncio.timeout(PATIENCE_S):
        while not what():  # noqa: ASYNC110 - most of what is waited for happens in another process
            await asyncio.sleep(0.01)


class Controller:
    """Plays the controller's end of ``reader-qr``: publishes modes, keeps what it hears, answers reports."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.heard: list[dict[str, Any]] = []
        self.verdict: dict[str, Any] = {"accepted": True}
        self.mode = ScanMode.OFF
        self.connections = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, str(self.path))

    async def die(self) -> None:
        """As a killed controller does: every connection ends, nobody listens."""
        if self._server is not None:
            self._server.close()
            for writer in self._writers:
                writer.close()
            self._writers.clear()
            await self._server.wait_closed()
            self._server = None

    def publish(self, mode: ScanMode) -> None:
        self.mode = mode
        for writer in self._writers:
            self._tell(writer, {"jsonrpc": "2.0", "method": "scan.mode", "params": mode_params(mode)})

    def send_raw(self, line: bytes) -> None:
        for writer in self._writers:
            writer.write(line)

    def said(self, method: str) -> list[dict[str, Any]]:
        return [message["params"] for message in self.heard if message["method"] == method]

    @property
    def reports(self) -> list[dict[str, Any]]:
        return self.said("scan.report")

    @property
    def texts(self) -> list[str]:
        return [report["text"] for report in self.reports]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        self._tell(writer, {"jsonrpc": "2.0", "method": "scan.mode", "params": mode_params(self.mode)})
        while line := await reader.readline():
            message = json.loads(line)
            self.heard.append(message)
            result = self.verdict if message["method"] in ("scan.report", "document_key.report") else {}
            self._tell(writer, {"jsonrpc": "2.0", "id": message["id"], "result": result})
        if writer in self._writers:
            self._writers.remove(writer)
        writer.close()

    @staticmethod
    def _tell(writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
        writer.write(json.dumps(message).encode() + b"\n")


class ReaderProcess:
    """A reader started by a test, with everything it writes."""

    def __init__(self, process: asyncio.subprocess.Process, output: Path) -> None:
        self.process = process
        self._output = output

    @property
    def output(self) -> str:
        return self._output.read_text()

    async def ended(self) -> int:
        async with asyncio.timeout(PATIENCE_S):
            return await self.process.wait()

    async def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await self.ended()


Start = Callable[..., Awaitable[ReaderProcess]]


@pytest.fixture
async def controller(tmp_path: Path) -> AsyncIterator[Controller]:
    instance = Controller(tmp_path / "reader-qr")
    yield instance
    await instance.die()


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts ``python ARGUMENTS`` in the repository; whatever still runs at the end is killed."""
    started: list[asyncio.subprocess.Process] = []

    async def begin(*arguments: str | Path, **environment: str) -> ReaderProcess:
        output = tmp_path / f"reader-{len(started)}.log"
        with output.open("wb") as sink:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *map(str, arguments),
                stdout=sink,
                stderr=sink,
                cwd=REPOSITORY,
                env={**os.environ, **environment},
            )
        started.append(process)
        return ReaderProcess(process, output)

    yield begin
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.wait()


def simulated(controller: Controller, *source: str | Path) -> tuple[str | Path, ...]:
    return ("-m", "simulator.reader", "--socket", controller.path, "--log-level", "DEBUG", *source)


def picture(path: Path, scene: dict[str, Any]) -> Path:
    thing = scene_from_json(scene)
    assert isinstance(thing, Phone | Barcode)
    card = cards.draw(thing, 360).image
    canvas = Image.new("L", (max(640, card.width + 80), max(480, card.height + 80)), 110)
    canvas.paste(card, ((canvas.width - card.width) // 2, (canvas.height - card.height) // 2))
    canvas.save(path)
    return path


def phone(path: Path, text: str) -> Path:
    return picture(path, {"kind": "phone", "text": text})


async def test_a_code_is_reported_while_the_mode_wants_it_and_shows_nowhere_else(
    tmp_path: Path, controller: Controller, start: Start
) -> None:
    await controller.start()
    reader = await start(*simulated(controller, "--file", phone(tmp_path / "phone.png", TOKEN)))
    await until(lambda: any(health["state"] == "ok" for health in controller.said("reader.health")))
    assert all(health["pages"] for health in controller.said("reader.health")), "a camera sees a photo page too"
    assert controller.reports == []
    controller.publish(ScanMode.PICKUP)
    await until(lambda: controller.reports)
    [report] = controller.reports
    assert report.keys() == {"text", "symbology", "captured_mono_ms", "source"}
    assert (report["text"], report["symbology"], report["source"]) == (TOKEN, "qr", "qr")
    await until(lambda: any(health["decoded"] > 0 for health in controller.said("reader.health")))
    assert await reader.terminate() == 0
    assert len(controller.reports) == 1
    assert controller.said("scan.foreign") == []
    assert TOKEN not in reader.output
    assert "scan_report: accepted" in reader.output
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "phone.png"]
    assert not any(TOKEN.encode() in path.read_bytes() for path in files)


async def test_a_refused_report_is_dropped(tmp_path: Path, controller: Controller, start: Start) -> None:
    await controller.start()
    controller.mode, controller.verdict = ScanMode.PICKUP, {"accepted": False, "reason": "front_busy"}
    reader = await start(*simulated(controller, "--file", phone(tmp_path / "phone.png", TOKEN)))
    await until(lambda: controller.reports)
    seen = len(controller.said("reader.health"))
    await until(lambda: len(controller.said("reader.health")) > seen + 1)
    assert controller.texts == [TOKEN]
    assert await reader.terminate() == 0
    assert "scan_report: refused (front_busy)" in reader.output


async def test_it_waits_for_the_controller_and_comes_back_to_the_next_one(
    tmp_path: Path, controller: Controller, start: Start
) -> None:
    reader = await start(*simulated(controller, "--file", phone(tmp_path / "phone.png", TOKEN)))
    await until(lambda: "controller_absent" in reader.output)
    controller.mode = ScanMode.PICKUP
    for life in (1, 2, 3):
        await controller.start()
        await until(lambda expected=life: len(controller.reports) == expected)  # type: ignore[misc]
        await controller.die()
    assert controller.texts == [TOKEN] * 3
    assert reader.process.returncode is None
    assert await reader.terminate() == 0


async def test_a_controller_that_breaks_the_protocol_is_left_and_found_again(
    tmp_path: Path, controller: Controller, start: Start
) -> None:
    await controller.start()
    await start(*simulated(controller, "--file", phone(tmp_path / "phone.png", TOKEN)))
    for number, line in enumerate(
        (b"no json\n", b'{"jsonrpc":"2.0","method":"scan.mode","params":{"mode":"ALL"}}\n', b"x" * 70_000), start=1
    ):
        await until(lambda expected=number: controller.connections == expected)  # type: ignore[misc]
        controller.send_raw(line)
    await until(lambda: controller.connections == 4)
    assert controller.reports == []
    controller.publish(ScanMode.PICKUP)
    await until(lambda: controller.texts == [TOKEN])


async def test_something_foreign_is_mentioned_and_its_content_shows_nowhere(
    tmp_path: Path, controller: Controller, start: Start
) -> None:
    await controller.start()
    controller.mode = ScanMode.PICKUP
    reader = await start(*simulated(controller, "--file", phone(tmp_path / "phone.png", URL)))
    await until(lambda: len(controller.said("scan.foreign")) >= 2)
    assert controller.said("scan.foreign")[0] == {"source": "qr"}
    assert controller.reports == []
    assert await reader.terminate() == 0
    assert URL not in json.dumps(controller.heard)
    assert URL not in reader.output
    assert "example.org" not in reader.output


async def test_a_code_under_a_thumb_is_mentioned_once(tmp_path: Path, controller: Controller, start: Start) -> None:
    await controller.start()
    controller.mode = ScanMode.PICKUP
    shown = phone(tmp_path / "phone.png", TOKEN)
    with Image.open(shown) as seen:
        covered = seen.convert("L")
    middle, thumb = (covered.width // 2, covered.height // 2), 70
    ImageDraw.Draw(covered).ellipse(
        (middle[0] - thumb, middle[1] - thumb, middle[0] + thumb, middle[1] + thumb), fill=90
    )
    covered.save(shown)
    await start(*simulated(controller, "--file", shown))
    await until(lambda: controller.said("scan.unreadable") == [{"source": "qr", "hint": "unclear"}])
    assert controller.reports == []
    assert controller.said("scan.foreign") == []


async def test_bars_are_read_only_while_loading(tmp_path: Path, controller: Controller, start: Start) -> None:
    await controller.start()
    label = picture(tmp_path / "label.png", {"kind": "barcode", "text": ORDER})
    await start(*simulated(controller, "--file", label))
    for mode in (ScanMode.PICKUP, ScanMode.BADGE):
        controller.publish(mode)
        seen = len(controller.said("reader.health"))
        await until(lambda before=seen: len(controller.said("reader.health")) > before + 1)  # type: ignore[misc]
        assert controller.heard == [message for message in controller.heard if message["method"] == "reader.health"]
    controller.publish(ScanMode.LOADING)
    await until(lambda: controller.reports)
    assert (controller.reports[0]["text"], controller.reports[0]["symbology"]) == (ORDER, "code_128")


PAGE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
OPENS_ITS_CHIP = "L898902C3674081221204159"


async def test_a_photo_page_is_read_only_when_it_is_asked_for_and_without_its_holders_name(
    tmp_path: Path, controller: Controller, start: Start
) -> None:
    await controller.start()
    page = tmp_path / "page.png"
    renderer = Renderer(1280, 720)
    renderer.show(scene_from_json({"kind": "document", "text": PAGE}))
    Image.frombytes("L", (1280, 720), renderer.luma()).save(page)
    controller.publish(ScanMode.LOADING)
    reader = await start(*simulated(controller, "--size", "1280x720", "--file", page))
    await until(lambda: sum(health["frames"] > 4 for health in controller.said("reader.health")) > 1)
    assert controller.said("document_key.report") == []
    controller.publish(ScanMode.DOCUMENT_KEY)
    await until(lambda: controller.said("document_key.report"))
    seen = len(controller.said("reader.health"))
    await until(lambda: len(controller.said("reader.health")) > seen + 1)
    assert await reader.terminate() == 0
    [report] = controller.said("document_key.report")
    assert report.keys() == {"information", "captured_mono_ms", "source"}
    assert report["information"] == OPENS_ITS_CHIP
    assert controller.reports == controller.said("scan.foreign") == []
    assert "ERIKSSON" not in json.dumps(controller.heard)
    for secret in (OPENS_ITS_CHIP, "L898902C3", "740812", "ERIKSSON", "ZE184226B"):
        assert secret not in reader.output


async def test_a_directory_is_read_picture_by_picture(tmp_path: Path, controller: Controller, start: Start) -> None:
    await controller.start()
    controller.mode = ScanMode.LOADING
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    phone(pictures / "a.png", TOKEN)
    phone(pictures / "b.png", BADGE)
    picture(pictures / "c.png", {"kind": "barcode", "text": ORDER, "symbology": "data_matrix"})
    await start(*simulated(controller, "--directory", pictures))
    await until(lambda: len(controller.reports) >= 3)
    first = controller.texts.index(TOKEN)
    shown = [TOKEN, BADGE, ORDER]
    # The reader may meet the directory at any of its pictures, but then follows the order of names.
    assert sorted(controller.texts[:3]) == sorted(shown)
    assert controller.texts[0] == shown[-first % 3]


async def test_what_the_plant_shows_is_seen(tmp_path: Path, controller: Controller, start: Start) -> None:
    """A plant that pushes scenes, goes away and comes back with another one."""
    path = tmp_path / "plant"
    talks: list[asyncio.StreamWriter] = []
    scene: dict[str, Any] = {"revision": 1, "scene": None}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert json.loads(await reader.readline()) == {"op": "subscribe", "id": 1}
        talks.append(writer)
        status = {"compartments": [], "scene": scene, "tones": 0, "mono_ms": 5}
        writer.write(json.dumps({"re": 1, "ok": status}).encode() + b"\n")
        await reader.read()
        writer.close()

    def show(held: dict[str, Any] | None) -> None:
        scene.update(revision=scene["revision"] + 1, scene=held)
        for line in ({"event": "compartment", "status": {}}, {"event": "scene", "scene": scene}):
            talks[-1].write(json.dumps(line).encode() + b"\n")

    plant = await asyncio.start_unix_server(serve, str(path))
    await controller.start()
    controller.mode = ScanMode.PICKUP
    reader = await start(*simulated(controller, "--plant", path))
    await until(lambda: talks and any(health["frames"] > 0 for health in controller.said("reader.health")))
    show({"kind": "phone", "text": TOKEN})
    await until(lambda: controller.texts == [TOKEN])
    show({"kind": "hologram"})
    await until(lambda: "scene_refused" in reader.output)
    plant.close()
    talks[-1].close()
    await plant.wait_closed()
    path.unlink(missing_ok=True)
    scene.update(revision=9, scene={"kind": "phone", "text": BADGE})
    plant = await asyncio.start_unix_server(serve, str(path))
    await until(lambda: controller.texts == [TOKEN, BADGE])
    assert await reader.terminate() == 0
    assert TOKEN not in reader.output
    assert BADGE not in reader.output
    plant.close()


async def test_with_the_real_plant_a_person_holds_up_a_phone_and_a_badge(controller: Controller, start: Start) -> None:
    with running_plant() as plant:
        await controller.start()
        controller.mode = ScanMode.PICKUP
        reader = await start(*simulated(controller, "--plant", plant.socket))
        plant.person.set_scene({"kind": "phone", "text": TOKEN, "pose": {"rotation": 20, "blur": 1.0}})
        await until(lambda: controller.texts == [TOKEN])
        plant.person.set_scene(None)
        plant.person.set_scene({"kind": "slip", "text": BADGE, "seed": 3})
        await until(lambda: controller.texts == [TOKEN, BADGE])
        assert await reader.terminate() == 0


# A camera whose behaviour is the script's argument, and a patience that fits a test.
CAMERA = """
import sys, threading, time
from hal.interfaces import Frame, monotonic_ms
from hal.qr.capture import capturing
from hal.reader import configure_logging
from hal.qr.service import run_until_signal
from hal.qr.source_thread import Patience

opened = []

class Camera:
    name = "camera"
    def __init__(self, manner):
        opened.append(self)
        self.manner, self.closed = manner, threading.Event()
        if manner == "absent":
            raise OSError("no such device")
    def frames(self):
        if (self.manner == "stalls" and len(opened) == 1) or (self.manner == "recovers" and len(opened) > 2):
            for _ in range(3 if self.manner == "stalls" else 100_000):
                time.sleep(0.01)
                yield Frame(b"\\x80" * 1024, 32, 32, monotonic_ms())
        while self.manner == "hangs":
            time.sleep(3600)
        while not self.closed.wait(0.02):
            yield None
    def close(self):
        self.closed.set()

configure_logging("DEBUG")
patience = Patience(no_frame_ms=int(sys.argv[3]), idle_ms=10)
sys.exit(run_until_signal("qr", capturing(lambda: Camera(sys.argv[2]), patience), sys.argv[1]))
"""


@pytest.mark.parametrize("manner", ["silent", "stalls", "hangs", "absent"])
async def test_a_camera_without_frames_ends_the_process(manner: str, controller: Controller, start: Start) -> None:
    await controller.start()
    reader = await start("-c", CAMERA, controller.path, manner, "100")
    assert await reader.ended() == 74
    assert ("reader_stuck" if manner == "hangs" else "no_frames") in reader.output
    if manner != "hangs":
        assert reader.output.count("opening the source anew") >= 3


async def test_a_camera_that_recovers_is_reported_and_kept(controller: Controller, start: Start) -> None:
    await controller.start()
    reader = await start("-c", CAMERA, controller.path, "recovers", "100")
    await until(lambda: any(health["state"] == "ok" for health in controller.said("reader.health")))
    assert "opening the source anew" in reader.output
    assert reader.process.returncode is None
    assert await reader.terminate() == 0


async def test_it_ends_when_asked_though_its_camera_hangs(controller: Controller, start: Start) -> None:
    await controller.start()
    reader = await start("-c", CAMERA, controller.path, "hangs", "600000")
    await until(lambda: controller.said("reader.health"))
    assert await reader.terminate() == 0
    assert "ending without it" in reader.output


async def test_systemd_hears_how_it_is(tmp_path: Path, controller: Controller, start: Start) -> None:
    heard: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifications:
        notifications.bind(str(tmp_path / "notify"))
        notifications.setblocking(False)

        def listen() -> list[str]:
            try:
                while True:
                    heard.append(notifications.recv(4096).decode())
            except BlockingIOError:
                return heard

        systemd = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "100000"}
        source = ("--file", phone(tmp_path / "phone.png", TOKEN))
        reader = await start(*simulated(controller, *source), **systemd)
        await until(lambda: listen().count("WATCHDOG=1") >= 3)
        assert heard[0] == "READY=1"
        assert await reader.terminate() == 0
        assert listen()[-1] == "STOPPING=1"


async def test_the_box_refuses_simulated_sources(controller: Controller, start: Start) -> None:
    reader = await start("-m", "hal.reader", "--source", "file:/tmp/x.png", "--socket", controller.path)
    assert await reader.ended() == 69
    assert "source_simulated" in reader.output
