"""``python -m simulator.demo`` as a process, and what is left of it afterwards."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from simulator.demo_town import run_directory

ROOT = Path(__file__).parents[3]
READY_WITHIN_S = 90.0


@dataclass
class Demo:
    """A running demo and the file into which it prints."""

    process: subprocess.Popen[bytes]
    output: Path
    data: Path

    def said(self) -> str:
        return self.output.read_text("utf-8", "replace")

    def until_said(self, words: str) -> str:
        """All that was printed, once ``words`` are in it."""
        until(lambda: words in self.said() or self.process.poll() is not None, words)
        assert words in self.said(), self.said()
        return self.said()

    def address(self, of: str) -> str:
        found = re.search(rf"{of} +(http://\S+)", self.said())
        assert found, self.said()
        return found[1]

    def interrupt(self) -> int:
        """What Ctrl-C does. The exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@contextlib.contextmanager
def demo(data: Path, output: Path, *arguments: str) -> Iterator[Demo]:
    """A demo on free ports, ready to be played with; ended at the end whatever happens."""
    command = [sys.executable, "-m", "simulator.demo", "--data", str(data), "--port", "0", "--panel-port", "0"]
    command += ["--office-port", "0"]
    with output.open("wb") as file:
        process = subprocess.Popen(
            [*command, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
        )
    running = Demo(process, output, data)
    try:
        running.until_said("What to try:")
        yield running
    finally:
        if process.poll() is None:
            running.interrupt()


def until(condition: Callable[[], bool], what: str, within_s: float = READY_WITHIN_S) -> None:
    """Polls until ``condition`` holds."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


def still_there(data: Path) -> list[str]:
    """Command lines of all processes that have to do with this town or its sockets: zombies have none."""
    found = []
    marks = (os.fsencode(data), os.fsencode(run_directory(data)))
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue  # it has just ended
        if any(mark in command for mark in marks):
            found.append(command.replace(b"\0", b" ").decode("utf-8", "replace"))
    return found
