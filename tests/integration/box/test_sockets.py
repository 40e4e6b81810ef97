"""The control sockets of a running box: wrong roles, wrong users, wrong bytes. It never dies and never opens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller import api
from simulator.people import Scanner
from simulator.preload import Preload, new_code
from simulator.town import Town
from tests.integration.box.support import ANNA, STAFF, authorised, envelopes, hall, load, page, pulses, slips, town

#: Its box is made once, by one worker.
pytestmark = pytest.mark.xdist_group("sockets")

ITEMS, SLIPS = envelopes(2), slips(2)
METHODS = {
    "ui": [request.METHOD for request in api.UI_REQUESTS],
    "admin": [request.METHOD for request in api.ADMIN_REQUESTS],
    "reader-qr": ["scan.report", "scan.foreign", "reader.health"],
    "reader-eid": ["chip.answer", "chip.progress", "chip.health"],
}


@pytest.fixture(scope="module")
def box() -> Iterator[Town]:
    """A box with two envelopes inside."""
    with town(Preload(ITEMS, SLIPS, STAFF)) as made:

        async def fill() -> None:
            async with hall(made) as people:
                await load(people, ANNA, *ITEMS)

        asyncio.run(fill())
        yield made


@pytest.fixture(autouse=True)
def unharmed(box: Town) -> Iterator[None]:
    """Whatever a test sends: the box lives, and no lock was fired or allowed to."""
    before = authorised(box), len(pulses(box))
    yield
    assert box.controller is not None
    assert box.controller.running
    assert (authorised(box), len(pulses(box))) == before


async def ask(path: Path, method: str, params: Any = None) -> dict[str, Any]:
    reader, writer = await asyncio.open_unix_connection(str(path))
    try:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {} if params is None else params}
        writer.write(msgspec.json.encode(request) + b"\n")
        while line := await asyncio.wait_for(reader.readline(), 10):
            message: dict[str, Any] = msgspec.json.decode(line)
            if "id" in message:
                return message
        raise AssertionError("the connection was closed")
    finally:
        writer.close()


@pytest.mark.parametrize("role", METHODS)
async def test_a_method_of_another_role_does_not_exist(box: Town, role: str) -> None:
    own = METHODS[role]
    for other in METHODS.values():
        for name in other:
            if name not in own:
                answer = await ask(box.sockets.paths[role], name)
                assert answer["error"]["code"] == api.METHOD_NOT_FOUND, name


KNOCK = """
import os, socket, sys
os.setgid(65534)
os.setuid(65534)
peer = socket.socket(socket.AF_UNIX)
peer.settimeout(10)
try:
    peer.connect(sys.argv[1])
    peer.sendall(b'{"jsonrpc":"2.0","id":1,"method":"view.kiosk","params":{}}\\n')
    print("answer:", peer.recv(100))
except PermissionError:
    print("EACCES")
except (BrokenPipeError, ConnectionResetError):
    print("answer: b''")
"""


def knock(path: Path) -> str:
    """What another user gets at a socket."""
    run = subprocess.run([sys.executable, "-I", "-c", KNOCK, str(path)], capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("role", METHODS)
def test_another_user_is_kept_out_by_the_mode_and_then_by_the_uid(box: Town, role: str) -> None:
    path = box.sockets.paths[role]
    assert path.stat().st_mode & 0o777 == 0o660
    assert knock(path) == "EACCES"
    box.root.chmod(0o755)
    path.parent.chmod(0o755)
    path.chmod(0o666)
    try:
        assert knock(path) == "answer: b''", "SO_PEERCRED is the second check"
    finally:
        path.chmod(0o660)
        path.parent.chmod(0o750)
        box.root.chmod(0o700)


async def test_a_page_that_never_reads_does_not_stop_the_others(box: Town) -> None:
    deaf = socket.socket(socket.AF_UNIX)
    deaf.connect(str(box.sockets.paths["ui"]))
    deaf.setblocking(False)
    question = msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "method": "view.technician", "params": {}}) + b"\n"
    cut_off = False
    for _ in range(20_000):
        try:
            deaf.send(question * 20)
        except BlockingIOError:
            await asyncio.sleep(0.005)
        except OSError:
            cut_off = True
            break
    deaf.close()
    assert cut_off
    async with page(box) as other:
        assert (await other.call(api.GetKiosk())).page


_names = st.sampled_from(sorted({name for names in METHODS.values() for name in names}))
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=50)
    | st.sampled_from([new_code("P"), new_code("B"), "A01", "AUF-0000", "emergency", "yes", "everything", "4711"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
_fields = st.sampled_from(
    [
        "session",
        "revision",
        "language",
        "declaration",
        "answer",
        "value",
        "choice",
        "pin",
        "compartment",
        "purpose",
        "reason",
        "deposit",
        "contents",
        "text",
        "symbology",
        "captured_mono_ms",
        "source",
        "state",
        "frames",
        "decoded",
        "staff",
        "roles",
        "badge_sha256",
        "pin_hash",
    ]
)
_request = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0"), "id": st.integers(0, 9), "method": _names},
    optional={"params": st.dictionaries(_fields, _values, max_size=5) | _values},
).map(msgspec.json.encode)
_line = _request | st.binary(max_size=300) | _values.map(msgspec.json.encode)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(role=st.sampled_from(list(METHODS)), lines=st.lists(_line, max_size=8))
def test_no_bytes_open_anything(box: Town, role: str, lines: list[bytes]) -> None:
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(10)
    peer.connect(str(box.sockets.paths[role]))
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for line in lines:
                peer.sendall(line + b"\n")
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(65_536):
                pass
    finally:
        peer.close()


async def test_after_all_that_the_box_serves(box: Town) -> None:
    scanner = await Scanner.connect(box.sockets.paths["reader-qr"])
    try:
        async with page(box) as client:
            assert (await client.call(api.GetKiosk())).page
            assert (await client.call(api.GetTechnician())).front
        async with page(box, "admin") as admin:
            assert (await admin.call(api.VerifyLog())).seq > 0
    finally:
        await scanner.close()
