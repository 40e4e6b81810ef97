"""Images for the tests of the chip itself: their files say which they are and are signed by nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simulator.card.chip import Chip
from simulator.card.image import (
    FID_COM,
    FID_SECURITY_OBJECT,
    AgreementKey,
    ChipAuthenticationKey,
    ChipImage,
    Misbehaviour,
    PaceVariant,
    data_group_fid,
)
from simulator.card.pace import Password
from tests.unit.card.terminal import SELECT_TRAVEL_DOCUMENT, Terminal

CAN = "500540"
MRZ = "T22000129364081251010318"
GENERIC = "0.4.0.127.0.7.2.2.4.2.2"
CHIP_AUTHENTICATION_MAPPING = "0.4.0.127.0.7.2.2.4.6.2"
CA_ECDH_AES_128 = "0.4.0.127.0.7.2.2.3.2.2"
CA_ECDH_3DES = "0.4.0.127.0.7.2.2.3.2.1"
DATA_GROUP_1 = bytes(range(256)) * 3
COM = bytes.fromhex("60145F0104303130365F36063034303030305C026175")
SECURITY_OBJECT = b"\x77" + bytes(2000)
KEY = AgreementKey(13, 0x1F2E3D4C5B6A)
PASSPORT = ChipImage(
    files={FID_COM: COM, data_group_fid(1): DATA_GROUP_1, FID_SECURITY_OBJECT: SECURITY_OBJECT},
    card_access=b"\x31\x02\x30\x00",
    card_security=b"\x30\x03abc",
    can=CAN,
    mrz_information=MRZ,
    pace=(PaceVariant(GENERIC, 13),),
    bac=True,
    chip_authentication=(ChipAuthenticationKey(KEY, (CA_ECDH_AES_128, CA_ECDH_3DES)),),
)


def passport(*rules: Misbehaviour, **changes: Any) -> Chip:
    return Chip(replace(PASSPORT, misbehaviour=frozenset(rules), **changes))


def opened(chip: Chip, oid: str = GENERIC, parameter_id: int = 13) -> Terminal:
    """PACE with the CAN is done and the travel-document application selected."""
    terminal = Terminal(chip)
    assert terminal.pace(oid, parameter_id, Password.CAN, CAN) == 0x9000
    terminal.ok(SELECT_TRAVEL_DOCUMENT)
    return terminal
