"""The bytes that are hashed are RFC 8785, and what has no such bytes is refused."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from controller.adapters.event_store.encoding import (
    DEEPEST,
    GENESIS,
    LARGEST_BODY,
    LARGEST_INTEGER,
    canonical,
    decode_body,
    link_of,
    make_entry,
    recorded,
)
from controller.ports import LogError, NewEvent, Stamp
from tests.unit.event_store.making import BOX, STAMP, event

KEYS = st.text(st.characters(max_codepoint=0x7F), max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
VALUES = st.recursive(
    TEXTS | NUMBERS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=20
)


@given(VALUES)
def test_what_is_written_is_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.dictionaries(KEYS, VALUES, max_size=6), TEXTS)
def test_an_event_comes_back_as_it_was(data: dict[str, Any], text: str) -> None:
    new = NewEvent("DoorOpened", 3, {**data, "text": text})
    entry = make_entry(new, STAMP, box=BOX, epoch=2, seq=7, after=bytes(range(32)))
    assert rfc8785.dumps(json.loads(entry.body)) == entry.body
    assert link_of(entry.body, 7) == entry.previous == bytes(range(32))
    back = recorded(decode_body(entry.body, 7))
    assert (back.seq, back.type, back.version, back.stamp) == (7, "DoorOpened", 3, STAMP)
    assert back.data == new.data


class Level(StrEnum):
    OPEN = "open"


def test_an_enumeration_is_written_as_its_value() -> None:
    assert canonical({"door": Level.OPEN, "all": (Level.OPEN,)}) == b'{"all":["open"],"door":"open"}'


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        True,
        None,
        b"bytes",
        LARGEST_INTEGER + 1,
        -LARGEST_INTEGER - 1,
        "\ud800",
        {"ä": "a key beyond ASCII"},
        {"\ud800": 1},
        {1: "a key that is no string"},
        {"set": {1}},
        ["deep", [False]],
    ],
)
def test_what_json_readers_may_read_differently_is_refused(value: Any) -> None:
    with pytest.raises(LogError) as refused:
        canonical(value)
    assert refused.value.code == "not_canonical"


def test_nesting_has_an_end() -> None:
    value: Any = "x"
    for _ in range(DEEPEST + 1):
        value = [value]
    with pytest.raises(LogError, match="nested"):
        canonical(value)


def test_the_message_names_the_place_and_not_the_value() -> None:
    with pytest.raises(LogError) as refused:
        canonical({"person": {"born": 1.5}})  # type: ignore[dict-item]
    assert "person.born" in str(refused.value)
    assert "1.5" not in str(refused.value)


@pytest.mark.parametrize("type", ["", "Un lock", 'A"B', "9A", "A" * 65, "Ä"])
def test_a_type_is_a_name(type: str) -> None:
    with pytest.raises(LogError) as refused:
        make_entry(NewEvent(type, 1, {}), STAMP, box=BOX, epoch=1, seq=1, after=GENESIS)
    assert refused.value.code == "not_canonical"


def test_a_boot_id_that_could_pose_as_another_key_is_refused() -> None:
    stamp = Stamp(wall_ms=1, mono_ms=1, boot='","seq":9', clock_trusted=True)
    with pytest.raises(LogError) as refused:
        make_entry(event(), stamp, box=BOX, epoch=1, seq=1, after=GENESIS)
    assert refused.value.code == "bad_id"


def test_an_event_has_a_largest_size() -> None:
    with pytest.raises(LogError) as refused:
        make_entry(NewEvent("A", 1, {"x": "y" * LARGEST_BODY}), STAMP, box=BOX, epoch=1, seq=1, after=GENESIS)
    assert refused.value.code == "event_too_large"
