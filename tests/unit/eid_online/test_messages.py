"""AusweisApp's messages are parsed or refused, whatever they are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.eid.online.messages import MAX_MESSAGE, EidCard, MessageError, Other, Reader, parse
from tests.unit.eid_online.peers import CONVERSATIONS

SAID = [line["say"] for lines in CONVERSATIONS.values() for line in lines if "say" in line]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def test_what_is_documented_is_understood() -> None:
    assert {type(parse(json.dumps(said))).__name__ for said in SAID} >= {
        "Reader", "ApiLevel", "AuthStarted", "AuthFinished", "AccessRights", "InsertCard", "EnterPin", "EnterCan",
        "EnterPuk", "Pause", "Complaint", "Other",
    }  # fmt: skip


@pytest.mark.parametrize("card", [None, {}])
def test_an_unknown_card_is_no_eid_card(card: object) -> None:
    said = {"msg": "READER", "name": "NFC", "attached": True, "keypad": False, "card": card}
    assert parse(json.dumps(said)) == Reader("NFC", True, False, None)


def test_a_card_says_how_many_tries_are_left() -> None:
    said = {"msg": "READER", "name": "NFC", "attached": True, "card": {"retryCounter": 2, "deactivated": True}}
    reader = parse(json.dumps(said))
    assert isinstance(reader, Reader)
    assert reader.card == EidCard(2, deactivated=True, inoperative=False)


@pytest.mark.parametrize("counter", [-1, 4, True, "3", None, 2.0])
def test_a_counter_that_cannot_be_is_refused(counter: object) -> None:
    with pytest.raises(MessageError):
        parse(json.dumps({"msg": "READER", "name": "NFC", "card": {"retryCounter": counter}}))


def test_what_later_versions_add_is_passed_over() -> None:
    assert parse('{"msg": "TEA_TIME"}') == Other("TEA_TIME")


def test_a_message_has_an_end() -> None:
    with pytest.raises(MessageError):
        parse('"' + "x" * MAX_MESSAGE + '"')


@given(st.sampled_from(SAID), st.data())
def test_a_message_with_anything_in_it_is_parsed_or_refused(said: dict[str, object], data: st.DataObject) -> None:
    changed = dict(said)
    changed[data.draw(st.sampled_from(sorted(changed)))] = data.draw(JSON)
    try:
        parse(json.dumps(changed))
    except MessageError:
        pass  # said and coded: the caller ends the session with it


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_anything_at_all_is_parsed_or_refused(anything: bytes | str) -> None:
    try:
        parse(anything)
    except MessageError:
        pass  # as above
