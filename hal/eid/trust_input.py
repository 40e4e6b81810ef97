"""What a file is that somebody wants to import: told from its outermost shape."""

from __future__ import annotations

from enum import StrEnum

from hal.eid import tlv
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.parsing import guarded

_SEQUENCE, _OBJECT_IDENTIFIER, _VERSION = 0x30, 0x06, 0xA0


class InputKind(StrEnum):
    MASTER_LIST = "master list"
    REVOCATION_LIST = "revocation list"
    CERTIFICATE = "certificate"


def kind_of(encoded: bytes) -> InputKind:
    """By the first element inside: CMS begins with its type, a certificate of version 3 with its version.

    Raises `NotAccepted` (``data_malformed``) for what is none of the three.
    """
    with guarded(Reason.DATA_MALFORMED, "the file"):
        # CMS may be of indefinite length; its first element is all that is needed.
        outer = tlv.parse_header(encoded, shortest=False) if encoded[1:2] != b"\x80" else None
        start = 2 if outer is None else outer.size
        first = tlv.parse_header(encoded, start, shortest=False)
        if encoded[0] == _SEQUENCE and first.tag == _OBJECT_IDENTIFIER:
            return InputKind.MASTER_LIST
        inner = tlv.parse_header(encoded, start + first.size, shortest=False)
        if encoded[0] == _SEQUENCE and first.tag == _SEQUENCE:
            return InputKind.CERTIFICATE if inner.tag == _VERSION else InputKind.REVOCATION_LIST
    raise NotAccepted(Reason.DATA_MALFORMED, "neither a master list nor a revocation list nor a certificate")
