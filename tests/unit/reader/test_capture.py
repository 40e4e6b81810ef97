"""The capture thread's rules, with a source that a test plays."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from itertools import islice, pairwise

import pytest

from hal.interfaces import Frame, monotonic_ms
from hal.qr.capture import LIGHT_EVERY_MS, Capture
from hal.qr.decode import Decoder
from hal.qr.filter import QUIET_MS
from hal.qr.scan import Reading, Scan
from hal.qr.source_thread import Patience
from hal.wire import ReaderState, ScanHint, ScanMode, SeenLight
from simulator.scene.model import scene_from_json
from simulator.scene.render import Renderer
from tests.bench.degraded_frames import Showing, View

TOKEN = "ABHOLFACH-P-" + "K7MQ2ZDX" * 3 + "AE"
WAIT_S = 30


@pytest.fixture(scope="module")
def token_luma() -> bytes:
    renderer = Renderer()
    renderer.show(scene_from_json({"kind": "phone", "text": TOKEN}))
    return renderer.luma()


class Camera:
    """Yields what a test puts into it, and tells when each was taken."""

    name = "camera"

    def __init__(self) -> None:
        self.closed = threading.Event()
        self._frames: queue.Queue[Frame | None] = queue.Queue()
        self._taken = threading.Semaphore(0)

    def show(self, *frames: Frame | None) -> None:
        """Returns when the capture thread has dealt with all of them."""
        for frame in (*frames, None):
            self._frames.put(frame)
            assert self._taken.acquire(timeout=WAIT_S)

    def frames(self) -> Iterator[Frame | None]:
        while not self.closed.is_set():
            try:
                frame = self._frames.get(timeout=0.01)
            except queue.Empty:
                continue
            yield frame
            self._taken.release()

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def camera() -> Camera:
    return Camera()


@pytest.fixture
def scans() -> list[Scan]:
    return []


@pytest.fixture
def capture(camera: Camera, scans: list[Scan]) -> Iterator[Capture]:
    capture = Capture(lambda: camera, scans.append, Patience(no_frame_ms=60_000, idle_ms=1, document_ms=1))
    capture.start()
    yield capture
    assert capture.close(WAIT_S * 1000)
    assert camera.closed.is_set()


def test_what_was_captured_before_the_mode_stays_unread(
    capture: Capture, camera: Camera, scans: list[Scan], token_luma: bytes
) -> None:
    stale = [Frame(token_luma, 640, 480, monotonic_ms()) for _ in range(3)]
    capture.publish(ScanMode.PICKUP)
    camera.show(*stale)
    assert scans == []
    fresh = Frame(token_luma, 640, 480, monotonic_ms() + 5)
    camera.show(fresh)
    [scan] = scans
    assert scan.reading is not None
    assert scan.reading.text.reveal() == TOKEN
    assert scan.captured_mono_ms == fresh.mono_ms
    assert capture.frames == 4
    assert capture.decoded == 1


def test_a_scan_is_void_when_the_mode_changes_even_to_and_fro(
    capture: Capture, camera: Camera, scans: list[Scan], token_luma: bytes
) -> None:
    capture.publish(ScanMode.PICKUP)
    camera.show(Frame(token_luma, 640, 480, monotonic_ms() + 5))
    assert capture.is_current(scans[0])
    capture.publish(ScanMode.PICKUP)
    assert capture.is_current(scans[0])
    capture.publish(ScanMode.OFF)
    capture.publish(ScanMode.PICKUP)
    assert not capture.is_current(scans[0])


def test_off_reads_nothing_and_goes_on_taking_frames(
    capture: Capture, camera: Camera, scans: list[Scan], token_luma: bytes
) -> None:
    camera.show(*(Frame(token_luma, 640, 480, monotonic_ms() + 5) for _ in range(3)))
    assert (scans, capture.frames, capture.decoded) == ([], 3, 0)
    assert capture.state is ReaderState.OK


PAGE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"


def test_a_photo_page_is_read_in_its_mode_only_and_anew_each_time_it_is_asked_for(
    capture: Capture, camera: Camera, scans: list[Scan]
) -> None:
    renderer = Renderer(960, 540)
    renderer.show(scene_from_json({"kind": "document", "text": PAGE}))
    page = renderer.luma()

    def shows(times: int) -> None:
        camera.show(*(Frame(page, 960, 540, monotonic_ms() + 5 + number) for number in range(times)))

    for mode in (ScanMode.PICKUP, ScanMode.LOADING, ScanMode.BADGE):
        capture.publish(mode)
        shows(1)
    assert scans == []
    capture.publish(ScanMode.DOCUMENT_KEY)
    shows(3)
    [scan] = scans
    assert scan.document is not None
    assert scan.document.reveal() == "L898902C3674081221204159"
    assert scan.reading is None
    assert "L898902C3" not in repr(scan)
    capture.publish(ScanMode.BADGE)
    capture.publish(ScanMode.DOCUMENT_KEY)
    assert not capture.is_current(scan)
    shows(2)
    assert len(scans) == 2


def test_a_new_listener_hears_of_what_is_still_shown(
    capture: Capture, camera: Camera, scans: list[Scan], token_luma: bytes
) -> None:
    capture.publish(ScanMode.PICKUP)
    camera.show(Frame(token_luma, 640, 480, monotonic_ms() + 5), Frame(token_luma, 640, 480, monotonic_ms() + 6))
    assert len(scans) == 1
    capture.publish(ScanMode.OFF, forget=True)
    capture.publish(ScanMode.PICKUP)
    camera.show(Frame(token_luma, 640, 480, monotonic_ms() + 20))
    assert len(scans) == 2


def test_a_code_that_cannot_be_read_is_mentioned_where_residents_show_codes(
    capture: Capture, camera: Camera, scans: list[Scan], caplog: pytest.LogCaptureFixture
) -> None:
    bent = [frame.luma for frame in islice(Showing("curl", TOKEN, View(curl=1.2, strong=True), 1).frames(), 3)]
    for mode in (ScanMode.LOADING, ScanMode.PICKUP):
        capture.publish(mode)
        begin = monotonic_ms() + 5
        camera.show(*(Frame(luma, 640, 480, begin + 350 * number) for number, luma in enumerate(bent * 5)))
        assert len(scans) == (1 if mode is ScanMode.PICKUP else 0)
    assert scans[0].unreadable is ScanHint.DISTORTED
    assert scans[0].reading is None
    assert "code_unreadable" in caplog.text
    assert "distorted" in caplog.text


def test_a_code_that_no_decoder_sees_is_mentioned_too(capture: Capture, camera: Camera, scans: list[Scan]) -> None:
    mirrored = [frame.luma for frame in islice(Showing("glare", TOKEN, View(glare=0.9, light=0.8), 1).frames(), 3)]
    capture.publish(ScanMode.PICKUP)
    begin = monotonic_ms() + 5
    camera.show(*(Frame(luma, 640, 480, begin + 450 * number) for number, luma in enumerate(mirrored * 4)))
    assert [scan.unreadable for scan in scans] == [ScanHint.TOO_BRIGHT]


def test_how_the_pictures_are_lit_is_looked_at_whatever_is_wanted_of_them(capture: Capture, camera: Camera) -> None:
    now, seen = monotonic_ms(), [capture.light]
    for level, later in ((b"\x10", 0), (b"\xff", LIGHT_EVERY_MS - 1), (b"\xff", LIGHT_EVERY_MS)):
        camera.show(Frame(level * 640 * 480, 640, 480, now + later))
        seen.append(capture.light)
    assert seen == [None, SeenLight.DARK, SeenLight.DARK, SeenLight.GLARING]


def test_before_the_first_frame_it_is_starting(capture: Capture, camera: Camera) -> None:
    states = [capture.state]
    camera.show(Frame(b"\0", 1, 1, monotonic_ms()))
    states.append(capture.state)
    assert states == [ReaderState.STARTING, ReaderState.OK]


def test_a_fault_in_the_thread_gives_up_and_tells_where_but_not_what(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Camera):
        def frames(self) -> Iterator[Frame | None]:
            raise RuntimeError(TOKEN)

    capture = Capture(Broken, lambda _scan: None)
    capture.start()
    assert capture.close(WAIT_S * 1000)
    assert capture.given_up
    assert "reader_fault" in caplog.text
    assert "RuntimeError" in caplog.text
    assert TOKEN not in caplog.text


def test_a_badge_that_stays_there_is_one_showing_at_little_cost(
    capture: Capture, camera: Camera, scans: list[Scan], token_luma: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[int] = []
    decode = Decoder.decode

    def counting(self: Decoder, frame: Frame, mode: ScanMode, *, quick: bool = False) -> tuple[Reading, ...]:
        decoded.append(frame.mono_ms)
        return decode(self, frame, mode, quick=quick)

    monkeypatch.setattr(Decoder, "decode", counting)
    capture.publish(ScanMode.PICKUP)
    begin = monotonic_ms() + 5
    camera.show(*(Frame(token_luma, 640, 480, begin + 40 * number) for number in range(300)))
    assert len(scans) == 1
    assert len(decoded) < 130
    assert max(after - before for before, after in pairwise(decoded)) < QUIET_MS / 4
