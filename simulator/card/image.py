"""What a chip holds when it leaves the factory, and in which ways it breaks the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto

CONTACTLESS_ATR = bytes.fromhex("3B888001000000000000000009")
"""A card of ISO/IEC 14443 type A as PC/SC part 3 reports it, without historical bytes of meaning."""

FID_COM = 0x011E
FID_SECURITY_OBJECT = 0x011D
FID_CARD_ACCESS = 0x011C
FID_CARD_SECURITY = 0x011D
"""In the master file; the same number as the SOD's in the travel-document application."""
FID_ATTRIBUTES = 0x2F01
FID_DIRECTORY = 0x2F00


def data_group_fid(number: int) -> int:
    """File identifier of data group 1–16 (ICAO 9303-10)."""
    if not 1 <= number <= 16:
        raise ValueError("a data group is 1 to 16")
    return 0x0100 + number


class Misbehaviour(StrEnum):
    """A rule that this chip breaks. Several may be combined as far as they make sense together.

    What is wrong with the *data* (a forged SOD, a chip without its private key) is not here but in the image itself:
    leave ``chip_authentication`` empty or give it another private key, and it is a clone.
    """

    # PACE
    PACE_REFUSED = auto()
    """MSE:Set AT is refused although EF.CardAccess offers PACE (BAC still works when ``bac`` is set: a downgrade)."""
    PACE_REFLECTS_MAPPING_KEY = auto()
    """Its public key of the mapping is the terminal's."""
    PACE_REFLECTS_KEY = auto()
    """Its ephemeral public key is the terminal's."""
    PACE_MAPPING_POINT_OFF_CURVE = auto()
    """For DH: a value outside the group."""
    PACE_POINT_OFF_CURVE = auto()
    PACE_POINT_AT_INFINITY = auto()
    """For DH: the value 1."""
    PACE_TOKEN_WRONG = auto()
    PACE_TOKEN_REFLECTED = auto()
    """Its token is the one that the terminal sent."""
    PACE_TOKEN_MISSING = auto()
    PACE_NONCE_SHORT = auto()
    PACE_MALFORMED = auto()
    """The mapping's answer is no TLV."""
    CAM_DATA_MISSING = auto()
    """PACE-CAM without the encrypted chip authentication data."""
    CAM_DATA_WRONG = auto()
    # BAC
    BAC_MAC_WRONG = auto()
    BAC_NONCE_WRONG = auto()
    """The answer is for another challenge of the terminal."""
    # Secure messaging, from the first command that is protected
    SM_MAC_WRONG = auto()
    SM_PLAIN_STATUS = auto()
    """Answers two plain bytes 9000."""
    SM_PLAIN_ERROR = auto()
    """Answers two plain bytes 6988."""
    SM_PLAIN_DATA = auto()
    """Does what was asked and answers without protection."""
    SM_REPLAYED = auto()
    """From the second on: each answer is the first one again."""
    SM_REORDERED = auto()
    """From the second on: each answer is protected with the counter of the one before."""
    SM_OBJECTS_REORDERED = auto()
    """DO 99 stands before DO 87; the MAC is over what was sent."""
    SM_TRUNCATED = auto()
    """The last byte before the status is missing."""
    SM_STATUS_DIFFERENT = auto()
    """The protected status is an error; the plain one says 9000."""
    SM_STATUS_MISSING = auto()
    SM_PADDING_WRONG = auto()
    SM_TRAILING_BYTES = auto()
    # Chip authentication and active authentication
    CA_KEEPS_OLD_KEYS = auto()
    """Says 9000 and goes on under the keys of PACE or BAC."""
    CA_REFUSED = auto()
    AA_OTHER_CHALLENGE = auto()
    """Signs something other than what it was asked to."""
    AA_REFUSED = auto()
    # Reading
    REFUSES_EXTENDED_LENGTH = auto()
    """6700 to every command or Le of extended length, whatever EF.ATR/INFO says."""
    WANTS_EXACT_LENGTH = auto()
    """6Cxx to an Le that is not what there is (outside secure messaging)."""
    ANSWERS_IN_PORTIONS = auto()
    """61xx and GET RESPONSE for every answer with data, as over T=0."""
    READS_NOTHING = auto()
    """READ BINARY answers 9000 without data."""
    READS_SHORT = auto()
    """READ BINARY answers seven bytes at most: tedious, and allowed."""
    READS_TOO_MUCH = auto()
    """READ BINARY answers one byte more than was asked for."""
    WITHOUT_SHORT_IDENTIFIERS = auto()
    """READ BINARY with a short EF identifier is not supported: allowed."""
    SILENT = auto()
    """Answers nothing at all, not even a status."""
    GARBAGE = auto()
    """Answers random bytes."""


