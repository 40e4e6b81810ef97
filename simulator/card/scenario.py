"""What a virtual document is: whose, of which kind, what its chip can do, and what is wrong with it. From TOML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum, auto
from pathlib import Path
from typing import Any

import msgspec

from simulator.card.image import Misbehaviour
from simulator.card.security_infos import KeyForm

_DATE = re.compile(r"[0-9]{8}", re.ASCII)
_NUMBER = re.compile(r"[A-Z0-9]{1,9}", re.ASCII)
_CAN = re.compile(r"[0-9]{6}|", re.ASCII)


class Kind(StrEnum):
    PASSPORT = auto()
    RESIDENCE_PERMIT = auto()


class Forgery(StrEnum):
    """What is wrong with a document's data. What its chip does wrong is a `Misbehaviour`."""

    NONE = auto()
    SIGNATURE = auto()
    """The signature over the security object is not one."""
    DATA_GROUP = auto()
    """DG1 says another name than was signed."""
    CONTENT_TYPE = auto()
    """The signed content says that it is something else."""
    SIGNED_CONTENT_TYPE = auto()
    """The signed attribute says that it is something else."""
    TWO_SIGNERS = auto()
    NO_SIGNER = auto()
    UNPINNED_AUTHORITY = auto()
    """Made below a CSCA of the forger's own, which has the right name."""
    FOREIGN_CURVE = auto()
    """The signer's key writes out curve parameters that are those of no curve."""
    WEAK_DIGEST = auto()
    """A new signature with SHA-1."""
    MALFORMED = auto()
    """The security object ends in the middle."""
    SIGNER_EXPIRED = auto()
    SIGNER_REVOKED = auto()
    SIGNER_MISUSED = auto()
    """Its certificate is not for signing documents."""
    EXPIRED = auto()
    """The document itself."""
    CLONE = auto()
    """The right data on a chip that does not hold the private keys."""
    CLONE_STRIPPED = auto()
    """The right data without DG14 and DG15, which are signed for."""
    WITHOUT_CLONE_PROOF = auto()
    """A genuine document with neither chip nor active authentication."""
    SECURITY_INFOS = auto()
    """EF.CardAccess offers other variants of PACE than the signed DG14."""


class Holder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``primary`` and ``given`` in full, as the holder writes them. ``birth_date``: YYYYMMDD, 00 for what is not
    known.
    """

    primary: str
    given: str = ""
    birth_date: str = "19851231"
    sex: str = "<"
    nationality: str = "UTO"

    def __post_init__(self) -> None:
        if _DATE.fullmatch(self.birth_date) is None:
            raise ValueError("birth_date is YYYYMMDD")


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``can``: empty where none is printed. ``expires``: YYYYMMDD. ``pin``: the eID-PIN of a residence permit."""

    number: str
    expires: str
    kind: Kind = Kind.PASSPORT
    state: str = "UTO"
    can: str = ""
    pin: str = "123456"

    def __post_init__(self) -> None:
        if _DATE.fullmatch(self.expires) is None:
            raise ValueError("expires is YYYYMMDD")
        if _NUMBER.fullmatch(self.number) is None:
            raise ValueError("number has nine letters and digits at most")
        if _CAN.fullmatch(self.can) is None:
            raise ValueError("can has six digits")


class ChipPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``pace``: ``ECDH-GM-AES-128 brainpoolP256r1`` … ``chip_authentication``: ``ECDH-AES-128 brainpoolP256r1`` …, a
    key of its own for each group. ``active_authentication``: ``rsa 2048 sha256``, ``ecdsa brainpoolP256r1 sha256`` or
    empty.
    """

    pace: tuple[str, ...] = ("ECDH-GM-AES-128 brainpoolP256r1",)
    bac: bool = True
    chip_authentication: tuple[str, ...] = ("ECDH-AES-128 brainpoolP256r1",)
    active_authentication: str = ""
    key_form: KeyForm = KeyForm.EXPLICIT
    extended_length: bool = True
    attributes: bool = True
    max_read: int = 65536
    delay_seconds: float = 0.0
    misbehaviour: frozenset[Misbehaviour] = frozenset()


class SecurityObjectPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``lds``: ``0`` without, ``1`` with the version of the logical data structure. ``digest``: of the data groups.
    ``by_key_identifier``: how the signer is named.
    """

    digest: str = "sha256"
    lds: int = 0
    by_key_identifier: bool = False
    signing_time: bool = True


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One document with everything about it."""

    holder: Holder
    document: Document
    chip: ChipPlan = ChipPlan()
    security_object: SecurityObjectPlan = SecurityObjectPlan()
    forgery: Forgery = Forgery.NONE


def scenario_from(fields: Mapping[str, Any]) -> Scenario:
    """Raises ``msgspec.ValidationError``, which says what is wrong where."""
    return msgspec.convert(fields, Scenario)


def read_scenario(file: Path) -> Scenario:
    """A TOML file. Raises ``msgspec.ValidationError``, ``msgspec.DecodeError``, ``OSError``."""
    return msgspec.toml.decode(file.read_bytes(), type=Scenario)
