"""espeak-ng in the sandbox of the pages' unit: it makes sound there too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
UNIT = ROOT / "systemd" / "abholfach-ui.service"

#: Memory that is writable is not executable any more (``MemoryDenyWriteExecute``); a child inherits that.
_RENDER = """
import asyncio, ctypes, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    sys.exit(77)
from kiosk_ui.speech.espeak import Espeak
from kiosk_ui.speech.voices import VOICES
sys.exit(len(asyncio.run(Espeak().render("Dokument abholen", VOICES["de"]))) < 10_000)
"""


def test_it_renders_where_memory_is_never_writable_and_executable() -> None:
    code = subprocess.run([sys.executable, "-c", _RENDER], cwd=ROOT, timeout=60, check=False).returncode
    if code == 77:
        pytest.skip("this kernel cannot refuse executable memory (it needs Linux 6.3)")
    assert code == 0


def test_the_sounds_are_kept_in_memory_and_go_with_the_process() -> None:
    options = dict(line.split("=", 1) for line in UNIT.read_text(encoding="utf-8").splitlines() if "=" in line[:40])
    words = options["ExecStart"].split()
    cache = Path(words[words.index("--speech-cache") + 1])
    assert cache.parent == Path("/run") / options["RuntimeDirectory"]
    assert options["RuntimeDirectoryMode"] == "0700"
    assert options.get("RuntimeDirectoryPreserve", "no") == "no"
