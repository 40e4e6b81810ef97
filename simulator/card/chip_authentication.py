"""Chip authentication version 1 as the chip does it (ICAO 9303-11, 6.2; TR-03110-1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.card import tlv
from simulator.card.command import Refusal, Status
from simulator.card.groups import Group, NotInGroup, standard_group
from simulator.card.image import AgreementKey, ChipAuthenticationKey
from simulator.card.pace import SUITES
from simulator.card.secure_channel import SecureChannel
from simulator.card.suites import Suite

_KEY_REFERENCE = 0x84
_PROTOCOL = 0x80
_PUBLIC_KEY = 0x91


@dataclass(frozen=True, slots=True)
class Chosen:
    """What MSE:Set AT has chosen for the GENERAL AUTHENTICATE that follows."""

    key: AgreementKey
    suite: Suite


def set_key_agreement_template(keys: tuple[ChipAuthenticationKey, ...], data: bytes) -> SecureChannel:
    """MSE:Set KAT: the terminal's key, and 3DES."""
    objects = _collect(data)
    key = _find_key(keys, objects.get(_KEY_REFERENCE))
    if not any(_suite(oid) is Suite.TRIPLE_DES for oid in key.suites):
        raise Refusal(Status.INSTRUCTION_UNKNOWN)
    return _agree(key.key, objects.get(_PUBLIC_KEY, b""), Suite.TRIPLE_DES)


def set_authentication_template(keys: tuple[ChipAuthenticationKey, ...], data: bytes) -> Chosen:
    """MSE:Set AT: protocol and key; raises `Refusal` 6A88 for a key that the chip has not."""
    objects = _collect(data)
    for oid in (suite for key in keys for suite in key.suites):
        if tlv.encode_oid(oid) == objects.get(_PROTOCOL):
            fitting = tuple(key for key in keys if oid in key.suites)
            return Chosen(_find_key(fitting, objects.get(_KEY_REFERENCE)).key, _suite(oid))
    raise Refusal(Status.REFERENCE_UNKNOWN)


def general_authenticate(chosen: Chosen, data: bytes) -> tuple[bytes, SecureChannel]:
    """The answer, and the channel from the next command on."""
    try:
        received = tlv.unpack(data, 0x7C).get(0x80, b"")
    except tlv.MalformedTlv:
        raise Refusal(Status.DATA_WRONG) from None
    return tlv.encode(0x7C, b""), _agree(chosen.key, received, chosen.suite)


def _agree(key: AgreementKey, received: bytes, suite: Suite) -> SecureChannel:
    group: Group[Any] = standard_group(key.parameter_id)
    try:
        return SecureChannel.from_secret(suite, group.secret(group.power(group.decode(received), key.private)))
    except NotInGroup:
        raise Refusal(Status.DATA_WRONG) from None


def _collect(data: bytes) -> dict[int, bytes]:
    try:
        return tlv.collect(data)
    except tlv.MalformedTlv:
        raise Refusal(Status.DATA_WRONG) from None


def _find_key(keys: tuple[ChipAuthenticationKey, ...], reference: bytes | None) -> ChipAuthenticationKey:
    """The only key when there is no reference; a reference must be the key's."""
    number = None if reference is None else int.from_bytes(reference, "big")
    fitting = [key for key in keys if number is None or key.key_id == number]
    if len(fitting) != 1:
        raise Refusal(Status.REFERENCE_UNKNOWN)
    return fitting[0]


def _suite(oid: str) -> Suite:
    return SUITES[int(oid.rsplit(".", 1)[1]) - 1]


def public_key(key: AgreementKey) -> bytes:
    """The encoded public key of a static key: an uncompressed point, or a number."""
    group: Group[Any] = standard_group(key.parameter_id)
    return group.encode(group.public(key.private))
