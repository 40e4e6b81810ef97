"""Cameras of the Raspberry Pi, through Debian's picamera2: ``picamera2``, ``picamera2:1,size=1280x720,exposure=50``.

picamera2 belongs to Debian, not to our virtual environment: it is built against Debian's libcamera and Debian's numpy.
It is therefore imported from Debian's directory, only here and only when a camera of this kind is opened, behind
everything of our own. A numpy in our environment would be found first and would not fit; nothing of ours needs one
(zxing-cpp reads a plain buffer), and one that is there is named instead of being tripped over.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import queue
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from hal.interfaces import Frame, FrameSource, HardwareFault, monotonic_ms
from hal.qr.lifetime import Lifetime
from hal.qr.source_options import SourceOptions
from hal.qr.sources.luma import luma

_log = logging.getLogger(__name__)

DEFAULT_SIZE: Final = (1280, 720)
SYSTEM_PACKAGES: Final = "/usr/lib/python3/dist-packages"
"""Where Debian keeps its Python packages."""

_SILENCE_MS: Final = 1000
_SLICE_S: Final = 0.25
_MANUAL_FOCUS: Final = 0


@dataclass(frozen=True, slots=True)
class RaspberrySettings:
    """What is asked of the camera. ``controls`` are libcamera's, by their names."""

    number: int = 0
    size: tuple[int, int] = DEFAULT_SIZE
    controls: dict[str, float] = field(default_factory=dict)


def settings(text: str) -> RaspberrySettings:
    """From ``[NUMBER][,NAME=VALUE…]``. Raises ``HardwareFault("source_option")``."""
    options = SourceOptions("picamera2", text)
    controls: dict[str, float] = {}
    exposure = options.number("exposure", 1, 10_000)
    if exposure is not None:
        controls["ExposureTime"] = 100 * exposure
    gain = options.number("gain", 1, 64)
    if gain is not None:
        controls["AnalogueGain"] = float(gain)
    focus = options.number("focus", 0, 320)
    if focus is not None:
        controls |= {"AfMode": _MANUAL_FOCUS, "LensPosition": focus / 10}
    size = options.size("size", DEFAULT_SIZE)
    options.finish()
    if options.device and not (options.device.isascii() and options.device.isdecimal()):
        raise HardwareFault(
            "source_option",
            "picamera2",
            f"{options.device} is no camera's number",
            "Name one that rpicam-hello --list-cameras shows, like picamera2:0",
        )
    return RaspberrySettings(int(options.device or 0), size, controls)


def prepare(text: str) -> Callable[[], FrameSource]:
    """What opens the camera that ``text`` names. Raises ``HardwareFault("source_option")``."""
    chosen = settings(text)
    return lambda: RaspberrySource(chosen)


def numpy_in_the_way() -> str | None:
    """The numpy of our own environment, where there is one: Debian's picamera2 cannot live with it."""
    if sys.prefix == sys.base_prefix:
        return None
    spec = importlib.util.find_spec("numpy")
    if spec is None or spec.origin is None or not Path(spec.origin).is_relative_to(sys.prefix):
        return None
    return str(Path(spec.origin).parent)


def load() -> Any:
    """Debian's module ``picamera2``. Raises ``HardwareFault``."""
    if (numpy := numpy_in_the_way()) is not None:
        raise HardwareFault(
            "numpy_in_the_way",
            "picamera2",
            f"{numpy} hides the numpy that Debian's picamera2 is built for",
            f"Remove it: {sys.prefix}/bin/pip uninstall numpy. Nothing of a box needs it",
        )
    # libcamera tells a story at each start; only what is wrong is of interest.
    os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:WARN")
    if SYSTEM_PACKAGES not in sys.path:
        sys.path.append(SYSTEM_PACKAGES)
    try:
        return importlib.import_module("picamera2")
    except ModuleNotFoundError as error:
        raise HardwareFault(
            "camera_driver_missing",
            "picamera2",
            f"there is no module {error.name}",
            "apt-get install --no-install-recommends python3-picamera2, and make the environment with Debian's python3",
        ) from error
    except Exception as error:
        # Debian's module and what it loads, natively: whatever it stumbles over, a technician has to hear of it.
        raise HardwareFault(
            "camera_driver_broken",
            "picamera2",
            f"it cannot be loaded ({type(error).__name__}: {error})",
            "Install it and python3-numpy anew; /usr/bin/python3 -c 'import picamera2' has to work",
        ) from error


