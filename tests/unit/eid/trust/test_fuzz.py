"""Whatever a parser is given: nothing but `NotAccepted` leaves it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hal.eid.certificates import parse_certificate
from hal.eid.master_list import verify_master_list
from hal.eid.outcome import NotAccepted
from hal.eid.passive_authentication import verify, verify_card_security
from hal.eid.revocation import parse_revocation_list
from hal.eid.security_object import parse_security_object
from hal.eid.signatures import load_public_key
from simulator.card.pki import revocation_list
from tests.unit.eid.trust.state import GROUPS, NOW, YEAR, Utopia, authority, master_list_of, security_object, signer

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[3] / "vectors/security_objects.json").read_text())


@cache
def seeds() -> dict[str, list[bytes]]:
    """Well-formed inputs for each parser."""
    csca = authority()
    certificates = [bytes.fromhex(one["csca"]) for one in VECTORS["documents"] if one["csca"]]
    return {
        "sod": [bytes.fromhex(one["file"]) for one in VECTORS["documents"]]
        + [security_object(signer(csca), version=1)],
        "card_security": [bytes.fromhex(VECTORS["card_security"][0]["file"])],
        "certificate": [*certificates, csca.certificate, signer(csca).certificate],
        "key": [parse_certificate(one).key_info for one in certificates],
        "revocation_list": [revocation_list(csca, [1, 2, 3], NOW, NOW + YEAR)],
        "master_list": [master_list_of(csca, [csca.certificate, *certificates])],
    }


def whole_certificate(encoded: bytes) -> None:
    parse_certificate(encoded).public_key()


PARSERS: dict[str, Callable[[bytes], object]] = {
    "sod": lambda data: parse_security_object(data).signed.signer(),
    "certificate": whole_certificate,
    "key": load_public_key,
    "revocation_list": parse_revocation_list,
    "master_list": lambda data: verify_master_list(data, [parse_certificate(seeds()["certificate"][-2])], NOW),
}


@st.composite
def damaged(draw: st.DrawFn, kind: str) -> bytes:
    """A well-formed input, cut, filled or with octets changed; lengths and tags most of all are what breaks."""
    data = bytearray(draw(st.sampled_from(seeds()[kind])))
    for _ in range(draw(st.integers(1, 4))):
        if not data:
            break
        at = draw(st.integers(0, len(data) - 1))
        what = draw(st.sampled_from(("set", "set", "set", "cut", "insert", "copy")))
        if what == "set":
            data[at] = draw(st.integers(0, 255))
        elif what == "cut":
            del data[at : at + draw(st.integers(1, 40))]
        elif what == "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=12))
        else:
            data[at:at] = data[at : at + draw(st.integers(1, 64))]
    return bytes(data)


def only_not_accepted(parser: Callable[[bytes], object], data: bytes) -> None:
    """Any other exception fails the test. What leaves carries no cause, whose text may quote the bytes."""
    refusal: NotAccepted | None = None
    try:
        parser(data)
    except NotAccepted as error:
        refusal = error
    assert refusal is None or refusal.__suppress_context__ or refusal.__context__ is None


@pytest.mark.parametrize("kind", PARSERS)
def test_damaged_inputs(kind: str) -> None:
    @settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
    @given(damaged(kind))
    def check(data: bytes) -> None:
        only_not_accepted(PARSERS[kind], data)

    check()


@pytest.mark.parametrize("kind", PARSERS)
def test_any_bytes(kind: str) -> None:
    @settings(max_examples=60)
    @given(st.binary(max_size=200))
    def check(data: bytes) -> None:
        only_not_accepted(PARSERS[kind], data)

    check()


def test_the_whole_of_passive_authentication(utopia: Utopia) -> None:
    trust = utopia.trusted()

    @settings(max_examples=60)
    @given(damaged("sod"), damaged("card_security"))
    def check(sod: bytes, card_security: bytes) -> None:
        only_not_accepted(lambda data: verify(data, GROUPS, trust, NOW, True), sod)
        only_not_accepted(lambda data: verify_card_security(data, trust, NOW, True), card_security)

    check()


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", PARSERS)
def test_damaged_inputs_at_length(kind: str) -> None:
    @settings(max_examples=20_000, suppress_health_check=[HealthCheck.too_slow])
    @given(damaged(kind))
    def check(data: bytes) -> None:
        only_not_accepted(PARSERS[kind], data)

    check()
