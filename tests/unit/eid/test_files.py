"""Reading a chip's files, from virtual chips that give them in different ways."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hal.eid import tlv
from hal.eid.apdu import CommandApdu, ResponseApdu
from hal.eid.files import DATA_GROUPS, SECURITY_OBJECT, CardLine, FileReader, select_travel_document
from hal.eid.messaging import PlainMessaging
from hal.eid.outcome import NotAccepted, NotPossible, Reason
from simulator.card.chip import Chip
from simulator.card.image import ChipImage, Misbehaviour
from tests.unit.eid.chip_line import ChipLine, Scripted

LONG = tlv.encode(0x77, bytes(range(256)) * 9)
SHORT = tlv.encode(0x61, b"\x5f\x1f\x03ABC")
OPEN = ChipImage({0x0101: SHORT, 0x011D: LONG}, access_control=False)


def opened(image: ChipImage, *, extended_length: bool = True) -> tuple[ChipLine, PlainMessaging, FileReader]:
    line = ChipLine(Chip(image), extended_length=extended_length)
    card = CardLine(line)
    messaging = PlainMessaging(card)
    select_travel_document(messaging)
    line.commands.clear()
    return line, messaging, FileReader(card)


def breaking(*misbehaviour: Misbehaviour) -> ChipImage:
    return replace(OPEN, misbehaviour=frozenset(misbehaviour))


@pytest.mark.parametrize(
    ("image", "extended_length", "apdus"),
    [
        (OPEN, True, 2),
        (OPEN, False, 1 + 10),
        # One of extended length that the card does not take after all, asked again; none after it.
        (breaking(Misbehaviour.REFUSES_EXTENDED_LENGTH), True, 2 + 10),
        (replace(OPEN, max_read=1000), True, 1 + 3),
        (replace(OPEN, max_read=100), False, 1 + 24),
        (breaking(Misbehaviour.ANSWERS_IN_PORTIONS), False, 2 * (1 + 10)),
        (breaking(Misbehaviour.WANTS_EXACT_LENGTH), True, None),
        (breaking(Misbehaviour.WANTS_EXACT_LENGTH), False, None),
        (breaking(Misbehaviour.READS_SHORT), True, None),
        (breaking(Misbehaviour.WITHOUT_SHORT_IDENTIFIERS), True, None),
        (breaking(Misbehaviour.WITHOUT_SHORT_IDENTIFIERS), False, None),
    ],
    ids=str,
)
def test_every_allowed_way_of_giving_a_file(image: ChipImage, extended_length: bool, apdus: int | None) -> None:
    line, messaging, files = opened(image, extended_length=extended_length)
    assert files.read(messaging, DATA_GROUPS[1]) == SHORT
    assert files.read(messaging, SECURITY_OBJECT) == LONG
    if apdus is not None:
        assert len(line.commands) == apdus


@pytest.mark.parametrize("image", [OPEN, breaking(Misbehaviour.WITHOUT_SHORT_IDENTIFIERS)], ids=str)
def test_a_file_that_is_not_there(image: ChipImage) -> None:
    _, messaging, files = opened(image)
    assert files.read(messaging, DATA_GROUPS[14]) is None
    assert files.read(messaging, DATA_GROUPS[1]) == SHORT
    assert files.read(messaging, DATA_GROUPS[15]) is None


def test_a_card_that_finds_nothing_by_short_identifiers_is_asked_by_long_ones() -> None:
    def answer(command: CommandApdu) -> ResponseApdu:
        if command.ins == 0xA4:
            return ResponseApdu(b"", 0x9000 if command.data == b"\x01\x01" else 0x6A82)
        return ResponseApdu(b"", 0x6A82) if command.p1 & 0x80 else ResponseApdu(SHORT, 0x9000)

    files = FileReader(CardLine(ChipLine(Chip(OPEN))))
    assert files.read(Scripted(answer), DATA_GROUPS[14]) is None
    assert files.read(Scripted(answer), DATA_GROUPS[1]) == SHORT


@pytest.mark.parametrize(
    "image",
    [breaking(Misbehaviour.READS_NOTHING), replace(OPEN, access_control=True)],
    ids=["nothing", "not without protection"],
)
def test_a_card_that_does_not_give_it(image: ChipImage) -> None:
    _, messaging, files = opened(image)
    with pytest.raises(NotPossible) as refused:
        files.read(messaging, DATA_GROUPS[1])
    assert refused.value.reason is Reason.CARD_FAILED


@pytest.mark.parametrize(
    "content", [b"\x00", b"\x61\x80", b"\x61\x83\x01", b"\x62\x01\x00", b"\x61\x82\x80\x00" + bytes(8)], ids=bytes.hex
)
def test_a_file_that_holds_something_else(content: bytes) -> None:
    _, messaging, files = opened(replace(OPEN, files={0x0101: content}))
    with pytest.raises(NotAccepted) as refused:
        files.read(messaging, DATA_GROUPS[1])
    assert refused.value.reason is Reason.DATA_MALFORMED


def test_what_follows_the_object_is_not_part_of_it() -> None:
    _, messaging, files = opened(replace(OPEN, files={0x0101: SHORT + bytes(100)}))
    assert files.read(messaging, DATA_GROUPS[1]) == SHORT


def test_a_card_without_the_application() -> None:
    line = ChipLine(Chip(replace(OPEN, travel_document=False)))
    with pytest.raises(NotPossible) as refused:
        select_travel_document(PlainMessaging(line))
    assert refused.value.reason is Reason.NOT_A_TRAVEL_DOCUMENT


def test_faces_and_fingerprints_cannot_be_asked_for() -> None:
    assert set(DATA_GROUPS) == {1, 14, 15}


@settings(max_examples=100)
@given(st.lists(st.tuples(st.binary(max_size=20), st.sampled_from([0x9000, 0x6282, 0x6A82, 0x6700])), max_size=6))
def test_whatever_a_card_answers_reading_ends(answers: list[tuple[bytes, int]]) -> None:
    left = list(answers)

    def answer(_: CommandApdu) -> ResponseApdu:
        return ResponseApdu(*left.pop(0)) if left else ResponseApdu(b"", 0x6F00)

    content, reason = None, None
    try:
        content = FileReader(CardLine(ChipLine(Chip(OPEN)))).read(Scripted(answer), DATA_GROUPS[1])
    except NotAccepted as error:
        reason = error.reason
    assert reason in (None, Reason.DATA_MALFORMED, Reason.CARD_FAILED)
    assert content is None or content[0] == 0x61
