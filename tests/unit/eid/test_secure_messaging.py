"""Published exchanges come out byte for byte, and no answer that differs from them by a bit is believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.eid.apdu import CommandApdu
from hal.eid.channel import CardChannel, CardRemoved
from hal.eid.messaging import PlainMessaging
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.secure_messaging import SecureMessaging, SessionCipher, pad, retail_mac
from simulator.card.command import parse_command
from simulator.card.secure_channel import SecureChannel
from simulator.card.suites import Suite
from tests.unit.eid.card_lines import PublishedLine, SaysOnly, examples, octets

EXAMPLES = examples("secure_messaging")
STEPS = [
    pytest.param(example, index, id=f"{example['name']}-{index}")
    for example in EXAMPLES
    for index in range(len(example["exchanges"]))
]
SUITES = {"3DES": Suite.TRIPLE_DES, "AES-128": Suite.AES_128, "AES-192": Suite.AES_192, "AES-256": Suite.AES_256}


def command_of(text: str) -> CommandApdu:
    parsed = parse_command(octets(text))
    return CommandApdu(parsed.cla, parsed.ins, parsed.p1, parsed.p2, parsed.data, parsed.expected)


def session(example: dict[str, Any], line: CardChannel, index: int = 0) -> SecureMessaging:
    return SecureMessaging(
        PlainMessaging(line),
        SessionCipher(example["cipher"]),
        octets(example["k_enc"]),
        octets(example["k_mac"]),
        int(example["ssc"], 16) + 2 * index,
    )


def refuses(example: dict[str, Any], index: int, answer: bytes) -> None:
    """An answer is refused, with the one reason, and the session is over."""
    exchange = example["exchanges"][index]
    line = SaysOnly(answer, extended_length=False)
    messaging = session(example, line, index)
    with pytest.raises(NotAccepted) as refused:
        messaging.exchange(command_of(exchange["command"]))
    assert refused.value.reason is Reason.SECURE_MESSAGING_FAILED
    assert [command.hex().upper() for command in line.heard] == [exchange["protected"]]
    line.answer = octets(exchange["answer"])
    with pytest.raises(NotAccepted, match="ended"):
        messaging.exchange(command_of(exchange["command"]))
    assert len(line.heard) == 1


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_published_exchanges(example: dict[str, Any]) -> None:
    line = PublishedLine((one["protected"], one["answer"]) for one in example["exchanges"])
    messaging = session(example, line)
    for exchange in example["exchanges"]:
        answer = messaging.exchange(command_of(exchange["command"]))
        assert answer.status == 0x9000
        if exchange["data"] is not None:
            assert answer.data == octets(exchange["data"])
    assert not line.exchanges


@pytest.mark.parametrize(("example", "index"), STEPS)
def test_every_bit_of_every_answer(example: dict[str, Any], index: int) -> None:
    answer = octets(example["exchanges"][index]["answer"])
    for position in range(len(answer)):
        for bit in range(8):
            changed = bytearray(answer)
            changed[position] ^= 1 << bit
            refuses(example, index, bytes(changed))


@pytest.mark.parametrize(("example", "index"), STEPS)
def test_an_answer_cut_short_anywhere(example: dict[str, Any], index: int) -> None:
    answer = octets(example["exchanges"][index]["answer"])
    for length in range(len(answer)):
        refuses(example, index, answer[:length])
        if length < len(answer) - 2:
            refuses(example, index, answer[:length] + b"\x90\x00")
            refuses(example, index, answer[:length] + answer[length + 1 :])


@pytest.mark.parametrize(("example", "index"), STEPS)
def test_an_answer_with_something_more(example: dict[str, Any], index: int) -> None:
    answer = octets(example["exchanges"][index]["answer"])
    for more in (b"\x00", b"\x99\x02\x90\x00", b"\x8e\x08" + bytes(8), b"\x80\x00"):
        refuses(example, index, answer[:-2] + more + answer[-2:])
        refuses(example, index, more + answer)


@pytest.mark.parametrize(("example", "index"), STEPS)
def test_an_answer_of_another_command(example: dict[str, Any], index: int) -> None:
    for other, exchange in enumerate(example["exchanges"]):
        if other != index:
            refuses(example, index, octets(exchange["answer"]))


@pytest.mark.parametrize(("example", "index"), STEPS)
@pytest.mark.parametrize("status", ["9000", "6A82", "6982", "6987", "6988", "6282", "6300", "6700", "6F00", "0000"])
def test_a_bare_status_word(example: dict[str, Any], index: int, status: str) -> None:
    refuses(example, index, octets(status))
    refuses(example, index, b"\x60\x14\x5f\x01" + octets(status))
    refuses(example, index, octets("9902" + status + status))


@pytest.mark.parametrize(("example", "index"), STEPS)
def test_data_objects_in_another_order(example: dict[str, Any], index: int) -> None:
    answer = octets(example["exchanges"][index]["answer"])
    checksum, rest = answer[-12:-2], answer[:-12]
    status, cryptogram = rest[-4:], rest[:-4]
    refuses(example, index, cryptogram + checksum + status + answer[-2:])
    refuses(example, index, cryptogram + checksum + answer[-2:])
    if cryptogram:
        refuses(example, index, status + cryptogram + checksum + answer[-2:])
        refuses(example, index, status + checksum + answer[-2:])


@given(answer=st.binary(max_size=80))
def test_whatever_else_comes(answer: bytes) -> None:
    refuses(EXAMPLES[0], 1, answer)
    refuses(EXAMPLES[1], 1, answer + b"\x90\x00")


def keys_of(suite: Suite) -> tuple[bytes, bytes]:
    size = suite.value.key
    return bytes(range(size)), bytes(range(1, size + 1))


class SecuredCard:
    """The chip's side of a session, and nothing of a chip behind it."""

    def __init__(self, suite: Suite, data: bytes, *, extended_length: bool = True) -> None:
        self.channel = SecureChannel(suite, *keys_of(suite))
        self.data = data
        self.extended_length = extended_length
        self.commands: list[tuple[int, bytes, int | None]] = []
        self.longest_answer = 0

    def transmit(self, command: bytes) -> bytes:
        plain = self.channel.open(parse_command(command))
        self.commands.append((plain.ins, plain.data, plain.expected))
        answer = self.channel.protect(self.data[: plain.expected or 0], 0x9000, odd=bool(plain.ins & 1))
        self.longest_answer = max(self.longest_answer, len(answer))
        return answer


