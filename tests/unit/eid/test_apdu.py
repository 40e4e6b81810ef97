from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.eid.apdu import ApduError, CommandApdu, ResponseApdu
from hal.eid.messaging import PlainMessaging
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.tally import Tally
from simulator.card.command import parse_command
from tests.unit.eid.card_lines import SaysOnly

OCTET = st.integers(0, 255)
COMMANDS = st.builds(
    CommandApdu,
    cla=st.sampled_from((0x00, 0x0C, 0x10)),
    ins=OCTET,
    p1=OCTET,
    p2=OCTET,
    data=st.binary(max_size=400),
    expected=st.none() | st.integers(1, 65536),
)


@pytest.mark.parametrize(
    ("command", "encoded"),
    [
        (CommandApdu(0x00, 0x70, 0x01, 0x02), "00700102"),
        (CommandApdu(0x00, 0x84, 0x00, 0x00, expected=8), "0084000008"),
        (CommandApdu(0x00, 0xB0, 0x00, 0x00, expected=256), "00B0000000"),
        (CommandApdu(0x00, 0xB0, 0x00, 0x00, expected=257), "00B00000000101"),
        (CommandApdu(0x00, 0xB0, 0x00, 0x00, expected=65536), "00B00000000000"),
        (CommandApdu(0x00, 0xA4, 0x02, 0x0C, b"\x01\x1e"), "00A4020C02011E"),
        (CommandApdu(0x00, 0x86, 0x00, 0x00, b"\x7c\x00", 256), "00860000027C0000"),
        (CommandApdu(0x00, 0x86, 0x00, 0x00, b"\x7c\x00", 512), "008600000000027C000200"),
        (CommandApdu(0x00, 0x22, 0x41, 0xA6, bytes(256)), "002241A6000100" + "00" * 256),
        (CommandApdu(0x00, 0x22, 0x41, 0xA6, bytes(256), 65536), "002241A6000100" + "00" * 256 + "0000"),
    ],
)
def test_the_four_cases_short_and_extended(command: CommandApdu, encoded: str) -> None:
    assert command.encode(extended=True).hex().upper() == encoded


@given(command=COMMANDS)
def test_the_card_reads_what_was_meant(command: CommandApdu) -> None:
    read = parse_command(command.encode(extended=True))
    assert (read.cla, read.ins, read.p1, read.p2) == (command.cla, command.ins, command.p1, command.p2)
    assert (read.data, read.expected) == (command.data, command.expected)
    assert read.extended == command.needs_extended_length


@pytest.mark.parametrize("command", [CommandApdu(0, 1, 2, 3, bytes(256)), CommandApdu(0, 1, 2, 3, expected=257)])
def test_without_extended_length_nothing_is_cut_off(command: CommandApdu) -> None:
    with pytest.raises(ValueError, match="extended length"):
        command.encode(extended=False)


@pytest.mark.parametrize(
    "fields",
    [
        {"cla": 256, "ins": 0, "p1": 0, "p2": 0},
        {"cla": 0, "ins": -1, "p1": 0, "p2": 0},
        {"cla": 0, "ins": 0, "p1": 0, "p2": 0, "expected": 0},
        {"cla": 0, "ins": 0, "p1": 0, "p2": 0, "expected": 65537},
        {"cla": 0, "ins": 0, "p1": 0, "p2": 0, "data": bytes(65536)},
    ],
)
def test_a_command_out_of_range_is_a_mistake_of_ours(fields: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"byte"):
        CommandApdu(**fields)  # type: ignore[arg-type]


@given(raw=st.binary(max_size=300))
def test_every_answer_is_parsed_or_refused(raw: bytes) -> None:
    if len(raw) < 2:
        with pytest.raises(ApduError):
            ResponseApdu.from_bytes(raw)
    else:
        answer = ResponseApdu.from_bytes(raw)
        assert answer.data + answer.status.to_bytes(2, "big") == raw
        assert answer.ok == (raw[-2:] == b"\x90\x00")


def test_an_answer_longer_than_any_is_refused() -> None:
    with pytest.raises(ApduError):
        ResponseApdu.from_bytes(bytes(65539))


@pytest.mark.parametrize("answer", [b"", b"\x90"])
def test_an_answer_without_status_is_a_failure_of_secure_messaging(answer: bytes) -> None:
    with pytest.raises(NotAccepted) as refused:
        PlainMessaging(SaysOnly(answer)).exchange(CommandApdu(0x00, 0x84, 0x00, 0x00, expected=8))
    assert refused.value.reason is Reason.SECURE_MESSAGING_FAILED


def test_what_was_said_is_counted() -> None:
    tally = Tally()
    messaging = PlainMessaging(SaysOnly(b"\x01\x02\x90\x00"), tally)
    for _ in range(3):
        assert messaging.exchange(CommandApdu(0x00, 0x84, 0x00, 0x00, expected=8)).data == b"\x01\x02"
    assert (tally.commands, tally.bytes_sent, tally.bytes_received) == (3, 15, 12)
    assert messaging.tally is tally


@pytest.mark.parametrize(("extended", "answer", "command"), [(True, 65536, 65535), (False, 256, 255)])
def test_how_much_fits_into_one_command(extended: bool, answer: int, command: int) -> None:
    messaging = PlainMessaging(SaysOnly(b"\x90\x00", extended_length=extended))
    assert (messaging.largest_answer, messaging.largest_command) == (answer, command)


def test_what_is_said_is_not_shown() -> None:
    command = CommandApdu(0x00, 0x86, 0x00, 0x00, b"secret", 8)
    assert "secret" not in repr(command)
    assert "secret" not in repr(ResponseApdu(b"secret", 0x9000))
