"""What must not get anybody a letter: one row for each, with the document, the circumstances and the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from hal.eid.emrtd import EmrtdRules
from hal.eid.outcome import Reason
from simulator.card import der, tlv
from simulator.card.cms import signed_data
from simulator.card.image import ChipImage
from simulator.card.image import Misbehaviour as M
from simulator.card.scenario import Forgery, Scenario
from simulator.card.signing import DIGESTS
from tests.unit.eid.documents import NOW, PERMIT, STATE, Access, Trusting, issued, scenario

AES_256 = "ECDH-GM-AES-256 brainpoolP256r1"
TDES = "ECDH-GM-3DES brainpoolP256r1"
DH = "DH-GM-AES-128 dh-2048-256"
IM = "ECDH-IM-AES-128 brainpoolP256r1"
WITHOUT_PACE = b"\x31\x00"
CAM = "ECDH-CAM-AES-128 brainpoolP256r1"


def _as_it_is(image: ChipImage) -> ChipImage:
    return image


@dataclass(frozen=True)
class Row:
    """One circumstance. ``told``: kind of outcome and reason. ``change`` is done to the finished chip.
    ``excused``: what a verified one did not prove.
    """

    name: str
    told: tuple[str, str]
    scenario: Scenario
    access: Access = Access.CAN
    trusting: Trusting = Trusting.FRESH
    at: datetime | None = NOW
    rules: EmrtdRules = field(default_factory=EmrtdRules)
    change: Callable[[ChipImage], ChipImage] = field(default=_as_it_is)
    excused: tuple[Reason, ...] = ()

    @property
    def offers_pace(self) -> bool:
        """Whether EF.CardAccess speaks of PACE, as far as it can be read."""
        return self.image.card_access not in (None, WITHOUT_PACE)

    @property
    def image(self) -> ChipImage:
        return self.change(issued(self.scenario))


def _row(kind: str, reason: Reason | None, name: str, of: Scenario | None = None, **circumstances: Any) -> Row:
    told = (kind, "" if reason is None else str(reason))
    return Row(name, told, scenario() if of is None else of, **circumstances)


def refused(reason: Reason, name: str, of: Scenario | None = None, **circumstances: Any) -> Row:
    return _row("refused", reason, name, of, **circumstances)


def forged(reason: Reason, forgery: Forgery, **chip: Any) -> Row:
    name = " ".join([forgery.value, *(str(value) for value in chip.values())])
    return refused(reason, name, scenario(forgery=forgery.value, chip=chip))


def breaking(reason: Reason, misbehaviour: M, pace: str = "", **chip: Any) -> Row:
    plan = {"misbehaviour": [misbehaviour.value], **({"pace": [pace]} if pace else {}), **chip}
    return refused(reason, f"{misbehaviour.value} {pace or chip or ''}".strip(), scenario(chip=plan))


def without(**changes: Any) -> Callable[[ChipImage], ChipImage]:
    """The same chip with other fields."""
    return lambda image: replace(image, **changes)


def _file(number: int, content: Callable[[bytes], bytes]) -> Callable[[ChipImage], ChipImage]:
    def change(image: ChipImage) -> ChipImage:
        files: Mapping[int, bytes] = {**image.files, number: content(image.files[number])}
        return replace(image, files=files)

    return change


ACCESS = [
    _row("retry", Reason.ACCESS_KEY_WRONG, "wrong CAN", access=Access.WRONG_CAN),
    _row("retry", Reason.ACCESS_KEY_WRONG, "wrong MRZ for PACE", access=Access.WRONG_MRZ),
    _row("retry", Reason.ACCESS_KEY_WRONG, "wrong CAN, DH", scenario(chip={"pace": [DH]}), access=Access.WRONG_CAN),
    _row(
        "retry",
        Reason.ACCESS_KEY_WRONG,
        "wrong CAN, integrated",
        scenario(chip={"pace": [IM]}),
        access=Access.WRONG_CAN,
    ),
    _row("retry", Reason.ACCESS_KEY_WRONG, "wrong MRZ for BAC", scenario(chip={"pace": []}), access=Access.WRONG_MRZ),
    _row("retry", Reason.ACCESS_KEY_WRONG, "BAC does not take a CAN", scenario(chip={"pace": []})),
    _row("retry", Reason.ACCESS_KEY_WRONG, "no CAN on this one", scenario(document={"can": ""})),
]

TIME = [
    refused(Reason.DOCUMENT_EXPIRED, "expired yesterday", scenario(document={"expires": "20261121"})),
    _row("verified", None, "expires today", scenario(document={"expires": "20261122"})),
    forged(Reason.DOCUMENT_SIGNER_EXPIRED, Forgery.SIGNER_EXPIRED),
    _row("unsupported", Reason.CLOCK_UNTRUSTED, "untrusted clock", at=None),
    refused(Reason.DOCUMENT_SIGNER_EXPIRED, "before the signer was made", at=NOW - timedelta(days=70)),
]

FORGED = [
    forged(Reason.SIGNATURE_WRONG, Forgery.SIGNATURE),
    forged(Reason.DATA_GROUP_CHANGED, Forgery.DATA_GROUP),
    forged(Reason.CONTENT_TYPE_WRONG, Forgery.CONTENT_TYPE),
    forged(Reason.CONTENT_TYPE_WRONG, Forgery.SIGNED_CONTENT_TYPE),
    forged(Reason.SIGNER_COUNT_WRONG, Forgery.TWO_SIGNERS),
    forged(Reason.SIGNER_COUNT_WRONG, Forgery.NO_SIGNER),
    forged(Reason.DOCUMENT_SIGNER_UNTRUSTED, Forgery.UNPINNED_AUTHORITY),
    forged(Reason.CURVE_UNKNOWN, Forgery.FOREIGN_CURVE),
    forged(Reason.ALGORITHM_WEAK, Forgery.WEAK_DIGEST),
    forged(Reason.SECURITY_OBJECT_MALFORMED, Forgery.MALFORMED),
    forged(Reason.DOCUMENT_SIGNER_MISUSED, Forgery.SIGNER_MISUSED),
    refused(Reason.DOCUMENT_SIGNER_MISUSED, "the passport of another state", scenario(document={"state": "D"})),
    refused(Reason.SECURITY_OBJECT_MALFORMED, "no security object", change=lambda image: _without_file(image, 0x011D)),
    refused(Reason.DATA_GROUP_MISSING, "no DG1", change=lambda image: _without_file(image, 0x0101)),
    refused(
        Reason.DATA_GROUP_CHANGED, "another DG14", change=_file(0x010E, lambda old: old[:-1] + bytes((old[-1] ^ 1,)))
    ),
]


def _without_file(image: ChipImage, fid: int) -> ChipImage:
    return replace(image, files={number: content for number, content in image.files.items() if number != fid})


CLONES = [
    forged(Reason.CLONED, Forgery.CLONE),
    forged(Reason.CLONED, Forgery.CLONE, chip_authentication=["ECDH-3DES brainpoolP256r1"]),
    forged(Reason.CLONED, Forgery.CLONE, chip_authentication=["DH-AES-128 dh-2048-256"]),
    forged(Reason.CLONED, Forgery.CLONE, chip_authentication=[], active_authentication="rsa 2048 sha256"),
    forged(Reason.CLONED, Forgery.CLONE, chip_authentication=[], active_authentication="ecdsa brainpoolP256r1 sha256"),
    forged(Reason.CLONED, Forgery.CLONE, pace=[CAM]),
    forged(Reason.DATA_GROUP_MISSING, Forgery.CLONE_STRIPPED),
    forged(
        Reason.DATA_GROUP_MISSING,
        Forgery.CLONE_STRIPPED,
        chip_authentication=[],
        active_authentication="rsa 2048 sha256",
    ),
    forged(Reason.CLONE_UNPROVABLE, Forgery.WITHOUT_CLONE_PROOF),
    _row(
        "verified",
        None,
        "neither CA nor AA where the policy allows it",
        scenario(forgery=Forgery.WITHOUT_CLONE_PROOF.value),
        rules=EmrtdRules(clone_proof=False),
        excused=(Reason.CLONE_UNPROVABLE,),
    ),
    refused(
        Reason.CLONED,
        "a clone where the policy asks for no proof",
        scenario(forgery=Forgery.CLONE.value),
        rules=EmrtdRules(clone_proof=False),
    ),
    breaking(Reason.CLONED, M.CA_KEEPS_OLD_KEYS),
    breaking(Reason.CLONED, M.CA_REFUSED),
    breaking(Reason.CLONED, M.AA_OTHER_CHALLENGE, chip_authentication=[], active_authentication="rsa 2048 sha1"),
    breaking(Reason.CLONED, M.AA_REFUSED, chip_authentication=[], active_authentication="ecdsa secp256r1 sha256"),
    breaking(Reason.CLONED, M.CAM_DATA_WRONG, CAM),
    refused(
        Reason.CLONED, "CAM without EF.CardSecurity", scenario(chip={"pace": [CAM]}), change=without(card_security=None)
    ),
]

REVOCATION = [
    forged(Reason.DOCUMENT_SIGNER_REVOKED, Forgery.SIGNER_REVOKED),
    refused(Reason.REVOCATION_UNKNOWN, "no revocation list", trusting=Trusting.WITHOUT_LIST),
    refused(Reason.REVOCATION_UNKNOWN, "stale revocation list", trusting=Trusting.STALE_LIST),
    _row(
        "verified",
        None,
        "no revocation list where the policy allows it",
        trusting=Trusting.WITHOUT_LIST,
        rules=EmrtdRules(revocation=False),
        excused=(Reason.REVOCATION_UNKNOWN,),
    ),
    refused(
        Reason.DOCUMENT_SIGNER_REVOKED,
        "revoked by a stale list, where the policy asks for none",
        scenario(forgery=Forgery.SIGNER_REVOKED.value),
        trusting=Trusting.STALE_LIST,
        rules=EmrtdRules(revocation=False),
    ),
    _row("unsupported", Reason.TRUST_STORE_EMPTY, "nobody is trusted", trusting=Trusting.NOBODY),
]

PROTECTED = [
    breaking(Reason.SECURE_MESSAGING_FAILED, misbehaviour, pace)
    for pace in (AES_256, TDES)
    for misbehaviour in (
        M.SM_MAC_WRONG,
        M.SM_PLAIN_STATUS,
        M.SM_PLAIN_ERROR,
        M.SM_PLAIN_DATA,
        M.SM_REPLAYED,
        M.SM_REORDERED,
        M.SM_OBJECTS_REORDERED,
        M.SM_TRUNCATED,
        M.SM_STATUS_DIFFERENT,
        M.SM_STATUS_MISSING,
        M.SM_PADDING_WRONG,
        M.SM_TRAILING_BYTES,
    )
] + [
    refused(
        Reason.SECURE_MESSAGING_FAILED,
        f"{misbehaviour.value} after BAC",
        scenario(chip={"pace": [], "misbehaviour": [misbehaviour.value]}),
        access=Access.MRZ,
    )
    for misbehaviour in (M.SM_MAC_WRONG, M.SM_PLAIN_STATUS, M.SM_REPLAYED)
]

PACE = [
    breaking(Reason.PACE_FAILED, M.PACE_REFLECTS_MAPPING_KEY),
    breaking(Reason.PACE_FAILED, M.PACE_REFLECTS_KEY),
    breaking(Reason.PACE_FAILED, M.PACE_MAPPING_POINT_OFF_CURVE),
    breaking(Reason.PACE_FAILED, M.PACE_POINT_OFF_CURVE),
    breaking(Reason.PACE_FAILED, M.PACE_POINT_AT_INFINITY),
    breaking(Reason.PACE_FAILED, M.PACE_TOKEN_WRONG),
    breaking(Reason.PACE_FAILED, M.PACE_TOKEN_REFLECTED),
    breaking(Reason.PACE_FAILED, M.PACE_TOKEN_MISSING),
    breaking(Reason.PACE_FAILED, M.PACE_NONCE_SHORT),
    breaking(Reason.PACE_FAILED, M.PACE_REFLECTS_KEY, DH),
    breaking(Reason.PACE_FAILED, M.PACE_POINT_OFF_CURVE, DH),
    breaking(Reason.PACE_FAILED, M.PACE_POINT_AT_INFINITY, DH),
    breaking(Reason.PACE_FAILED, M.PACE_TOKEN_WRONG, IM),
    breaking(Reason.PACE_FAILED, M.CAM_DATA_MISSING, CAM),
    breaking(Reason.SECURE_MESSAGING_FAILED, M.PACE_MALFORMED),
    refused(
        Reason.ACCESS_CONTROL_FAILED,
        "BAC, wrong MAC",
        scenario(chip={"pace": [], "misbehaviour": [M.BAC_MAC_WRONG.value]}),
        access=Access.MRZ,
    ),
    refused(
        Reason.ACCESS_CONTROL_FAILED,
        "BAC, another nonce",
        scenario(chip={"pace": [], "misbehaviour": [M.BAC_NONCE_WRONG.value]}),
        access=Access.MRZ,
    ),
]

#: Domain parameters of the chip's own for PACE-ECDH-GM, and nothing else.
OWN_PARAMETERS = tlv.encode(
    0x31, tlv.encode(0x30, bytes.fromhex("060904007F00070202040230090607") + bytes.fromhex("2A8648CE3D0201"))
)


def _with_another_variant(image: ChipImage) -> ChipImage:
    """A weaker one, which nobody would choose."""
    assert image.card_access is not None
    weaker = bytes.fromhex("3012060A04007F0007020204020102010202010D")
    return replace(image, card_access=tlv.encode(0x31, image.card_access[2:] + weaker))


DOWNGRADED = [
    forged(Reason.SECURITY_INFOS_CHANGED, Forgery.SECURITY_INFOS),
    refused(
        Reason.SECURITY_INFOS_CHANGED,
        "EF.CardAccess taken away so that BAC be used",
        access=Access.MRZ,
        change=without(card_access=None),
    ),
    refused(
        Reason.SECURITY_INFOS_CHANGED,
        "EF.CardAccess without PACE",
        access=Access.MRZ,
        change=without(card_access=WITHOUT_PACE),
    ),
    refused(Reason.SECURITY_INFOS_CHANGED, "EF.CardAccess offers one more", change=_with_another_variant),
    _row(
        "unsupported",
        Reason.PROTOCOL_UNSUPPORTED,
        "PACE with the chip's own parameters only, BAC behind it",
        access=Access.MRZ,
        change=without(card_access=OWN_PARAMETERS),
    ),
    _row(
        "unsupported",
        Reason.CARD_FAILED,
        "PACE refused where BAC would work",
        scenario(chip={"misbehaviour": [M.PACE_REFUSED.value]}),
        access=Access.MRZ,
    ),
    refused(Reason.SECURE_MESSAGING_FAILED, "EF.CardAccess is no TLV", change=without(card_access=b"\x31\x05\x30\x80")),
    refused(Reason.SECURE_MESSAGING_FAILED, "EF.CardAccess is something else", change=without(card_access=b"\x30\x00")),
    refused(Reason.SECURE_MESSAGING_FAILED, "SecurityInfos are none", change=without(card_access=b"\x31\x02\x05\x00")),
]

#: id-PACE-ECDH-GM with a cipher that there is not, and BAC behind it.
UNKNOWN_VARIANT = bytes.fromhex("31143012060A04007F0007020204020502010202010D")
NOT_OURS = [
    _row("unsupported", Reason.NOT_A_TRAVEL_DOCUMENT, "a card of another kind", change=without(travel_document=False)),
    _row(
        "unsupported",
        Reason.NOT_A_TRAVEL_DOCUMENT,
        "a card without PACE and without the application",
        scenario(chip={"pace": []}),
        change=without(travel_document=False),
    ),
    _row(
        "unsupported",
        Reason.PROTOCOL_UNSUPPORTED,
        "PACE in an unknown variant, BAC behind it",
        access=Access.MRZ,
        change=without(card_access=UNKNOWN_VARIANT),
    ),
    breaking(Reason.SECURE_MESSAGING_FAILED, M.SILENT),
    _row(
        "unsupported",
        Reason.NOT_A_TRAVEL_DOCUMENT,
        "READ BINARY gives nothing, then no PACE is seen",
        scenario(chip={"misbehaviour": [M.READS_NOTHING.value]}),
        change=without(travel_document=False),
    ),
]


def resigned(changed: Mapping[int, bytes]) -> Callable[[ChipImage], ChipImage]:
    """The same document with other data groups, rightly signed."""

    def change(image: ChipImage) -> ChipImage:
        groups = {number: image.files[0x0100 + number] for number in (1, 2, 14, 15) if 0x0100 + number in image.files}
        groups |= changed
        files = {**image.files, **{0x0100 + number: content for number, content in groups.items()}}
        files[0x011D] = _signed(groups)
        return replace(image, files=files)

    return change


def _signed(groups: Mapping[int, bytes]) -> bytes:
    """EF.SOD over these data groups."""
    digests = (der.sequence(der.integer(one), der.octets(sha256(groups[one]).digest())) for one in sorted(groups))
    content = der.sequence(der.integer(0), der.algorithm(DIGESTS["sha256"][0]), der.sequence(*digests))
    signer = STATE.signer()
    return tlv.encode(0x77, signed_data("2.23.136.1.1.1", content, [signer.as_signer()], [signer.certificate]))


def _zone(old: str, new: str) -> bytes:
    zone = issued(scenario()).files[0x0101]
    assert old.encode() in zone
    return zone.replace(old.encode(), new.encode(), 1)


SIGNED_BUT_WRONG = [
    refused(Reason.DATA_MALFORMED, "DG1 holds no zone", change=resigned({1: b"\x61\x05\x5f\x1f\x02AB"})),
    refused(Reason.DATA_MALFORMED, "DG1 holds something else", change=resigned({1: b"\x61\x03\x5f\x20\x00"})),
    refused(Reason.DATA_MALFORMED, "a check digit in DG1", change=resigned({1: _zone("8503172", "8503173")})),
    refused(Reason.DATA_MALFORMED, "no letters in DG1", change=resigned({1: _zone("UTO", "\xfcT")})),
    refused(Reason.DATA_MALFORMED, "DG14 is none", change=resigned({14: b"\x6e\x02\x05\x00"})),
    refused(Reason.DATA_MALFORMED, "DG14 ends early", change=resigned({14: b"\x6e\x04\x31\x04\x30\x00"})),
    refused(
        Reason.DATA_MALFORMED,
        "DG15 is no key",
        scenario(chip={"chip_authentication": [], "active_authentication": "rsa 1024 sha1"}),
        change=resigned({15: b"\x6f\x02\x30\x00"}),
    ),
]

PERSONS = [
    _row("verified", None, "the right passport"),
    _row("verified", None, "the right residence permit", scenario(document=PERMIT)),
    _row("verified", None, "the right passport, by its MRZ", access=Access.MRZ),
    _row("verified", None, "another person's passport", scenario(holder={"given": "Zoë"})),
]

ROWS: list[Row] = [
    *ACCESS,
    *TIME,
    *FORGED,
    *CLONES,
    *REVOCATION,
    *PROTECTED,
    *PACE,
    *DOWNGRADED,
    *NOT_OURS,
    *SIGNED_BUT_WRONG,
    *PERSONS,
]
