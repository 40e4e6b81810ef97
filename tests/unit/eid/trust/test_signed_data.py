"""CMS as programs of the field write it: streamed, with indefinite lengths (BER), where the signed parts are DER."""

from __future__ import annotations

import pytest

from hal.eid.outcome import NotAccepted, Reason
from hal.eid.signed_data import check_signature, parse_signed_data
from simulator.card import tlv
from simulator.card.cms import signed_data
from tests.unit.eid.trust.state import GROUPS, LDS, authority, lds_content, signer

_END = b"\x00\x00"


def streamed(encoded: bytes, chunk: int) -> bytes:
    """The same SignedData as a program writes it that does not know how long the content will be."""
    ((_, outer),) = tlv.decode(encoded)
    kind, (_, body) = tlv.decode(outer)
    ((_, members),) = tlv.decode(body)
    version, digests, (_, encapsulated), *rest = tlv.decode(members)
    content_type, (_, wrapped) = tlv.decode(encapsulated)
    ((_, content),) = tlv.decode(wrapped)
    chunks = b"".join(tlv.encode(0x04, content[at : at + chunk]) for at in range(0, len(content), chunk))
    inner = b"\x30\x80" + tlv.encode(*content_type) + b"\xa0\x80\x24\x80" + chunks + 3 * _END
    whole = tlv.encode(*version) + tlv.encode(*digests) + inner + b"".join(tlv.encode(*one) for one in rest)
    return b"\x30\x80" + tlv.encode(*kind) + b"\xa0\x80\x30\x80" + whole + 3 * _END


@pytest.mark.parametrize("chunk", [1, 40, 1000])
def test_streamed_cms_means_the_same(chunk: int) -> None:
    by = signer(authority())
    encoded = signed_data(LDS, lds_content(GROUPS), [by.as_signer()], [by.certificate])
    parsed = parse_signed_data(streamed(encoded, chunk), LDS)
    check_signature(parsed, parsed.signer(), sha1=False)
    assert parsed == parse_signed_data(encoded, LDS)


def test_streamed_cms_that_does_not_end() -> None:
    by = signer(authority())
    encoded = streamed(signed_data(LDS, lds_content(GROUPS), [by.as_signer()], [by.certificate]), 40)
    for cut in (1, 2, 4, 6):
        with pytest.raises(NotAccepted) as caught:
            parse_signed_data(encoded[:-cut], LDS)
        assert caught.value.reason is Reason.SECURITY_OBJECT_MALFORMED
