"""Whatever arrives on the command topic is a command, or is refused with a code; nothing else happens."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.adapters.mqtt.command_reader import CommandRefused, NoCommands, ReceivedCommand, UnsignedCommandReader
from controller.adapters.mqtt.strict_json import LARGEST_MESSAGE, NotStrict, read_object

GOOD: dict[str, Any] = {
    "id": "c1",
    "issuer": "central",
    "name": "order.cancel",
    "issued_at": 1,
    "body": {"deposit": "d1"},
}
CODES = {
    "too_large",
    "not_json",
    "duplicate_key",
    "not_an_object",
    "malformed",
    "unknown_field",
    "issuer_not_allowed",
}
READER = UnsignedCommandReader("central")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def read(payload: bytes) -> ReceivedCommand | CommandRefused:
    try:
        return READER.read(payload)
    except CommandRefused as refused:
        return refused


def refusal(payload: bytes) -> CommandRefused:
    with pytest.raises(CommandRefused) as caught:
        READER.read(payload)
    return caught.value


def test_a_good_command() -> None:
    command = READER.read(json.dumps(GOOD).encode())
    assert (command.id, command.issuer, command.name, command.issued_at) == ("c1", "central", "order.cancel", 1)
    assert command.body == {"deposit": "d1"}
    assert "d1" not in repr(command)


@given(st.binary(max_size=400))
def test_any_bytes(payload: bytes) -> None:
    assert refusal(payload).code in CODES


@given(st.dictionaries(st.sampled_from(sorted(GOOD)) | st.text(max_size=5), json_values))
def test_any_object(changes: dict[str, Any]) -> None:
    result = read(json.dumps(GOOD | changes).encode())
    if isinstance(result, CommandRefused):
        assert result.code in CODES
        # Both or none: an answer goes to somebody, about something.
        assert bool(result.id) == bool(result.issuer)
    else:
        assert isinstance(result.body, dict)
        assert result.issuer == "central"
        assert changes.keys() <= GOOD.keys()


@given(st.data())
def test_any_damage_to_a_good_one(data: st.DataObject) -> None:
    payload = bytearray(json.dumps(GOOD).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    result = read(bytes(payload))
    assert not isinstance(result, CommandRefused) or result.code in CODES


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"[" * 100_000, "too_large"),
        (b"[" * 60_000, "not_json"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "not_json"),
        (json.dumps({"a": [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}).encode(), "not_json"),
        (b'{"a":1e999}', "not_json"),
        (b'{"a":NaN}', "not_json"),
        (b'{"a":1.5}', "not_json"),
        (b'{"a":9007199254740993}', "not_json"),
        (b'{"a":' + b"9" * 5000 + b"}", "not_json"),
        (b'{"a":"\\ud800"}', "not_json"),
        (b'{"\\udfff":1}', "not_json"),
        (b'\xef\xbb\xbf{"a":1}', "not_json"),
        (b'{"a":{"b":1,"b":1}}', "duplicate_key"),
        (b'{"a":1,"\\u0061":2}', "duplicate_key"),
        (b'"text"', "not_an_object"),
        (b" " * (LARGEST_MESSAGE + 1), "too_large"),
    ],
)
def test_json_that_two_readers_would_read_differently(payload: bytes, code: str) -> None:
    with pytest.raises(NotStrict) as caught:
        read_object(payload)
    assert caught.value.code == code
    assert refusal(payload).code == code


@pytest.mark.parametrize(
    ("changes", "code", "answerable"),
    [
        ({"id": "a b"}, "malformed", False),
        ({"id": "x" * 65}, "malformed", False),
        ({"id": "c1\n"}, "malformed", False),
        ({"id": 7}, "malformed", False),
        ({"issuer": ""}, "malformed", False),
        ({"name": "open"}, "malformed", True),
        ({"name": "Order.Cancel"}, "malformed", True),
        ({"issued_at": True}, "malformed", True),
        ({"issued_at": -1}, "malformed", True),
        ({"body": None}, "malformed", True),
        ({"signature": "x"}, "unknown_field", True),
        ({"issuer": "other"}, "issuer_not_allowed", True),
    ],
)
def test_refusals(changes: dict[str, Any], code: str, answerable: bool) -> None:
    error = refusal(json.dumps(GOOD | changes).encode())
    assert error.code == code
    assert bool(error.id) is answerable


def test_no_commands_at_all() -> None:
    with pytest.raises(CommandRefused) as caught:
        NoCommands("central").read(json.dumps(GOOD).encode())
    assert (caught.value.code, caught.value.id) == ("commands_refused", "c1")
