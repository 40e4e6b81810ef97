"""Verifying a passport or residence permit by its chip: every step, in order (docs/document-chips.md).

`verify` proves that a genuine, unrevoked, unexpired document which is no copy lies in the reader, and makes of its
holder's name and birth date HMACs that the controller compares. DG2 (face) and DG3 (fingerprints) are never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hal.eid import active_authentication, chip_authentication, data_groups, passive_authentication, security_infos
from hal.eid.access_key import AccessKey, MrzKey
from hal.eid.bac import establish_bac
from hal.eid.channel import CardChannel, ChannelError
from hal.eid.chip_mapping import check_chip_mapping
from hal.eid.files import (
    CARD_ACCESS,
    CARD_SECURITY,
    DATA_GROUPS,
    SECURITY_OBJECT,
    CardLine,
    FileReader,
    read_capabilities,
    select_travel_document,
)
from hal.eid.issuing_states import may_sign_for
from hal.eid.messaging import PlainMessaging
from hal.eid.mrz import Mrz, MrzError
from hal.eid.outcome import NotAccepted, NotPossible, Outcome, Reason, Refused, Retry, TryAgain, Unsupported, Verified
from hal.eid.pace import PaceResult, PaceVariant, establish_pace, understand
from hal.eid.passive_authentication import Authenticity
from hal.eid.revocation import Revocation
from hal.eid.secure_messaging import SecureMessaging
from hal.eid.security_infos import PaceInfo, SecurityInfos, protocol_name
from hal.eid.tlv import TlvError
from hal.eid.trace import ABSENT, Described, NoTrace, Steps, Trace
from hal.eid.trust_store import TrustStore
from hal.wire.holder import holder_candidates, verifiers


@dataclass(frozen=True, slots=True)
class EmrtdRules:
    """What the policy of a type of document asks for.

    ``clone_proof``: a document that cannot prove to be no copy is refused. ``revocation``: so is one whose signer's
    revocation list is missing or too old.
    """

    clone_proof: bool = True
    revocation: bool = True


def verify(
    channel: CardChannel,
    access: AccessKey,
    match_key: bytes,
    trust: TrustStore,
    at: datetime | None,
    rules: EmrtdRules,
    trace: Trace | None = None,
) -> Outcome:
    """Verify the document on the other end of ``channel``, which stays open whatever comes of it.

    ``match_key`` is 32 bytes. ``at``: the time of the trusted clock, aware; None while there is none. Blocks until the
    end, on one thread; whoever opened the channel sets its deadline and cancels it. Everything that can be wrong with
    card, document, line and trust is an outcome; an exception is a fault of this program.
    """
    if at is None:
        return Unsupported(Reason.CLOCK_UNTRUSTED)
    if at.tzinfo is None:
        raise ValueError("the time of the check must be aware of its zone")
    verification = _Verification(channel, access, trust, at, rules, trace if trace is not None else NoTrace())
    try:
        return verification.run(match_key)
    except TryAgain as error:
        return Retry(error.reason)
    except NotPossible as error:
        return Unsupported(error.reason)
    except NotAccepted as error:
        return Refused(error.reason, verification.issuing_state)
    except ChannelError as error:
        return Retry(_of_channel(error))


def _of_channel(error: ChannelError) -> Reason:
    try:
        return Reason(error.reason)
    except ValueError:
        # A line that broke in a way of its own: to whoever waits it is a reader that does not work.
        return Reason.READER_GONE


class _Verification:
    """One run. ``issuing_state`` is known once passive authentication has succeeded."""

    def __init__(
        self, channel: CardChannel, access: AccessKey, trust: TrustStore, at: datetime, rules: EmrtdRules, trace: Trace
    ) -> None:
        self._line = CardLine(channel)
        self._plain = PlainMessaging(self._line)
        self._files = FileReader(self._line)
        self._access = access
        self._trust = trust
        self._at = at
        self._rules = rules
        self._trace = trace
        self._steps = Steps(trace, self._plain.tally)
        self.issuing_state = ""
        self._excused: set[Reason] = set()

    def run(self, match_key: bytes) -> Verified:
        """All steps. Raises `NotAccepted` and `ChannelError`."""
        self._trust.require_anchors()
        if not self._line.extended_length:
            with self._steps.step("capabilities") as described:
                offered = read_capabilities(self._plain, self._line)
                described.algorithm = "extended length" if offered else "short length"
        card_access = self._card_access()
        opened = self._open(card_access)
        read = self._read(opened.messaging)
        authenticity, mrz = self._authenticate(read)
        infos = self._prove_no_clone(opened, read)
        with self._steps.step("security_infos"):
            _check_card_access(card_access, infos)
        self._check_expiry(mrz)
        self._trace.document(mrz)
        with self._steps.step("match"):
            return Verified(authenticity.issuing_state, self._holder(mrz, match_key), tuple(sorted(self._excused)))

    def _card_access(self) -> SecurityInfos | None:
        """EF.CardAccess, which nothing protects: read in the clear, believed only once DG14 has said the same."""
        with self._steps.step("card_access") as described:
            try:
                content = self._files.read(self._plain, CARD_ACCESS)
            except NotPossible:
                # Chips from before PACE answer with whatever comes to their mind. Who makes a chip with PACE answer
                # like that is found out when DG14 speaks of PACE.
                content = None
            except NotAccepted as error:
                raise NotAccepted(Reason.SECURE_MESSAGING_FAILED, str(error)) from None
            if content is None:
                described.outcome = ABSENT
                return None
            try:
                infos = security_infos.parse(content)
            except TlvError as error:
                raise NotAccepted(Reason.SECURE_MESSAGING_FAILED, f"EF.CardAccess: {error}") from None
            described.algorithm = ", ".join(protocol_name(info.oid) for info in infos.pace)
            return infos

    def _open(self, card_access: SecurityInfos | None) -> _Opened:
        """Access control, up to and with the selection of the application."""
        if card_access is None or not card_access.encoded_of_pace():
            return self._open_by_bac()
        with self._steps.step("access_control") as described:
            variant = _strongest_pace(card_access.pace)
            described.protocol, described.algorithm = protocol_name(variant.info.oid), variant.group.name
            several = sum(info.oid == variant.info.oid for info in card_access.pace) > 1
            pace = establish_pace(self._plain, variant.info, self._access, several_parameters=several)
        card_security = None
        if pace.chip_authentication_data is not None:
            with self._steps.step("card_security"):
                card_security = self._files.read(pace.messaging, CARD_SECURITY)
        with self._steps.step("select"):
            select_travel_document(pace.messaging)
        return _Opened(pace.messaging, pace, card_security)

    def _open_by_bac(self) -> _Opened:
        with self._steps.step("select"):
            select_travel_document(self._plain)
        with self._steps.step("access_control") as described:
            described.protocol, described.algorithm = "BAC", "3DES"
            if not isinstance(self._access, MrzKey):
                raise TryAgain(Reason.ACCESS_KEY_WRONG, "this chip opens with its machine readable zone only")
            return _Opened(establish_bac(self._plain, self._access))

    def _read(self, messaging: SecureMessaging) -> _Read:
        groups: dict[int, bytes] = {}
        for number, file in DATA_GROUPS.items():
            with self._steps.step("read") as described:
                described.algorithm = file.name
                content = self._files.read(messaging, file)
                if content is None:
                    described.outcome = ABSENT
                else:
                    groups[number] = content
        with self._steps.step("read") as described:
            described.algorithm = SECURITY_OBJECT.name
            security_object = self._files.read(messaging, SECURITY_OBJECT)
            if security_object is None:
                raise NotAccepted(Reason.SECURITY_OBJECT_MALFORMED, "there is none")
        return _Read(groups, security_object)

    def _authenticate(self, read: _Read) -> tuple[Authenticity, Mrz]:
        """What is signed, and the machine readable zone in it, whose issuing state is the signer's."""
        with self._steps.step("passive_authentication") as described:
            authenticity = passive_authentication.verify(
                read.security_object, read.groups, self._trust, self._at, self._rules.revocation
            )
            self.issuing_state = authenticity.issuing_state
            self._note_revocation(authenticity.revocation)
            described.protocol, described.algorithm = authenticity.issuing_state, authenticity.algorithm
            mrz = data_groups.machine_readable_zone(read.groups[1])
            if not may_sign_for(authenticity.issuing_state, mrz.issuing_state):
                raise NotAccepted(Reason.DOCUMENT_SIGNER_MISUSED, "a document of another state than its signer")
            return authenticity, mrz

    def _note_revocation(self, revocation: Revocation) -> None:
        if revocation is Revocation.UNKNOWN:
            self._excused.add(Reason.REVOCATION_UNKNOWN)

    def _prove_no_clone(self, opened: _Opened, read: _Read) -> SecurityInfos | None:
        """Returns what DG14 says, where there is one."""
        with self._steps.step("clone_proof") as described:
            infos = data_groups.chip_security_infos(read.groups[14]) if 14 in read.groups else None
            if opened.pace is not None and opened.pace.chip_authentication_data is not None:
                described.protocol, described.algorithm = "PACE-CAM", opened.pace.variant.group.name
                check_chip_mapping(opened.pace, self._signed_infos(opened.card_security))
            elif not self._chip_authentication(opened.messaging, infos, described, final=15 not in read.groups):
                self._active_authentication(opened.messaging, read, infos, described)
            return infos

    def _signed_infos(self, card_security: bytes | None) -> SecurityInfos:
        if card_security is None:
            raise NotAccepted(Reason.CLONED, "PACE-CAM without EF.CardSecurity")
        signed = passive_authentication.verify_card_security(
            card_security, self._trust, self._at, self._rules.revocation
        )
        self._note_revocation(signed.revocation)
        if signed.issuing_state != self.issuing_state:
            raise NotAccepted(Reason.DOCUMENT_SIGNER_MISUSED, "EF.CardSecurity and SOD of two states")
        try:
            return security_infos.parse(signed.content)
        except TlvError as error:
            raise NotAccepted(Reason.DATA_MALFORMED, f"EF.CardSecurity: {error}") from None

    def _chip_authentication(
        self, messaging: SecureMessaging, infos: SecurityInfos | None, described: Described, *, final: bool
    ) -> bool:
        """Whether the chip proved itself by chip authentication. One that it offers and that cannot be done here is an
        error only if there is no other proof (``final``).
        """
        if infos is None:
            return False
        try:
            key = chip_authentication.strongest(infos)
        except NotPossible:
            if final:
                raise
            return False
        if key is None:
            return False
        described.protocol, described.algorithm = key.protocol, key.group.name
        chip_authentication.authenticate(messaging, key)
        return True

    def _active_authentication(
        self, messaging: SecureMessaging, read: _Read, infos: SecurityInfos | None, described: Described
    ) -> None:
        if 15 in read.groups:
            key = active_authentication.load_key(data_groups.active_authentication_key(read.groups[15]))
            described.protocol, described.algorithm = "AA", active_authentication.algorithm_name(key)
            active_authentication.authenticate(messaging, key, infos)
        elif self._rules.clone_proof:
            raise NotAccepted(Reason.CLONE_UNPROVABLE, "neither chip authentication nor active authentication")
        else:
            self._excused.add(Reason.CLONE_UNPROVABLE)
            described.outcome = ABSENT

    def _check_expiry(self, mrz: Mrz) -> None:
        with self._steps.step("expiry"):
            try:
                last_day = mrz.expires()
            except MrzError as error:
                raise NotAccepted(Reason.DATA_MALFORMED, str(error)) from None
            if last_day < self._at.date():
                raise NotAccepted(Reason.DOCUMENT_EXPIRED)

    def _holder(self, mrz: Mrz, match_key: bytes) -> tuple[bytes, ...]:
        try:
            candidates = holder_candidates(mrz, self._at.date())
        except ValueError:
            raise NotAccepted(Reason.DATA_MALFORMED, "a name or a birth date without its form") from None
        return verifiers(match_key, candidates)


