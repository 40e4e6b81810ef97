"""PACE as published: every command to the byte, and the session keys. Real documents among them."""

from __future__ import annotations

from typing import Any

import pytest

from hal.eid import tlv
from hal.eid.access_key import MrzKey
from hal.eid.apdu import CommandApdu
from hal.eid.key_agreement import Group, KeyPair
from hal.eid.key_derivation import CipherSuite
from hal.eid.messaging import PlainMessaging
from hal.eid.pace import PaceResult, Randomness, establish_pace, understand
from hal.eid.secure_messaging import SecureMessaging
from hal.eid.security_infos import PaceInfo
from tests.unit.eid.card_lines import PublishedLine, examples, octets

EXAMPLES = examples("pace")
RUNS = [example for example in EXAMPLES if "exchanges" in example]
NAMES = {example["name"]: example for example in EXAMPLES}
ANY_KEY = MrzKey("T22000129364081251010318")


class Published(Randomness):
    """The private keys and the nonce of the example, in its order."""

    def __init__(self, example: dict[str, Any]) -> None:
        self.private_keys = [int(key, 16) for key in example["private_keys"]]
        self.own_nonce = octets(example.get("own_nonce", ""))

    def key_pair(self, group: Group) -> KeyPair:
        return group.key_pair(self.private_keys.pop(0))

    def nonce(self, size: int) -> bytes:
        assert size == len(self.own_nonce)
        return self.own_nonce


def info(example: dict[str, Any]) -> PaceInfo:
    return PaceInfo(example["oid"], 2, example["parameter_id"])


def run(example: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> tuple[PaceResult, PublishedLine]:
    """Where the MRZ is not published (or belongs to a real person) the key from it is given."""
    if "mrz_information" not in example:
        monkeypatch.setattr(CipherSuite, "access_key", lambda self, secret: octets(example["password_key"]))
    line = PublishedLine(example["exchanges"])
    key = MrzKey(example["mrz_information"]) if "mrz_information" in example else ANY_KEY
    result = establish_pace(PlainMessaging(line), info(example), key, randomness=Published(example))
    return result, line


@pytest.mark.parametrize("example", RUNS, ids=lambda example: example["name"])
def test_published_runs(example: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    result, line = run(example, monkeypatch)
    assert not line.exchanges
    # The session's keys, by what they make of the first command.
    said: list[bytes] = []

    class Hears:
        extended_length = False

        def transmit(self, command: bytes) -> bytes:
            said.append(command)
            return b"\x90\x00"

    suite = result.variant.suite
    for messaging in (
        SecureMessaging(PlainMessaging(Hears()), suite.cipher, octets(example["k_enc"]), octets(example["k_mac"])),
        _over(result.messaging, Hears()),
    ):
        with pytest.raises(Exception, match="secure_messaging_failed"):
            messaging.exchange(CommandApdu(0x00, 0xA4, 0x04, 0x0C, b"\xa0\x00\x00\x02\x47\x10\x01"))
    assert len(said) == 2
    assert said[0] == said[1]


def _over(messaging: SecureMessaging, line: Any) -> SecureMessaging:
    messaging._below = PlainMessaging(line)
    return messaging


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_published_keys(example: dict[str, Any]) -> None:
    variant = understand(info(example))
    assert variant is not None
    if "mrz_information" in example and "password_key" in example:
        secret = MrzKey(example["mrz_information"]).secret
        assert variant.suite.access_key(secret) == octets(example["password_key"])
    if "shared_secret" in example:
        keys = variant.suite.keys(octets(example["shared_secret"]))
        assert keys.encryption == octets(example["k_enc"])
        assert keys.authentication == octets(example["k_mac"])


def test_the_example_of_the_bsi() -> None:
    example = NAMES["bsi-eac-ecdh-gm"]
    variant = understand(info(example))
    assert variant is not None
    mapping = variant.group.key_pair(int(example["private_keys"][0], 16))
    ephemeral = variant.group.key_pair(int(example["private_keys"][1], 16))
    assert mapping.public == octets(example["mapping_public"])
    assert ephemeral.multiply(octets(example["generator"])) == octets(example["ephemeral_public"])
    assert ephemeral.agree(octets(example["chip_ephemeral_public"])) == octets(example["shared_secret"])
    keys = variant.suite.keys(octets(example["shared_secret"]))
    oid = tlv.encode(0x06, octets("04007F00070202040202"))
    for token, key in (("token", "chip_ephemeral_public"), ("chip_token", "ephemeral_public")):
        assert keys.token(tlv.encode(0x7F49, oid + tlv.encode(0x86, octets(example[key])))) == octets(example[token])


def test_the_chip_of_the_published_chip_authentication_mapping_holds_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    example = NAMES["icao-I1-ecdh-cam"]
    result, _ = run(example, monkeypatch)
    assert result.chip_authentication_data == octets(example["chip_authentication_data"])
    static = result.variant.group.key_pair(int.from_bytes(result.chip_authentication_data, "big"))
    assert static.multiply(octets(example["chip_public_key"])) == result.mapping_key


def test_what_is_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    example = NAMES["icao-I1-ecdh-cam"]
    result, _ = run(example, monkeypatch)
    shown = repr(result).upper()
    keys = repr(result.variant.suite.keys(octets(example["shared_secret"]))).upper()
    for secret in ("k_enc", "k_mac", "chip_authentication_data"):
        assert octets(example[secret])[:4].hex().upper() not in shown + keys
        assert repr(octets(example[secret])[:4]).upper()[2:-1] not in shown + keys
