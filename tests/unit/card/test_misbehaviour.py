"""Each rule that the chip can be told to break is really broken, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.card import tlv
from simulator.card.chip import Chip
from simulator.card.command import Command, Status
from simulator.card.groups import Group, NotInGroup, standard_group
from simulator.card.image import AgreementKey, EcdsaSigner, Misbehaviour, PaceVariant
from simulator.card.pace import Password
from tests.unit.card.chips import CAN, CHIP_AUTHENTICATION_MAPPING, COM, DATA_GROUP_1, GENERIC, opened, passport
from tests.unit.card.terminal import SELECT_TRAVEL_DOCUMENT, Pacing, Terminal

READ_COM = Command(0, 0xB0, 0x9E, 0, expected=256)
DH = "0.4.0.127.0.7.2.2.4.1.2"


def started(chip: Chip, oid: str, parameter_id: int) -> tuple[Terminal, Group[Any]]:
    terminal = Terminal(chip)
    assert Pacing(terminal, oid, parameter_id, Password.CAN, CAN).choose() == Status.OK
    terminal.authenticate({})
    return terminal, standard_group(parameter_id)


@pytest.mark.parametrize(("oid", "parameter_id"), [(GENERIC, 13), (DH, 0)])
@pytest.mark.parametrize("rule", [Misbehaviour.PACE_REFLECTS_MAPPING_KEY, Misbehaviour.PACE_MAPPING_POINT_OFF_CURVE])
def test_keys_of_the_mapping(rule: Misbehaviour, oid: str, parameter_id: int) -> None:
    terminal, group = started(passport(rule, pace=(PaceVariant(oid, parameter_id),)), oid, parameter_id)
    own = group.encode(group.public(5))
    answer, _ = terminal.authenticate({0x81: own})
    if rule is Misbehaviour.PACE_REFLECTS_MAPPING_KEY:
        assert answer[0x82] == own
    else:
        with pytest.raises(NotInGroup):
            group.decode(answer[0x82])


@pytest.mark.parametrize(("oid", "parameter_id"), [(GENERIC, 13), (DH, 0)])
@pytest.mark.parametrize(
    "rule",
    [Misbehaviour.PACE_REFLECTS_KEY, Misbehaviour.PACE_POINT_OFF_CURVE, Misbehaviour.PACE_POINT_AT_INFINITY],
)
def test_ephemeral_keys(rule: Misbehaviour, oid: str, parameter_id: int) -> None:
    terminal, group = started(passport(rule, pace=(PaceVariant(oid, parameter_id),)), oid, parameter_id)
    own = group.encode(group.public(5))
    terminal.authenticate({0x81: own})
    answer, _ = terminal.authenticate({0x83: own})
    if rule is Misbehaviour.PACE_REFLECTS_KEY:
        assert answer[0x84] == own
    else:
        with pytest.raises(NotInGroup):
            group.decode(answer[0x84])
    if rule is Misbehaviour.PACE_POINT_AT_INFINITY:
        assert answer[0x84] == group.encode(group.power(group.generator, 0))


def test_pace_refused_and_bac_still_there() -> None:
    terminal = Terminal(passport(Misbehaviour.PACE_REFUSED))
    assert terminal.pace(GENERIC, 13, Password.CAN, CAN) == Status.DATA_WRONG
    assert len(terminal.ok("0084000008")) == 8


def test_a_short_nonce_and_a_malformed_answer() -> None:
    terminal = Terminal(passport(Misbehaviour.PACE_NONCE_SHORT))
    Pacing(terminal, GENERIC, 13, Password.CAN, CAN).choose()
    assert len(terminal.authenticate({})[0][0x80]) == 13
    terminal, group = started(passport(Misbehaviour.PACE_MALFORMED), GENERIC, 13)
    with pytest.raises(tlv.MalformedTlv):
        terminal.authenticate({0x81: group.encode(group.public(5))})


@pytest.mark.parametrize(
    "rule", [Misbehaviour.PACE_TOKEN_WRONG, Misbehaviour.PACE_TOKEN_REFLECTED, Misbehaviour.PACE_TOKEN_MISSING]
)
def test_tokens(rule: Misbehaviour) -> None:
    run = Pacing(Terminal(passport(rule)), GENERIC, 13, Password.CAN, CAN)
    with pytest.raises((AssertionError, KeyError)):
        run.run()
    assert (0x86 in run.last_answer) is (rule is not Misbehaviour.PACE_TOKEN_MISSING)


@pytest.mark.parametrize("rule", [Misbehaviour.CAM_DATA_MISSING, Misbehaviour.CAM_DATA_WRONG])
def test_chip_authentication_data(rule: Misbehaviour) -> None:
    chip = passport(
        rule, pace=(PaceVariant(CHIP_AUTHENTICATION_MAPPING, 13),), chip_mapping_key=AgreementKey(13, 0x1234)
    )
    run = Pacing(Terminal(chip), CHIP_AUTHENTICATION_MAPPING, 13, Password.CAN, CAN)
    assert run.run() == Status.OK
    if rule is Misbehaviour.CAM_DATA_MISSING:
        assert 0x8A not in run.last_answer
        return
    group: Group[Any] = standard_group(13)
    assert run.channel is not None
    suite, key = run.channel.suite, run.channel._encryption
    data = suite.decrypt(key, run.last_answer[0x8A], suite.encrypt(key, b"\xff" * 16)).rstrip(b"\0")[:-1]
    claimed = group.power(group.public(0x1234), int.from_bytes(data, "big"))
    assert group.encode(claimed) != run.mapping_key


def read(terminal: Terminal) -> bytes:
    terminal.ok(SELECT_TRAVEL_DOCUMENT)
    # With data, where objects can be in another order and padding can be wrong.
    return terminal.ok("00B09E0000")


HONEST_ABOUT_THE_FIRST = frozenset({Misbehaviour.SM_REPLAYED, Misbehaviour.SM_REORDERED})


@pytest.mark.parametrize("rule", [rule for rule in Misbehaviour if rule.name.startswith("SM_")])
def test_secure_messaging(rule: Misbehaviour) -> None:
    """No answer of these is taken by a terminal that looks; two begin with the second one."""
    terminal = Terminal(passport(rule))
    assert terminal.pace(GENERIC, 13, Password.CAN, CAN) == Status.OK
    assert terminal.channel is not None
    if rule in HONEST_ABOUT_THE_FIRST:
        terminal.ok(SELECT_TRAVEL_DOCUMENT)
    with pytest.raises((AssertionError, KeyError, ValueError)):
        read(terminal)


def test_the_chip_itself_stays_in_step_while_it_misbehaves() -> None:
    """What it does with a command is right even when its answer is not: the counters go on."""
    for rule in (Misbehaviour.SM_MAC_WRONG, Misbehaviour.SM_REORDERED, Misbehaviour.SM_STATUS_MISSING):
        chip = passport(rule)
        terminal = Terminal(chip)
        terminal.pace(GENERIC, 13, Password.CAN, CAN)
        assert terminal.channel is not None
        for _ in range(3):
            answer = chip.transmit(terminal.channel.command(READ_COM))
            assert answer[-2:] not in (b"\x69\x88", b"\x69\x87")
            terminal.channel.counter += 1


def test_chip_authentication_that_changes_nothing() -> None:
    terminal = opened(passport(Misbehaviour.CA_KEEPS_OLD_KEYS))
    group: Group[Any] = standard_group(13)
    data = tlv.encode(0x91, group.encode(group.public(99)))
    terminal.ok(bytes.fromhex("002241A6") + bytes([len(data)]) + data)
    assert terminal.ok("00B09E0000") == COM


def test_refusals_of_proofs() -> None:
    assert opened(passport(Misbehaviour.CA_REFUSED)).status("002241A403800104") == Status.DATA_WRONG
    signer = EcdsaSigner(AgreementKey(12, 5))
    chip = passport(Misbehaviour.AA_REFUSED, active_authentication=signer)
    assert opened(chip).status("00880000081122334455667788" + "00") == Status.INSTRUCTION_UNKNOWN
    other = opened(passport(Misbehaviour.AA_OTHER_CHALLENGE, active_authentication=signer))
    assert len(other.ok("00880000081122334455667788" + "00")) == 64


def test_lengths() -> None:
    terminal = opened(passport(Misbehaviour.READS_SHORT))
    assert terminal.ok("00B09E0000") == COM[:7]
    terminal = opened(passport(Misbehaviour.READS_NOTHING))
    assert terminal.ok("00B09E0000") == b""
    terminal = opened(passport(Misbehaviour.READS_TOO_MUCH))
    assert len(terminal.ok("00B0810010")) == 17
    terminal = opened(passport(Misbehaviour.WITHOUT_SHORT_IDENTIFIERS))
    assert terminal.status("00B09E0000") == Status.PARAMETERS_WRONG
    terminal = opened(passport(Misbehaviour.REFUSES_EXTENDED_LENGTH))
    assert terminal.chip.transmit(bytes.fromhex("00B00000000000")) == b"\x67\x00"


def test_answers_as_over_the_protocol_of_contacts() -> None:
    chip = passport(Misbehaviour.ANSWERS_IN_PORTIONS, Misbehaviour.WANTS_EXACT_LENGTH, access_control=False)
    terminal = Terminal(chip)
    terminal.ok(SELECT_TRAVEL_DOCUMENT)
    assert terminal.status("00B09E0000") == 0x6C00 | len(COM)
    assert terminal.status(f"00B09E00{len(COM):02X}") == 0x6100 | len(COM)
    assert terminal.ok("00C0000000") == COM
    assert terminal.status("00C0000000") == Status.INSTRUCTION_UNKNOWN
    assert terminal.status("00B08100000300") == 0x6100
    assert terminal.send("00C0000000") == (DATA_GROUP_1[:256], 0x6100)
    assert terminal.send("00C0000080") == (DATA_GROUP_1[256:384], 0x6100)
    assert terminal.send("00C00000C0") == (DATA_GROUP_1[384:576], 0x6180 + 0x40)


def test_silence_and_garbage() -> None:
    chip = passport(Misbehaviour.SILENT)
    chip.power_on()
    assert chip.transmit(bytes.fromhex(SELECT_TRAVEL_DOCUMENT)) == b""
    chip = passport(Misbehaviour.GARBAGE)
    chip.power_on()
    assert 1 <= len(chip.transmit(bytes.fromhex(SELECT_TRAVEL_DOCUMENT))) <= 64


def test_slowness_is_before_each_answer() -> None:
    waited: list[float] = []
    image = passport(delay_seconds=5.5).image
    chip = Chip(image, sleep=waited.append)
    chip.power_on()
    chip.transmit(bytes.fromhex(SELECT_TRAVEL_DOCUMENT))
    assert waited == [5.5]
