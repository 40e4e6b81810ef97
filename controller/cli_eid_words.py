"""What ``abholfach eid check`` prints: the steps of a check, and how it ended, in words."""

from __future__ import annotations

from typing import Final, TextIO

from hal.eid.mrz import Mrz
from hal.eid.outcome import Outcome, Reason, Refused, Retry, Unsupported, Verified
from hal.eid.trace import Step

WORDS: Final = {
    Reason.ACCESS_KEY_WRONG: "This CAN or machine readable zone does not open this document. Compare it and try again.",
    Reason.CARD_REMOVED: "The document was taken away too early, or its power failed. Put it down and leave it there.",
    Reason.READER_GONE: "The card reader or pcscd is gone. See that it is plugged in: systemctl status pcscd.",
    Reason.DEADLINE_EXCEEDED: "The document takes too long to answer. Put it down anew, flat and in the middle.",
    Reason.CANCELLED: "It was cancelled.",
    Reason.NO_CARD: "No contactless document was put into a reader in time.",
    Reason.SEVERAL_CARDS: "Several documents lie in the readers. Leave one there.",
    Reason.DOCUMENT_EXPIRED: "The document is no longer valid.",
    Reason.DOCUMENT_SIGNER_EXPIRED: "The certificate of its signer, or the one above it, is not valid at this time.",
    Reason.DOCUMENT_SIGNER_REVOKED: "The certificate of its signer was revoked by the state.",
    Reason.DOCUMENT_SIGNER_UNTRUSTED: "No trusted CSCA certificate vouches for its signer: abholfach csca list.",
    Reason.DOCUMENT_SIGNER_MISUSED: "The certificate of its signer is not one for signing documents of this state.",
    Reason.SIGNATURE_WRONG: "The signature over its contents is wrong: it is forged, or damaged.",
    Reason.SECURITY_OBJECT_MALFORMED: "Its security object does not have the form that ICAO Doc 9303-10 asks for.",
    Reason.CONTENT_TYPE_WRONG: "What is signed is something else than the contents of a travel document.",
    Reason.SIGNER_COUNT_WRONG: "It has not exactly one signer.",
    Reason.DATA_GROUP_CHANGED: "A part of its contents is not what was signed: it is forged.",
    Reason.DATA_GROUP_MISSING: "A part of its contents that was signed is not there: it is forged.",
    Reason.CURVE_UNKNOWN: "A certificate writes out an elliptic curve that is none of the known ones.",
    Reason.ALGORITHM_WEAK: "It is signed in a way that can be forged today.",
    Reason.SECURITY_INFOS_CHANGED: "EF.CardAccess says something else than the signed DG14: it is forged.",
    Reason.CLONED: "The chip does not hold its private key: it is a copy.",
    Reason.CLONE_UNPROVABLE: "It cannot prove that it is no copy, and the policy asks for it (--clone-proof-optional).",
    Reason.REVOCATION_UNKNOWN: (
        "The revocation list of its state is missing or too old, and the policy asks for it (--revocation-optional):"
        " abholfach csca import."
    ),
    Reason.SECURE_MESSAGING_FAILED: "An answer on the protected channel was not what the chip had protected.",
    Reason.PACE_FAILED: "The chip broke a rule of PACE.",
    Reason.ACCESS_CONTROL_FAILED: "The chip broke a rule of basic access control.",
    Reason.HOLDER_DIFFERENT: "The document is good and belongs to somebody else.",
    Reason.DATA_MALFORMED: "Its contents do not have the form that their standard asks for.",
    Reason.NOT_A_TRAVEL_DOCUMENT: "There is no travel document's application on this card.",
    Reason.PROTOCOL_UNSUPPORTED: "It offers no protocol that this version knows.",
    Reason.ALGORITHM_UNSUPPORTED: "It uses an algorithm that this version does not know.",
    Reason.CLOCK_UNTRUSTED: "The clock of this computer is not synchronised, so nobody knows what is valid (--at).",
    Reason.TRUST_STORE_EMPTY: "No CSCA certificate is trusted here, or the store is damaged: abholfach csca import.",
    Reason.CARD_FAILED: "The chip answered with an error that nothing can be done about.",
    Reason.EID_PIN_WRONG: "The eID-PIN is wrong.",
    Reason.EID_PIN_LAST_TRY: "One try is left before the card is blocked; it is not used here.",
    Reason.EID_PIN_BLOCKED: "The eID-PIN is blocked.",
    Reason.EID_PIN_INITIAL: "The card still has its transport PIN.",
    Reason.EID_SWITCHED_OFF: "The online function of this card is switched off.",
    Reason.EID_CLIENT_DOWN: "AusweisApp does not answer.",
    Reason.EID_SERVICE_DOWN: "The eID service does not answer.",
    Reason.EID_RESULT_WRONG: "The result of the eID service is not for this session, or not signed as it should be.",
}
"""For every reason, what it means and, where somebody can do something about it, what."""

EXCUSED: Final = {
    Reason.CLONE_UNPROVABLE: "It cannot prove that it is no copy.",
    Reason.REVOCATION_UNKNOWN: "No fresh revocation list of its state says that its signer is not revoked.",
}
"""What a verified document did not prove because it was not asked for."""

_HEAD: Final = ("step", "protocol", "with", "ms", "APDUs", "outcome")
_ROW: Final = "{:<22} {:<34} {:<26} {:>6} {:>6}  {}\n"


class Report:
    """A `hal.eid.trace.Trace` that prints. ``show``: also what the document says of its holder."""

    def __init__(self, out: TextIO, *, show: bool) -> None:
        self._out = out
        self._show = show
        self._apdus = 0
        self._milliseconds = 0

    def begin(self) -> None:
        """The table's head."""
        self._out.write(_ROW.format(*_HEAD))
        self._out.flush()

    def step(self, step: Step) -> None:
        """One line."""
        self._apdus += step.apdus
        self._milliseconds += step.milliseconds
        self._out.write(
            _ROW.format(step.name, step.protocol, step.algorithm, step.milliseconds, step.apdus, step.outcome)
        )
        self._out.flush()

    def document(self, mrz: Mrz) -> None:
        """The holder's data, if they were asked for."""
        if not self._show:
            return
        name = ", ".join(part.replace("<", " ").strip() for part in mrz.name_field.split("<<") if part.strip("<"))
        self._out.write(
            f"  {mrz.document_code.strip('<')} {mrz.issuing_state.strip('<')} {mrz.document_number},"
            f" expires {mrz.expiry_date}\n  {name}, born {mrz.birth_date}, {mrz.nationality.strip('<')}\n"
        )

    def end(self, outcome: Outcome) -> None:
        """How it ended."""
        if self._apdus:
            self._out.write(f"{self._apdus} APDUs, {self._milliseconds} ms\n")
        self._out.write(f"{in_words(outcome)}\n")


def in_words(outcome: Outcome) -> str:
    """One line: kind, reason, and what that means."""
    match outcome:
        case Verified(issuing_state, excused=excused):
            without = "".join(f" {EXCUSED[reason]}" for reason in excused)
            return f"Verified: a genuine document, signed for by {issuing_state}.{without}"
        case Refused(reason, issuing_state):
            return f"Refused ({reason}{f', {issuing_state}' if issuing_state else ''}): {WORDS[reason]}"
        case Retry(reason):
            return f"Try again ({reason}): {WORDS[reason]}"
        case Unsupported(reason):
            return f"Not possible ({reason}): {WORDS[reason]}"
