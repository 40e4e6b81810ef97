from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from hal.eid import tlv

TAGS = st.sampled_from((0x02, 0x30, 0x7C, 0x87, 0x99, 0x5F1F, 0x7F49, 0x5F8101))
ELEMENTS = st.lists(st.tuples(TAGS, st.binary(max_size=300)), max_size=5)


@given(elements=ELEMENTS)
def test_what_is_encoded_is_read(elements: list[tuple[int, bytes]]) -> None:
    encoded = b"".join(tlv.encode(tag, value) for tag, value in elements)
    read = tlv.parse(encoded)
    assert [(element.tag, element.value) for element in read] == elements
    assert b"".join(element.encoded for element in read) == encoded


@given(data=st.binary(max_size=60), shortest=st.booleans())
def test_whatever_comes_is_read_or_refused(data: bytes, shortest: bool) -> None:
    try:
        elements = tlv.parse(data, shortest=shortest)
    except tlv.TlvError:
        event("refused")
    else:
        assert b"".join(element.encoded for element in elements) == data
        if shortest:
            assert b"".join(tlv.encode(element.tag, element.value) for element in elements) == data


@pytest.mark.parametrize(
    ("data", "tag", "length"),
    [("6020", 0x60, 32), ("7F4982010E", 0x7F49, 270), ("5F1F05", 0x5F1F, 5), ("778401000000", 0x77, 0x1000000)],
)
def test_the_header_of_a_file_whose_rest_is_still_to_be_read(data: str, tag: int, length: int) -> None:
    header = tlv.parse_header(bytes.fromhex(data))
    assert (header.tag, header.size, header.length) == (tag, len(data) // 2, length)


@pytest.mark.parametrize(
    "data",
    [
        "60",  # no length
        "6081",  # half a length
        "600201",  # half a value
        "6080010000",  # indefinite
        "608500000000010A",  # a length of five bytes
        "60FF",  # reserved
        "0000",  # no tag
        "FF2000",
        "7F",  # half a tag
        "7F0F00",  # a tag that needs one byte only
        "7F808100",
        "5F81818100",  # a tag of four bytes
        "600101FF",  # something after it
    ],
)
def test_what_is_no_tlv_is_refused(data: str) -> None:
    with pytest.raises(tlv.TlvError):
        tlv.parse(bytes.fromhex(data), shortest=False)


@pytest.mark.parametrize("data", ["60810141", "6082000141", "608180" + "00" * 128, "60820080" + "00" * 128])
def test_lengths_longer_than_needed_only_where_allowed(data: str) -> None:
    octets = bytes.fromhex(data)
    if octets[1] == 0x81 and octets[2] >= 0x80:
        assert tlv.parse(octets)[0].tag == 0x60
    else:
        assert tlv.parse(octets, shortest=False)[0].tag == 0x60
        with pytest.raises(tlv.TlvError):
            tlv.parse(octets)


@pytest.mark.parametrize("data", ["", "60", "6081", "608201", "7F", "5F81"])
def test_a_header_that_is_cut_short(data: str) -> None:
    with pytest.raises(tlv.TlvError):
        tlv.parse_header(bytes.fromhex(data), shortest=False)


@pytest.mark.parametrize("data", ["", "60003000", "3000", "6000FF"])
def test_one_data_object_and_no_other(data: str) -> None:
    with pytest.raises(tlv.TlvError):
        tlv.parse_one(bytes.fromhex(data), 0x60)


def test_values_are_not_shown() -> None:
    assert "secret" not in repr(tlv.parse(tlv.encode(0x80, b"secret")))
