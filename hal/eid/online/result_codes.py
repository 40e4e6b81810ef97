"""What TR-03112's result codes and AusweisApp's own mean for the person before the box."""

from __future__ import annotations

from hal.eid.online.messages import AuthFinished
from hal.eid.outcome import Outcome, Reason, Refused, Retry, Unsupported

#: The connection to the service, or the service itself (TR-03112-1, 4.2; the part after ``resultminor/``).
_SERVICE = frozenset(
    {
        "dp#trustedChannelEstablishmentFailed",
        "dp#trustedChannelEstabishmentFailed",  # spelled so in the guideline's own tables
        "dp#communicationError",
        "dp#nodeNotReachable",
        "dp#timeout",
        "dp#timeoutError",
        "dp#unknownChannelHandle",
        "dp#unknownProtocol",
        "dp#unknownCipherSuite",
        "dp#unknownWebserviceBinding",
        "al/common#communicationError",
        "al/common#parameterError",
        "al/common#incorrectParameter",
        "al/common#noPermission",
        "il/signature#invalidCertificatePath",
    }
)

_CARD_GONE = frozenset({"ifdl/terminal#noCard", "ifdl/common#invalidSlotHandle"})

#: AusweisApp's failure codes begin like this when the card was taken away.
_CARD_GONE_REASONS = ("Card_Removed", "Card_Communication", "Establish_Pace_Channel_Card_Removed")

_INVALID_DOCUMENT = "sal/mEAC#DocumentValidityVerificationFailed"
_CANCELLED = frozenset({"sal#cancellationByUser", "ifdl#cancellationByUser"})


def failure(finished: AuthFinished, card_present: bool) -> Outcome:
    """What an ``AUTH`` that failed means. ``card_present``: by the last word on the reader; older versions give no
    other hint.
    """
    if finished.minor == _INVALID_DOCUMENT:
        return Refused(Reason.DOCUMENT_EXPIRED)
    gone = finished.minor in _CARD_GONE or finished.reason.startswith(_CARD_GONE_REASONS) or not card_present
    if gone and finished.minor not in _SERVICE:
        return Retry(Reason.CARD_REMOVED)
    if finished.minor in _CANCELLED:
        return Retry(Reason.CANCELLED)
    if finished.minor == "ifdl/common#timeoutError":
        return Retry(Reason.DEADLINE_EXCEEDED)
    if finished.minor in _SERVICE:
        return Unsupported(Reason.EID_SERVICE_DOWN)
    return Unsupported(Reason.CARD_FAILED)
