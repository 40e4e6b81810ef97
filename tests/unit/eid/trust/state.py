"""A small state for the tests: its CSCA, a document signer, security objects, all made by the simulator's own code."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hal.eid.trust_import import import_master_list, pin_root
from hal.eid.trust_store import TrustStore
from simulator.card import der, tlv
from simulator.card.cms import signed_data
from simulator.card.pki import Issued, Role, Span, Subject, issue, master_list
from simulator.card.signing import DIGESTS, CurveForm, SigningKey

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
CSCA_VALID = Span(NOW - 3 * YEAR, NOW + 10 * YEAR)
SIGNER_VALID = Span(NOW - YEAR, NOW + 5 * YEAR)
LDS = "2.23.136.1.1.1"
GROUPS = {1: b"\x61\x04test", 14: b"\x6e\x04keys"}

_CURVES: dict[str, ec.EllipticCurve] = {
    curve.name: curve
    for curve in (
        ec.SECP224R1(),
        ec.SECP256R1(),
        ec.SECP384R1(),
        ec.SECP521R1(),
        ec.BrainpoolP256R1(),
        ec.BrainpoolP384R1(),
        ec.BrainpoolP512R1(),
    )
}
CURVES = tuple(_CURVES)


@cache
def rsa_key(bits: int = 2048, number: int = 0) -> rsa.RSAPrivateKey:
    """Made once for each process; ``number`` tells several of one size apart."""
    return rsa.generate_private_key(65537, bits)


def curve_key(curve: str = "secp256r1", digest: str = "sha256", form: CurveForm = CurveForm.NAMED) -> SigningKey:
    return SigningKey(ec.generate_private_key(_CURVES[curve]), digest, form=form)


def authority(
    key: SigningKey | None = None,
    *,
    name: str = "CSCA Utopia",
    country: str = "UT",
    above: Issued | None = None,
    valid: Span = CSCA_VALID,
    signs: Span | None = None,
    serial: int = 1,
) -> Issued:
    """A CSCA; a link certificate with another CSCA ``above``."""
    return issue(Role.AUTHORITY, Subject(country, name), key or curve_key(), above, serial, valid, signs=signs)


def signer(
    csca: Issued,
    key: SigningKey | None = None,
    *,
    role: Role = Role.DOCUMENT_SIGNER,
    country: str = "UT",
    valid: Span = SIGNER_VALID,
    serial: int = 77,
    version: int = 3,
) -> Issued:
    subject = Subject(country, "Signer 1")
    return issue(role, subject, key or curve_key(), csca, serial, valid, version=version)


def lds_content(groups: Mapping[int, bytes], digest: str = "sha256", version: int = 0) -> bytes:
    """The LDS security object, version 0 or 1."""
    hashes = [
        der.sequence(der.integer(number), der.octets(hashlib.new(digest, content).digest()))
        for number, content in groups.items()
    ]
    versions = der.sequence(der.printable("0108"), der.printable("040000")) if version else b""
    return der.sequence(
        der.integer(version), der.algorithm(DIGESTS[digest][0], der.NULL), der.sequence(*hashes), versions
    )


def security_object(
    by: Issued,
    groups: Mapping[int, bytes] = GROUPS,
    *,
    digest: str = "sha256",
    version: int = 0,
    content_type: str = LDS,
    attribute_type: str = "",
    signers: Sequence[Issued] = (),
    certificates: Sequence[bytes] | None = None,
    by_key_identifier: bool = False,
    spoil_signature: bool = False,
) -> bytes:
    """EF.SOD."""
    content = signed_data(
        content_type,
        lds_content(groups, digest, version),
        [one.as_signer(by_key_identifier=by_key_identifier) for one in (signers or (by,))],
        [by.certificate] if certificates is None else certificates,
        attribute_type=attribute_type,
        spoil_signature=spoil_signature,
    )
    return tlv.encode(0x77, content)


def master_list_of(
    csca: Issued,
    certificates: Sequence[bytes],
    *,
    list_signer: Issued | None = None,
    signed_at: datetime = NOW - timedelta(days=30),
    embedded: Issued | None = None,
) -> bytes:
    """A master list that ``csca``'s list signer signed; ``embedded`` is what lies beside the signer's certificate."""
    by = list_signer or signer(csca, role=Role.LIST_SIGNER, serial=99)
    return master_list(certificates, by, embedded or csca, signed_at)


@dataclass(frozen=True)
class Utopia:
    """A state whose CSCA a box trusts."""

    directory: Path
    csca: Issued = field(default_factory=authority)

    def trusted(self, *listed: bytes) -> TrustStore:
        """The store with the state's CSCA pinned, and with ``listed`` from a master list of it."""
        pin_root(self.directory, self.csca.certificate, NOW)
        if listed:
            import_master_list(self.directory, master_list_of(self.csca, listed), NOW)
        return TrustStore.open(self.directory)
