"""SecurityInfos: what real chips say, and that nothing makes the parser fall."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hal.eid import data_groups, der, security_infos, tlv
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.security_infos import (
    ActiveAuthenticationInfo,
    ChipAuthenticationInfo,
    OtherInfo,
    PaceInfo,
    TerminalAuthenticationInfo,
    protocol_name,
)
from hal.eid.tlv import TlvError

VECTORS = Path(__file__).parents[2] / "vectors"
GERMANY = bytes.fromhex(json.loads((VECTORS / "chip_authentication.json").read_text())["passports"][1]["dg14"])


def member(oid: str, *fields: bytes) -> bytes:
    return tlv.encode(0x30, tlv.encode(0x06, der.encode_object_identifier(oid)) + b"".join(fields))


def parse(*members: bytes) -> security_infos.SecurityInfos:
    return security_infos.parse(tlv.encode(0x31, b"".join(members)))


ONE, TWO = b"\x02\x01\x01", b"\x02\x01\x02"


def test_a_german_passport() -> None:
    infos = data_groups.chip_security_infos(GERMANY)
    assert infos.pace == (
        PaceInfo("0.4.0.127.0.7.2.2.4.2.2", 2, 13),
        PaceInfo("0.4.0.127.0.7.2.2.4.6.2", 2, 13),
    )
    assert [protocol_name(one.oid) for one in infos.pace] == [
        "PACE-ECDH-GM-AES-CBC-CMAC-128",
        "PACE-ECDH-CAM-AES-CBC-CMAC-128",
    ]
    assert infos.chip_authentication == (ChipAuthenticationInfo("0.4.0.127.0.7.2.2.3.2.2", 1, 0xC3),)
    assert [key.key_id for key in infos.chip_keys] == [0xC3]
    assert TerminalAuthenticationInfo("0.4.0.127.0.7.2.2.2", 1) in infos.infos
    assert len(infos.encoded_of_pace()) == 2


def test_every_kind_is_known_and_others_are_kept() -> None:
    plain_ecdsa = tlv.encode(0x06, der.encode_object_identifier("0.4.0.127.0.7.1.1.4.1.3"))
    infos = parse(
        member("2.23.136.1.1.5", ONE, plain_ecdsa),
        member("0.4.0.127.0.7.2.2.6", b"\x0c\x01x"),
        member("0.4.0.127.0.7.2.2.4.2", b"\x30\x00", ONE),
    )
    assert infos.active_authentication == (ActiveAuthenticationInfo("2.23.136.1.1.5", 1, "0.4.0.127.0.7.1.1.4.1.3"),)
    assert infos.infos[1:] == (OtherInfo("0.4.0.127.0.7.2.2.6"), OtherInfo("0.4.0.127.0.7.2.2.4.2"))
    assert len(infos.encoded_of_pace()) == 1, "domain parameters of the chip's own are said about PACE too"


def test_what_is_said_of_pace_is_compared_as_octets() -> None:
    shorter = parse(member("0.4.0.127.0.7.2.2.4.2.2", TWO))
    longer = parse(member("0.4.0.127.0.7.2.2.4.2.2", TWO, ONE))
    assert shorter.encoded_of_pace() != longer.encoded_of_pace()
    twice = parse(member("0.4.0.127.0.7.2.2.4.2.2", TWO), member("0.4.0.127.0.7.2.2.3.2.2", ONE))
    assert shorter.encoded_of_pace() == twice.encoded_of_pace()


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x30\x00",
        b"\x31\x01\x30",
        b"\x31\x00\x00",
        b"\x31\x80\x00\x00",
        b"\x31\x02\x30\x00",
        tlv.encode(0x31, member("0.4.0.127.0.7.2.2.4.2.2")),
        tlv.encode(0x31, member("0.4.0.127.0.7.2.2.4.2.2", b"\x04\x01\x02")),
        tlv.encode(0x31, member("0.4.0.127.0.7.2.2.4.2.2", TWO, b"\x06\x01\x02")),
        tlv.encode(0x31, member("0.4.0.127.0.7.2.2.4.2.2", TWO, ONE, ONE)),
        tlv.encode(0x31, member("0.4.0.127.0.7.2.2.1.2", ONE)),
        tlv.encode(0x31, member("2.23.136.1.1.5", ONE)),
        tlv.encode(0x31, tlv.encode(0x30, b"\x06\x01\x84" + ONE)),
        tlv.encode(0x31, tlv.encode(0x30, b"\x06\x00" + ONE)),
    ],
    ids=lambda octets: octets.hex()[:40],
)
def test_what_is_not_well_formed_is_refused(octets: bytes) -> None:
    with pytest.raises(TlvError):
        security_infos.parse(octets)
    with pytest.raises(NotAccepted) as refused:
        data_groups.chip_security_infos(tlv.encode(0x6E, octets))
    assert refused.value.reason is Reason.DATA_MALFORMED


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=8), st.integers(0, 2), st.integers(0, 39))
def test_object_identifiers_come_back(arcs: list[int], first: int, second: int) -> None:
    dotted = ".".join(map(str, (first, second, *arcs)))
    (element,) = tlv.parse(tlv.encode(0x06, der.encode_object_identifier(dotted)))
    assert der.object_identifier(element) == dotted


@settings(max_examples=300)
@given(st.binary(max_size=120))
def test_no_octets_make_the_parser_fall(octets: bytes) -> None:
    for candidate in (octets, tlv.encode(0x31, octets), tlv.encode(0x31, tlv.encode(0x30, octets))):
        try:
            infos = security_infos.parse(candidate)
        except TlvError:
            continue
        assert len(infos.infos) == len(infos.encoded)
        assert all(protocol_name(one.oid) for one in infos.infos)
