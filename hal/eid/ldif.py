"""LDIF (RFC 2849) as far as the ICAO PKD's downloads need it: the binary values of one attribute, read as a stream."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

from hal.eid.outcome import NotAccepted, Reason
from hal.eid.parsing import guarded

REVOCATION_LIST = b"certificaterevocationlist;binary"
#: No value that is asked for comes near this (octets, in base64).
_LONGEST_VALUE = 8 << 20


def looks_like_ldif(start: bytes) -> bool:
    """Whether a file that begins so is LDIF: a comment, a version or the name of an entry."""
    return start.lstrip().lower().startswith((b"version:", b"dn:", b"#"))


def binary_values(lines: Iterable[bytes], attribute: bytes) -> Iterator[bytes]:
    """The decoded values of ``attribute`` (lower case), in order.

    Raises `NotAccepted` (``data_malformed``) for a value that is no base64 or too long.
    """
    wanted: bytearray | None = None
    for line in lines:
        text = line.rstrip(b"\r\n")
        if text.startswith(b" "):
            if wanted is not None:
                wanted += text[1:]
                if len(wanted) > _LONGEST_VALUE:
                    raise NotAccepted(Reason.DATA_MALFORMED, "a value of LDIF that is too long")
            continue
        if wanted is not None:
            yield _decoded(wanted)
        name, separator, value = text.partition(b"::")
        wanted = bytearray(value.strip()) if separator and name.strip().lower() == attribute else None
    if wanted is not None:
        yield _decoded(wanted)


def _decoded(value: bytearray) -> bytes:
    with guarded(Reason.DATA_MALFORMED, "a value of LDIF"):
        return base64.b64decode(bytes(value), validate=True)
