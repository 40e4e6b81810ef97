"""Chip authentication against real passports' recorded conversations, and against what nobody should send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hal.eid import chip_authentication, data_groups, security_infos, tlv
from hal.eid.apdu import ResponseApdu
from hal.eid.der import encode_object_identifier
from hal.eid.domain_parameters import standardised
from hal.eid.key_derivation import CIPHER_SUITES
from hal.eid.messaging import PlainMessaging
from hal.eid.outcome import NotAccepted, NotPossible, Reason
from hal.eid.secure_messaging import SecureMessaging, SessionCipher
from tests.unit.eid.chip_line import Recorded, Scripted

VECTORS = Path(__file__).parents[2] / "vectors"
PASSPORTS: list[dict[str, Any]] = json.loads((VECTORS / "chip_authentication.json").read_text())["passports"]
DATA_GROUPS_14: list[dict[str, Any]] = json.loads((VECTORS / "security_infos.json").read_text())["security_infos"]
GERMANY = next(one for one in PASSPORTS if one["name"] == "Germany")


def session(below: PlainMessaging, fields: dict[str, str]) -> SecureMessaging:
    return SecureMessaging(
        below,
        SessionCipher(fields["cipher"]),
        bytes.fromhex(fields["encryption"]),
        bytes.fromhex(fields["authentication"]),
        int(fields.get("counter", "0"), 16),
    )


def chip_key(passport: dict[str, Any]) -> chip_authentication.ChipKey:
    key = chip_authentication.strongest(data_groups.chip_security_infos(bytes.fromhex(passport["dg14"])))
    assert key is not None
    return key


@pytest.mark.parametrize("passport", PASSPORTS, ids=lambda one: str(one["name"]))
def test_a_real_passport_says_what_it_said_then(passport: dict[str, Any]) -> None:
    line = Recorded(passport["exchanges"])
    plain = PlainMessaging(line)
    key = chip_key(passport)
    assert (key.protocol, key.group.name) == (passport["protocol"], passport["group"])
    ephemeral = key.group.key_pair(int(passport["ephemeral_private_key"], 16))
    before = session(plain, passport["session"])
    if passport["name"] == "Malaysia":
        # 3DES, and asked by two commands instead of one: only the agreement itself can be compared.
        chip_authentication.agree_by_general_authenticate(before, key, ephemeral)
    else:
        chip_authentication.authenticate(before, key, ephemeral)
        assert line.finished
    suite = CIPHER_SUITES[int(key.oid[-1])]
    keys = suite.keys(ephemeral.agree(key.public))
    assert keys.encryption.hex() == passport["renewed_session"]["encryption"].lower()
    assert keys.authentication.hex() == passport["renewed_session"]["authentication"].lower()


def test_a_passport_without_the_private_key_is_a_copy() -> None:
    """The same conversation, but our key is another one: the chip's answer is under keys that we do not have."""
    passport = GERMANY
    key = chip_key(passport)
    answers = [bytes.fromhex(answer) for _, answer in passport["exchanges"]]

    class Deaf:
        extended_length = False

        def transmit(self, command: bytes) -> bytes:
            return answers.pop(0)

    before = session(PlainMessaging(Deaf()), passport["session"])
    with pytest.raises(NotAccepted) as refused:
        chip_authentication.authenticate(before, key, key.group.key_pair(4711))
    assert refused.value.reason is Reason.CLONED


def test_a_chip_that_refuses_is_a_copy() -> None:
    key = chip_key(PASSPORTS[0])
    for agree in (chip_authentication.agree_by_template, chip_authentication.agree_by_general_authenticate):
        with pytest.raises(NotAccepted) as refused:
            agree(Scripted(lambda _: ResponseApdu(b"", 0x6A80)), key, key.group.generate())
        assert refused.value.reason is Reason.CLONED


def test_a_key_that_does_not_fit_a_short_command_needs_extended_length() -> None:
    group = standardised(1)
    assert group is not None
    key = chip_authentication.ChipKey("0.4.0.127.0.7.2.2.3.1.2", group, group.key_pair(5).public, None)
    with pytest.raises(NotPossible) as refused:
        chip_authentication.agree_by_general_authenticate(
            Scripted(lambda _: ResponseApdu(b"", 0x9000)), key, group.generate()
        )
    assert refused.value.reason is Reason.PROTOCOL_UNSUPPORTED


@pytest.mark.parametrize("vector", DATA_GROUPS_14, ids=lambda one: str(one["source"])[:20])
def test_dg14_of_reference_data(vector: dict[str, Any]) -> None:
    key = chip_authentication.strongest(data_groups.chip_security_infos(bytes.fromhex(vector["dg14"])))
    if vector["protocol"] is None:
        assert key is None
    else:
        assert key is not None
        assert (key.protocol, key.group.name) == (vector["protocol"], vector["group"])


def infos_of(*members: bytes) -> security_infos.SecurityInfos:
    return security_infos.parse(tlv.encode(0x31, b"".join(members)))


def info(oid: str, *fields: bytes) -> bytes:
    return tlv.encode(0x30, tlv.encode(0x06, encode_object_identifier(oid)) + b"".join(fields))


