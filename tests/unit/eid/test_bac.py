from __future__ import annotations

import pytest

from hal.eid.access_key import MrzKey
from hal.eid.apdu import CommandApdu
from hal.eid.bac import establish_bac
from hal.eid.key_derivation import TDES
from hal.eid.messaging import PlainMessaging
from hal.eid.outcome import NotAccepted, NotPossible, Reason, TryAgain
from simulator.card.chip import Chip
from simulator.card.image import FID_COM, ChipImage, Misbehaviour
from tests.unit.eid.card_lines import ChipLine, PublishedLine, SaysOnly, Tampered, examples, octets

EXAMPLE = examples("bac")[0]
KEY = MrzKey.of(EXAMPLE["document_number"], EXAMPLE["birth_date"], EXAMPLE["expiry_date"])
COM = octets("60145F0104303130365F36063034303030305C026175")
APPLICATION = octets("A0000002471001")


def passport(*misbehaviour: Misbehaviour) -> ChipLine:
    line = ChipLine(
        Chip(
            ChipImage(
                files={FID_COM: COM},
                mrz_information=KEY.information,
                bac=True,
                misbehaviour=frozenset(misbehaviour),
            )
        )
    )
    assert line.transmit(CommandApdu(0x00, 0xA4, 0x04, 0x0C, APPLICATION).encode(extended=False)) == b"\x90\x00"
    return line


def test_the_published_run_and_the_reading_after_it() -> None:
    session = examples("secure_messaging")[0]
    random = [octets(text) for text in EXAMPLE["random"]]
    line = PublishedLine([*EXAMPLE["exchanges"], *([one["protected"], one["answer"]] for one in session["exchanges"])])
    messaging = establish_bac(PlainMessaging(line), KEY, random_octets=lambda size: random.pop(0))
    assert messaging.exchange(CommandApdu(0x00, 0xA4, 0x02, 0x0C, b"\x01\x1e")).ok
    assert messaging.exchange(CommandApdu(0x00, 0xB0, 0x00, 0x00, expected=4)).data == COM[:4]
    assert messaging.exchange(CommandApdu(0x00, 0xB0, 0x00, 0x04, expected=18)).data == COM[4:]


def test_published_keys() -> None:
    keys = TDES.keys(KEY.secret[:16])
    assert keys.encryption == octets(EXAMPLE["k_enc"])
    assert keys.authentication == octets(EXAMPLE["k_mac"])


def test_a_passport_without_pace() -> None:
    messaging = establish_bac(PlainMessaging(passport()), KEY)
    assert messaging.exchange(CommandApdu(0x00, 0xB0, 0x9E, 0x00, expected=256)).data == COM
    assert messaging.algorithm == "3DES"


def test_the_wrong_mrz_may_be_given_again() -> None:
    with pytest.raises(TryAgain) as refused:
        establish_bac(PlainMessaging(passport()), MrzKey.of("L898902D", "690806", "940623"))
    assert refused.value.reason is Reason.ACCESS_KEY_WRONG


@pytest.mark.parametrize("misbehaviour", [Misbehaviour.BAC_MAC_WRONG, Misbehaviour.BAC_NONCE_WRONG])
def test_a_chip_that_breaks_the_rules(misbehaviour: Misbehaviour) -> None:
    with pytest.raises(NotAccepted) as refused:
        establish_bac(PlainMessaging(passport(misbehaviour)), KEY)
    assert refused.value.reason is Reason.ACCESS_CONTROL_FAILED


def test_every_changed_byte_of_the_answer() -> None:
    for position in range(40):
        for change in (0x01, 0x80):

            def spoil(count: int, answer: bytes, position: int = position, change: int = change) -> bytes:
                if count != 1:
                    return answer
                return answer[:position] + bytes((answer[position] ^ change,)) + answer[position + 1 :]

            line = Tampered(PublishedLine(EXAMPLE["exchanges"]), spoil)
            drawn = [octets(text) for text in EXAMPLE["random"]]
            with pytest.raises(NotAccepted) as refused:
                establish_bac(PlainMessaging(line), KEY, random_octets=lambda size: drawn.pop(0))  # noqa: B023 (used at once)
            assert refused.value.reason is Reason.ACCESS_CONTROL_FAILED


@pytest.mark.parametrize("length", [0, 7, 9, 32])
def test_a_challenge_of_another_length(length: int) -> None:
    with pytest.raises(NotAccepted) as refused:
        establish_bac(PlainMessaging(SaysOnly(bytes(length) + b"\x90\x00")), KEY)
    assert refused.value.reason is Reason.ACCESS_CONTROL_FAILED


@pytest.mark.parametrize("length", [0, 39, 41])
def test_an_answer_of_another_length(length: int) -> None:
    line = Tampered(passport(), lambda count, answer: answer if count == 0 else bytes(length) + b"\x90\x00")
    with pytest.raises(NotAccepted) as refused:
        establish_bac(PlainMessaging(line), KEY)
    assert refused.value.reason is Reason.ACCESS_CONTROL_FAILED


@pytest.mark.parametrize(
    ("at", "status", "reason"),
    [
        (0, 0x6D00, Reason.CARD_FAILED),
        (0, 0x6985, Reason.CARD_FAILED),
        (1, 0x6300, Reason.ACCESS_KEY_WRONG),
        (1, 0x63C2, Reason.ACCESS_KEY_WRONG),
        (1, 0x6982, Reason.ACCESS_KEY_WRONG),
        (1, 0x6700, Reason.CARD_FAILED),
    ],
)
def test_what_a_refusal_means(at: int, status: int, reason: Reason) -> None:
    line = Tampered(passport(), lambda count, answer: status.to_bytes(2, "big") if count == at else answer)
    with pytest.raises(NotAccepted) as refused:
        establish_bac(PlainMessaging(line), KEY)
    assert refused.value.reason is reason
    assert isinstance(refused.value, TryAgain if reason is Reason.ACCESS_KEY_WRONG else NotPossible)
