"""The chip answers byte for byte what the published examples say a chip answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.card import pace, tlv
from simulator.card.active_authentication import sign_with_recovery
from simulator.card.chip import Chip
from simulator.card.chip_authentication import public_key
from simulator.card.command import Status, parse_command
from simulator.card.groups import CurveGroup, Group, standard_group
from simulator.card.image import FID_COM, AgreementKey, ChipImage, PaceVariant, RsaSigner
from simulator.card.pace import Established, PaceRun, Password
from simulator.card.parameters import CURVES
from simulator.card.secure_channel import SecureChannel
from simulator.card.suites import Suite

VECTORS = Path(__file__).parents[2] / "vectors"


def vectors(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text())
    return loaded


SECRETS = vectors("chip_secrets")
PACE = {example["name"]: example for example in vectors("pace")["examples"]}
SUITES = {16: Suite.AES_128, 24: Suite.AES_192, 32: Suite.AES_256}


def drawing(numbers: list[str]) -> Callable[[int], bytes]:
    """Randomness that draws these numbers, and fails when it is asked for others."""
    left = [bytes.fromhex(number) for number in numbers]

    def draw(length: int) -> bytes:
        number = left.pop(0)
        assert len(number) == length
        return number

    return draw


def bytes_of(pairs: list[list[str]]) -> list[tuple[bytes, bytes]]:
    return [(bytes.fromhex(command), bytes.fromhex(answer)) for command, answer in pairs]


def chip_of(name: str, monkeypatch: pytest.MonkeyPatch, drawn: list[str]) -> Chip:
    example = PACE[name]
    if "mrz_information" not in example:
        key = bytes.fromhex(example["password_key"])
        monkeypatch.setattr(pace, "password_key", lambda *_: key)
    static = SECRETS["pace"][name].get("static_private_key")
    image = ChipImage(
        mrz_information=example.get("mrz_information", "not published"),
        pace=(PaceVariant(example["oid"], example["parameter_id"]),),
        chip_mapping_key=AgreementKey(example["parameter_id"], int(static, 16)) if static else None,
    )
    chip = Chip(image, randomness=drawing(drawn))
    chip.power_on()
    return chip


@pytest.mark.parametrize("name", ["icao-G1-ecdh-gm", "icao-G2-dh-gm", "icao-H1-ecdh-im", "icao-H2-dh-im"])
def test_pace(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chip = chip_of(name, monkeypatch, SECRETS["pace"][name]["drawn"])
    for command, answer in bytes_of(PACE[name]["exchanges"]):
        assert chip.transmit(command).hex() == answer.hex()


def test_pace_with_chip_authentication_mapping(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chip's ephemeral key of the example is not published: up to it, and from the shared secret on."""
    name = "icao-I1-ecdh-cam"
    example, secrets = PACE[name], SECRETS["pace"][name]
    exchanges = bytes_of(example["exchanges"])
    chip = chip_of(name, monkeypatch, secrets["drawn"])
    for command, answer in exchanges[:3]:
        assert chip.transmit(command).hex() == answer.hex()

    static = AgreementKey(13, int(secrets["static_private_key"], 16))
    assert public_key(static).hex().upper() == example["chip_public_key"]
    data = pow(static.private, -1, CURVES[13].n) * int(secrets["drawn"][1], 16) % CURVES[13].n
    assert f"{data:064X}" == example["chip_authentication_data"]
    channel = SecureChannel.from_secret(Suite.AES_128, bytes.fromhex(example["shared_secret"]))
    last = tlv.unpack(exchanges[4][1][:-2], 0x7C)
    assert channel.encrypt_with_minus_one(data.to_bytes(32, "big")) == last[0x8A]
    terminal_key = tlv.unpack(exchanges[3][0][5:-1], 0x7C)[0x83]
    oid = tlv.encode(0x06, tlv.encode_oid(example["oid"]))
    assert channel.token(tlv.encode(0x7F49, oid + tlv.encode(0x86, terminal_key))) == last[0x86]


def test_pace_of_the_eac_example() -> None:
    example, secrets = PACE["bsi-eac-ecdh-gm"], SECRETS["pace"]["bsi-eac-ecdh-gm"]
    run = PaceRun(
        PaceVariant(example["oid"], example["parameter_id"]),
        Password.PIN,
        secrets["pin"],
        randomness=drawing(secrets["drawn"]),
    )

    def step(tag: int | None, value: str, *, last: bool = False) -> bytes | Established:
        return run.step(tlv.encode(0x7C, tlv.encode(tag, bytes.fromhex(value)) if tag else b""), last=last)

    def template(tag: int, value: str) -> bytes:
        return tlv.encode(0x7C, tlv.encode(tag, bytes.fromhex(value)))

    assert step(None, "") == template(0x80, secrets["encrypted_nonce"])
    assert step(0x81, example["mapping_public"]) == template(0x82, example["chip_mapping_public"])
    assert step(0x83, example["ephemeral_public"]) == template(0x84, example["chip_ephemeral_public"])
    end = step(0x85, example["token"], last=True)
    assert isinstance(end, Established)
    assert end.answer == template(0x86, example["chip_token"])


def test_basic_access_control_and_reading_under_it() -> None:
    example, secrets = vectors("bac")["examples"][0], SECRETS["bac"]["icao-D"]
    image = ChipImage(
        files={FID_COM: bytes.fromhex(secrets["ef_com"])}, mrz_information=example["mrz_information"], bac=True
    )
    chip = Chip(image, randomness=drawing(secrets["drawn"]))
    chip.power_on()
    assert chip.transmit(bytes.fromhex("00A4040C07A0000002471001")) == b"\x90\x00"
    for command, answer in bytes_of(example["exchanges"]):
        assert chip.transmit(command).hex() == answer.hex()
    for exchange in vectors("secure_messaging")["examples"][0]["exchanges"]:
        assert chip.transmit(bytes.fromhex(exchange["protected"])).hex().upper() == exchange["answer"]


