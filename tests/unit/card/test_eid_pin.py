"""The eID-PIN: tries, suspension, blocking, PUK, transport PIN, switched off (TR-03110-2, 3.3; TR-03127)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.card import tlv
from simulator.card.chip import Chip
from simulator.card.command import Status
from simulator.card.files import EID
from simulator.card.identity_card import CAN, PACE, identity_card
from simulator.card.image import EidImage
from simulator.card.pace import Password
from tests.unit.card.chips import COM, PASSPORT
from tests.unit.card.terminal import SELECT_TRAVEL_DOCUMENT, Pacing, Terminal

PIN, PUK = "123456", "9876543210"
NEW_PIN = "002C020306363534333231"
UNBLOCK = "002C0303"


def card(**state: object) -> Chip:
    return Chip(identity_card(EidImage(**state)))  # type: ignore[arg-type]


def enter(terminal: Terminal, password: Password, secret: str) -> int:
    return terminal.pace(PACE.oid, PACE.parameter_id, password, secret)


def told(chip: Chip) -> int:
    """What MSE:Set AT says of the PIN to who asks."""
    return Pacing(Terminal(chip), PACE.oid, PACE.parameter_id, Password.PIN, PIN).choose()


def test_wrong_pins_count_down_and_the_right_one_counts_up() -> None:
    chip = card()
    assert told(chip) == Status.OK
    assert enter(Terminal(chip), Password.PIN, "111111") == 0x63C2
    assert told(chip) == 0x63C2
    assert chip.eid_tries == 2
    assert enter(Terminal(chip), Password.PIN, PIN) == Status.OK
    assert told(chip) == Status.OK


def test_the_last_try_takes_the_can_first() -> None:
    chip = card(tries=1)
    assert told(chip) == 0x63C1
    assert enter(Terminal(chip), Password.PIN, PIN) == Status.CONDITIONS
    assert chip.eid_tries == 1
    terminal = Terminal(chip)
    assert enter(terminal, Password.CAN, CAN) == Status.OK
    assert enter(terminal, Password.PIN, PIN) == Status.OK
    assert chip.eid_tries == 3


def test_the_last_try_wrong_blocks_and_the_puk_unblocks() -> None:
    chip = card(tries=1)
    terminal = Terminal(chip)
    enter(terminal, Password.CAN, CAN)
    assert enter(terminal, Password.PIN, "111111") == 0x63C0
    assert told(chip) == 0x63C0
    assert enter(Terminal(chip), Password.PIN, PIN) == Status.BLOCKED
    terminal = Terminal(chip)
    assert enter(terminal, Password.PUK, PUK) == Status.OK
    terminal.ok(UNBLOCK)
    assert told(chip) == Status.OK
    assert chip.pin_is(PIN)


def test_a_wrong_can_costs_no_try() -> None:
    chip = card()
    for _ in range(5):
        assert enter(Terminal(chip), Password.CAN, "000000") == Status.NOT_AUTHENTICATED
    assert chip.eid_tries == 3


def test_switched_off() -> None:
    chip = card(active=False)
    assert told(chip) == Status.DEACTIVATED
    assert enter(Terminal(chip), Password.PIN, PIN) == Status.CONDITIONS


def test_the_transport_pin_is_the_pin_until_it_is_changed() -> None:
    chip = card(transport_pin="12345")
    assert enter(Terminal(chip), Password.PIN, PIN) == 0x63C2
    terminal = Terminal(chip)
    assert enter(terminal, Password.PIN, "12345") == Status.OK
    terminal.ok(NEW_PIN)
    assert chip.pin_is("654321")
    assert enter(Terminal(chip), Password.PIN, "12345") == 0x63C2


@pytest.mark.parametrize(
    ("password", "secret", "command", "status"),
    [
        (Password.CAN, CAN, NEW_PIN, Status.SECURITY_STATUS),
        (Password.CAN, CAN, UNBLOCK, Status.SECURITY_STATUS),
        (Password.PIN, PIN, UNBLOCK, Status.SECURITY_STATUS),
        (Password.PIN, PIN, "002C02030431323334", Status.DATA_WRONG),
        (Password.PIN, PIN, "002C02030641424344" + "4546", Status.DATA_WRONG),
        (Password.PIN, PIN, "002C0103", Status.PARAMETERS_WRONG),
        (Password.PIN, PIN, "002281B603830101", Status.REFERENCE_UNKNOWN),
    ],
)
def test_what_is_not_allowed(password: Password, secret: str, command: str, status: int) -> None:
    chip = card()
    terminal = Terminal(chip)
    enter(terminal, password, secret)
    assert terminal.status(command) == status
    assert chip.pin_is(PIN)


def test_without_a_channel_nothing_is_changed() -> None:
    assert Terminal(card()).status(NEW_PIN) == Status.SECURITY_STATUS


def test_with_a_terminals_rights_it_names_its_certificate_authority() -> None:
    terminal = Terminal(card())
    run = Pacing(terminal, PACE.oid, PACE.parameter_id, Password.PIN, PIN)
    run.choose = lambda: terminal.status(with_rights())  # type: ignore[method-assign]
    assert run.run() == Status.OK
    assert run.last_answer[0x87] == b"DETESTeID00005"


def with_rights() -> bytes:
    rights = tlv.encode(0x7F4C, bytes.fromhex("060904007F000703010202") + tlv.encode(0x53, bytes(5)))
    data = tlv.encode(0x80, tlv.encode_oid(PACE.oid)) + b"\x83\x01\x03\x84\x01\x0d" + rights
    return bytes.fromhex("0022C1A4") + bytes([len(data)]) + data


def test_its_data_groups_take_a_terminals_certificate() -> None:
    terminal = Terminal(card())
    enter(terminal, Password.PIN, PIN)
    terminal.ok(bytes.fromhex("00A4040C") + bytes([len(EID)]) + EID)
    assert terminal.status("00B0840000") == Status.SECURITY_STATUS


def test_a_residence_permit_has_both_and_its_pin_opens_no_travel_document() -> None:
    chip = Chip(replace(PASSPORT, eid=EidImage()))
    terminal = Terminal(chip)
    assert terminal.pace(PACE.oid, 13, Password.PIN, PIN) == Status.OK
    terminal.ok(SELECT_TRAVEL_DOCUMENT)
    assert terminal.status("00B09E0000") == Status.SECURITY_STATUS
    terminal = Terminal(chip)
    assert terminal.pace(PACE.oid, 13, Password.CAN, CAN) == Status.OK
    terminal.ok(SELECT_TRAVEL_DOCUMENT)
    assert terminal.ok("00B09E0000") == COM
