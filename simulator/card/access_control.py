"""Basic access control as the chip does it (ICAO 9303-11, 4.3): 3DES keys from the MRZ, mutual authentication."""

from __future__ import annotations

import hashlib
import hmac

from simulator.card.command import Refusal, Status
from simulator.card.groups import Randomness
from simulator.card.image import Misbehaviour
from simulator.card.secure_channel import SecureChannel
from simulator.card.suites import COUNTER_AUTHENTICATION, COUNTER_ENCRYPTION, Suite

_TDES = Suite.TRIPLE_DES
CHALLENGE_BYTES = 8
_AUTHENTICATION_BYTES = 40


def authenticate_mutually(
    mrz_information: str,
    challenge: bytes,
    data: bytes,
    *,
    randomness: Randomness,
    misbehaviour: frozenset[Misbehaviour] = frozenset(),
) -> tuple[bytes, SecureChannel]:
    """Answer EXTERNAL AUTHENTICATE for the ``challenge`` given before; raises `Refusal`."""
    if len(data) != _AUTHENTICATION_BYTES:
        raise Refusal(Status.LENGTH_WRONG)
    # The standard says SHA-1.
    seed = hashlib.sha1(mrz_information.encode("latin-1")).digest()[:16]  # noqa: S324
    encryption = _TDES.derive(seed, COUNTER_ENCRYPTION)
    authentication = _TDES.derive(seed, COUNTER_AUTHENTICATION)
    encrypted, mac = data[:32], data[32:]
    if not hmac.compare_digest(_TDES.authenticate(authentication, _TDES.pad(encrypted)), mac):
        raise Refusal(Status.NOT_AUTHENTICATED)
    plain = _TDES.decrypt(encryption, encrypted)
    terminal_challenge, repeated, terminal_key = plain[:8], plain[8:16], plain[16:]
    if not hmac.compare_digest(repeated, challenge):
        raise Refusal(Status.NOT_AUTHENTICATED)
    own_key = randomness(16)
    told = bytes(8) if Misbehaviour.BAC_NONCE_WRONG in misbehaviour else terminal_challenge
    answer = _TDES.encrypt(encryption, challenge + told + own_key)
    answer += _TDES.authenticate(authentication, _TDES.pad(answer))
    if Misbehaviour.BAC_MAC_WRONG in misbehaviour:
        answer = answer[:-1] + bytes([answer[-1] ^ 1])
    secret = bytes(one ^ other for one, other in zip(terminal_key, own_key, strict=True))
    counter = int.from_bytes(challenge[-4:] + terminal_challenge[-4:], "big")
    return answer, SecureChannel.from_secret(_TDES, secret, counter)
