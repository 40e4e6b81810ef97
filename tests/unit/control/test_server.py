"""The control sockets against peers that do not keep to the protocol."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller import api
from controller.adapters.control.server import (
    IN_FLIGHT,
    SEND_LIMIT,
    Connection,
    RequestError,
    RoleServer,
    method,
)
from controller.api import LINE_LIMIT
from controller.ports import OutOfOrder

SECRET = "19900201"


class Echo(api.Request[api.Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "test.echo"
    value: str = ""


class Served:
    """A server of a role of our own, on a real socket."""

    def __init__(self, path: Path, uids: frozenset[int] | None = None) -> None:
        self.path = path
        self.gate, self.begun = asyncio.Event(), asyncio.Event()
        self.gate.set()
        self.working = self.most = self.done = 0
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        listener.listen(16)
        self.joined: list[Connection] = []
        self.left: list[Connection] = []
        table = dict((method(Echo, self._echo),))
        table |= {"test.broken": self._broken, "test.halted": self._halted, "test.refused": self._refused}
        allowed = frozenset({os.getuid()}) if uids is None else uids
        self.server = RoleServer("test", listener, table, allowed, self.joined.append, self.left.append)

    async def _echo(self, request: Echo) -> object:
        self.working += 1
        self.begun.set()
        self.most = max(self.most, self.working)
        await self.gate.wait()
        self.working -= 1
        self.done += 1
        return {"value": request.value}

    async def _broken(self, connection: Connection, params: msgspec.Raw) -> object:
        raise KeyError(SECRET)

    async def _halted(self, connection: Connection, params: msgspec.Raw) -> object:
        raise OutOfOrder("log_damaged:7")

    async def _refused(self, connection: Connection, params: msgspec.Raw) -> object:
        raise RequestError(api.REFUSED, "refused", reason="busy", holder="staff")

    @contextlib.asynccontextmanager
    async def peer(self) -> AsyncIterator[Peer]:
        reader, writer = await asyncio.open_unix_connection(str(self.path), limit=1 << 24)
        try:
            yield Peer(reader, writer)
        finally:
            writer.close()


class Peer:
    """Writes bytes as they are."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def answer(self) -> dict[str, Any]:
        line = await asyncio.wait_for(self.reader.readline(), 10)
        assert line, "the connection was closed"
        decoded: dict[str, Any] = msgspec.json.decode(line)
        return decoded

    async def ask(self, line: bytes) -> dict[str, Any]:
        self.writer.write(line + b"\n")
        return await self.answer()

    async def closed(self) -> bytes:
        """What still came before the end of the connection."""
        with contextlib.suppress(ConnectionResetError):
            return await asyncio.wait_for(self.reader.read(), 10)
        return b""

    async def works(self) -> None:
        answer = await self.ask(b'{"jsonrpc":"2.0","id":"w","method":"test.echo","params":{"value":"x"}}')
        assert answer["result"] == {"value": "x"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: unix sockets allow no long ones."""
    path = Path(tempfile.mkdtemp(prefix="control-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
async def served(folder: Path) -> AsyncIterator[Served]:
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: failures.append(context))
    made = Served(folder / "s")
    await made.server.start()
    yield made
    made.gate.set()
    await made.server.close()
    await asyncio.sleep(0)
    assert failures == [], "nothing may fall through to the loop"


def request(**fields: object) -> bytes:
    return msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "method": "test.echo", "params": {}} | fields)


BAD_LINES = {
    "not JSON": b"hello",
    "empty": b"",
    "truncated": b'{"jsonrpc": "2.0", "id": 1',
    "batch": b'[{"jsonrpc":"2.0","id":1,"method":"test.echo"}]',
    "null": b"null",
    "no UTF-8 in the method": b'{"jsonrpc":"2.0","id":1,"method":"\xff\xfe"}',
    "id is a float": request(id=1.5),
    "id is a boolean": request(id=True),
    "id is an object": request(id={}),
    "nested too deeply": b"[" * 30_000,
    "nested too deeply inside params": b'{"params":{"value":' + b"[" * 30_000 + b"]" * 30_000 + b"}}",
    "half a surrogate": b'{"jsonrpc":"2.0","id":1,"method":"test.echo","params":{"value":"\\ud800"}}',
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=list(BAD_LINES))
async def test_a_line_that_is_no_message_ends_its_connection_only(served: Served, line: bytes) -> None:
    async with served.peer() as other, served.peer() as bad:
        answer = await bad.ask(line)
        assert answer["error"]["code"] == api.PARSE_ERROR
        assert answer["id"] is None
        assert await bad.closed() == b""
        await other.works()


ODD_REQUESTS = {
    "no id (a notification)": (b'{"jsonrpc":"2.0","method":"test.echo"}', api.INVALID_REQUEST),
    "another version": (request(jsonrpc="1.0"), api.INVALID_REQUEST),
    "no method": (request(method=""), api.INVALID_REQUEST),
    "unknown method": (request(method="staff.login"), api.METHOD_NOT_FOUND),
    "a method of Python": (request(method="__class__"), api.METHOD_NOT_FOUND),
    "params are a list": (request(params=[1]), api.INVALID_PARAMS),
    "params are null": (request(params=None), api.INVALID_PARAMS),
    "unknown field": (request(params={"value": "x", "more": 1}), api.INVALID_PARAMS),
    "wrong type": (request(params={"value": 7}), api.INVALID_PARAMS),
    "no UTF-8 in params": (
        b'{"jsonrpc":"2.0","id":1,"method":"test.echo","params":{"value":"\xff"}}',
        api.INVALID_PARAMS,
    ),
    "id beyond JSON": (request(id=2**53 + 1), api.INVALID_REQUEST),
    "id beyond everything": (request().replace(b'"id":1', b'"id":' + b"9" * 400), api.INVALID_REQUEST),
    "id too long": (request(id="x" * 65), api.INVALID_REQUEST),
}


@pytest.mark.parametrize(("line", "code"), ODD_REQUESTS.values(), ids=list(ODD_REQUESTS))
async def test_a_request_that_is_not_understood_costs_an_answer(served: Served, line: bytes, code: int) -> None:
    async with served.peer() as peer:
        answer = await peer.ask(line)
        assert answer["error"]["code"] == code
        assert answer["error"]["data"]["reason"]
        assert served.done == 0
        await peer.works()


@pytest.mark.parametrize("number", [0, -1, 2**53, "", "é", "x" * 64])
async def test_an_id_comes_back_as_it_was(served: Served, number: int | str) -> None:
    async with served.peer() as peer:
        assert (await peer.ask(request(id=number)))["id"] == number


async def test_errors_never_repeat_what_was_sent(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    lines = [
        request(params={"value": [SECRET]}),
        request(params={SECRET: "x"}),
        request(params=SECRET),
        request(method=f"x{SECRET}"),
        request(method="test.broken", params={"value": SECRET}),
        request(id=SECRET * 20),
        b'{"jsonrpc":"2.0","id":1,"params":{"value":"' + SECRET.encode() + b'\xff"},"method":"test.echo"}',
        b'{"value":"' + SECRET.encode(),
    ]
    with caplog.at_level("DEBUG"):
        for line in lines:
            async with served.peer() as peer:
                answer = await peer.ask(line)
                assert SECRET not in str(answer["error"])
    assert SECRET not in caplog.text


async def test_a_programming_error_costs_one_request_and_is_logged(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    async with served.peer() as peer:
        assert (await peer.ask(request(method="test.broken")))["error"]["data"]["reason"] == "internal_error"
        await peer.works()
    assert "KeyError" in caplog.text
    assert "_broken" in caplog.text


async def test_refusals_and_a_box_out_of_order_have_codes(served: Served) -> None:
    async with served.peer() as peer:
        refused = (await peer.ask(request(method="test.refused")))["error"]
        assert (refused["code"], refused["data"]) == (api.REFUSED, {"reason": "busy", "holder": "staff"})
        halted = (await peer.ask(request(method="test.halted")))["error"]
        assert (halted["code"], halted["data"]["cause"]) == (api.OUT_OF_ORDER, "log_damaged:7")


@pytest.mark.parametrize("end", [b"\n", b""])
async def test_a_line_that_is_too_long_ends_the_connection(served: Served, end: bytes) -> None:
    async with served.peer() as peer:
        peer.writer.write(request(params={"value": "x" * LINE_LIMIT}) + end)
        await peer.closed()
    assert served.done == 0
    async with served.peer() as peer:
        await peer.works()


async def test_the_longest_line_that_is_allowed(served: Served) -> None:
    room = LINE_LIMIT - len(request(params={"value": ""}))
    async with served.peer() as peer:
        answer = await peer.ask(request(params={"value": "x" * room}))
        assert len(answer["result"]["value"]) == room


async def test_a_thousand_requests_at_once_are_all_answered_and_few_are_worked_on(served: Served) -> None:
    served.gate.clear()
    async with served.peer() as peer:
        peer.writer.write(b"".join(request(id=number) + b"\n" for number in range(1_000)))
        refused = [await peer.answer() for _ in range(1_000 - IN_FLIGHT)]
        served.gate.set()
        answers = refused + [await peer.answer() for _ in range(IN_FLIGHT)]
        assert sorted(answer["id"] for answer in answers) == list(range(1_000))
        assert {answer["error"]["data"]["reason"] for answer in refused} == {"too_many_requests"}
        assert served.most == IN_FLIGHT
        await peer.works()


async def test_a_peer_that_never_reads_is_cut_off(served: Served) -> None:
    async with served.peer() as peer:
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        value = "x" * 50_000
        for _ in range(3 * SEND_LIMIT // len(value) + 20):
            if served.left:
                break
            peer.writer.write(request(params={"value": value}) + b"\n")
            await asyncio.sleep(0)
        deadline = asyncio.get_running_loop().time() + 10
        while not served.left:
            served.server.broadcast("view.changed", {"value": value})
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.001)
    async with served.peer() as other:
        await other.works()


async def test_a_peer_that_closes_its_side(served: Served) -> None:
    served.gate.clear()
    async with served.peer() as peer:
        peer.writer.write(request() + b"\n")
        await asyncio.wait_for(served.begun.wait(), 10)
        peer.writer.write_eof()
        assert await peer.closed() == b""
    assert served.left
    served.gate.set()
    async with served.peer() as other:
        await other.works()


async def test_a_peer_of_another_user_is_refused(folder: Path) -> None:
    served = Served(folder / "s", frozenset({os.getuid() + 1}))
    await served.server.start()
    try:
        async with served.peer() as peer:
            peer.writer.write(request() + b"\n")
            assert await peer.closed() == b""
        assert (served.joined, served.left, served.done) == ([], [], 0)
    finally:
        await served.server.close()


async def test_closing_ends_connections_and_leaves_the_path(served: Served) -> None:
    """The path is systemd's: it hands the same socket to the next start."""
    async with served.peer() as peer:
        await peer.works()
        await served.server.close()
        assert await peer.closed() == b""
    await asyncio.sleep(0)
    assert served.path.exists()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(
        st.one_of(
            st.binary(max_size=200),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                max_leaves=8,
            ).map(msgspec.json.encode),
            st.fixed_dictionaries(
                {},
                optional={
                    "jsonrpc": st.sampled_from(["2.0", "1.0", 2]),
                    "id": st.one_of(st.integers(), st.text(), st.none()),
                    "method": st.sampled_from(["test.echo", "test.refused", "test.halted", "x"]),
                    "params": st.dictionaries(st.sampled_from(["value", "other"]), st.text() | st.integers()),
                },
            ).map(msgspec.json.encode),
        ),
        max_size=6,
    )
)
async def test_no_bytes_break_the_server(served: Served, lines: list[bytes]) -> None:
    async with served.peer() as peer:
        peer.writer.write(b"\n".join(lines) + b"\n")
        peer.writer.write_eof()
        await peer.closed()
    async with served.peer() as other:
        await other.works()


async def test_a_client_sends_no_line_that_would_end_everybodys_connection(served: Served) -> None:
    """A file from the office may be larger than a line; residents' pages ask over the same connection."""
    client = await api.ControlClient.connect(str(served.path))
    served.gate.clear()
    asked = asyncio.create_task(client.call(Echo("somebody else")))
    await served.begun.wait()
    with pytest.raises(api.ControlError) as refused:
        await client.call(Echo("ä" * LINE_LIMIT))
    assert refused.value.reason == "request_too_long"
    served.gate.set()
    await asked
    assert not client.closed.is_set()
    await client.close()
