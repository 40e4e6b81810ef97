"""PACE between this side and the virtual card: two readings of the standard, written apart, that have to agree."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hal.eid import tlv
from hal.eid.access_key import AccessKey, CardAccessNumber, MrzKey
from hal.eid.apdu import CommandApdu
from hal.eid.channel import CardChannel
from hal.eid.messaging import PlainMessaging
from hal.eid.outcome import NotAccepted, NotPossible, Reason, TryAgain
from hal.eid.pace import PaceResult, establish_pace, understand
from hal.eid.secure_messaging import SecureMessaging
from hal.eid.security_infos import PaceInfo
from simulator.card.chip import Chip
from simulator.card.image import FID_COM, AgreementKey, ChipImage, Misbehaviour, PaceVariant
from tests.unit.eid.card_lines import ChipLine, SaysOnly, Tampered

PACE = "0.4.0.127.0.7.2.2.4"
CAN = CardAccessNumber("265718")
MRZ = MrzKey("L898902C<369080619406236")
COM = bytes.fromhex("60145F0104303130365F36063034303030305C026175")
GENERIC, INTEGRATED, CHIP_AUTHENTICATION = 2, 4, 6
MAPPINGS = {1: (0, 1, 2), 2: range(8, 19), 3: (0, 1, 2), 4: (8, 9, *range(11, 19)), 6: range(8, 19)}
#: Every mapping on every group, with every cipher on two of them.
VARIANTS = [
    (f"{PACE}.{mapping}.{cipher}", parameter_id)
    for mapping, parameter_ids in MAPPINGS.items()
    for parameter_id in parameter_ids
    for cipher in ((1, 2, 3, 4) if parameter_id in (0, 13) else (2,))
    if (mapping, cipher) != (CHIP_AUTHENTICATION, 1)
]


def chip_line(oid: str, parameter_id: int, *misbehaviour: Misbehaviour) -> ChipLine:
    image = ChipImage(
        files={FID_COM: COM},
        can=CAN.digits,
        mrz_information=MRZ.information,
        pace=(PaceVariant(oid, parameter_id),),
        chip_mapping_key=AgreementKey(parameter_id, 4711) if oid.startswith(f"{PACE}.6.") else None,
        misbehaviour=frozenset(misbehaviour),
    )
    return ChipLine(Chip(image))


def run(line: CardChannel, oid: str, parameter_id: int, key: AccessKey = CAN) -> PaceResult:
    return establish_pace(PlainMessaging(line), PaceInfo(oid, 2, parameter_id), key)


def refused(line: CardChannel, mapping: int = GENERIC, parameter_id: int = 12, key: AccessKey = CAN) -> NotAccepted:
    with pytest.raises(NotAccepted) as error:
        run(line, f"{PACE}.{mapping}.2", parameter_id, key)
    return error.value


@pytest.mark.parametrize(("oid", "parameter_id"), VARIANTS)
def test_every_variant(oid: str, parameter_id: int) -> None:
    line = chip_line(oid, parameter_id)
    result = run(line, oid, parameter_id)
    assert len(line.heard) == 5
    assert read_com(result.messaging) == COM
    if oid.startswith(f"{PACE}.6."):
        assert result.chip_authentication_data is not None
        group = result.variant.group
        data = group.key_pair(int.from_bytes(result.chip_authentication_data, "big"))
        assert data.multiply(group.key_pair(4711).public) == result.mapping_key
    else:
        assert result.chip_authentication_data is None


def test_the_mrz_opens_it_too() -> None:
    run(chip_line(f"{PACE}.2.2", 12), f"{PACE}.2.2", 12, MRZ)


@pytest.mark.parametrize("mapping", [GENERIC, INTEGRATED, CHIP_AUTHENTICATION])
@pytest.mark.parametrize(
    "key", [CardAccessNumber("265719"), MrzKey.of("L898902D", "690806", "940623")], ids=["CAN", "MRZ"]
)
def test_the_wrong_key_may_be_given_again(mapping: int, key: AccessKey) -> None:
    line = chip_line(f"{PACE}.{mapping}.2", 12)
    error = refused(line, mapping, 12, key)
    assert isinstance(error, TryAgain)
    assert error.reason is Reason.ACCESS_KEY_WRONG
    # And so it may: the card counts nothing.
    run(line, f"{PACE}.{mapping}.2", 12)


def test_parameters_are_named_only_where_there_are_several() -> None:
    line = chip_line(f"{PACE}.2.2", 12)
    run(line, f"{PACE}.2.2", 12)
    several = chip_line(f"{PACE}.2.2", 12)
    establish_pace(PlainMessaging(several), PaceInfo(f"{PACE}.2.2", 2, 12), CAN, several_parameters=True)
    assert several.heard[0] == line.heard[0][:4] + bytes((line.heard[0][4] + 3,)) + line.heard[0][5:] + b"\x84\x01\x0c"


@pytest.mark.parametrize(
    ("misbehaviour", "mapping", "reason"),
    [
        (Misbehaviour.PACE_REFLECTS_MAPPING_KEY, GENERIC, Reason.PACE_FAILED),
        (Misbehaviour.PACE_REFLECTS_KEY, GENERIC, Reason.PACE_FAILED),
        (Misbehaviour.PACE_REFLECTS_KEY, INTEGRATED, Reason.PACE_FAILED),
        (Misbehaviour.PACE_REFLECTS_KEY, 1, Reason.PACE_FAILED),
        (Misbehaviour.PACE_MAPPING_POINT_OFF_CURVE, GENERIC, Reason.PACE_FAILED),
        (Misbehaviour.PACE_MAPPING_POINT_OFF_CURVE, 1, Reason.PACE_FAILED),
        (Misbehaviour.PACE_POINT_OFF_CURVE, GENERIC, Reason.PACE_FAILED),
        (Misbehaviour.PACE_POINT_OFF_CURVE, 3, Reason.PACE_FAILED),
        (Misbehaviour.PACE_POINT_AT_INFINITY, GENERIC, Reason.PACE_FAILED),
        (Misbehaviour.PACE_POINT_AT_INFINITY, 1, Reason.PACE_FAILED),
        (Misbehaviour.PACE_TOKEN_WRONG, GENERIC, Reason.PACE_FAILED),
        (Misbehaviour.PACE_TOKEN_REFLECTED, GENERIC, Reason.PACE_FAILED),
        (Misbehaviour.PACE_TOKEN_MISSING, GENERIC, Reason.PACE_FAILED),
        (Misbehaviour.PACE_NONCE_SHORT, GENERIC, Reason.PACE_FAILED),
        (Misbehaviour.PACE_NONCE_SHORT, INTEGRATED, Reason.PACE_FAILED),
        (Misbehaviour.PACE_MALFORMED, GENERIC, Reason.SECURE_MESSAGING_FAILED),
        (Misbehaviour.PACE_REFUSED, GENERIC, Reason.CARD_FAILED),
        (Misbehaviour.CAM_DATA_MISSING, CHIP_AUTHENTICATION, Reason.PACE_FAILED),
    ],
)
def test_a_chip_that_breaks_a_rule(misbehaviour: Misbehaviour, mapping: int, reason: Reason) -> None:
    parameter_id = 0 if mapping in (1, 3) else 12
    error = refused(chip_line(f"{PACE}.{mapping}.2", parameter_id, misbehaviour), mapping, parameter_id)
    assert error.reason is reason
    assert not isinstance(error, TryAgain)


@pytest.mark.parametrize("mapping", [1, GENERIC, 3, INTEGRATED])
def test_key_and_token_sent_back_together(mapping: int) -> None:
    """With both keys the same both tokens are too: nobody who only echoes may get a channel."""
    misbehaviour = Misbehaviour.PACE_REFLECTS_KEY, Misbehaviour.PACE_TOKEN_REFLECTED
    parameter_id = 0 if mapping in (1, 3) else 12
    line = chip_line(f"{PACE}.{mapping}.2", parameter_id, *misbehaviour)
    error = refused(line, mapping, parameter_id)
    assert error.reason is Reason.PACE_FAILED
    assert "sent back" in str(error)
    assert len(line.heard) == 4, "no token is made for a key that is our own"


@pytest.mark.parametrize("at", range(1, 5))
def test_no_answer_is_believed_with_one_byte_changed(at: int) -> None:
    """Up to the token nothing is authentic; so whatever is changed ends in a refusal, and never in a channel."""
    oid = f"{PACE}.2.2"
    honest = chip_line(oid, 12)
    run(honest, oid, 12)
    for position in range(len(honest.said[at])):

        def spoil(count: int, answer: bytes, position: int = position) -> bytes:
            if count != at:
                return answer
            return answer[:position] + bytes((answer[position] ^ 0x41,)) + answer[position + 1 :]

        error = refused(Tampered(chip_line(oid, 12), spoil))
        assert error.reason in (
            Reason.PACE_FAILED,
            Reason.SECURE_MESSAGING_FAILED,
            Reason.CARD_FAILED,
            # A changed nonce or key makes our token wrong for the chip: the same as a wrong CAN.
            Reason.ACCESS_KEY_WRONG,
        )
        if at == 4 and position < len(honest.said[at]) - 2:
            assert error.reason in (Reason.PACE_FAILED, Reason.SECURE_MESSAGING_FAILED)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 4), answer=st.binary(max_size=90), status=st.sampled_from((0x9000, 0x6300, 0x6A80)))
def test_whatever_a_chip_says(at: int, answer: bytes, status: int) -> None:
    line = Tampered(
        chip_line(f"{PACE}.2.2", 12),
        lambda count, said: said if count != at else answer + status.to_bytes(2, "big"),
    )
    if at == 0 and status == 0x9000:
        run(line, f"{PACE}.2.2", 12)
    else:
        assert refused(line).reason is not None


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (b"", Reason.SECURE_MESSAGING_FAILED),
        (b"\x7c\x00", Reason.SECURE_MESSAGING_FAILED),
        (tlv.encode(0x7D, tlv.encode(0x80, bytes(16))), Reason.SECURE_MESSAGING_FAILED),
        (tlv.encode(0x7C, tlv.encode(0x82, bytes(16))), Reason.SECURE_MESSAGING_FAILED),
        (tlv.encode(0x7C, tlv.encode(0x80, bytes(16)) * 2), Reason.SECURE_MESSAGING_FAILED),
        (tlv.encode(0x7C, tlv.encode(0x80, bytes(16)) + tlv.encode(0x81, b"")), Reason.SECURE_MESSAGING_FAILED),
        (tlv.encode(0x7C, tlv.encode(0x80, b"")), Reason.PACE_FAILED),
        (tlv.encode(0x7C, tlv.encode(0x80, bytes(15))), Reason.PACE_FAILED),
        (tlv.encode(0x7C, tlv.encode(0x80, bytes(80))), Reason.PACE_FAILED),
    ],
)
def test_the_nonce_in_another_form(template: bytes, reason: Reason) -> None:
    def spoil(count: int, answer: bytes) -> bytes:
        return answer if count != 1 else template + b"\x90\x00"

    assert refused(Tampered(chip_line(f"{PACE}.2.2", 12), spoil)).reason is reason


@pytest.mark.parametrize("answer", [b"", b"\x7c\x00", b"\x7c\x02\x82\x00"])
def test_what_chips_say_to_the_second_nonce(answer: bytes) -> None:
    line = Tampered(chip_line(f"{PACE}.4.2", 12), lambda count, said: said if count != 2 else answer + b"\x90\x00")
    run(line, f"{PACE}.4.2", 12)


@pytest.mark.parametrize(("answer", "reason"), [("7C0282010090 00", Reason.PACE_FAILED), ("6985", Reason.CARD_FAILED)])
def test_what_no_chip_says_to_the_second_nonce(answer: str, reason: Reason) -> None:
    line = Tampered(chip_line(f"{PACE}.4.2", 12), lambda count, said: said if count != 2 else bytes.fromhex(answer))
    assert refused(line, INTEGRATED).reason is reason


def beside_the_token(*objects: bytes) -> Tampered:
    def spoil(count: int, answer: bytes) -> bytes:
        if count != 4:
            return answer
        return tlv.encode(0x7C, tlv.parse_one(answer[:-2], 0x7C) + b"".join(objects)) + b"\x90\x00"

    return Tampered(chip_line(f"{PACE}.2.2", 12), spoil)


def test_names_of_certification_authorities_may_stand_beside_the_token() -> None:
    run(beside_the_token(tlv.encode(0x87, b"DETESTeID00005")), f"{PACE}.2.2", 12)
    run(beside_the_token(tlv.encode(0x87, b"DETESTeID00005"), tlv.encode(0x88, b"DETESTeID00004")), f"{PACE}.2.2", 12)


@pytest.mark.parametrize("tag", [0x80, 0x89, 0x8A])
def test_nothing_else_may_stand_beside_the_token(tag: int) -> None:
    assert refused(beside_the_token(tlv.encode(tag, bytes(16)))).reason is Reason.PACE_FAILED


@pytest.mark.parametrize("encrypted", [b"", bytes(15), bytes(16), bytes(48)])
def test_chip_authentication_data_that_cannot_be_decrypted(encrypted: bytes) -> None:
    def spoil(count: int, answer: bytes) -> bytes:
        if count != 4:
            return answer
        token, _ = tlv.parse(tlv.parse_one(answer[:-2], 0x7C))
        return tlv.encode(0x7C, token.encoded + tlv.encode(0x8A, encrypted)) + b"\x90\x00"

    line = Tampered(chip_line(f"{PACE}.6.2", 12), spoil)
    assert refused(line, CHIP_AUTHENTICATION).reason is Reason.PACE_FAILED


@pytest.mark.parametrize("parameter_id", [1, 2])
def test_long_keys_need_extended_length(parameter_id: int) -> None:
    line = chip_line(f"{PACE}.1.2", parameter_id)
    line.extended_length = False
    error = refused(line, 1, parameter_id)
    assert isinstance(error, NotPossible)
    assert error.reason is Reason.PROTOCOL_UNSUPPORTED


@pytest.mark.parametrize(
    "info",
    [
        PaceInfo(f"{PACE}.2.2", 2, None),  # parameters of the chip's own
        PaceInfo(f"{PACE}.2.2", 2, 3),  # reserved
        PaceInfo(f"{PACE}.2.2", 2, 32),
        PaceInfo(f"{PACE}.2.2", 1, 13),
        PaceInfo(f"{PACE}.2.2", 3, 13),
        PaceInfo(f"{PACE}.2.5", 2, 13),
        PaceInfo(f"{PACE}.5.2", 2, 13),
        PaceInfo(f"{PACE}.2.2", 2, 0),  # a curve's protocol modulo a prime
        PaceInfo(f"{PACE}.1.2", 2, 13),
        PaceInfo(f"{PACE}.6.1", 2, 13),  # chip-authentication mapping is for AES
        PaceInfo(f"{PACE}.4.2", 2, 10),  # no integrated mapping on secp224r1
        PaceInfo("0.4.0.127.0.7.2.2.3.2.2", 2, 13),
        PaceInfo(PACE, 2, 13),
    ],
    ids=repr,
)
def test_what_is_not_spoken_here_is_not_tried(info: PaceInfo) -> None:
    line = SaysOnly(b"\x90\x00")
    assert understand(info) is None
    with pytest.raises(NotPossible) as error:
        establish_pace(PlainMessaging(line), info, CAN)
    assert error.value.reason is Reason.PROTOCOL_UNSUPPORTED
    assert not line.heard


@pytest.mark.parametrize(
    ("at", "status", "reason"),
    [
        (0, 0x6A88, Reason.ACCESS_KEY_WRONG),
        (0, 0x6A80, Reason.CARD_FAILED),
        (0, 0x63C1, Reason.CARD_FAILED),
        (1, 0x6985, Reason.CARD_FAILED),
        (2, 0x6A80, Reason.CARD_FAILED),
        (3, 0x6A80, Reason.CARD_FAILED),
        (4, 0x6300, Reason.ACCESS_KEY_WRONG),
        (4, 0x63C2, Reason.ACCESS_KEY_WRONG),
        (4, 0x6982, Reason.ACCESS_KEY_WRONG),
        (4, 0x6A80, Reason.ACCESS_KEY_WRONG),
        (4, 0x6F00, Reason.CARD_FAILED),
    ],
)
def test_what_a_refusal_means(at: int, status: int, reason: Reason) -> None:
    line = Tampered(
        chip_line(f"{PACE}.2.2", 12), lambda count, said: said if count != at else status.to_bytes(2, "big")
    )
    assert refused(line).reason is reason


@pytest.mark.parametrize("misbehaviour", [one for one in Misbehaviour if one.name.startswith("SM_")])
@pytest.mark.parametrize("cipher", [1, 4])
def test_a_chip_whose_answers_are_not_protected_as_they_should_be(misbehaviour: Misbehaviour, cipher: int) -> None:
    oid = f"{PACE}.2.{cipher}"
    messaging = run(chip_line(oid, 12, misbehaviour), oid, 12).messaging
    with pytest.raises(NotAccepted) as error:
        read_com(messaging)
    assert error.value.reason is Reason.SECURE_MESSAGING_FAILED


def read_com(messaging: SecureMessaging) -> bytes:
    """Two commands: a replay and a wrong order need an answer before them, wrong padding and objects need data."""
    assert messaging.exchange(CommandApdu(0x00, 0xA4, 0x04, 0x0C, bytes.fromhex("A0000002471001"))).ok
    return messaging.exchange(CommandApdu(0x00, 0xB0, 0x9E, 0x00, expected=256)).data
