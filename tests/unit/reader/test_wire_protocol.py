"""The line protocol: what goes in comes out, and nothing that comes in does harm."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.wire import (
    MAX_INTEGER,
    MAX_LINE_BYTES,
    DocumentKeyReport,
    ErrorResponse,
    ForeignScan,
    LineSplitter,
    Message,
    Notification,
    ReaderHealth,
    ReaderState,
    Request,
    Response,
    ScanHint,
    ScanMode,
    ScanReport,
    ScanVerdict,
    SecretText,
    SeenLight,
    Symbology,
    UnreadableScan,
    WireError,
    decode,
    encode,
    mode_from_params,
    mode_params,
)

TOKEN = "ABHOLFACH-P-" + "Q" * 26

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
params = st.dictionaries(st.text(max_size=8), json_values, max_size=4)
methods = st.from_regex(r"[a-z][a-z_]{0,9}\.[a-z][a-z_]{0,9}", fullmatch=True)
identities = st.integers(0, MAX_INTEGER)
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(Request, identities, methods, params),
    st.builds(Notification, methods, params),
    st.builds(Response, identities, json_values),
    st.builds(
        ErrorResponse,
        st.none() | identities,
        st.integers(-40000, 40000),
        st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True),
    ),
)


def reason_of(call: Callable[[Any], object], value: Any) -> str | None:
    """Why ``call(value)`` was refused. Any exception but a ``WireError`` fails the test."""
    try:
        call(value)
    except WireError as error:
        return error.reason
    return None


@given(messages)
def test_what_is_encoded_is_decoded(message: Message) -> None:
    line = encode(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line) == message
    assert decode(line[:-1]) == message


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_wire_error(line: bytes) -> None:
    assert (reason_of(decode, line) or "decoded").isidentifier()


@given(
    json_values
    | st.dictionaries(st.sampled_from(["jsonrpc", "method", "params", "id", "result", "error"]), json_values)
)
def test_no_json_raises_anything_but_a_wire_error(value: Any) -> None:
    for body in (value, {"jsonrpc": "2.0", **value} if isinstance(value, dict) else value):
        assert (reason_of(decode, json.dumps(body).encode()) or "decoded").isidentifier()


@given(params)
def test_no_params_raise_anything_but_a_wire_error(given_params: dict[str, Any]) -> None:
    for check in (
        ScanReport.from_params,
        DocumentKeyReport.from_params,
        ForeignScan.from_params,
        UnreadableScan.from_params,
        ReaderHealth.from_params,
        ScanVerdict.from_result,
        mode_from_params,
    ):
        assert reason_of(check, given_params) in {None, "bad_params", "bad_result"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[" * 60000, "not_json"),
        (b'{"jsonrpc":"2.0","method":"a.b","params":{"x":NaN}}', "not_json"),
        (b'{"jsonrpc":"2.0","method":"a.b","method":"a.c"}', "not_json"),
        (b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b',"method":"a.b"}', "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[]", "not_json_rpc"),
        (b'{"jsonrpc":"1.0","method":"a.b"}', "not_json_rpc"),
        (b'{"jsonrpc":"2.0"}', "not_json_rpc"),
        (b'{"jsonrpc":"2.0","method":"a.b","extra":1}', "not_json_rpc"),
        (b'{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', "not_json_rpc"),
        (b'{"jsonrpc":"2.0","method":7}', "bad_method"),
        (b'{"jsonrpc":"2.0","method":"A.B"}', "bad_method"),
        (b'{"jsonrpc":"2.0","method":"a.b","params":[]}', "bad_params"),
        (b'{"jsonrpc":"2.0","method":"a.b","id":true}', "bad_id"),
        (b'{"jsonrpc":"2.0","method":"a.b","id":"1"}', "bad_id"),
        (b'{"jsonrpc":"2.0","method":"a.b","id":-1}', "bad_id"),
        (b'{"jsonrpc":"2.0","id":1,"error":{"code":"x"}}', "bad_error"),
        (b" " * (MAX_LINE_BYTES + 1), "line_too_long"),
    ],
)
def test_what_is_wrong_is_named(line: bytes, reason: str) -> None:
    with pytest.raises(WireError) as caught:
        decode(line)
    assert caught.value.reason == reason


def test_an_error_never_quotes_what_came() -> None:
    for line in (f'{{"jsonrpc":"2.0","{TOKEN}', f'{{"jsonrpc":"2.0","id":"{TOKEN}","method":"a.b"}}', TOKEN):
        with pytest.raises(WireError) as caught:
            decode(line.encode())
        assert TOKEN not in repr(caught.value)
        assert caught.value.__cause__ is None
    with pytest.raises(WireError) as caught:
        ScanReport.from_params({"text": TOKEN, "symbology": TOKEN, "captured_mono_ms": 1, "source": "qr"})
    assert TOKEN not in repr(caught.value)


def test_a_strangers_error_text_is_not_kept() -> None:
    line = json.dumps({"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": TOKEN, "data": {"reason": TOKEN}}})
    assert decode(line.encode()) == ErrorResponse(1, 1, "unspecified")


def test_params_do_not_show() -> None:
    assert TOKEN not in repr(Request(1, "scan.report", {"text": TOKEN}))
    assert TOKEN not in repr(Notification("scan.report", {"text": TOKEN}))
    assert TOKEN not in repr(Response(1, {"text": TOKEN}))


def test_too_long_or_unfit_messages_are_not_encoded() -> None:
    with pytest.raises(WireError, match="more than"):
        encode(Notification("a.b", {"x": "y" * MAX_LINE_BYTES}))
    with pytest.raises(WireError, match="cannot carry"):
        encode(Notification("a.b", {"x": float("nan")}))
    with pytest.raises(WireError, match="cannot carry"):
        encode(Notification("a.b", {"x": SecretText(TOKEN)}))


@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), max_size=8), st.data())
def test_lines_survive_any_cutting(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    splitter = LineSplitter()
    found: list[bytes] = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += splitter.feed(stream[:size])
        stream = stream[size:]
    assert found == lines


def test_a_line_without_end_is_refused_before_it_costs_memory() -> None:
    splitter = LineSplitter()
    for _ in range(MAX_LINE_BYTES // 1024 - 1):
        assert list(splitter.feed(b"x" * 1024)) == []
    with pytest.raises(WireError, match="more than"):
        splitter.feed(b"x" * 1024)


@pytest.mark.parametrize("mode", list(ScanMode))
def test_modes_travel(mode: ScanMode) -> None:
    assert mode_from_params(mode_params(mode)) is mode


def test_messages_travel() -> None:
    report = ScanReport(SecretText(TOKEN), Symbology.QR, 17, "qr")
    assert ScanReport.from_params(report.params()) == report
    foreign = ForeignScan("qr")
    assert ForeignScan.from_params(foreign.params()) == foreign
    document = DocumentKeyReport(SecretText("L898902C3674081221204159"), 17, "qr")
    assert DocumentKeyReport.from_params(document.params()) == document
    for hint in ScanHint:
        unreadable = UnreadableScan("qr", hint)
        assert UnreadableScan.from_params(unreadable.params()) == unreadable
    for light in (None, *SeenLight):
        health = ReaderHealth("qr", ReaderState.NO_FRAMES, 3, 2, light, pages=light is None)
        assert ReaderHealth.from_params(health.params()) == health
    for verdict in (ScanVerdict(True), ScanVerdict(False, "busy")):
        assert ScanVerdict.from_result(verdict.result()) == verdict


@pytest.mark.parametrize(
    "change",
    [
        {"text": ""},
        {"text": "X" * 41},
        {"text": 7},
        {"symbology": "aztec"},
        {"captured_mono_ms": True},
        {"captured_mono_ms": -1},
        {"captured_mono_ms": 1.5},
        {"source": "a b"},
        {"source": "x" * 65},
        {"source": "q\n"},
        {"more": 1},
    ],
)
def test_a_report_is_checked_to_the_type(change: dict[str, Any]) -> None:
    good = ScanReport(SecretText(TOKEN), Symbology.QR, 17, "qr").params()
    with pytest.raises(WireError):
        ScanReport.from_params(good | change)


@pytest.mark.parametrize(
    "change",
    [
        {"information": ""},
        {"information": "L898902C3674081221204158"},
        {"information": "L898902C4674081221204159"},
        {"information": "L898902C3674081321204159"},
        {"information": "L898902C3674081221204159\n"},
        {"information": "l898902c3674081221204159"},
        {"information": "ERIKSSON<<ANNA"},
        {"information": 7},
        {"captured_mono_ms": -1},
        {"source": ""},
        {"name": "ERIKSSON"},
    ],
)
def test_what_opens_a_chip_holds_its_check_digits_and_nothing_else(change: dict[str, Any]) -> None:
    good = DocumentKeyReport(SecretText("L898902C3674081221204159"), 17, "qr")
    with pytest.raises(WireError) as caught:
        DocumentKeyReport.from_params(good.params() | change)
    assert "L898902C3" not in repr(good) + str(caught.value)
