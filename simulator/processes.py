"""Starting and ending the box's processes as systemd does it: sockets handed over, readiness heard, nothing left
behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class ProcessFailed(Exception):
    """A process did not do what was expected. The text names its log file and quotes its end."""


def die_with_parent() -> None:
    """In the child, before exec: when the supervisor dies, however it dies, this process gets SIGTERM."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Process:
    """One process with its log file. Ended by its own pid only."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        log: Path,
        *,
        environment: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
                pass_fds=tuple(pass_fds),
                start_new_session=True,  # Ctrl-C is for the supervisor: it ends the others in order
                preexec_fn=die_with_parent,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    @property
    def exit_code(self) -> int | None:
        """Negative: ended by that signal. None while it runs."""
        return self._popen.poll()

    def wait(self, timeout_s: float) -> int:
        """The exit code. Raises `ProcessFailed` when it has not ended in time."""
        try:
            return self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            raise ProcessFailed(f"{self.name} still runs after {timeout_s} s\n{self.tail()}") from error

    def kill(self) -> None:
        """SIGKILL, and wait."""
        if self.running:
            self._popen.send_signal(signal.SIGKILL)
        self._popen.wait()

    def stop(self, timeout_s: float = 10.0) -> int:
        """SIGTERM, and SIGKILL when it does not end in time. The exit code."""
        if self.running:
            self._popen.send_signal(signal.SIGTERM)
            try:
                self._popen.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.kill()
        return self._popen.wait()

    def tail(self, lines: int = 20) -> str:
        """The end of its log file."""
        with contextlib.suppress(FileNotFoundError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def wait_for_line(self, start: str, timeout_s: float = 15.0) -> str:
        """The first line of its log that begins with ``start``. Raises `ProcessFailed`."""
        found: list[str] = []

        def look() -> bool:
            text = self.log.read_text(errors="replace") if self.log.exists() else ""
            found[:] = [line for line in text.splitlines() if line.startswith(start)]
            return bool(found)

        self.wait_until(look, timeout_s, f"a line {start!r}")
        return found[-1]

    def wait_until(self, condition: Callable[[], bool], timeout_s: float, what: str) -> None:
        """Polls until ``condition`` holds. Raises `ProcessFailed` when the process ends or the time does."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            if not self.running:
                raise ProcessFailed(f"{self.name} ended with {self.exit_code} before {what}\n{self.tail()}")
            if time.monotonic() > deadline:
                raise ProcessFailed(f"{self.name}: no {what} within {timeout_s} s\n{self.tail()}")
            time.sleep(0.01)


class NotifySocket:
    """The other end of sd_notify: hears when a process says that it is ready."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.bind(str(path))

    def drain(self) -> None:
        """Forgets what was said before."""
        self._socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._socket.recv(4096)

    def wait_ready(self, process: Process, timeout_s: float) -> bool:
        """True when READY=1 was said; False when the process ended before. Raises `ProcessFailed` after
        ``timeout_s``.
        """
        deadline = time.monotonic() + timeout_s
        self._socket.settimeout(0.05)
        while time.monotonic() < deadline:
            try:
                if b"READY=1" in self._socket.recv(4096):
                    return True
            except TimeoutError:
                if not process.running:
                    return False
        raise ProcessFailed(f"{process.name} was not ready within {timeout_s} s\n{process.tail()}")

    def close(self) -> None:
        self._socket.close()
        self.path.unlink(missing_ok=True)


class Sockets:
    """Listening unix sockets made beforehand, as ``.socket`` units make them. They outlive the processes they are
    handed to.
    """

    def __init__(self, directory: Path, names: Sequence[str]) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o750)
        self.paths = {name: directory / f"{name}.sock" for name in names}
        self._sockets: dict[str, socket.socket] = {}
        for name, path in self.paths.items():
            path.unlink(missing_ok=True)
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
            listener.bind(str(path))
            path.chmod(0o660)
            listener.listen(16)
            self._sockets[name] = listener

    def listeners(self) -> dict[str, socket.socket]:
        """A duplicate of each listening socket, for a controller in this very process (benchmarks)."""
        return {role: listener.dup() for role, listener in self._sockets.items()}

    def start(self, name: str, arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> Process:
        """A process that finds the sockets as descriptors 3, 4, …"""
        handed = {role: listener.fileno() for role, listener in self._sockets.items()}
        shim = [
            sys.executable,
            "-I",
            "-S",
            str(Path(__file__).with_name("activate.py")),
            *(f"{role}={descriptor}" for role, descriptor in handed.items()),
            "--",
            *arguments,
        ]
        return Process(name, shim, log, environment=environment, pass_fds=tuple(handed.values()))

    def close(self) -> None:
        for name, listener in self._sockets.items():
            listener.close()
            self.paths[name].unlink(missing_ok=True)


def wait_for(condition: Callable[[], bool], timeout_s: float, what: str) -> None:
    """Polls until ``condition`` holds. Raises `ProcessFailed`."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise ProcessFailed(f"no {what} within {timeout_s} s")
        time.sleep(0.01)
