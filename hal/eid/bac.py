"""Basic access control, for chips without PACE (ICAO Doc 9303-11, 4.3).

Its keys have as much entropy as a document number and two dates: whoever records a session can try them out. It is
never a way on after PACE has failed; whoever calls this makes sure that the chip does not offer PACE.
"""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_bytes
from typing import Final

from cryptography.hazmat.primitives.constant_time import bytes_eq

from hal.eid.access_key import MrzKey
from hal.eid.apdu import CommandApdu
from hal.eid.key_derivation import TDES
from hal.eid.messaging import Messaging
from hal.eid.outcome import NotAccepted, NotPossible, Reason, TryAgain
from hal.eid.secure_messaging import SecureMessaging

_RANDOM_SIZE: Final = 8
_KEY_SIZE: Final = 16
_ANSWER_SIZE: Final = 40
#: What chips answer to a wrong key; 6300 is what the standard says.
_REFUSED: Final = frozenset((0x6982, 0x6983, 0x6985, 0x6988, 0x6A80, 0x6A88))


def establish_bac(
    messaging: Messaging, key: MrzKey, *, random_octets: Callable[[int], bytes] = token_bytes
) -> SecureMessaging:
    """Run BAC and return the protected channel. Two commands; the eMRTD application is selected already.

    Raises `TryAgain` (``access_key_wrong``), `NotAccepted` (``access_control_failed``), `NotPossible`
    (``card_failed``) and `ChannelError`. ``random_octets`` is another one only for published examples.
    """
    base = TDES.keys(key.secret[:_KEY_SIZE])
    challenge = messaging.exchange(CommandApdu(0x00, 0x84, 0x00, 0x00, expected=_RANDOM_SIZE))
    if challenge.status != 0x9000:
        raise NotPossible(Reason.CARD_FAILED, f"GET CHALLENGE for BAC: {challenge.status:04X}")
    chip_random = challenge.data
    if len(chip_random) != _RANDOM_SIZE:
        raise NotAccepted(Reason.ACCESS_CONTROL_FAILED, "a challenge of the wrong length")
    own_random, own_key = random_octets(_RANDOM_SIZE), random_octets(_KEY_SIZE)
    cryptogram = TDES.encrypt(base.encryption, own_random + chip_random + own_key)
    answer = messaging.exchange(CommandApdu(0x00, 0x82, 0x00, 0x00, cryptogram + base.token(cryptogram), _ANSWER_SIZE))
    if answer.status >> 8 == 0x63 or answer.status in _REFUSED:
        raise TryAgain(Reason.ACCESS_KEY_WRONG, "the chip did not accept the key")
    if answer.status != 0x9000:
        raise NotPossible(Reason.CARD_FAILED, f"EXTERNAL AUTHENTICATE in BAC: {answer.status:04X}")
    if len(answer.data) != _ANSWER_SIZE or not bytes_eq(answer.data[32:], base.token(answer.data[:32])):
        raise NotAccepted(Reason.ACCESS_CONTROL_FAILED, "an answer that is not authentic")
    plain = TDES.decrypt(base.encryption, answer.data[:32])
    if not bytes_eq(plain[:16], chip_random + own_random):
        raise NotAccepted(Reason.ACCESS_CONTROL_FAILED, "an answer to another challenge")
    seed = bytes(mine ^ theirs for mine, theirs in zip(own_key, plain[16:], strict=True))
    return TDES.keys(seed).session(messaging, int.from_bytes(chip_random[4:] + own_random[4:], "big"))
