"""A chip never breaks, whatever it is sent: it answers with a status."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.card import tlv
from simulator.card.chip import Chip
from simulator.card.command import Command
from simulator.card.image import AgreementKey, EcdsaSigner, EidImage, Misbehaviour, PaceVariant
from tests.unit.card.chips import CHIP_AUTHENTICATION_MAPPING, GENERIC, PASSPORT, opened

EVERYTHING = replace(
    PASSPORT,
    pace=(
        PaceVariant(GENERIC, 13),
        PaceVariant("0.4.0.127.0.7.2.2.4.4.4", 12),
        PaceVariant("0.4.0.127.0.7.2.2.4.1.1", 0),
        PaceVariant(CHIP_AUTHENTICATION_MAPPING, 13),
    ),
    active_authentication=EcdsaSigner(AgreementKey(12, 77)),
    chip_mapping_key=AgreementKey(13, 99),
    eid=EidImage(),
)
KNOWN = [0xA4, 0xB0, 0xB1, 0x84, 0x82, 0x22, 0x86, 0x88, 0x2C, 0xC0]
TEMPLATES = [(0xC1, 0xA4), (0x41, 0xA4), (0x41, 0xA6), (2, 3), (3, 3), (4, 0x0C), (2, 0x0C), (0, 0), (0x9E, 0)]
OIDS = [tlv.encode_oid(f"0.4.0.127.0.7.2.2.{rest}") for rest in ("4.2.2", "4.4.4", "4.1.1", "4.6.2", "3.2.2", "3.2.1")]

values = st.one_of(st.binary(max_size=70), st.sampled_from([*OIDS, b"\x01", b"\x02", b"\x03", b"\x0d", b"\x01\x1e"]))
objects = st.lists(
    st.builds(tlv.encode, st.sampled_from([0x80, 0x81, 0x83, 0x84, 0x85, 0x91, 0x7F4C, 0x54, 0x87, 0x8E, 0x97]), values)
).map(b"".join)
data = st.one_of(st.binary(max_size=300), objects, objects.map(lambda inner: tlv.encode(0x7C, inner)))
commands = st.builds(
    lambda cla, ins, parameters, body, expected: Command(cla, ins, parameters[0], parameters[1], body, expected),
    st.sampled_from([0x00, 0x10]),
    st.one_of(st.sampled_from(KNOWN), st.integers(0, 255)),
    st.one_of(st.sampled_from(TEMPLATES), st.tuples(st.integers(0, 255), st.integers(0, 255))),
    data,
    st.sampled_from([None, 1, 8, 256]),
)


def raw(command: Command) -> bytes:
    encoded = command.header
    if command.data:
        encoded += (
            bytes([len(command.data)]) if len(command.data) < 256 else b"\0" + len(command.data).to_bytes(2, "big")
        )
        encoded += command.data
    if command.expected is not None:
        encoded += (command.expected % 256).to_bytes(2 if len(command.data) > 255 else 1, "big")
    return encoded


@settings(max_examples=50)
@given(st.lists(st.one_of(st.binary(max_size=60), commands.map(raw)), max_size=30))
def test_plain_commands(sequence: list[bytes]) -> None:
    chip = Chip(EVERYTHING)
    chip.power_on()
    for command in sequence:
        assert len(chip.transmit(command)) >= 2


@settings(max_examples=50)
@given(st.lists(commands, max_size=15))
def test_protected_commands(sequence: list[Command]) -> None:
    """Whatever is asked under protection is answered under protection, as long as nobody changes the keys."""
    terminal = opened(Chip(EVERYTHING))
    for command in sequence:
        channel = terminal.channel
        assert channel is not None
        answer = terminal.chip.transmit(channel.command(command))
        assert len(answer) >= 2
        if len(answer) == 2 or command.ins in (0x22, 0x86):
            terminal = opened(Chip(EVERYTHING))
        else:
            channel.answer(answer)


@settings(max_examples=50)
@given(st.integers(0, 400), st.binary(min_size=1, max_size=3), commands)
def test_changed_protected_commands(at: int, change: bytes, command: Command) -> None:
    terminal = opened(Chip(EVERYTHING))
    assert terminal.channel is not None
    sent = bytearray(terminal.channel.command(command))
    at %= len(sent)
    sent[at : at + len(change)] = change
    assert len(terminal.chip.transmit(bytes(sent))) >= 2


@settings(max_examples=50)
@given(st.sets(st.sampled_from(sorted(set(Misbehaviour) - {Misbehaviour.SILENT, Misbehaviour.GARBAGE}))), st.data())
def test_chips_that_break_rules_answer_too(rules: set[Misbehaviour], drawn: st.DataObject) -> None:
    chip = Chip(replace(EVERYTHING, misbehaviour=frozenset(rules)))
    chip.power_on()
    for command in drawn.draw(st.lists(commands.map(raw), max_size=10)):
        assert len(chip.transmit(command)) >= 2