def number(value: int) -> bytes:
    return tlv.encode(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def standardised_key(parameter_id: int, scalar: int = 7) -> bytes:
    group = standardised(parameter_id)
    assert group is not None
    public = group.key_pair(scalar).public
    content = number(int.from_bytes(public, "big")) if parameter_id < 3 else public
    algorithm = tlv.encode(0x30, tlv.encode(0x06, encode_object_identifier("0.4.0.127.0.7.1.2")) + number(parameter_id))
    return tlv.encode(0x30, algorithm + tlv.encode(0x03, b"\x00" + content))


CA, PK = "0.4.0.127.0.7.2.2.3", "0.4.0.127.0.7.2.2.1"


def test_the_strongest_of_several_is_taken_and_each_key_belongs_to_its_info() -> None:
    found = chip_authentication.strongest(
        infos_of(
            info(f"{CA}.2.1", number(1), number(1)),
            info(f"{CA}.1.4", number(1), number(2)),
            info(f"{CA}.2.4", number(1), number(3)),
            info(f"{CA}.2.4", number(2), number(1)),
            info(f"{PK}.2", standardised_key(12), number(1)),
            info(f"{PK}.1", standardised_key(0), number(2)),
            info(f"{PK}.2", standardised_key(16), number(3)),
        )
    )
    assert found is not None
    assert (found.protocol, found.group.name, found.key_id) == ("CA-ECDH-AES-CBC-CMAC-256", "brainpoolP384r1", 3)


def test_a_key_that_cannot_be_used_makes_way_for_one_that_can() -> None:
    good = info(f"{PK}.2", standardised_key(12), number(1))
    bad = info(f"{PK}.2", tlv.encode(0x30, b"\x30\x00\x03\x01\x00"), number(2))
    infos = (info(f"{CA}.2.2", number(1), number(1)), info(f"{CA}.2.4", number(1), number(2)))
    found = chip_authentication.strongest(infos_of(*infos, good, bad))
    assert found is not None
    assert found.key_id == 1
    with pytest.raises(NotAccepted):
        chip_authentication.strongest(infos_of(*infos, bad))


def test_an_info_without_its_key_is_no_offer() -> None:
    assert chip_authentication.strongest(infos_of(info(f"{CA}.2.2", number(1)))) is None
    assert chip_authentication.strongest(infos_of()) is None


def dh_key(*parameters: int, oid: str, public: int) -> bytes:
    algorithm = tlv.encode(
        0x30,
        tlv.encode(0x06, encode_object_identifier(oid)) + tlv.encode(0x30, b"".join(map(number, parameters))),
    )
    return tlv.encode(0x30, algorithm + tlv.encode(0x03, b"\x00" + number(public)))


def test_primes_are_spelled_out_in_both_ways_and_checked() -> None:
    group = standardised(0)
    assert group is not None
    p, g, q = (getattr(group, name) for name in ("p", "g", "q"))
    public = int.from_bytes(group.key_pair(99).public, "big")
    for parameters, oid in (((p, g, q), "1.2.840.10046.2.1"), ((p, g), "1.2.840.113549.1.3.1")):
        found, element = chip_authentication.public_key(dh_key(*parameters, oid=oid, public=public))
        pair = found.generate()
        assert pair.agree(element) == group.key_pair(99).agree(pair.public)
    for parameters, reason in (
        ((p, g, q + 2), Reason.ALGORITHM_UNSUPPORTED),
        ((p, 1, q), Reason.ALGORITHM_UNSUPPORTED),
        ((p >> 512 | 1, g, q), Reason.ALGORITHM_WEAK),
        (((1 << 5000) + 1, g, q), Reason.ALGORITHM_UNSUPPORTED),
    ):
        with pytest.raises(NotAccepted) as refused:
            chip_authentication.public_key(dh_key(*parameters, oid="1.2.840.10046.2.1", public=public))
        assert refused.value.reason is reason
    with pytest.raises(NotAccepted) as refused:
        chip_authentication.public_key(dh_key(p, g, q, oid="1.2.840.10046.2.1", public=p - 1))
    assert refused.value.reason is Reason.DATA_MALFORMED


def test_a_curve_that_is_almost_a_known_one_is_none() -> None:
    """Explicit parameters with another base point: whoever chose it may know what he should not."""
    dg14 = bytes.fromhex(PASSPORTS[0]["dg14"])
    generator = bytes.fromhex("8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262")
    spoiled = dg14.replace(generator, generator[:-1] + b"\x63")
    assert spoiled != dg14
    with pytest.raises(NotAccepted) as refused:
        chip_authentication.strongest(data_groups.chip_security_infos(spoiled))
    assert refused.value.reason is Reason.CURVE_UNKNOWN


@settings(max_examples=200)
@given(st.sampled_from(PASSPORTS), st.data())
def test_whatever_is_changed_in_dg14_ends_in_a_reason(passport: dict[str, Any], data: st.DataObject) -> None:
    dg14 = bytearray.fromhex(passport["dg14"])
    for _ in range(data.draw(st.integers(1, 3))):
        dg14[data.draw(st.integers(0, len(dg14) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(dg14[: data.draw(st.integers(0, len(dg14)))]) if data.draw(st.booleans()) else bytes(dg14)
    reason = None
    try:
        chip_authentication.strongest(data_groups.chip_security_infos(cut))
    except NotAccepted as error:
        reason = error.reason
    assert reason in (
        None,
        Reason.DATA_MALFORMED,
        Reason.CURVE_UNKNOWN,
        Reason.ALGORITHM_UNSUPPORTED,
        Reason.ALGORITHM_WEAK,
    )


@settings(max_examples=200)
@given(st.binary(max_size=80))
def test_no_public_key_makes_it_fall(octets: bytes) -> None:
    for candidate in (octets, tlv.encode(0x30, octets)):
        with pytest.raises(NotAccepted):
            chip_authentication.public_key(candidate)
