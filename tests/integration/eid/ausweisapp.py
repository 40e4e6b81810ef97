"""The real AusweisApp, without a screen, at a card stack of ours."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hal.eid.online.client import AusweisApp
from hal.eid.online.messages import Message, Reader, ReaderList
from simulator.processes import Process, wait_for

PROGRAM = shutil.which("AusweisApp2") or shutil.which("AusweisApp")
STARTS_WITHIN_S = 60.0


@contextmanager
def ausweisapp(card_stack: Mapping[str, str]) -> Iterator[str]:
    """The address of its WebSocket. ``card_stack``: the environment that leads to the card stack."""
    assert PROGRAM is not None, "Debian's ausweisapp2 is not installed: ./box setup all"
    with tempfile.TemporaryDirectory(prefix="ausweisapp-") as folder:
        home = Path(folder)
        environment = {
            "HOME": folder,
            "XDG_RUNTIME_DIR": folder,
            "TMPDIR": folder,
            "QT_QPA_PLATFORM": "offscreen",
            **card_stack,
        }
        home.chmod(0o700)
        arguments = [PROGRAM, "--ui", "websocket", "--port", "0"]
        app = Process("AusweisApp", arguments, home / "log", environment=environment)
        try:
            port = home / f"AusweisApp2.{app.pid}.port"
            wait_for(lambda: port.exists() and port.read_text().strip() != "", STARTS_WITHIN_S, "AusweisApp listens")
            yield f"ws://127.0.0.1:{port.read_text().strip()}/eID-Kernel"
        finally:
            app.kill()


def until(line: AusweisApp, wanted: Callable[[Message], bool], within_s: float = 60) -> Message:
    """The first message that is ``wanted``; others are passed over. Fails the test when none comes in time."""
    waited = 0.0
    while waited < within_s:
        message = line.receive(0.5)
        if message is None:
            waited += 0.5
        elif wanted(message):
            return message
    raise AssertionError("AusweisApp did not say what was expected")


def reader_named(name: str) -> Callable[[Message], bool]:
    return lambda message: (
        (isinstance(message, Reader) and message.attached and message.name == name)
        or (isinstance(message, ReaderList) and any(reader.name == name for reader in message.readers))
    )