@dataclass(frozen=True, slots=True)
class _Opened:
    """The protected channel, and after PACE how it came about."""

    messaging: SecureMessaging
    pace: PaceResult | None = None
    card_security: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of the application: data groups by number, and the SOD."""

    groups: Mapping[int, bytes] = field(repr=False)
    security_object: bytes = field(repr=False)


def _strongest_pace(infos: tuple[PaceInfo, ...]) -> PaceVariant:
    """With chip authentication mapping first, which spares the chip another proof; then AES before 3DES, longer keys
    first, curves before primes.
    """
    variants = [variant for info in infos if (variant := understand(info)) is not None]
    if not variants:
        raise NotPossible(Reason.PROTOCOL_UNSUPPORTED, "no variant of PACE that the chip offers is known")
    return max(variants, key=_strength)


def _strength(variant: PaceVariant) -> tuple[bool, int, bool, int]:
    mapping, suite = map(int, variant.info.oid.split(".")[-2:])
    return mapping == 6, suite, mapping in (2, 4, 6), variant.info.parameter_id or 0


def _check_card_access(card_access: SecurityInfos | None, signed: SecurityInfos | None) -> None:
    """All that the chip said of PACE before anything protected it is what its state signed, and nothing is missing:
    else somebody in between took the stronger variants away, or PACE altogether (ICAO Doc 9303-11, 4.4 and 9.2).
    """
    said = card_access.encoded_of_pace() if card_access is not None else frozenset()
    confirmed = signed.encoded_of_pace() if signed is not None else frozenset()
    if said != confirmed:
        raise NotAccepted(Reason.SECURITY_INFOS_CHANGED, "EF.CardAccess and DG14 speak differently of PACE")
