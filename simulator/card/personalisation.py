"""From a scenario to a chip: data groups, security object, EF.CardAccess, EF.CardSecurity, keys; or a forger's work."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from simulator.card import der, mrz, security_infos, tlv
from simulator.card.cms import signed_data
from simulator.card.files import EID, TRAVEL_DOCUMENT
from simulator.card.groups import standard_group
from simulator.card.identity_card import application_directory
from simulator.card.image import (
    FID_COM,
    FID_SECURITY_OBJECT,
    AgreementKey,
    ChipAuthenticationKey,
    ChipImage,
    EcdsaSigner,
    EidImage,
    PaceVariant,
    RsaSigner,
    data_group_fid,
)
from simulator.card.issuing_state import IssuingState
from simulator.card.pki import Issued
from simulator.card.scenario import Forgery, Kind, Scenario, SecurityObjectPlan
from simulator.card.signing import DIGESTS, CurveForm, curve_key_info, make_key, parameter_id

_LDS_SECURITY_OBJECT = "2.23.136.1.1.1"
_CARD_SECURITY = "0.4.0.127.0.7.3.2.1"
_SOMETHING_ELSE = "1.2.840.113549.1.7.1"
_TAGS = {1: 0x61, 2: 0x75, 14: 0x6E, 15: 0x6F}
_FACE_OCTETS = 400
"""Nobody reads DG2: it is there because every document has one."""

_ATTRIBUTES = tlv.encode(0x47, b"\x00\x00\xc0") + tlv.encode(0x7F66, der.integer(0xFFFF) + der.integer(0x10000))
"""EF.ATR/INFO: chaining and extended length, and how much of it (ISO/IEC 7816-4, 12.7.1)."""


@dataclass(frozen=True, slots=True)
class _Keys:
    chip_authentication: tuple[ChipAuthenticationKey, ...]
    active_authentication: RsaSigner | EcdsaSigner | None
    mapping: AgreementKey | None


def printed_zone(scenario: Scenario) -> mrz.Printed:
    """The machine readable zone on the document."""
    holder, document = scenario.holder, scenario.document
    name_length = 39 if document.kind is Kind.PASSPORT else 30
    name = mrz.name_field(holder.primary, holder.given, name_length)
    if document.kind is Kind.PASSPORT:
        return mrz.print_td3(
            state=document.state,
            number=document.number,
            nationality=holder.nationality,
            birth_date=holder.birth_date,
            sex=holder.sex,
            expires=document.expires,
            name=name,
        )
    return mrz.print_td1(
        code="AR",
        state=document.state,
        number=document.number,
        nationality=holder.nationality,
        birth_date=holder.birth_date,
        sex=holder.sex,
        expires=document.expires,
        name=name,
    )


def personalise(scenario: Scenario, state: IssuingState) -> ChipImage:
    """The chip of this document, issued by ``state``. Raises ``ValueError`` for words that name nothing.

    A scenario with `Forgery.EXPIRED` is up to its author: its date of expiry has to be before today.
    """
    forgery, plan = scenario.forgery, scenario.chip
    zone = printed_zone(scenario)
    pace = tuple(map(security_infos.pace_variant, plan.pace))
    signed_keys = _keys(scenario, pace, "genuine")
    groups = _data_groups(scenario, zone, pace, signed_keys)
    signer = state.signer(forgery)
    files = {data_group_fid(number): content for number, content in groups.items()}
    sod = _security_object(groups, signer, scenario.security_object, forgery, state.at)
    keys = _keys(scenario, pace, "clone") if forgery is Forgery.CLONE else signed_keys
    if forgery is Forgery.DATA_GROUP:
        files[data_group_fid(1)] = groups[1].replace(b"<<", b"<X", 1)
    if forgery is Forgery.CLONE_STRIPPED:
        for number in (14, 15):
            files.pop(data_group_fid(number), None)
        keys = _Keys((), None, keys.mapping)
    files[FID_COM] = _common(files)
    files[FID_SECURITY_OBJECT] = sod
    infos = security_infos.pace_infos(pace)
    return ChipImage(
        files=files,
        card_access=der.set_of(infos) if infos else None,
        directory=_directory(scenario.document.kind),
        card_security=_card_security(infos, signed_keys, scenario, signer) if pace else None,
        attributes=_ATTRIBUTES if plan.attributes and plan.extended_length else None,
        can=scenario.document.can or None,
        mrz_information=zone.information,
        pace=pace,
        bac=plan.bac,
        chip_authentication=keys.chip_authentication,
        active_authentication=keys.active_authentication,
        chip_mapping_key=keys.mapping,
        eid=EidImage(pin=scenario.document.pin) if scenario.document.kind is Kind.RESIDENCE_PERMIT else None,
        extended_length=plan.extended_length,
        max_read=plan.max_read,
        delay_seconds=plan.delay_seconds,
        misbehaviour=plan.misbehaviour,
    )


def _directory(kind: Kind) -> bytes:
    applications = [TRAVEL_DOCUMENT] if kind is Kind.PASSPORT else [TRAVEL_DOCUMENT, EID]
    return application_directory(*applications)


def _keys(scenario: Scenario, pace: tuple[PaceVariant, ...], who: str) -> _Keys:
    """The document's private keys; a clone's are others of the same kinds."""
    plan, seed = scenario.chip, f"{who} {scenario.document.number}"
    if scenario.forgery is Forgery.WITHOUT_CLONE_PROOF:
        return _Keys((), None, None)
    suites: dict[int, list[str]] = {}
    for words in plan.chip_authentication:
        protocol, _, group = words.partition(" ")
        suites.setdefault(security_infos.group_id(group), []).append(security_infos.chip_authentication_suite(protocol))
    chip = tuple(
        ChipAuthenticationKey(_agreement_key(group, f"{seed} ca"), tuple(found), number if len(suites) > 1 else None)
        for number, (group, found) in enumerate(suites.items(), start=1)
    )
    cam = next((one for one in pace if ".4.6." in one.oid), None)
    mapping = None if cam is None else _agreement_key(cam.parameter_id, f"{seed} cam")
    return _Keys(chip, _active(plan.active_authentication, f"{seed} aa"), mapping)


def _agreement_key(group: int, seed: str) -> AgreementKey:
    number = int.from_bytes(hashlib.sha512(f"{group} {seed}".encode()).digest(), "big")
    return AgreementKey(group, 1 + number % (standard_group(group).order - 1))


def _active(words: str, seed: str) -> RsaSigner | EcdsaSigner | None:
    if not words:
        return None
    key = make_key(words, seed=seed)
    if isinstance(key.private, rsa.RSAPrivateKey):
        numbers = key.private.private_numbers()
        return RsaSigner(numbers.public_numbers.n, numbers.d, key.digest)
    numbers_ec = key.private.private_numbers()
    curve = words.split()[1]
    return EcdsaSigner(AgreementKey(parameter_id(curve), numbers_ec.private_value), key.digest)


def _data_groups(scenario: Scenario, zone: mrz.Printed, pace: tuple[PaceVariant, ...], keys: _Keys) -> dict[int, bytes]:
    infos = security_infos.pace_infos(_other_variants(pace) if scenario.forgery is Forgery.SECURITY_INFOS else pace)
    infos += security_infos.chip_authentication_infos(keys.chip_authentication, scenario.chip.key_form)
    groups = {1: tlv.encode(0x5F1F, zone.text.encode("ascii")), 2: bytes(_FACE_OCTETS)}
    active = keys.active_authentication
    if isinstance(active, EcdsaSigner):
        infos.append(security_infos.active_authentication_info(active.digest))
    if active is not None:
        groups[15] = _active_public(scenario.chip.active_authentication, scenario.document.number)
    if infos and (pace or keys.chip_authentication or active is not None):
        groups[14] = der.set_of(infos)
    return {number: tlv.encode(_TAGS[number], content) for number, content in sorted(groups.items())}


def _active_public(words: str, number: str) -> bytes:
    key = make_key(words, seed=f"genuine {number} aa")
    if isinstance(key.private, ec.EllipticCurvePrivateKey):
        return curve_key_info(words.split()[1], key.point(), CurveForm.EXPLICIT)
    return key.public_key_info()


def _other_variants(pace: tuple[PaceVariant, ...]) -> tuple[PaceVariant, ...]:
    """The same with another cipher: what a chip says that would like to be talked to in a weaker one."""
    return tuple(PaceVariant(one.oid[:-1] + ("4" if one.oid[-1] != "4" else "2"), one.parameter_id) for one in pace)


def _common(files: Mapping[int, bytes]) -> bytes:
    """EF.COM: versions and which data groups there are (9303-10, 4.6.1)."""
    tags = bytes(content[0] for _, content in sorted(files.items()))
    versions = tlv.encode(0x5F01, b"0107") + tlv.encode(0x5F36, b"040000")
    return tlv.encode(0x60, versions + tlv.encode(0x5C, tags))


def _security_object(
    groups: Mapping[int, bytes], signer: Issued, plan: SecurityObjectPlan, forgery: Forgery, at: datetime
) -> bytes:
    """EF.SOD (9303-10, 4.6.2)."""
    digest = "sha1" if forgery is Forgery.WEAK_DIGEST else plan.digest
    hashes = [
        der.sequence(der.integer(number), der.octets(hashlib.new(digest, content, usedforsecurity=False).digest()))
        for number, content in groups.items()
    ]
    versions = der.sequence(der.printable("0108"), der.printable("040000")) if plan.lds else b""
    content = der.sequence(der.integer(plan.lds), der.algorithm(DIGESTS[digest][0]), der.sequence(*hashes), versions)
    signers = [signer.as_signer(by_key_identifier=plan.by_key_identifier)]
    if forgery is Forgery.TWO_SIGNERS:
        signers *= 2
    if forgery is Forgery.NO_SIGNER:
        signers = []
    whole = signed_data(
        _SOMETHING_ELSE if forgery is Forgery.CONTENT_TYPE else _LDS_SECURITY_OBJECT,
        content,
        signers,
        [signer.certificate],
        signed_at=at if plan.signing_time else None,
        attribute_type=_SOMETHING_ELSE if forgery is Forgery.SIGNED_CONTENT_TYPE else "",
        spoil_signature=forgery is Forgery.SIGNATURE,
    )
    if forgery is Forgery.MALFORMED:
        whole = whole[:-20]
    return tlv.encode(0x77, whole)


def _card_security(infos: list[bytes], keys: _Keys, scenario: Scenario, signer: Issued) -> bytes:
    """EF.CardSecurity (TR-03110-3, A.1.2.5)."""
    form = scenario.chip.key_form
    if keys.mapping is not None:
        more = [security_infos.mapping_key_info(keys.mapping, form)]
    else:
        more = security_infos.chip_authentication_infos(keys.chip_authentication, form)
    return signed_data(_CARD_SECURITY, der.set_of(infos + more), [signer.as_signer()], [signer.certificate])
