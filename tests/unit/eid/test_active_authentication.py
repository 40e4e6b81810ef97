"""Active authentication: signatures of real passports, the worked example of the standard, and forgeries."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from hal.eid import active_authentication, data_groups, security_infos, tlv
from hal.eid.active_authentication import RsaKey, check_recovery_signature, load_key
from hal.eid.apdu import CommandApdu, ResponseApdu
from hal.eid.der import encode_object_identifier
from hal.eid.messaging import PlainMessaging
from hal.eid.outcome import NotAccepted, NotPossible, Reason
from hal.eid.secure_messaging import SecureMessaging, SessionCipher
from tests.unit.eid.chip_line import Recorded, Scripted

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "active_authentication.json").read_text())
REAL = VECTORS["signatures"]
# As short as chips of the first years have them, and away from 2 to the power of 1024.
PRIVATE = next(
    key
    for key in iter(lambda: rsa.generate_private_key(65537, 1024), None)  # noqa: S505
    if key.private_numbers().public_numbers.n >> 1020 < 0xE
)
NUMBERS = PRIVATE.private_numbers()
KEY = RsaKey(NUMBERS.public_numbers.n, NUMBERS.public_numbers.e)
CHALLENGE = bytes(range(8))
TRAILERS = {"sha1": b"\x33\xcc", "sha224": b"\x38\xcc", "sha256": b"\x34\xcc", "sha384": b"\x36\xcc"} | {
    "sha512": b"\x35\xcc"
}


def reason_of(key: RsaKey, signature: bytes, challenge: bytes) -> Reason | None:
    try:
        check_recovery_signature(key, signature, challenge)
    except NotAccepted as error:
        return error.reason
    return None


def raw_signature(representative: bytes) -> bytes:
    return pow(int.from_bytes(representative, "big"), NUMBERS.d, KEY.modulus).to_bytes(128, "big")


def representative(digest: str, trailer: bytes, challenge: bytes = CHALLENGE) -> bytes:
    size = hashlib.new(digest).digest_size
    recoverable = bytes(128 - 1 - size - len(trailer))
    return b"\x6a" + recoverable + hashlib.new(digest, recoverable + challenge).digest() + trailer


@pytest.mark.parametrize("vector", REAL, ids=lambda one: str(one["challenge"]))
def test_a_real_signature_and_every_changed_octet(vector: dict[str, str]) -> None:
    key = load_key(bytes.fromhex(vector["key"]))
    assert isinstance(key, RsaKey)
    signature, challenge = bytes.fromhex(vector["signature"]), bytes.fromhex(vector["challenge"])
    check_recovery_signature(key, signature, challenge)
    for index in range(len(signature)):
        changed = signature[:index] + bytes((signature[index] ^ 0x01,)) + signature[index + 1 :]
        assert reason_of(key, changed, challenge) is Reason.CLONED
    for index in range(len(challenge)):
        other = challenge[:index] + bytes((challenge[index] ^ 0x80,)) + challenge[index + 1 :]
        assert reason_of(key, signature, other) is Reason.CLONED
    for wrong in (b"", signature[:-1], signature + b"\x00", b"\x00" + signature, bytes(128), b"\xff" * 128):
        assert reason_of(key, wrong, challenge) is Reason.CLONED


def test_a_real_passport_answers_under_secure_messaging() -> None:
    vector = VECTORS["protected_exchange"]
    line = Recorded([[vector["command"], vector["answer"]]])
    fields = vector["session"]
    protected = SecureMessaging(
        PlainMessaging(line),
        SessionCipher(fields["cipher"]),
        bytes.fromhex(fields["encryption"]),
        bytes.fromhex(fields["authentication"]),
        int(fields["counter"], 16),
    )
    key = load_key(data_groups.active_authentication_key(bytes.fromhex(vector["dg15"])))
    assert active_authentication.algorithm_name(key) == "RSA-1792"
    active_authentication.authenticate(protected, key, None, bytes.fromhex(vector["challenge"]))
    assert line.finished


def test_the_worked_example_of_the_standard() -> None:
    """It has no key: so its representative is signed with one of our own, whose modulus has to be larger."""
    example = VECTORS["representative"]
    value, challenge = bytes.fromhex(example["value"]), bytes.fromhex(example["challenge"])
    check_recovery_signature(KEY, raw_signature(value), challenge)
    assert reason_of(KEY, raw_signature(value), challenge[::-1]) is Reason.CLONED


def test_a_signature_has_one_form() -> None:
    """The same number plus the modulus is none, where it would fit the same octets."""
    for attempt in itertools.count():
        challenge = attempt.to_bytes(8, "big")
        signature = raw_signature(representative("sha1", b"\xbc", challenge))
        larger = int.from_bytes(signature, "big") + KEY.modulus
        if larger < 1 << 1024:
            break
    assert reason_of(KEY, signature, challenge) is None
    assert reason_of(KEY, larger.to_bytes(128, "big"), challenge) is Reason.CLONED


@pytest.mark.parametrize("digest", TRAILERS)
def test_every_hash_has_its_trailer(digest: str) -> None:
    check_recovery_signature(KEY, raw_signature(representative(digest, TRAILERS[digest])), CHALLENGE)
    for other, trailer in TRAILERS.items():
        if other != digest:
            assert reason_of(KEY, raw_signature(representative(digest, trailer)), CHALLENGE) is Reason.CLONED


@pytest.mark.parametrize(
    "value",
    [
        b"\x4a" + representative("sha1", b"\xbc")[1:],
        b"\x00" + representative("sha1", b"\xbc")[1:],
        representative("sha1", b"\xbc")[:-1] + b"\xcc",
        representative("sha256", b"\x37\xcc"),
        b"\x00" * 106 + b"\x6a" + hashlib.new("sha1", CHALLENGE, usedforsecurity=False).digest() + b"\xbc",
    ],
    ids=["total recovery", "no header", "no trailer", "unknown hash", "nothing of the chip's own"],
)
def test_another_form_is_no_signature(value: bytes) -> None:
    assert reason_of(KEY, raw_signature(value), CHALLENGE) is Reason.CLONED


def spki(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


CURVES: list[tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = [
    (ec.SECP224R1(), hashes.SHA224()),
    (ec.SECP256R1(), hashes.SHA256()),
    (ec.BrainpoolP256R1(), hashes.SHA256()),
    (ec.BrainpoolP384R1(), hashes.SHA384()),
    (ec.BrainpoolP512R1(), hashes.SHA512()),
    (ec.SECP521R1(), hashes.SHA512()),
]


def signing_chip(
    private: ec.EllipticCurvePrivateKey, digest: hashes.HashAlgorithm, *, plain: bool, spoil: bytes = b""
) -> Scripted:
    half = (private.curve.key_size + 7) // 8

    def answer(command: CommandApdu) -> ResponseApdu:
        signature = private.sign(spoil or command.data, ec.ECDSA(digest))
        if plain:
            signature = b"".join(one.to_bytes(half, "big") for one in utils.decode_dss_signature(signature))
        return ResponseApdu(signature, 0x9000)

    return Scripted(answer)


@pytest.mark.parametrize(("curve", "digest"), CURVES, ids=lambda one: str(one.name))
@pytest.mark.parametrize("plain", [True, False], ids=["r‖s", "DER"])
def test_ecdsa_of_every_size(curve: ec.EllipticCurve, digest: hashes.HashAlgorithm, plain: bool) -> None:
    private = ec.generate_private_key(curve)
    key = load_key(spki(private.public_key()))
    chip = signing_chip(private, digest, plain=plain)
    active_authentication.authenticate(chip, key, None)
    active_authentication.authenticate(chip, key, None)
    first, second = (command.data for command in chip.commands)
    assert len(first) == 8
    assert first != second, "a challenge is used once"
    forger = signing_chip(ec.generate_private_key(curve), digest, plain=plain)
    replayer = signing_chip(private, digest, plain=plain, spoil=first)
    for chip in (forger, replayer):
        with pytest.raises(NotAccepted) as refused:
            active_authentication.authenticate(chip, key, None)
        assert refused.value.reason is Reason.CLONED


def named_hash(arc: int) -> security_infos.SecurityInfos:
    fields = (encode_object_identifier("2.23.136.1.1.5"), encode_object_identifier(f"0.4.0.127.0.7.1.1.4.1.{arc}"))
    first, last = (tlv.encode(0x06, value) for value in fields)
    return security_infos.parse(tlv.encode(0x31, tlv.encode(0x30, first + b"\x02\x01\x01" + last)))


def test_dg14_names_the_hash() -> None:
    private = ec.generate_private_key(ec.BrainpoolP256R1())
    key = load_key(spki(private.public_key()))
    active_authentication.authenticate(signing_chip(private, hashes.SHA512(), plain=True), key, named_hash(5))
    with pytest.raises(NotAccepted) as refused:
        active_authentication.authenticate(signing_chip(private, hashes.SHA256(), plain=True), key, named_hash(5))
    assert refused.value.reason is Reason.CLONED
    with pytest.raises(NotPossible) as unknown:
        active_authentication.authenticate(signing_chip(private, hashes.SHA256(), plain=True), key, named_hash(6))
    assert unknown.value.reason is Reason.ALGORITHM_UNSUPPORTED


def test_a_chip_that_will_not_sign_is_a_copy() -> None:
    with pytest.raises(NotAccepted) as refused:
        active_authentication.authenticate(Scripted(lambda _: ResponseApdu(b"", 0x6982)), KEY, None)
    assert refused.value.reason is Reason.CLONED


def test_a_long_signature_needs_extended_length() -> None:
    for bits, expected in ((1024, 256), (1784, 256), (1792, 65536), (2048, 65536)):
        chip = Scripted(lambda _: ResponseApdu(b"", 0x6700), extended_length=True)
        with pytest.raises(NotAccepted):
            active_authentication.authenticate(chip, RsaKey((1 << bits - 1) + 1, 65537), None)
        assert chip.commands[0].expected == expected
    with pytest.raises(NotPossible) as refused:
        active_authentication.authenticate(
            Scripted(lambda _: ResponseApdu(b"", 0x6700)), RsaKey((1 << 2055) + 1, 65537), None
        )
    assert refused.value.reason is Reason.PROTOCOL_UNSUPPORTED


def test_keys_that_prove_nothing_are_refused() -> None:
    short = rsa.generate_private_key(65537, 1024).public_key()  # noqa: S505
    octets = spki(short)
    assert isinstance(load_key(octets), RsaKey)
    modulus = short.public_numbers().n.to_bytes(128, "big")
    for changed, reason in (
        (octets.replace(modulus, b"\x00" * 64 + modulus[64:]), Reason.ALGORITHM_WEAK),
        (octets.replace(modulus, modulus[:-1] + b"\x02"), Reason.DATA_MALFORMED),
        (octets[:-3] + b"\x00\x00\x01", Reason.DATA_MALFORMED),
        (octets[:-1], Reason.DATA_MALFORMED),
        (b"", Reason.DATA_MALFORMED),
    ):
        with pytest.raises(NotAccepted) as refused:
            load_key(changed)
        assert refused.value.reason is reason


@settings(max_examples=200)
@given(st.data())
def test_whatever_is_changed_in_dg15_ends_in_a_reason(data: st.DataObject) -> None:
    key = bytearray.fromhex(data.draw(st.sampled_from(REAL))["key"])
    for _ in range(data.draw(st.integers(1, 3))):
        key[data.draw(st.integers(0, len(key) - 1))] = data.draw(st.integers(0, 255))
    reason = None
    try:
        load_key(bytes(key[: data.draw(st.integers(0, len(key)))]))
    except NotAccepted as error:
        reason = error.reason
    assert reason in (
        None,
        Reason.DATA_MALFORMED,
        Reason.ALGORITHM_UNSUPPORTED,
        Reason.ALGORITHM_WEAK,
        Reason.CURVE_UNKNOWN,
    )
