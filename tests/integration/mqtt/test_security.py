"""Who may talk: certificates on both sides, the handbook's access list, and passwords in files."""

from __future__ import annotations

import datetime
import ipaddress
import re
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from controller.adapters.mqtt import TlsFiles
from controller.adapters.mqtt.connection import Connection, ConnectionOptions, tls_context
from simulator.broker import Broker, BrokerTls
from tests.integration.mqtt.support import BOX, TOPICS, ScriptedFeed, configuration, running, until

HANDBOOK = Path(__file__).parents[3] / "docs" / "technicians-mqtt.md"


class Authority:
    """A certificate authority that lives as long as a test.

    ``above``: the authority that signs this one's certificate, which signs itself otherwise. ``careless``: it does not
    say in the certificates it issues which key signed them, as RFC 5280 (4.2.1.1) asks.
    """

    def __init__(self, directory: Path, *, above: Authority | None = None, careless: bool = False) -> None:
        self._directory = directory
        directory.mkdir()
        self._careless = careless
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(directory.name)
        signer = above or self
        certificate = (
            signer._builder(self._name, self._key)
            .add_extension(x509.BasicConstraints(True, None), True)
            .add_extension(_ONLY_SIGNS_CERTIFICATES, True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), False)
        )
        self.ca_file = directory / "ca.pem"
        self.ca_file.write_bytes(certificate.sign(signer._key, hashes.SHA256()).public_bytes(_PEM))

    def certify(self, name: str) -> tuple[Path, Path]:
        """Paths of a certificate for this name and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        certificate = self._builder(_name(name), key).add_extension(address, False).sign(self._key, hashes.SHA256())
        certificate_file, key_file = self._directory / f"{name}.pem", self._directory / f"{name}.key"
        certificate_file.write_bytes(certificate.public_bytes(_PEM))
        key_file.write_bytes(key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return certificate_file, key_file

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(hours=1))
        )
        if self._careless:
            return builder
        signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return builder.add_extension(signed_by, False)


_PEM = serialization.Encoding.PEM
_ONLY_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _access_list(directory: Path) -> Path:
    blocks = re.findall(r"^```\n(# boxes.*?)^```", HANDBOOK.read_text("utf-8"), re.M | re.S)
    assert len(blocks) == 1
    file = directory / "acl"
    file.write_text(blocks[0], "utf-8")
    file.chmod(0o600)
    return file


async def test_mutual_tls_with_the_handbooks_access_list(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    tls = BrokerTls(authority.ca_file, *authority.certify("broker"))
    box_files = [str(path) for path in authority.certify(BOX)]
    central_files = [str(path) for path in authority.certify("central")]
    feed = ScriptedFeed(25)
    async with Broker(tmp_path / "broker", tls=tls, acl_file=_access_list(tmp_path)) as broker:
        files = TlsFiles(ca_file=str(authority.ca_file), certificate_file=box_files[0], key_file=box_files[1])
        async with running(configuration(broker, tls=files), feed) as box:
            await box.connected()
            central = Connection(
                ConnectionOptions(
                    broker.host, broker.port, "anything", tls=tls_context(str(authority.ca_file), *central_files)
                ),
                lambda message: None,
            )
            assert await central.open() == ""
            last = b'{"epoch":1,"upto":25,"hash":"%s"}' % feed.log[-1].hash.hex().encode()
            assert await central.publish(TOPICS.acknowledgement("central"), last) < 0x80
            await until(lambda: feed.cursors == {"central": 25}, "the acknowledgement")
            # The central system must not speak for a box.
            assert await central.publish(TOPICS.state("connection"), b"{}", retain=True) == 0x87
            assert await central.publish(TOPICS.event, b"{}") == 0x87
            await central.close()
            assert box.told == [(True, "")]


async def test_a_certificate_of_nobody_we_know(tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path / "ours"), Authority(tmp_path / "theirs")
    tls = BrokerTls(theirs.ca_file, *theirs.certify("broker"))
    certificate, key = ours.certify(BOX)
    async with Broker(tmp_path / "broker", tls=tls) as broker:
        files = TlsFiles(ca_file=str(ours.ca_file), certificate_file=str(certificate), key_file=str(key))
        async with running(configuration(broker, tls=files), ScriptedFeed()) as box:
            await until(lambda: any("certificate verify failed" in detail for _, detail in box.told), "the refusal")
            assert not box.link.connected
        missing = TlsFiles(ca_file=str(tmp_path / "missing.pem"))
        async with running(configuration(broker, tls=missing), ScriptedFeed()) as box:
            await until(lambda: any("missing.pem does not exist" in detail for _, detail in box.told), "the file")


async def test_a_certificate_that_does_not_say_which_key_signed_it(tmp_path: Path) -> None:
    """Python 3.13 refuses it unasked, older ones do not: a box must not fall silent because its system was renewed."""
    authority = Authority(tmp_path / "authority", careless=True)
    tls = BrokerTls(authority.ca_file, *authority.certify("broker"))
    certificate, key = authority.certify(BOX)
    async with Broker(tmp_path / "broker", tls=tls) as broker:
        files = TlsFiles(ca_file=str(authority.ca_file), certificate_file=str(certificate), key_file=str(key))
        async with running(configuration(broker, tls=files), ScriptedFeed()) as box:
            await until(lambda: any("Authority Key Identifier" in detail for _, detail in box.told), "the refusal")
            assert not box.link.connected


async def test_the_authority_that_is_named_need_not_be_the_topmost(tmp_path: Path) -> None:
    """Python 3.13 takes the authority of the town hall alone, older ones ask for the one above it too."""
    topmost = Authority(tmp_path / "topmost")
    town_hall = Authority(tmp_path / "town hall", above=topmost)
    tls = BrokerTls(topmost.ca_file, *town_hall.certify("broker"))
    certificate, key = topmost.certify(BOX)
    async with Broker(tmp_path / "broker", tls=tls) as broker:
        files = TlsFiles(ca_file=str(town_hall.ca_file), certificate_file=str(certificate), key_file=str(key))
        async with running(configuration(broker, tls=files), ScriptedFeed()) as box:
            await box.connected()


async def test_a_password_that_is_corrected_in_its_file(tmp_path: Path) -> None:
    import subprocess

    passwords, secret = tmp_path / "passwords", tmp_path / "secret"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), BOX, "right"], check=True)
    secret.write_text("wrong\n", "utf-8")
    feed = ScriptedFeed()
    async with Broker(tmp_path / "broker", password_file=passwords) as broker:
        config = configuration(broker, username=BOX, password_file=str(secret))
        async with running(config, feed) as box:
            await until(lambda: bool(box.told), "the refusal is told")
            assert box.told[0] == (False, "Not authorized")
            assert "wrong" not in repr(box.told) + repr(config)
            secret.write_text("right\n", "utf-8")
            await box.connected()
