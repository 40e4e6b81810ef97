"""The virtual card from outside: the real AusweisApp takes it for an identity card and changes its PIN.

Changing the PIN needs no eID service, and is PACE with PIN, CAN and PUK, secure messaging and RESET RETRY COUNTER as
other people have read the standards.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from simulator.card.chip import Chip
from simulator.card.identity_card import CAN, identity_card
from simulator.card.image import EidImage, Misbehaviour
from simulator.card.issuing_state import IssuingState
from simulator.card.personalisation import personalise
from tests.integration.eid.ausweisapp import ausweisapp
from tests.integration.eid.support import Readers
from tests.unit.card.documents import AT, residence_permit

PIN, NEW_PIN, PUK = "123456", "654321", "9876543210"
NO_PIN_IN_THE_APP_S = 30.0


@pytest.fixture(scope="module")
def app(own_readers: Readers) -> Iterator[str]:
    with ausweisapp(own_readers.stack.environment) as url:
        yield url


def told(line: ClientConnection) -> Iterator[dict[str, Any]]:
    end = time.monotonic() + NO_PIN_IN_THE_APP_S
    while time.monotonic() < end:
        yield json.loads(line.recv(timeout=end - time.monotonic()))
    raise AssertionError("AusweisApp fell silent")


def change_pin(url: str, *pins: str) -> list[str]:
    """What AusweisApp asked for, with the tries that it saw on the card, until the PIN was changed."""
    answers = {"ENTER_CAN": ("SET_CAN", iter([CAN])), "ENTER_PUK": ("SET_PUK", iter([PUK]))}
    answers |= {"ENTER_PIN": ("SET_PIN", iter(pins)), "ENTER_NEW_PIN": ("SET_NEW_PIN", iter([NEW_PIN]))}
    asked = []
    with connect(url) as line:
        line.send(json.dumps({"cmd": "SET_API_LEVEL", "level": 2}))
        line.send(json.dumps({"cmd": "RUN_CHANGE_PIN"}))
        for message in told(line):
            kind = message["msg"]
            if kind in answers:
                command, values = answers[kind]
                asked.append(f"{kind} {message['reader']['card']['retryCounter']}")
                line.send(json.dumps({"cmd": command, "value": next(values)}))
            if kind == "CHANGE_PIN" and "success" in message:
                return [*asked, "changed" if message["success"] else "not changed"]
    raise AssertionError("AusweisApp hung up")


def card_as_seen(url: str, reader: str) -> dict[str, Any]:
    """What AusweisApp says of the card when it is told to look."""
    with connect(url) as line:
        line.send(json.dumps({"cmd": "SET_API_LEVEL", "level": 2}))
        line.send(json.dumps({"cmd": "RUN_CHANGE_PIN"}))
        for message in told(line):
            if message["msg"] == "READER" and message["name"] == reader and message["card"] is not None:
                card: dict[str, Any] = message["card"]
                return card
    raise AssertionError("AusweisApp hung up")


@pytest.mark.parametrize(
    ("eid", "pins", "asked"),
    [
        pytest.param(EidImage(), [PIN], ["ENTER_PIN 3", "ENTER_NEW_PIN 3"], id="pin"),
        pytest.param(
            EidImage(transport_pin="12345"), ["12345"], ["ENTER_PIN 3", "ENTER_NEW_PIN 3"], id="transport-pin"
        ),
        pytest.param(
            EidImage(),
            ["111111", "222222", PIN],
            ["ENTER_PIN 3", "ENTER_PIN 2", "ENTER_CAN 1", "ENTER_PIN 1", "ENTER_NEW_PIN 3"],
            id="wrong-twice",
        ),
        pytest.param(EidImage(tries=0), [PIN], ["ENTER_PUK 0", "ENTER_PIN 3", "ENTER_NEW_PIN 3"], id="blocked"),
    ],
)
def test_its_pin_is_changed(app: str, readers: Readers, eid: EidImage, pins: list[str], asked: list[str]) -> None:
    card = Chip(identity_card(eid))
    readers.insert(card)
    assert change_pin(app, *pins) == [*asked, "changed"]
    assert card.pin_is(NEW_PIN)


def test_a_residence_permit_is_taken_for_one_too(app: str, readers: Readers) -> None:
    """The travel document's application beside it, and the EF.CardAccess of that."""
    card = Chip(personalise(residence_permit(), IssuingState(AT)))
    readers.insert(card)
    assert change_pin(app, PIN) == ["ENTER_PIN 3", "ENTER_NEW_PIN 3", "changed"]
    assert card.pin_is(NEW_PIN)


def test_a_card_that_is_switched_off_is_seen_as_such(app: str, readers: Readers) -> None:
    readers.insert(Chip(identity_card(EidImage(active=False))))
    assert card_as_seen(app, readers.names[0])["deactivated"] is True


@pytest.mark.parametrize(
    "rule", [Misbehaviour.PACE_TOKEN_WRONG, Misbehaviour.PACE_POINT_OFF_CURVE, Misbehaviour.SM_MAC_WRONG]
)
def test_a_chip_that_breaks_a_rule_is_not_believed(app: str, readers: Readers, rule: Misbehaviour) -> None:
    card = Chip(replace(identity_card(), misbehaviour=frozenset({rule})))
    readers.insert(card)
    assert change_pin(app, PIN, PIN, PIN)[-1] == "not changed"
