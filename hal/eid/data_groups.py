"""The data groups that a check reads: DG1 (machine readable zone), DG14 (security infos), DG15 (public key).

To be called only once passive authentication has found their hashes in the signed list. ICAO Doc 9303-10, 4.7.
"""

from __future__ import annotations

from hal.eid import security_infos, tlv
from hal.eid.files import DATA_GROUPS
from hal.eid.mrz import Mrz, MrzError, parse_mrz
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.security_infos import SecurityInfos
from hal.eid.tlv import TlvError

_MRZ = 0x5F1F


def machine_readable_zone(group: bytes) -> Mrz:
    """What DG1 says of document and holder. Raises `NotAccepted` (``data_malformed``), which quotes nothing."""
    try:
        text = tlv.parse_one(_content(1, group), _MRZ, shortest=False).decode("ascii")
        return parse_mrz(text)
    except (TlvError, UnicodeDecodeError, MrzError):
        raise NotAccepted(Reason.DATA_MALFORMED, "DG1 holds no machine readable zone") from None


def chip_security_infos(group: bytes) -> SecurityInfos:
    """What DG14 says of the chip's protocols. Raises `NotAccepted` (``data_malformed``)."""
    try:
        return security_infos.parse(_content(14, group))
    except TlvError as error:
        raise NotAccepted(Reason.DATA_MALFORMED, f"DG14: {error}") from None


def active_authentication_key(group: bytes) -> bytes:
    """The SubjectPublicKeyInfo that DG15 holds. Raises `NotAccepted` (``data_malformed``)."""
    try:
        return _content(15, group)
    except TlvError as error:
        raise NotAccepted(Reason.DATA_MALFORMED, f"DG15: {error}") from None


def _content(number: int, group: bytes) -> bytes:
    return tlv.parse_one(group, DATA_GROUPS[number].tag, shortest=False)
