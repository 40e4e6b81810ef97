"""What a well-behaved chip does and refuses."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256, Hash

from simulator.card import tlv
from simulator.card.chip_authentication import public_key
from simulator.card.command import Command, Status
from simulator.card.groups import Group, ModularGroup, NotInGroup, standard_group
from simulator.card.image import AgreementKey, ChipAuthenticationKey, EcdsaSigner, PaceVariant, RsaSigner
from simulator.card.pace import SUITES, Password
from tests.unit.card.chips import (
    CA_ECDH_AES_128,
    CAN,
    CHIP_AUTHENTICATION_MAPPING,
    COM,
    DATA_GROUP_1,
    GENERIC,
    KEY,
    MRZ,
    opened,
    passport,
)
from tests.unit.card.terminal import SELECT_TRAVEL_DOCUMENT, Pacing, Protected, Terminal

SELECT_COM, SELECT_DG1 = "00A4020C02011E", "00A4020C020101"


def test_without_power_it_is_silent() -> None:
    chip = passport()
    assert chip.transmit(bytes.fromhex(SELECT_TRAVEL_DOCUMENT)) == b""
    chip.power_on()
    chip.power_off()
    assert chip.transmit(bytes.fromhex(SELECT_TRAVEL_DOCUMENT)) == b""


def test_free_files_are_read_and_others_are_not() -> None:
    terminal = Terminal(passport())
    terminal.ok("00A4020C02011C")
    assert terminal.ok("00B0000000") == b"\x31\x02\x30\x00"
    terminal.ok("00A4020C02011D")
    assert terminal.status("00B0000000") == Status.SECURITY_STATUS
    assert terminal.status("00A4020C02011E") == Status.NOT_FOUND
    terminal.ok(SELECT_TRAVEL_DOCUMENT)
    terminal.ok(SELECT_COM)
    assert terminal.status("00B0000000") == Status.SECURITY_STATUS


def test_after_pace_the_files_are_read() -> None:
    terminal = opened(passport())
    terminal.ok(SELECT_COM)
    assert terminal.ok("00B0000000") == COM
    terminal.ok("00A4000C023F00")
    terminal.ok("00A4020C02011D")
    assert terminal.ok("00B0000000") == b"\x30\x03abc"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("00B0000010", Status.OK),
        ("00B0000F10", Status.END_OF_FILE),
        ("00B0000F00", Status.OK),
        ("00B0001600", Status.OK),
        ("00B0001601", Status.END_OF_FILE),
        ("00B0001700", Status.OFFSET_WRONG),
        ("00B07FFF01", Status.OFFSET_WRONG),
        ("00B00000", Status.LENGTH_WRONG),
        ("00B09E0000", Status.OK),
        ("00B0810005", Status.OK),
        ("00B0820000", Status.NOT_FOUND),
        ("00B0E10000", Status.PARAMETERS_WRONG),
        ("00B100000354010200", Status.OK),
        ("00B100000154", Status.DATA_WRONG),
        ("00A4020F02011E", Status.PARAMETERS_WRONG),
        ("00A4080C02011E", Status.PARAMETERS_WRONG),
        ("00A4020C0101", Status.LENGTH_WRONG),
        ("00A4040C07A0000002471002", Status.NOT_FOUND),
        ("00A4040C", Status.NOT_FOUND),
        ("00CA000000", Status.INSTRUCTION_UNKNOWN),
        ("0084000000", Status.OK),
        ("0084000007", Status.LENGTH_WRONG),
        ("0084010008", Status.PARAMETERS_WRONG),
        ("0086000000", Status.CONDITIONS),
        ("0086010000", Status.PARAMETERS_WRONG),
        ("0082000000", Status.CONDITIONS),
        ("0022C1A4", Status.LENGTH_WRONG),
        ("002281B60100", Status.PARAMETERS_WRONG),
        ("002C0203", Status.INSTRUCTION_UNKNOWN),
        ("1084000008", Status.CHAINING_UNSUPPORTED),
    ],
)
def test_status_words(command: str, status: int) -> None:
    terminal = opened(passport())
    terminal.ok(SELECT_COM)
    assert terminal.status(command) == status


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("", 0x6700),
        ("00A404", 0x6700),
        ("00A4040C02011E0000", 0x6700),
        ("00A4040C03011E", 0x6700),
        ("00A4040C0000", 0x6700),
        ("00A4040C000000", 0x6A82),
        ("00A4040C0001000000", 0x6700),
        ("80A4040C00", 0x6E00),
        ("0CB0000000", 0x6988),
        ("8CB0000000", 0x6E00),
    ],
)
def test_malformed_commands(command: str, status: int) -> None:
    assert Terminal(passport()).status(command) == status


def test_extended_length_reads_all_at_once_if_the_chip_has_it() -> None:
    terminal = opened(passport())
    terminal.ok(SELECT_DG1)
    assert terminal.ok("00B00000000000") == DATA_GROUP_1
    terminal = Terminal(passport(extended_length=False))
    assert terminal.status("00B00000000000") == Status.LENGTH_WRONG


def test_a_read_yields_what_fits_a_short_answer_and_what_the_chip_can() -> None:
    """With AES: 256 bytes less status, MAC and header of the cryptogram are 14 blocks, one byte of them padding."""
    terminal = opened(passport())
    terminal.ok(SELECT_DG1)
    assert len(terminal.ok("00B0000000")) == 223
    assert len(terminal.ok("00B00000FF")) == 223
    terminal = opened(passport(max_read=100))
    terminal.ok(SELECT_DG1)
    assert len(terminal.ok("00B00000000000")) == 100


def test_short_file_identifiers_select() -> None:
    terminal = opened(passport())
    assert terminal.ok("00B09E0000") == COM
    assert terminal.ok("00B0001002") == COM[16:18]


def test_odd_instruction_reads_with_an_offset_of_any_size() -> None:
    terminal = opened(passport())
    assert terminal.ok("00B10001045402012000") == tlv.encode(0x53, DATA_GROUP_1[0x120 : 0x120 + 219])
    terminal.ok(SELECT_DG1)
    assert terminal.ok("00B100000354010005") == tlv.encode(0x53, DATA_GROUP_1[:5])


def test_a_reset_forgets_everything() -> None:
    terminal = opened(passport())
    terminal.chip.reset()
    assert terminal.chip.transmit(bytes.fromhex("0CB0000000")) == bytes.fromhex("6988")
    terminal.channel = None
    assert terminal.status(SELECT_COM) == Status.NOT_FOUND
    terminal.ok(SELECT_TRAVEL_DOCUMENT)
    terminal.ok(SELECT_COM)
    assert terminal.status("00B0000000") == Status.SECURITY_STATUS


def test_a_plain_command_ends_the_protected_session() -> None:
    terminal = opened(passport())
    protected = terminal.channel
    terminal.channel = None
    terminal.ok(SELECT_COM)
    assert terminal.status("00B0000000") == Status.SECURITY_STATUS
    terminal.channel = protected
    assert terminal.chip.transmit(protected_read(terminal)) == bytes.fromhex("6988")


def protected_read(terminal: Terminal) -> bytes:
    assert terminal.channel is not None
    return terminal.channel.command(Command(0, 0xB0, 0, 0, expected=256))


def test_every_byte_of_a_protected_command_counts() -> None:
    """But the last: Le of the outside is what the MAC does not cover."""
    chip = passport()
    for index in range(len(protected_read(opened(chip))) - 1):
        terminal = opened(chip)
        command = bytearray(protected_read(terminal))
        command[index] ^= 0x01
        assert chip.transmit(bytes(command))[0] in (0x67, 0x69, 0x6D, 0x6E), index
        # And the session is over, unless what arrived was no protected command at all.
        assert chip.transmit(protected_read(terminal))[:1] == b"\x69", index


@pytest.mark.parametrize("password", [(Password.CAN, "500541"), (Password.MRZ, MRZ[:-1] + "9")])
def test_a_wrong_password_is_said_at_the_end(password: tuple[Password, str]) -> None:
    terminal = Terminal(passport())
    assert terminal.pace(GENERIC, 13, *password) == Status.NOT_AUTHENTICATED
    assert terminal.pace(GENERIC, 13, Password.MRZ, MRZ) == Status.OK


@pytest.mark.parametrize(
    ("oid", "parameter_id", "password", "status"),
    [
        (GENERIC, 12, Password.CAN, Status.DATA_WRONG),
        ("0.4.0.127.0.7.2.2.4.2.4", 13, Password.CAN, Status.DATA_WRONG),
        (GENERIC, 13, Password.PIN, Status.REFERENCE_UNKNOWN),
        (GENERIC, 13, Password.PUK, Status.REFERENCE_UNKNOWN),
    ],
)
def test_what_the_chip_has_not_is_refused(oid: str, parameter_id: int, password: Password, status: int) -> None:
    assert Terminal(passport()).pace(oid, parameter_id, password, CAN) == status


@pytest.mark.parametrize("key", ["04" + 64 * "11", "0000", "", "04" + 32 * "00" + 32 * "00"])
def test_a_key_that_is_not_in_the_group_is_refused(key: str) -> None:
    terminal = Terminal(passport())
    Pacing(terminal, GENERIC, 13, Password.CAN, CAN).choose()
    terminal.authenticate({})
    assert terminal.authenticate({0x81: bytes.fromhex(key)})[1] == Status.DATA_WRONG
    assert terminal.authenticate({0x81: bytes.fromhex(key)})[1] == Status.CONDITIONS


def test_the_steps_of_pace_have_an_order() -> None:
    terminal = Terminal(passport())
    Pacing(terminal, GENERIC, 13, Password.CAN, CAN).choose()
    assert terminal.authenticate({0x85: bytes(8)}, last=True)[1] == Status.CONDITIONS
    Pacing(terminal, GENERIC, 13, Password.CAN, CAN).choose()
    assert terminal.authenticate({0x85: bytes(8)})[1] == Status.DATA_WRONG


def pace_variants() -> list[tuple[str, int]]:
    arc = "0.4.0.127.0.7.2.2.4"
    curves, integrable = (8, 9, 10, 11, 12, 14, 15, 16, 17, 18), (12, 13, 17)
    every = [(f"{arc}.2.{2 + index % 3}", curve) for index, curve in enumerate(curves)]
    every += [(f"{arc}.2.{suite}", 13) for suite in (1, 2, 3, 4)]
    every += [(f"{arc}.4.{suite}", curve) for suite in (1, 2, 3, 4) for curve in integrable]
    every += [(f"{arc}.6.{suite}", curve) for suite, curve in ((2, 13), (3, 12), (4, 17))]
    every += [(f"{arc}.{mapping}.{suite}", group) for mapping in (1, 3) for suite, group in ((1, 0), (2, 1), (4, 2))]
    return every


@pytest.mark.parametrize(("oid", "parameter_id"), pace_variants())
def test_every_variant_of_pace_leads_to_a_channel(oid: str, parameter_id: int) -> None:
    mapping_key = AgreementKey(parameter_id, 0xABCDEF) if ".2.2.4.6." in oid else None
    terminal = opened(passport(pace=(PaceVariant(oid, parameter_id),), chip_mapping_key=mapping_key), oid, parameter_id)
    assert terminal.ok("00B09E0000") == COM


def test_a_public_number_is_short_and_a_shared_one_is_long() -> None:
    group = standard_group(0)
    assert isinstance(group, ModularGroup)
    assert group.encode(0x1234) == b"\x12\x34"
    assert group.secret(0x1234) == bytes(126) + b"\x12\x34"


def test_integrated_mapping_needs_a_field_that_has_it() -> None:
    variant = PaceVariant("0.4.0.127.0.7.2.2.4.4.2", 10)
    terminal = Terminal(passport(pace=(variant,)))
    with pytest.raises(AssertionError):
        terminal.pace(variant.oid, 10, Password.CAN, CAN)
    with pytest.raises(NotInGroup):
        standard_group(10).from_field(5)


def test_chip_authentication_mapping_proves_the_static_key() -> None:
    variant, static = PaceVariant(CHIP_AUTHENTICATION_MAPPING, 13), AgreementKey(13, 0x123456789)
    terminal = Terminal(passport(pace=(variant,), chip_mapping_key=static))
    run = Pacing(terminal, variant.oid, 13, Password.CAN, CAN)
    assert run.run() == Status.OK
    group: Group[Any] = standard_group(13)
    channel = run.channel
    assert channel is not None
    suite, key = channel.suite, channel._encryption
    data = suite.decrypt(key, run.last_answer[0x8A], suite.encrypt(key, b"\xff" * 16)).rstrip(b"\0")[:-1]
    static_public = group.decode(public_key(static))
    assert group.encode(group.power(static_public, int.from_bytes(data, "big"))) == run.mapping_key


@pytest.mark.parametrize("suite", [1, 2, 3, 4])
@pytest.mark.parametrize(("kind", "parameter_id"), [(2, 13), (2, 15), (1, 0), (1, 2)])
def test_chip_authentication(suite: int, kind: int, parameter_id: int) -> None:
    oid = f"0.4.0.127.0.7.2.2.3.{kind}.{suite}"
    key = AgreementKey(parameter_id, 0x1234567)
    terminal = opened(passport(chip_authentication=(ChipAuthenticationKey(key, (oid,), 0xC3),)))
    group: Group[Any] = standard_group(parameter_id)
    public = group.encode(group.public(7777))
    choice = tlv.encode(0x80, tlv.encode_oid(oid)) + tlv.encode(0x84, b"\xc3")
    terminal.ok(bytes.fromhex("002241A4") + bytes([len(choice)]) + choice)
    data = tlv.encode(0x7C, tlv.encode(0x80, public))
    extended = b"\0" + len(data).to_bytes(2, "big") + data + b"\0\0"
    assert terminal.ok(bytes.fromhex("00860000") + extended) == b"\x7c\x00"
    secret = group.secret(group.power(group.decode(public_key(key)), 7777))
    terminal.channel = Protected(SUITES[suite - 1], secret)
    assert terminal.ok("00B09E0000") == COM


def test_chip_authentication_by_key_agreement_template() -> None:
    terminal = opened(passport())
    group: Group[Any] = standard_group(13)
    data = tlv.encode(0x91, group.encode(group.public(99)))
    terminal.ok(bytes.fromhex("002241A6") + bytes([len(data)]) + data)
    terminal.channel = Protected(SUITES[0], group.secret(group.power(group.decode(public_key(KEY)), 99)))
    assert terminal.ok("00B09E0000") == COM


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("002241A40D800A04007F0007020203020280", Status.DATA_WRONG),
        ("002241A40C800A04007F00070202030204", Status.REFERENCE_UNKNOWN),
        ("002241A40F800A04007F0007020203020284010B", Status.REFERENCE_UNKNOWN),
        ("002241A60384010B", Status.REFERENCE_UNKNOWN),
        ("002241A603910104", Status.DATA_WRONG),
    ],
)
def test_chip_authentication_refuses_what_it_does_not_know(command: str, status: int) -> None:
    assert opened(passport()).status(command) == status


def test_chip_authentication_takes_the_password_first() -> None:
    terminal = Terminal(passport())
    oid = tlv.encode(0x80, tlv.encode_oid(CA_ECDH_AES_128))
    assert terminal.status(bytes.fromhex("002241A40C") + oid) == Status.SECURITY_STATUS


@pytest.mark.parametrize("digest", ["sha1", "sha224", "sha256", "sha384", "sha512"])
def test_active_authentication_with_rsa(digest: str) -> None:
    private = rsa.generate_private_key(65537, 1280).private_numbers()  # noqa: S505
    modulus = private.public_numbers.n
    terminal = opened(passport(active_authentication=RsaSigner(modulus, private.d, digest)))
    signature = terminal.ok("00880000081122334455667788" + "00")
    recovered = pow(int.from_bytes(signature, "big"), 65537, modulus).to_bytes(160, "big")
    trailer = 1 if digest == "sha1" else 2
    size = hashlib.new(digest).digest_size
    assert recovered[0] == 0x6A
    assert recovered[-1] == (0xBC if digest == "sha1" else 0xCC)
    message = recovered[1 : -size - trailer] + bytes.fromhex("1122334455667788")
    assert hashlib.new(digest, message).digest() == recovered[-size - trailer : -trailer]


@pytest.mark.parametrize("parameter_id", [12, 17])
def test_active_authentication_with_ecdsa(parameter_id: int) -> None:
    curve = {12: ec.SECP256R1(), 17: ec.BrainpoolP512R1()}[parameter_id]
    private = 0x1122334455667788
    terminal = opened(passport(active_authentication=EcdsaSigner(AgreementKey(parameter_id, private))))
    signature = terminal.ok("00880000081122334455667788" + "00")
    half = len(signature) // 2
    encoded = utils.encode_dss_signature(
        int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    )
    digest = Hash(SHA256())
    digest.update(bytes.fromhex("1122334455667788"))
    ec.derive_private_key(private, curve).public_key().verify(
        encoded, digest.finalize(), ec.ECDSA(utils.Prehashed(SHA256()))
    )


def test_active_authentication_takes_the_password_and_eight_bytes() -> None:
    signer = EcdsaSigner(AgreementKey(12, 5))
    assert Terminal(passport()).status("0088000008" + 16 * "1") == Status.INSTRUCTION_UNKNOWN
    assert Terminal(passport(active_authentication=signer)).status("0088000008" + 16 * "1") == Status.SECURITY_STATUS
    assert opened(passport(active_authentication=signer)).status("0088000007" + 14 * "1") == Status.LENGTH_WRONG


def test_basic_access_control_needs_the_application_and_a_fresh_challenge() -> None:
    terminal = Terminal(passport())
    assert len(terminal.ok("0084000008")) == 8
    authenticate = "0082000028" + 80 * "0" + "28"
    assert terminal.status(authenticate) == Status.CONDITIONS
    terminal.ok(SELECT_TRAVEL_DOCUMENT)
    terminal.ok("0084000008")
    assert terminal.status(authenticate) == Status.NOT_AUTHENTICATED
    assert terminal.status(authenticate) == Status.CONDITIONS
    assert Terminal(passport(bac=False)).status(authenticate) == Status.INSTRUCTION_UNKNOWN


def test_a_document_without_access_control_is_open() -> None:
    terminal = Terminal(passport(access_control=False))
    terminal.ok(SELECT_TRAVEL_DOCUMENT)
    assert terminal.ok("00B09E0000") == COM


def test_nothing_secret_is_shown() -> None:
    shown = repr(passport().image)
    for secret in (CAN, MRZ, str(KEY.private), hex(KEY.private)[2:]):
        assert secret not in shown
