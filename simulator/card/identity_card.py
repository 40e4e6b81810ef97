"""The eID side of an identity card or residence permit: what its files say, and cards in the states that matter.

Layout as on German cards (TR-03110-4, part B; TR-03127): EF.DIR names the applications, EF.CardAccess offers PACE over
brainpoolP256r1, terminal authentication and chip authentication version 2, of which this card only does PACE.
"""

from __future__ import annotations

from simulator.card import tlv
from simulator.card.files import EID
from simulator.card.image import ChipImage, EidImage, PaceVariant

PACE = PaceVariant("0.4.0.127.0.7.2.2.4.2.2", 13)
"""id-PACE-ECDH-GM-AES-CBC-CMAC-128 over brainpoolP256r1."""
TERMINAL_AUTHENTICATION = "0.4.0.127.0.7.2.2.2"
CHIP_AUTHENTICATION = "0.4.0.127.0.7.2.2.3.2.2"
CAN = "500540"
_APPLICATION_TEMPLATE = 0x61
_APPLICATION_IDENTIFIER = 0x4F


def application_directory(*applications: bytes) -> bytes:
    """EF.DIR that names the applications."""
    return b"".join(
        tlv.encode(_APPLICATION_TEMPLATE, tlv.encode(_APPLICATION_IDENTIFIER, name)) for name in applications
    )


def security_info(oid: str, *numbers: int) -> bytes:
    """A SecurityInfo whose parts are all small numbers: PACEInfo, ChipAuthenticationInfo,
    TerminalAuthenticationInfo.
    """
    body = tlv.encode(0x06, tlv.encode_oid(oid)) + b"".join(tlv.encode(0x02, bytes([number])) for number in numbers)
    return tlv.encode(0x30, body)


def security_infos(*infos: bytes) -> bytes:
    """The SET of them."""
    return tlv.encode(0x31, b"".join(sorted(infos)))


def identity_card(eid: EidImage | None = None, *, can: str = CAN) -> ChipImage:
    """An identity card with nothing but its eID application."""
    return ChipImage(
        directory=application_directory(EID),
        card_access=security_infos(
            security_info(PACE.oid, 2, PACE.parameter_id),
            security_info(TERMINAL_AUTHENTICATION, 2),
            security_info(CHIP_AUTHENTICATION, 2, 0x41),
        ),
        can=can,
        pace=(PACE,),
        travel_document=False,
        eid=eid or EidImage(),
    )
