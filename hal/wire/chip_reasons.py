"""Why a verification of a document did not end as verified: every code that there is."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a verification did not end as verified. The codes reach the log and the technician; pages are chosen by
    them.
    """

    # Retry: nothing is wrong with the document; do it again.
    ACCESS_KEY_WRONG = "access_key_wrong"
    """The CAN or MRZ that was given does not open this document."""
    CARD_REMOVED = "card_removed"
    READER_GONE = "reader_gone"
    DEADLINE_EXCEEDED = "deadline_exceeded"
    CANCELLED = "cancelled"
    NO_CARD = "no_card"
    SEVERAL_CARDS = "several_cards"
    # Refused: this document is not accepted.
    DOCUMENT_EXPIRED = "document_expired"
    DOCUMENT_SIGNER_EXPIRED = "document_signer_expired"
    DOCUMENT_SIGNER_REVOKED = "document_signer_revoked"
    DOCUMENT_SIGNER_UNTRUSTED = "document_signer_untrusted"
    DOCUMENT_SIGNER_MISUSED = "document_signer_misused"
    """Its certificate does not allow signing this document (key usage, extended key usage, not a v3 certificate, a
    country that is not the document's issuing state).
    """
    SIGNATURE_WRONG = "signature_wrong"
    SECURITY_OBJECT_MALFORMED = "security_object_malformed"
    CONTENT_TYPE_WRONG = "content_type_wrong"
    SIGNER_COUNT_WRONG = "signer_count_wrong"
    DATA_GROUP_CHANGED = "data_group_changed"
    """A data group's hash is not the one that was signed."""
    DATA_GROUP_MISSING = "data_group_missing"
    """A data group that the SOD lists is not on the chip."""
    CURVE_UNKNOWN = "curve_unknown"
    """Explicit elliptic curve parameters that are those of no named curve."""
    ALGORITHM_WEAK = "algorithm_weak"
    SECURITY_INFOS_CHANGED = "security_infos_changed"
    """EF.CardAccess does not say what the signed DG14 says."""
    CLONED = "cloned"
    """The chip does not hold the private key that belongs to its signed public key."""
    CLONE_UNPROVABLE = "clone_unprovable"
    """The document has neither chip authentication nor active authentication, and the policy asks for one."""
    REVOCATION_UNKNOWN = "revocation_unknown"
    """The revocation list is missing or too old, and the policy asks for one."""
    SECURE_MESSAGING_FAILED = "secure_messaging_failed"
    """A protected response was changed, replayed, reordered, cut short or not protected at all, or unauthenticated
    bytes could not be parsed.
    """
    PACE_FAILED = "pace_failed"
    """The chip broke a rule of PACE: reflected key, point off the curve, wrong token."""
    ACCESS_CONTROL_FAILED = "access_control_failed"
    """The chip broke a rule of BAC."""
    HOLDER_DIFFERENT = "holder_different"
    """Only the controller says this: the document is good and belongs to somebody else."""
    DATA_MALFORMED = "data_malformed"
    """Signed or protected data do not have the form that their standard asks for."""
    # Unsupported: this cannot be done here.
    NOT_A_TRAVEL_DOCUMENT = "not_a_travel_document"
    PROTOCOL_UNSUPPORTED = "protocol_unsupported"
    ALGORITHM_UNSUPPORTED = "algorithm_unsupported"
    CLOCK_UNTRUSTED = "clock_untrusted"
    TRUST_STORE_EMPTY = "trust_store_empty"
    CARD_FAILED = "card_failed"
    """The chip answered with a status that the procedure has no way on from."""
    # eID with PIN
    EID_PIN_WRONG = "eid_pin_wrong"
    EID_PIN_LAST_TRY = "eid_pin_last_try"
    """One try is left before the card is blocked: it is never used here."""
    EID_PIN_BLOCKED = "eid_pin_blocked"
    EID_PIN_INITIAL = "eid_pin_initial"
    """The card still has the transport PIN."""
    EID_SWITCHED_OFF = "eid_switched_off"
    """The online function of this card is switched off."""
    EID_CLIENT_DOWN = "eid_client_down"
    EID_SERVICE_DOWN = "eid_service_down"
    EID_RESULT_WRONG = "eid_result_wrong"
    """The service's signed result is not for this session, not signed as it should be, or negative."""
