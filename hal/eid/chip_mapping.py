"""PACE with chip authentication mapping: that the chip of the channel holds the key that its state signed.

ICAO Doc 9303-11, 4.4.3.3.3: the chip sends CA_IC = SK_map / SK_chip, and CA_IC times its signed static key has to be
its key of the mapping.
"""

from __future__ import annotations

import hmac

from hal.eid.chip_authentication import public_key
from hal.eid.key_agreement import GroupError
from hal.eid.outcome import NotAccepted, NotPossible, Reason
from hal.eid.pace import PaceResult
from hal.eid.security_infos import SecurityInfos


def check_chip_mapping(pace: PaceResult, signed: SecurityInfos) -> None:
    """``signed``: the SecurityInfos of EF.CardSecurity, already found genuine.

    Raises `NotAccepted` (``cloned``; the reasons of `public_key`) or `NotPossible` (``protocol_unsupported``) when
    no key of the mapping's group is signed.
    """
    group = pace.variant.group
    offered = [public_key(info.subject_public_key_info) for info in signed.chip_keys]
    static = [element for offered_group, element in offered if offered_group.name == group.name]
    if not static:
        raise NotPossible(Reason.PROTOCOL_UNSUPPORTED, "EF.CardSecurity has no key for the mapping's curve")
    data = pace.chip_authentication_data or b""
    for element in static:
        try:
            mapped = group.key_pair(int.from_bytes(data, "big")).multiply(element)
        except GroupError:
            continue
        if hmac.compare_digest(mapped, pace.mapping_key):
            return
    raise NotAccepted(Reason.CLONED, "chip authentication data that belong to no signed key")
