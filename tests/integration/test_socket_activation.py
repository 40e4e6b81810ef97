"""Sockets handed over as systemd does it, to a real process."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from controller.adapters.socket_activation import ROLES, SocketActivationError, listening_sockets

#: Says what it was given: the sockets' paths, whether children inherit them, and what is left of the variables.
CHILD = """
import json, os
from controller.adapters.socket_activation import SocketActivationError, listening_sockets
try:
    sockets = listening_sockets()
except SocketActivationError as error:
    answer = {"code": error.code, "message": str(error)}
else:
    answer = {
        "paths": {name: item.getsockname() for name, item in sockets.items()},
        "inheritable": [item.get_inheritable() for item in sockets.values()],
        "accepted": sockets["admin"].accept()[0].recv(16).decode(),
    }
answer["left"] = [name for name in os.environ if name.startswith("LISTEN_")]
print(json.dumps(answer))
"""

#: Puts the descriptors where systemd puts them and becomes the child, so that the pid is right.
LAUNCHER = """
import os, sys
given = [int(word) for word in sys.argv[1].split(",") if word]
pid, names = sys.argv[2], sys.argv[3]
moved = [os.dup2(descriptor, 100 + at) for at, descriptor in enumerate(given)]
for at, descriptor in enumerate(moved):
    os.dup2(descriptor, 3 + at, inheritable=True)
    os.set_inheritable(descriptor, False)
os.environ["LISTEN_PID"] = str(os.getpid()) if pid == "own" else pid
os.environ["LISTEN_FDS"] = str(len(given))
os.environ["LISTEN_FDNAMES"] = names
os.execv(sys.executable, [sys.executable, "-c", sys.argv[4]])
"""

Bound = Callable[[str], socket.socket]


@pytest.fixture
def bound(tmp_path: Path) -> Iterator[Bound]:
    with ExitStack() as stack:

        def bind(name: str) -> socket.socket:
            made = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            made.bind(str(tmp_path / f"{name}.sock"))
            made.listen()
            return made

        yield bind


def start(sockets: list[socket.socket], names: str, pid: str = "own") -> dict[str, Any]:
    descriptors = [item.fileno() for item in sockets]
    finished = subprocess.run(
        [sys.executable, "-c", LAUNCHER, ",".join(map(str, descriptors)), pid, names, CHILD],
        pass_fds=descriptors,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    answer: dict[str, Any] = json.loads(finished.stdout)
    return answer


def test_every_role_gets_its_socket_whatever_their_order(bound: Bound, tmp_path: Path) -> None:
    order = list(reversed(ROLES))
    sockets = [bound(name) for name in order]
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "admin.sock"))
        client.sendall(b"hello")
        answer = start(sockets, ":".join(order))
    assert answer == {
        "paths": {name: str(tmp_path / f"{name}.sock") for name in ROLES},
        "inheritable": [False] * len(ROLES),
        "accepted": "hello",
        "left": [],
    }


@pytest.mark.parametrize(
    ("handed", "names", "pid", "code", "says"),
    [
        (ROLES, ":".join(ROLES), "1", "sockets_of_another_process", "LISTEN_PID is 1"),
        (ROLES[:3], ":".join(ROLES[:3]), "own", "missing_socket", "systemctl enable --now abholfach-admin.socket"),
        (ROLES, "ui:ui:reader-eid:admin", "own", "bad_socket_list", "ui came more than once"),
        (ROLES, "ui:admin", "own", "bad_socket_list", "4 sockets with 2 names"),
        (ROLES, "", "own", "bad_socket_list", "FileDescriptorName="),
        ((*ROLES, "root"), ":".join((*ROLES, "root")), "own", "unknown_socket", "root: this version has"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(
    bound: Bound, handed: tuple[str, ...], names: str, pid: str, code: str, says: str
) -> None:
    answer = start([bound(name) for name in handed], names, pid)
    assert answer["code"] == code
    assert says in answer["message"]
    assert answer["left"] == []


def test_without_systemd_it_says_how_to_start() -> None:
    environment = {"PATH": "/usr/bin"}
    with pytest.raises(SocketActivationError, match="systemctl start abholfach-controller") as caught:
        listening_sockets(environment=environment)
    assert caught.value.code == "no_sockets"
    assert environment == {"PATH": "/usr/bin"}


def _not_listening(folder: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(str(folder / "deaf.sock"))
    return made


def _datagram(folder: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.bind(str(folder / "datagram.sock"))
    return made


def _network(_folder: Path) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.bind(("127.0.0.1", 0))
    made.listen()
    return made


@pytest.mark.parametrize("make", [_not_listening, _datagram, _network])
def test_only_listening_unix_stream_sockets_are_taken(tmp_path: Path, make: Callable[[Path], socket.socket]) -> None:
    descriptor = make(tmp_path).detach()
    environment = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "ui"}
    with pytest.raises(SocketActivationError) as caught:
        listening_sockets(["ui"], environment, descriptor)
    assert caught.value.code == "bad_socket"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)  # closed: nobody can connect to a controller that does not run


def test_a_file_in_place_of_a_socket_is_refused(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    environment = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "ui"}
    with pytest.raises(SocketActivationError) as caught:
        listening_sockets(["ui"], environment, descriptor)
    assert caught.value.code == "bad_socket"


@pytest.mark.parametrize("count", ["", "0", "-1", "many", "1001"])
def test_a_count_that_is_none_is_refused(count: str) -> None:
    environment = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": count, "LISTEN_FDNAMES": "ui"}
    with pytest.raises(SocketActivationError) as caught:
        listening_sockets(["ui"], environment)
    assert caught.value.code == ("bad_socket_list" if count else "no_sockets")
    assert environment == {}
