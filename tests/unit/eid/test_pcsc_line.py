"""What the line to a card does by itself, with a reader and cards that nobody has here: only PC/SC's calls are
played.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smartcard import scard

from hal.eid.apdu import CommandApdu
from hal.eid.channel import CardRemoved, ReaderGone
from hal.eid.pcsc import (
    Deadline,
    Limits,
    PcscCard,
    is_contactless,
    max_data_of,
    says_extended_length,
    with_expected_length,
)
from hal.eid.scard import Context, Handle, ReaderState
from hal.interfaces import monotonic_ms

EXTENDED_ATR = bytes.fromhex("3B888001007300004000900000")
PROPERTIES = 0x42000DCC
FEATURES = bytes.fromhex("0604420003301204") + PROPERTIES.to_bytes(4, "big")
"""What a reader can be asked: to verify a PIN, and for its properties, each with the code of the question."""

READ_MUCH = bytes.fromhex("00B00000000000")


class Played:
    """A handle and a context at once."""

    def __init__(self, answers: Callable[[bytes], bytes], properties: bytes | None = None) -> None:
        self.sent: list[bytes] = []
        self.plugged_in = True
        self._answers = answers
        self._properties = properties

    def atr(self) -> bytes:
        return EXTENDED_ATR

    def transmit(self, command: bytes) -> bytes:
        self.sent.append(command)
        return self._answers(command)

    def control(self, code: int) -> bytes | None:
        if self._properties is None:
            return None
        return (
            self._properties
            if code == PROPERTIES
            else bytes.fromhex("0604420003301204") + PROPERTIES.to_bytes(4, "big")
        )

    def readers(self) -> tuple[str, ...]:
        return ("Reader",) if self.plugged_in else ()


def line(played: Played) -> PcscCard:
    handle = cast("Handle", played)
    deadline = Deadline(monotonic_ms() + 60_000)
    return PcscCard(handle, cast("Context", played), "Reader", deadline, Limits(), max_data_of(handle))


@pytest.mark.parametrize(
    ("properties", "extended"),
    [
        (None, True),  # it does not say, and the card says that it takes them
        (bytes.fromhex("0A0400000100"), True),  # 65536
        (bytes.fromhex("0B0200000A0400010000"), False),  # 256
        (bytes.fromhex("0A0400000000"), False),  # none of extended length
        (bytes.fromhex("0A"), True),
    ],
)
def test_a_reader_without_extended_length_is_not_sent_any(properties: bytes | None, extended: bool) -> None:
    played = Played(lambda _: b"\x01\x90\x00", properties)
    card = line(played)
    assert card.extended_length is extended
    assert card.transmit(READ_MUCH) == (b"\x01\x90\x00" if extended else b"\x67\x00")
    assert played.sent == ([READ_MUCH] if extended else [])
    assert card.transmit(bytes.fromhex("00B0000000")) == b"\x01\x90\x00"


@pytest.mark.parametrize("answer", [b"", b"\x90"])
def test_an_answer_without_a_status_is_a_card_that_is_gone(answer: bytes) -> None:
    with pytest.raises(CardRemoved):
        line(Played(lambda _: answer)).transmit(READ_MUCH)


def test_a_card_that_is_gone_together_with_its_reader_is_a_reader_that_is_gone() -> None:
    def pulled(_command: bytes) -> bytes:
        raise CardRemoved

    played = Played(pulled)
    with pytest.raises(CardRemoved):
        line(played).transmit(READ_MUCH)
    played.plugged_in = False
    with pytest.raises(ReaderGone):
        line(played).transmit(READ_MUCH)


@pytest.mark.parametrize(
    ("flags", "present"),
    [
        (scard.SCARD_STATE_PRESENT, True),
        (scard.SCARD_STATE_PRESENT | scard.SCARD_STATE_INUSE | scard.SCARD_STATE_EXCLUSIVE, True),
        (scard.SCARD_STATE_PRESENT | scard.SCARD_STATE_MUTE, False),
        (scard.SCARD_STATE_EMPTY, False),
        (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE, False),
    ],
)
def test_what_lies_in_a_reader(flags: int, present: bool) -> None:
    state = ReaderState("Reader", 0x0003_0000 | flags | scard.SCARD_STATE_CHANGED, b"")
    assert (state.present, state.arrivals) == (present, 3)


@given(atr=st.binary(max_size=40))
def test_no_answer_to_reset_breaks_anything(atr: bytes) -> None:
    assert not says_extended_length(atr) or is_contactless(atr)


@given(
    data=st.binary(max_size=300),
    expected=st.none() | st.integers(1, 256),
    wanted=st.integers(1, 256),
)
def test_the_length_that_a_card_asks_for_is_the_only_thing_that_changes(
    data: bytes, expected: int | None, wanted: int
) -> None:
    command = CommandApdu(0x00, 0xB0, 0x01, 0x02, data, expected).encode(extended=True)
    again = CommandApdu(0x00, 0xB0, 0x01, 0x02, data, wanted).encode(extended=True)
    assert with_expected_length(command, wanted & 0xFF) == again


@given(sent=st.lists(st.binary(min_size=1, max_size=256), min_size=1, max_size=6), cla=st.integers(0, 3))
def test_portions_are_put_together_in_their_order(sent: list[bytes], cla: int) -> None:
    rest = list(sent)

    def portion(_command: bytes) -> bytes:
        part = rest.pop(0)
        return part + (b"\x61" + bytes((len(rest[0]) & 0xFF,)) if rest else b"\x90\x00")

    played = Played(portion)
    assert line(played).transmit(bytes((cla, 0xB0, 0, 0, 0))) == b"".join(sent) + b"\x90\x00"
    assert [command[:4] for command in played.sent[1:]] == [bytes((cla, 0xC0, 0, 0))] * (len(sent) - 1)
    assert [command[4] for command in played.sent[1:]] == [len(part) & 0xFF for part in sent[1:]]
