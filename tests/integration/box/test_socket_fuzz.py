"""Every control socket under requests of every shape: each is answered with a result or a documented error, never with
an internal one; the controller lives, its log verifies, and no door opens.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.api import ADMIN_REQUESTS, LINE_LIMIT, UI_REQUESTS, VerifyLog
from hal.wire import MODE_METHOD, DocumentKeyReport, ForeignScan, ReaderHealth, ScanReport
from simulator.preload import Preload
from simulator.town import Town
from tests.integration.box import support

READER_METHODS = {
    DocumentKeyReport.METHOD: ("information", "captured_mono_ms", "source"),
    ScanReport.METHOD: ("text", "symbology", "captured_mono_ms", "source"),
    ForeignScan.METHOD: ("source",),
    ReaderHealth.METHOD: ("source", "state", "frames", "decoded", "light", "pages"),
    MODE_METHOD: ("mode",),
}
METHODS = {
    **{request.METHOD: request.__struct_fields__ for request in (*UI_REQUESTS, *ADMIN_REQUESTS)},
    **READER_METHODS,
}
#: JSON-RPC's own and ours; an internal error (-32603) is not among them.
ALLOWED = {-32700, -32600, -32601, -32602, -32000, -32001, -32002}
ROLES = ("ui", "reader-qr", "reader-eid", "admin")

WORDS = st.sampled_from(
    [
        "",
        "de",
        "yes",
        "no",
        "everything",
        "A01",
        "D0",
        "R0",
        "anna",
        "recall",
        "emergency",
        "QRCode",
        "ok",
        "2026-10",
        "0" * 12,
    ]
)
INTEGERS = st.one_of(st.integers(-2, 50), st.sampled_from([2**31, 2**53, -(2**63), 2**63 - 1, 10**30]))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(WORDS, st.text(max_size=20), INTEGERS, st.booleans(), st.none(), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """A request for a method of any socket, its parameters right, nearly right, or anything."""
    method = draw(st.sampled_from(sorted(METHODS)))
    fields = METHODS[method]
    params = {name: draw(st.one_of(WORDS, INTEGERS, VALUES)) for name in fields if draw(st.integers(0, 9))}
    if not draw(st.integers(0, 5)):
        params[draw(st.text(max_size=8))] = draw(VALUES)
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": draw(st.integers(1, 10**6)), "method": method, "params": params}
    if not draw(st.integers(0, 5)):
        message[draw(st.sampled_from(["jsonrpc", "id", "method", "params", "extra"]))] = draw(VALUES)
    return message


LINES = st.one_of(
    requests().map(lambda message: json.dumps(message).encode()),
    requests().map(lambda message: json.dumps(message).encode()[:-2]),
    st.binary(max_size=60).map(lambda line: line.replace(b"\n", b" ")),
    st.sampled_from([b"[" * 5_000, b"x" * (LINE_LIMIT + 10), b"null", b"[]", b'"text"', b"\xff\xfe"]),
)


class Peer:
    """A connection that begins anew when the controller has closed it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connect()

    def _connect(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(20)
        self._socket.connect(self._path)
        self._file = self._socket.makefile("rb")

    def ask(self, line: bytes) -> dict[str, Any] | None:
        """The answer to a line; None when the connection was closed for it."""
        try:
            self._socket.sendall(line + b"\n")
            while answer := self._file.readline():
                message: dict[str, Any] = json.loads(answer)
                if "method" not in message:
                    return message
        except (BrokenPipeError, ConnectionResetError):
            pass  # closed before the whole line was sent
        self.close()
        self._connect()
        return None

    def close(self) -> None:
        self._file.close()
        self._socket.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Town]:
    what = Preload(support.envelopes(2), support.slips(2), support.STAFF, stored=support.envelopes(0))
    with support.town(what) as made:
        yield made


@pytest.mark.xdist_group("socket_fuzz")
@pytest.mark.parametrize("role", ROLES)
def test_every_line_is_answered_or_ends_its_connection(served: Town, role: str) -> None:
    peer = Peer(str(served.sockets.paths[role]))
    seen: set[int] = set()

    @settings(
        max_examples=300,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(LINES)
    def fuzz(line: bytes) -> None:
        answer = peer.ask(line)
        if answer is None:
            return
        assert answer["jsonrpc"] == "2.0"
        assert ("result" in answer) != ("error" in answer)
        if "error" in answer:
            seen.add(answer["error"]["code"])
            assert answer["error"]["code"] in ALLOWED, answer
            assert answer["error"]["data"]["reason"]

    fuzz()
    peer.close()
    assert len(seen) >= 2  # it got past the parser
    assert served.started_controller().running


@pytest.mark.xdist_group("socket_fuzz")
def test_and_nothing_came_of_it(served: Town) -> None:
    """Runs after the others, in the same worker."""
    assert support.authorised(served) == 0
    assert support.pulses(served) == []
    peer = Peer(str(served.sockets.paths["admin"]))
    line = msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "method": VerifyLog.METHOD, "params": {}})
    answer = peer.ask(line)
    peer.close()
    assert answer is not None
    assert answer["result"]["seq"] > 0
