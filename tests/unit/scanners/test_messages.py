"""Cutting what a scanner sends into texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hal.qr.scanners.messages import GIVE_UP_MS, SILENCE_MS, Ending, Framer, Message, reading_of
from hal.wire import Symbology

TOKEN = "ABHOLFACH-P-" + "K7MQ2ZDX" * 3 + "AE"
ENDS = {
    Ending.AUTO: (b"", b"\r"),
    Ending.CR: (b"", b"\r"),
    Ending.LF: (b"", b"\n"),
    Ending.CRLF: (b"", b"\r\n"),
    Ending.ETX: (b"\x02", b"\x03"),
}


def contents(framer: Framer, *parts: bytes, now_ms: int = 1000) -> list[bytes | None]:
    return [message.content for part in parts for message in framer.feed(part, now_ms)]


@pytest.mark.parametrize("ending", ENDS)
def test_a_text_ends_where_the_scanner_says_so(ending: Ending) -> None:
    before, after = ENDS[ending]
    one = before + TOKEN.encode() + after
    assert contents(Framer(ending), one + before + b"ORD-7" + after) == [TOKEN.encode(), b"ORD-7"]


@given(
    texts=some.lists(some.text("ABC0123-", min_size=1, max_size=44), min_size=1, max_size=4),
    ending=some.sampled_from(sorted(ENDS)),
    sizes=some.lists(some.integers(1, 9), min_size=1),
)
def test_however_the_bytes_are_cut_the_same_texts_come(texts: list[str], ending: Ending, sizes: list[int]) -> None:
    before, after = ENDS[ending]
    stream = b"".join(before + text.encode() + after for text in texts)
    framer, found, at, turn = Framer(ending), [], 0, 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        found += contents(framer, stream[at : at + size])
        at, turn = at + size, turn + 1
    # Beyond 43 characters it is no code of ours, with an identifier before it or without.
    assert [None if content is None else content.decode() for content in found] == [
        text if len(text) + (ending is Ending.CRLF) <= 44 else None for text in texts
    ]


@pytest.mark.parametrize("ends", [b"\r", b"\n", b"\r\n", b"\n\r", b"\t", b"\0", b"\x03"])
def test_auto_takes_whatever_end_comes(ends: bytes) -> None:
    assert contents(Framer(Ending.AUTO), b"ORD-1" + ends + b"ORD-2" + ends) == [b"ORD-1", b"ORD-2"]


def test_between_stx_and_etx_only() -> None:
    assert contents(Framer(Ending.ETX), b"noise\x03\r\n\x02ORD-1\x03more\x02OR\x02ORD-2\x03") == [b"ORD-1", b"ORD-2"]


def test_stx_begins_anew_in_auto() -> None:
    assert contents(Framer(Ending.AUTO), b"\xff\xfe\x02ORD-1\x03") == [b"ORD-1"]


def test_a_line_feed_alone_is_no_end_of_crlf() -> None:
    assert contents(Framer(Ending.CRLF), b"ORD-1\nORD-2\r\n") == [b"ORD-1\n", b"ORD-2"]


def test_a_flood_is_one_text_that_is_too_long_and_nothing_is_kept_of_it() -> None:
    framer = Framer(Ending.CR)
    assert contents(framer, *[b"A" * 4096] * 100) == []
    assert contents(framer, b"\r") == [None]
    assert contents(framer, b"ORD-1\r") == [b"ORD-1"]


def test_without_an_end_silence_is_one() -> None:
    framer = Framer(Ending.NONE)
    assert contents(framer, b"ORD", now_ms=1000) == []
    assert framer.due_in_ms(1000 + SILENCE_MS - 1) == 1
    assert contents(framer, b"-1", now_ms=1000 + SILENCE_MS - 1) == []
    assert list(framer.tick(1000 + 2 * SILENCE_MS - 2)) == []
    assert list(framer.tick(1000 + 2 * SILENCE_MS - 1)) == [Message(b"ORD-1", 1000)]
    assert contents(framer, b"ORD-2", now_ms=5000) == []
    # What comes late shows the silence before it.
    assert [message.content for message in framer.feed(b"ORD-3", 6000)] == [b"ORD-2"]


def test_a_text_without_its_end_never_becomes_part_of_the_next() -> None:
    framer = Framer(Ending.CR)
    assert contents(framer, b"ABHOLF", now_ms=0) == []
    assert contents(framer, b"ORD-1\r", now_ms=GIVE_UP_MS) == [b"ORD-1"]
    assert framer.given_up == 1


def test_the_time_is_that_of_the_first_byte() -> None:
    framer = Framer(Ending.CR)
    assert contents(framer, b"\r\rO", now_ms=100) == []
    assert [message.mono_ms for message in framer.feed(b"RD-1\rORD-2\r", 300)] == [100, 300]


@pytest.mark.parametrize(
    ("content", "identified", "text", "symbology"),
    [
        (b"]Q1" + TOKEN.encode(), True, TOKEN, Symbology.QR),
        (b"]C0ORD-77", False, "ORD-77", Symbology.CODE_128),
        (b"]A0ORD-77", True, "ORD-77", Symbology.CODE_39),
        (b"]d2ORD-77", True, "ORD-77", Symbology.DATA_MATRIX),
        (b"]C1" + TOKEN.encode(), False, TOKEN, Symbology.CODE_128),
        (TOKEN.encode(), False, TOKEN, Symbology.QR),
        (b"ORD-77", False, "ORD-77", Symbology.CODE_128),
        (b"ORD-77", True, "", Symbology.QR),
        (b"]E04006381333931", False, "", Symbology.QR),
        (b"\xc3\x84ORD", False, "\ufffd\ufffdORD", Symbology.CODE_128),
        (b"A" * 41, False, "", Symbology.QR),
        (None, False, "", Symbology.QR),
    ],
)
def test_how_a_text_was_printed(content: bytes | None, identified: bool, text: str, symbology: Symbology) -> None:
    reading = reading_of(Message(content, 0), identified=identified)
    assert (reading.text.reveal(), reading.symbology) == (text, symbology)


def test_a_message_does_not_show_what_it_holds() -> None:
    assert TOKEN not in repr(Message(TOKEN.encode(), 5))
