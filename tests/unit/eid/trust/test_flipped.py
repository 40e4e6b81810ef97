"""Every byte of a security object and of the certificates that decide on it: changed, it is refused or means the
same.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from hal.eid.certificates import check_signed_by, parse_certificate
from hal.eid.outcome import NotAccepted
from hal.eid.passive_authentication import Authenticity, verify
from hal.eid.trust_store import TrustStore
from simulator.card.signing import CurveForm
from tests.unit.eid.trust.state import GROUPS, NOW, Utopia, authority, curve_key, security_object, signer

#: Octets whose change may leave the meaning as it was: case of letters and string types in the name of the signer.
_HARMLESS = 16


def survivors(original: bytes, changed: Callable[[int, int], int], judge: Callable[[bytes], object]) -> list[int]:
    """Positions at which a changed octet was not refused; what came out is asserted to be what came out before."""
    before = judge(original)
    found = []
    for position, octet in enumerate(original):
        try:
            after = judge(original[:position] + bytes((changed(position, octet),)) + original[position + 1 :])
        except NotAccepted:
            continue
        assert after == before, position
        found.append(position)
    return found


def judge_with(trust: TrustStore) -> Callable[[bytes], Authenticity]:
    return lambda sod: verify(sod, GROUPS, trust, NOW, False)


@pytest.mark.parametrize("form", [CurveForm.NAMED, CurveForm.EXPLICIT])
def test_every_changed_octet_of_a_security_object(utopia: Utopia, form: CurveForm) -> None:
    sod = security_object(signer(utopia.csca, curve_key("brainpoolP256r1", form=form)), version=1)
    seed = random.randrange(1 << 32)
    drawn = random.Random(seed)
    left = survivors(sod, lambda _, octet: octet ^ drawn.randrange(1, 256), judge_with(utopia.trusted()))
    assert len(left) <= _HARMLESS, (seed, left)


def test_every_changed_octet_of_a_csca_certificate() -> None:
    csca = authority(curve_key("brainpoolP256r1", form=CurveForm.EXPLICIT))
    by = parse_certificate(signer(csca).certificate)

    def judge(encoded: bytes) -> None:
        issuer = parse_certificate(encoded)
        check_signed_by(issuer, issuer, sha1=False)
        check_signed_by(by, issuer, sha1=False)

    left = survivors(csca.certificate, lambda position, octet: octet ^ (1 << position % 8), judge)
    assert left == []


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_every_bit_of_a_security_object(utopia: Utopia) -> None:
    sod = security_object(signer(utopia.csca))
    judge = judge_with(utopia.trusted())
    for mask in range(1, 256):
        assert len(survivors(sod, lambda _, octet, mask=mask: octet ^ mask, judge)) <= _HARMLESS  # type: ignore[misc]