@dataclass(frozen=True, slots=True)
class PaceVariant:
    """A PACE protocol that this chip runs: object identifier in dotted form and standardised domain parameters (0–18).
    The mapping follows from the object identifier.
    """

    oid: str
    parameter_id: int


@dataclass(frozen=True, slots=True)
class AgreementKey:
    """A static private key for ECDH (parameter ids 8–18) or DH (0–2)."""

    parameter_id: int
    private: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChipAuthenticationKey:
    """A key for chip authentication and the suites (dotted object identifiers ``0.4.0.127.0.7.2.2.3.…``) for which it
    serves. ``key_id`` as in its ChipAuthenticationPublicKeyInfo; None when there is one key only.
    """

    key: AgreementKey
    suites: tuple[str, ...]
    key_id: int | None = None


@dataclass(frozen=True, slots=True)
class RsaSigner:
    """Active authentication by ISO/IEC 9796-2 scheme 1. ``digest`` is sha1, sha224, sha256, sha384 or sha512."""

    modulus: int
    private_exponent: int = field(repr=False)
    digest: str = "sha1"


@dataclass(frozen=True, slots=True)
class EcdsaSigner:
    """Active authentication by ECDSA, signature r‖s (TR-03111 plain)."""

    key: AgreementKey
    digest: str = "sha256"


@dataclass(frozen=True, slots=True)
class EidImage:
    """The eID application of an identity card or residence permit, as far as it goes without terminal authentication.

    ``tries``: what is left of the three (0: blocked). ``transport_pin``: five digits while the holder has not yet
    chosen a PIN of their own; ``pin`` is then not in use. ``active``: the online function is switched on.
    """

    pin: str = field(default="123456", repr=False)
    puk: str = field(default="9876543210", repr=False)
    transport_pin: str | None = field(default=None, repr=False)
    tries: int = 3
    active: bool = True
    certification_authority: str = "DETESTeID00005"
    """Reference of the certificate authority that the card trusts, told at the end of PACE."""


@dataclass(frozen=True, slots=True)
class ChipImage:
    """One chip. ``files``: the travel-document application's elementary files by file identifier (`FID_COM`,
    `data_group_fid`, `FID_SECURITY_OBJECT`). Reading any of them takes PACE or BAC, unless ``access_control`` is off.

    ``mrz_information``: document number, birth date and expiry date, each with its check digit (9303-11, 4.3.2).
    ``max_read``: the most bytes of a file that one READ BINARY yields. ``delay_seconds`` passes before each answer.
    """

    files: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    atr: bytes = CONTACTLESS_ATR
    card_access: bytes | None = None
    card_security: bytes | None = field(default=None, repr=False)
    attributes: bytes | None = None
    directory: bytes | None = None
    can: str | None = field(default=None, repr=False)
    mrz_information: str | None = field(default=None, repr=False)
    pace: tuple[PaceVariant, ...] = ()
    bac: bool = False
    access_control: bool = True
    travel_document: bool = True
    chip_authentication: tuple[ChipAuthenticationKey, ...] = ()
    active_authentication: RsaSigner | EcdsaSigner | None = None
    chip_mapping_key: AgreementKey | None = None
    eid: EidImage | None = None
    extended_length: bool = True
    max_read: int = 65536
    delay_seconds: float = 0.0
    misbehaviour: frozenset[Misbehaviour] = frozenset()
