"""How long a new revision takes from the controller's socket to a page: ``view.changed`` written there, until the
event's bytes are at an HTTP client of the stream.

The UI process is the real one; the controller's side and the client are plain blocking sockets in this process, so that
nothing but the UI is measured. The floor is what the two sockets alone cost: a round trip over a unix socket and one
over TCP with a process that only echoes, taken in turn with every measurement.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tests.bench.as_on_a_box import environment
from tests.e2e.pages import staff_views, views

WARM_UP = 50

_ECHO = """\
import socket, sys
line = socket.socket(socket.AF_UNIX); line.connect(sys.argv[1])
wire = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
while data := line.recv(4096):
    line.sendall(data)
    wire.sendall(wire.recv(4096))
"""


def figures(samples: int = 1000) -> dict[str, dict[str, float | str]]:
    """``ui.revision_ms``: the 95th percentile in ms, with the floor's and their ratio."""
    ours: list[float] = []
    floors: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-ui-") as directory,
        _echo(Path(directory)) as (unix, tcp),
        _pages(Path(directory)) as (listener, stream),
    ):
        for revision in range(10, 10 + WARM_UP + samples):
            ours.append(_revision(listener, stream, revision))
            floors.append(_round_trips(unix, tcp))
    value, floor = _p95(ours[WARM_UP:]), _p95(floors[WARM_UP:])
    return {
        "ui.revision_ms": {
            "value": round(value, 3),
            "unit": "ms",
            "floor": round(floor, 3),
            "ratio": round(value / floor, 2),
        }
    }


def _p95(samples: list[float]) -> float:
    return statistics.quantiles(samples, n=100)[94]


def _revision(listener: socket.socket, stream: socket.socket, revision: int) -> float:
    change = {"jsonrpc": "2.0", "method": "view.changed", "params": {"view": "kiosk", "revision": revision}}
    line = json.dumps(change).encode() + b"\n"
    wanted = f"-{revision}\n\n".encode()
    received = b""
    begun = time.perf_counter_ns()
    listener.sendall(line)
    while wanted not in received:
        received += _more(stream)
    return (time.perf_counter_ns() - begun) / 1e6


def _round_trips(unix: socket.socket, tcp: socket.socket) -> float:
    begun = time.perf_counter_ns()
    for connection in (unix, tcp):
        connection.sendall(b"x" * 80)
        _more(connection)
    return (time.perf_counter_ns() - begun) / 1e6


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(4096)
    if not data:
        raise RuntimeError("the other side has closed the connection")
    return data


@contextmanager
def _echo(directory: Path) -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.socket(socket.AF_UNIX) as unix, socket.create_server(("127.0.0.1", 0)) as tcp:
        unix.bind(str(directory / "echo.sock"))
        unix.listen()
        port = str(tcp.getsockname()[1])
        child = subprocess.Popen([sys.executable, "-c", _ECHO, str(directory / "echo.sock"), port])
        line, wire = unix.accept()[0], tcp.accept()[0]
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with line, wire:
            yield line, wire
        child.wait()


@contextmanager
def _pages(directory: Path) -> Iterator[tuple[socket.socket, socket.socket]]:
    """The UI process with this process as its controller: the connection it listens to, and an open stream of
    events.
    """
    with socket.socket(socket.AF_UNIX) as control:
        control.bind(str(directory / "ui.sock"))
        control.listen()
        child = subprocess.Popen(
            [sys.executable, "-m", "kiosk_ui", "--socket", str(directory / "ui.sock"), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment(directory)},
        )
        try:
            listener, caller = control.accept()[0], control.accept()[0]
            with listener, caller:
                _answer_views(listener)
                assert child.stdout is not None
                port = int(child.stdout.readline().split(b":")[-1].strip(b" /\n"))
                with socket.create_connection(("127.0.0.1", port)) as stream:
                    stream.sendall(f"GET /kiosk/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
                    received = b""
                    while b"data: " not in received:
                        received += _more(stream)
                    yield listener, stream
        finally:
            child.terminate()
            child.wait()


def _answer_views(listener: socket.socket) -> None:
    """What the UI asks on connecting: the revision of each view."""
    answers = {
        "view.kiosk": views.kiosk("start"),
        "view.staff": staff_views.staff("badge"),
        "view.technician": views.TECHNICIAN,
    }
    with listener.makefile("rb") as lines:
        for _ in answers:
            asked = json.loads(lines.readline())
            answer = {"jsonrpc": "2.0", "id": asked["id"], "result": answers[asked["method"]]}
            listener.sendall(msgspec.json.encode(answer) + b"\n")


if __name__ == "__main__":
    for name, figure in figures().items():
        print(name, figure)