def with_card(card: SecuredCard, suite: Suite) -> SecureMessaging:
    cipher = SessionCipher.TDES if suite is Suite.TRIPLE_DES else SessionCipher.AES
    return SecureMessaging(PlainMessaging(card), cipher, *keys_of(suite))


@pytest.mark.parametrize("name", SUITES)
@given(data=st.binary(max_size=600), sent=st.binary(max_size=600), ins=st.sampled_from((0xB0, 0xB1)))
def test_the_chips_own_reading_of_the_standard(name: str, data: bytes, sent: bytes, ins: int) -> None:
    card = SecuredCard(SUITES[name], data)
    messaging = with_card(card, SUITES[name])
    for expected in (256, 65536, len(data) or 1):
        assert messaging.exchange(CommandApdu(0x00, ins, 0, 0, sent, expected)).data == data[:expected]
        assert card.commands[-1] == (ins, sent, expected)
    assert messaging.algorithm == name


@pytest.mark.parametrize("name", SUITES)
def test_the_largest_answer_without_extended_length(name: str) -> None:
    card = SecuredCard(SUITES[name], bytes(300), extended_length=False)
    messaging = with_card(card, SUITES[name])
    assert len(messaging.exchange(CommandApdu(0x00, 0xB0, 0, 0, expected=messaging.largest_answer)).data) == (
        231 if name == "3DES" else 223
    )
    assert card.longest_answer <= 258
    messaging.exchange(CommandApdu(0x00, 0xB0, 0, 0, expected=messaging.largest_answer + 1))
    assert card.longest_answer > 258


@pytest.mark.parametrize("name", SUITES)
def test_the_largest_answer_and_command_of_extended_length(name: str) -> None:
    card = SecuredCard(SUITES[name], bytes(70000))
    messaging = with_card(card, SUITES[name])
    answer = messaging.exchange(
        CommandApdu(0x00, 0xB0, 0, 0, bytes(messaging.largest_command), messaging.largest_answer)
    )
    assert len(answer.data) == messaging.largest_answer > 65400
    assert card.longest_answer <= 65538
    with pytest.raises(ValueError, match="65535"):
        messaging.exchange(CommandApdu(0x00, 0xB0, 0, 0, bytes(messaging.largest_command + 1), 256))