class RaspberrySource:
    """One camera, streaming from the moment it is made. Raises ``HardwareFault`` if it cannot be opened.

    ``frames`` is for one thread; ``close`` is for any.
    """

    def __init__(self, chosen: RaspberrySettings, loader: Callable[[], Any] = load) -> None:
        self._chosen = chosen
        module = loader()
        try:
            self._camera = module.Picamera2(chosen.number)
        except IndexError as error:
            raise self._fault("camera_absent", "there is no such camera", "Look at its cable; rpicam-hello") from error
        except RuntimeError as error:
            raise self._fault("camera_busy", f"it cannot be had ({error})", "End what else uses it") from error
        self._life = Lifetime(self._release)
        try:
            self._camera.configure(
                self._camera.create_video_configuration(
                    main={"size": chosen.size, "format": "YUV420"}, controls=dict(chosen.controls)
                )
            )
            stream = self._camera.camera_configuration()["main"]
            self._camera.start()
        except (RuntimeError, ValueError, KeyError, OSError) as error:
            self.close()
            raise self._fault(
                "camera_failed", f"it does not start ({error})", "Choose another size; rpicam-hello tries it"
            ) from error
        self._width, self._height = stream["size"]
        self._stride = int(stream["stride"])

    @property
    def name(self) -> str:
        """Which camera, like ``picamera2:0``."""
        return f"picamera2:{self._chosen.number}"

    def frames(self) -> Iterator[Frame | None]:
        """Frames until closed."""
        with self._life.using() as mine:
            done: queue.SimpleQueue[Any] = queue.SimpleQueue()
            asked = False
            silent_since_ms = monotonic_ms()
            while mine and not self._life.ended:
                if not asked:
                    # The way that is the same in all its versions: it calls when the request is complete.
                    self._camera.capture_request(wait=False, signal_function=done.put)
                    asked = True
                try:
                    job = done.get(timeout=_SLICE_S)
                except queue.Empty:
                    if monotonic_ms() - silent_since_ms >= _SILENCE_MS:
                        silent_since_ms = monotonic_ms()
                        yield None
                    continue
                asked = False
                silent_since_ms = monotonic_ms()
                frame = self._frame(job.get_result())
                if frame is not None:
                    yield frame

    def close(self) -> None:
        """Stop. Idempotent, any thread. While another one takes frames, that one gives the camera back."""
        self._life.end()

    def _frame(self, request: Any) -> Frame | None:
        try:
            captured_ms = _captured_ms(request.get_metadata().get("SensorTimestamp"))
            plane = bytes(memoryview(request.make_buffer("main"))[: self._stride * self._height])
        finally:
            request.release()
        brightness = luma("YU12", plane, self._width, self._height, self._stride)
        return None if brightness is None else Frame(brightness, self._width, self._height, captured_ms)

    def _release(self) -> None:
        try:
            # A request that never completes stands before everything else that is asked, stopping included.
            self._camera.cancel_all_and_flush()
            self._camera.stop()
        except RuntimeError as error:
            _log.debug("camera_off: %s", error)
        finally:
            self._camera.close()

    def _fault(self, code: str, message: str, advice: str) -> HardwareFault:
        return HardwareFault(code, self.name, message, advice)


def _captured_ms(sensor_ns: int | None) -> int:
    """libcamera stamps by the time since boot, which counts on while a computer sleeps; ours does not, nor does a
    box.
    """
    now_ms = monotonic_ms()
    if sensor_ns is None:
        return now_ms
    age_ms = (time.clock_gettime_ns(time.CLOCK_BOOTTIME) - sensor_ns) // 1_000_000
    return now_ms - max(0, age_ms)