def protected_as(channel: SecureChannel, command: bytes, answer: bytes) -> bytes:
    """Opens a recorded command and finds the data whose protection is the recorded answer; the plain command."""
    inner = channel.open(parse_command(command))
    data = next(
        (data for data in (b"", bytes.fromhex("7C00")) if repeated(channel).protect(data, Status.OK) == answer), None
    )
    assert data is not None, "protected differently"
    channel.protect(data, Status.OK)
    return inner.header + inner.data


def repeated(channel: SecureChannel) -> SecureChannel:
    return SecureChannel(channel.suite, channel._encryption, channel._authentication, channel.counter)


def test_secure_messaging_of_a_real_document() -> None:
    example = next(e for e in vectors("secure_messaging")["examples"] if e["name"] == "real-residence-permit-aes-128")
    key = bytes.fromhex(example["k_enc"])
    channel = SecureChannel(Suite.AES_128, key, bytes.fromhex(example["k_mac"]), int(example["ssc"], 16))
    first, *reads = example["exchanges"]
    command, answer = bytes.fromhex(first["protected"]), bytes.fromhex(first["answer"])
    assert protected_as(channel, command, answer).hex().upper() == "00A4020C011D"
    for read in reads:
        inner = channel.open(parse_command(bytes.fromhex(read["protected"])))
        assert inner.header.hex().upper() == read["command"][:8]
        assert inner.expected == (int(read["command"][8:], 16) or 256)
        response = bytes.fromhex(read["answer"])
        cryptogram = tlv.collect(response[:-2])[0x87][1:]
        iv = Suite.AES_128.encrypt(key, (channel.counter + 1).to_bytes(16, "big"))
        plain = Suite.AES_128.decrypt(key, cryptogram, iv).rstrip(b"\0")[:-1]
        assert channel.protect(plain, Status.OK).hex() == response.hex()


@pytest.mark.parametrize("passport", vectors("chip_authentication")["passports"], ids=lambda passport: passport["name"])
def test_chip_authentication_of_real_passports(passport: dict[str, Any]) -> None:
    """Their private keys are not known: the terminal's lead to the same channel."""
    session = passport["session"]
    encryption = bytes.fromhex(session["encryption"])
    suite = Suite.TRIPLE_DES if session["cipher"] == "3DES" else SUITES[len(encryption)]
    old = SecureChannel(suite, encryption, bytes.fromhex(session["authentication"]), int(session["counter"], 16))
    *before, after = bytes_of(passport["exchanges"])
    commands = [protected_as(old, *exchange) for exchange in before]

    group: Group[Any] = standard_group({"brainpoolP256r1": 13, "secp256r1": 12}[passport["group"]])
    private = int(passport["ephemeral_private_key"], 16)
    assert group.encode(group.public(private)) in commands[-1]
    dg14 = bytes.fromhex(passport["dg14"])
    at = dg14.index(bytes.fromhex("03420004"))
    secret = group.secret(group.power(group.decode(dg14[at + 3 : at + 3 + 65]), private))
    suite = Suite.TRIPLE_DES if passport["renewed_session"]["cipher"] == "3DES" else Suite.AES_128
    assert protected_as(SecureChannel.from_secret(suite, secret), *after).hex().upper() == "00A4020C010E"


@pytest.mark.parametrize("example", SECRETS["chip_authentication"], ids=lambda example: example["name"])
def test_keys_of_chip_authentication(example: dict[str, Any]) -> None:
    key = AgreementKey(example["parameter_id"], int(example["private_key"], 16))
    assert public_key(key).hex().upper() == example["public_key"]
    group: Group[Any] = standard_group(key.parameter_id)
    shared = group.power(group.decode(bytes.fromhex(example["terminal_public_key"])), key.private)
    secret = group.secret(shared).hex().upper()
    known = example["shared_secret"] if "shared_secret" in example else example["shared_secret_begins"]
    assert secret.startswith(known)


def test_representative_of_active_authentication() -> None:
    """With an exponent of 1 the signature is what was signed."""
    example = vectors("active_authentication")["representative"]
    value = bytes.fromhex(example["value"])
    recoverable = value[1:-21]
    signer = RsaSigner(modulus=(1 << 8 * len(value)) - 1, private_exponent=1)
    signature = sign_with_recovery(signer, bytes.fromhex(example["challenge"]), drawing([recoverable.hex()]))
    assert signature == value


def test_groups_are_the_standardised_ones() -> None:
    """As another library has them; the generators of RFC 5114 have the orders that stand beside them."""
    from ecdsa import curves

    names = {curve.openssl_name: curve for curve in curves.curves} | {"secp192r1": curves.NIST192p}
    names["secp256r1"] = curves.NIST256p
    for parameters in CURVES.values():
        theirs = names[parameters.name]
        point = (theirs.generator.x(), theirs.generator.y())
        assert (parameters.p, parameters.n) == (theirs.curve.p(), theirs.order)
        assert (parameters.a, parameters.b) == (theirs.curve.a() % parameters.p, theirs.curve.b() % parameters.p)
        assert (parameters.x, parameters.y) == point
        assert CurveGroup(parameters).public(parameters.n) is None
    for identifier in (0, 1, 2):
        group: Group[Any] = standard_group(identifier)
        assert group.public(group.order) == 1
        assert group.public(1) != 1