class Oddly(SecuredCard):
    """Answers with an authentic MAC over data objects that no chip should send."""

    def __init__(self, suite: Suite, make: Callable[[SecureChannel], bytes]) -> None:
        super().__init__(suite, b"")
        self.make = make

    def transmit(self, command: bytes) -> bytes:
        self.channel.open(parse_command(command))
        self.channel.count()
        return self.channel.seal(self.make(self.channel) + b"\x99\x02\x90\x00", 0x9000)


ODDITIES: dict[str, Callable[[SecureChannel], bytes]] = {
    "another padding": lambda channel: b"\x87\x11\x02" + channel.encrypted_object(b"data")[3:],
    "no padding indicator": lambda channel: b"\x87\x00",
    "nothing but a padding indicator": lambda channel: b"\x87\x01\x01",
    "no whole block": lambda channel: b"\x87\x10\x01" + bytes(15),
    "the object of odd instructions": lambda channel: channel.encrypted_object(b"data", odd=True),
    "no end of data": lambda channel: channel.encrypted_padded(bytes(16)),
    "another end of data": lambda channel: channel.encrypted_padded(b"data" + b"\x81" + bytes(11)),
    "a block of padding too many": lambda channel: channel.encrypted_padded(b"\x80" + bytes(31)),
    "more than was asked for": lambda channel: channel.encrypted_object(bytes(5)),
}


@pytest.mark.parametrize("oddity", ODDITIES)
def test_an_authentic_answer_in_another_form(oddity: str) -> None:
    messaging = with_card(Oddly(Suite.AES_128, ODDITIES[oddity]), Suite.AES_128)
    with pytest.raises(NotAccepted) as refused:
        messaging.exchange(CommandApdu(0x00, 0xB0, 0, 0, expected=4))
    assert refused.value.reason is Reason.SECURE_MESSAGING_FAILED


def test_data_where_none_were_asked_for() -> None:
    card = Oddly(Suite.AES_128, lambda channel: channel.encrypted_object(b"x"))
    with pytest.raises(NotAccepted, match="more than was asked for"):
        with_card(card, Suite.AES_128).exchange(CommandApdu(0x00, 0xA4, 0x02, 0x0C, b"\x01\x1e"))


def test_data_that_are_as_long_as_was_asked_for_or_shorter() -> None:
    for data in (b"x", bytes(4)):
        card = Oddly(Suite.AES_128, lambda channel, data=data: channel.encrypted_object(data))  # type: ignore[misc]
        answer = with_card(card, Suite.AES_128).exchange(CommandApdu(0x00, 0xB0, 0, 0, expected=4))
        assert answer.data == data


def test_a_session_whose_line_broke_is_over() -> None:
    class Breaks(SecuredCard):
        def transmit(self, command: bytes) -> bytes:
            raise CardRemoved

    messaging = with_card(Breaks(Suite.AES_128, b""), Suite.AES_128)
    with pytest.raises(CardRemoved):
        messaging.exchange(CommandApdu(0x00, 0xB0, 0, 0, expected=4))
    with pytest.raises(NotAccepted, match="ended"):
        messaging.exchange(CommandApdu(0x00, 0xB0, 0, 0, expected=4))


def test_a_command_that_says_nothing_is_not_sent() -> None:
    card = SecuredCard(Suite.AES_128, b"")
    with pytest.raises(ValueError, match="nothing to protect"):
        with_card(card, Suite.AES_128).exchange(CommandApdu(0x00, 0xB0, 0, 0))
    assert not card.commands


def test_protected_errors_come_through() -> None:
    class Missing(SecuredCard):
        def transmit(self, command: bytes) -> bytes:
            self.channel.open(parse_command(command))
            return self.channel.protect(b"", 0x6A82)

    messaging = with_card(Missing(Suite.AES_256, b""), Suite.AES_256)
    for _ in range(2):
        assert messaging.exchange(CommandApdu(0x00, 0xB0, 0, 0, expected=4)).status == 0x6A82


def test_keys_and_data_are_not_shown() -> None:
    example = EXAMPLES[0]
    shown = repr(session(example, SaysOnly(b"")))
    assert "3DES" in shown
    assert "97" not in shown


def test_retail_mac_needs_whole_blocks() -> None:
    for key, message in ((bytes(16), b""), (bytes(16), bytes(7)), (bytes(8), bytes(8))):
        with pytest.raises(ValueError, match="whole blocks"):
            retail_mac(key, message)


@given(data=st.binary(max_size=40), block=st.sampled_from((8, 16)))
def test_padding_comes_off_again(data: bytes, block: int) -> None:
    padded = pad(data, block)
    assert len(padded) % block == 0
    assert padded.rstrip(b"\x00")[:-1] == data
