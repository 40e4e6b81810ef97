"""One authentication with the online function: a card, its PIN, and the service's signed word.

A card is never blocked here: where one try is left, the PIN is not asked of it. The box reads names and birth date and
nothing more; a service that insists on more is refused.
"""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from hal.eid.online.client import ClientDown, Line
from hal.eid.online.messages import (
    AccessRights,
    ApiLevel,
    AuthFinished,
    AuthStarted,
    Complaint,
    EidCard,
    EnterCan,
    EnterPin,
    EnterPuk,
    InsertCard,
    Message,
    Pause,
    Reader,
)
from hal.eid.online.result_codes import failure
from hal.eid.online.service import DocumentInvalid, EidHolder, EidService, EidSession, ResultWrong, ServiceDown
from hal.eid.outcome import Outcome, Reason, Refused, Retry, Unsupported, Verified
from hal.wire import SecretText

log = logging.getLogger(__name__)

#: What the box may read (TR-03110-4, 2.2.3): who it is. ``ValidUntil`` and the like the service checks by itself.
READABLE = frozenset({"FamilyName", "GivenNames", "DateOfBirth"})
#: Rights that read no field of the card.
HARMLESS = frozenset({"IssuingCountry", "DocumentType", "ValidUntil", "Pseudonym"})

API_LEVEL = 2
_LOOK_EVERY_S = 0.2
_LAST_TRY = 1

Normalise = Callable[[EidHolder], str]
"""The holder as it is compared: the same text that whoever made the right has keyed."""


@dataclass(frozen=True, slots=True)
class OnlineRequest:
    """``pin``: six digits as typed on the screen; empty where the reader has a keypad of its own. ``deadline_mono_ms``:
    `time.monotonic` in ms. ``key``: the match key, 32 bytes.
    """

    challenge: str
    pin: SecretText
    key: bytes = field(repr=False)
    deadline_mono_ms: int
    wall_ms: int


class _Ended(Exception):
    """The authentication has an outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(type(outcome).__name__)
        self.outcome = outcome


class OnlineVerifier:
    """Verifies by the online function. One at a time, any thread; `cancelled` may be set by another."""

    def __init__(
        self,
        open_line: Callable[[], AbstractContextManager[Line]],
        service: EidService,
        normalise: Normalise,
    ) -> None:
        self._open_line = open_line
        self._service = service
        self._normalise = normalise

    def verify(
        self,
        request: OnlineRequest,
        cancelled: Callable[[], bool] = lambda: False,
        card_seen: Callable[[bool], None] = lambda present: None,
    ) -> Outcome:
        """The outcome; never raises but for a fault in this program. ``card_seen`` is told whether a card lies there,
        for the page.
        """
        if len(request.pin.reveal()) == 5:
            return Unsupported(Reason.EID_PIN_INITIAL)  # the transport PIN: it has to be changed first, and not here
        try:
            session = self._service.begin(request.challenge, _left_s(request))
            with self._open_line() as line:
                try:
                    _Authentication(line, request, cancelled, card_seen).run(session)
                except _Ended as ended:
                    return ended.outcome
            holder = self._service.result(session, request.challenge, request.wall_ms, _left_s(request))
        except ClientDown as error:
            log.warning("eid_client_down: %s", error)
            return Unsupported(Reason.EID_CLIENT_DOWN)
        except ServiceDown as error:
            log.warning("eid_service_down: %s", error)
            return Unsupported(Reason.EID_SERVICE_DOWN)
        except ResultWrong as error:
            log.warning("eid_result_wrong: %s", error)
            return Refused(Reason.EID_RESULT_WRONG)
        except DocumentInvalid:
            return Refused(Reason.DOCUMENT_EXPIRED)
        try:
            holder_text = self._normalise(holder)
        except ValueError:
            return Refused(Reason.EID_RESULT_WRONG)
        return Verified(holder.issuing_state, (hmac.digest(request.key, holder_text.encode(), "sha256"),))


def _left_s(request: OnlineRequest) -> float:
    return max(0.1, request.deadline_mono_ms / 1000 - time.monotonic())


class _Authentication:
    """AusweisApp's workflow ``AUTH`` from ``RUN_AUTH`` to its result. Returns when it ended well, raises `_Ended`
    otherwise.
    """

    def __init__(
        self,
        line: Line,
        request: OnlineRequest,
        cancelled: Callable[[], bool],
        card_seen: Callable[[bool], None],
    ) -> None:
        self._line = line
        self._request = request
        self._cancelled = cancelled
        self._card_seen = card_seen
        self._card_present: bool | None = None
        self._pin_sent = False
        self._rights_asked = False

    def run(self, session: EidSession) -> None:
        self._line.send("SET_API_LEVEL", level=API_LEVEL)
        self._until(lambda message: isinstance(message, ApiLevel))
        self._line.send("RUN_AUTH", tcTokenURL=SecretText(session.tc_token_url))
        self._until(self._answer)

    def _until(self, done: Callable[[Message], bool]) -> None:
        while True:
            if self._cancelled():
                self._give_up(Retry(Reason.CANCELLED))
            if time.monotonic() * 1000 >= self._request.deadline_mono_ms:
                self._give_up(Retry(Reason.DEADLINE_EXCEEDED if self._card_present else Reason.NO_CARD))
            message = self._line.receive(_LOOK_EVERY_S)
            if message is not None and done(message):
                return

    def _answer(self, message: Message) -> bool:
        """Goes on with the workflow. True when it ended well."""
        match message:
            case Reader(card=card, attached=attached):
                self._see(card if attached else None)
            case InsertCard():
                self._see(None)
            case AccessRights():
                self._consent(message)
            case EnterPin():
                self._enter_pin(message)
            case EnterCan(reader=reader):
                # The last try for the PIN would be unlocked by the CAN; or the service wants to read without a PIN.
                last = reader.card is not None and reader.card.retry_counter <= _LAST_TRY
                self._give_up(Refused(Reason.EID_PIN_LAST_TRY) if last else Unsupported(Reason.PROTOCOL_UNSUPPORTED))
            case EnterPuk():
                self._give_up(Refused(Reason.EID_PIN_BLOCKED))
            case Pause():
                self._line.send("CONTINUE")
            case AuthFinished(ok=True):
                if not self._pin_sent:
                    # Nobody has typed anything: whatever this was, it was no authentication.
                    raise _Ended(Refused(Reason.EID_RESULT_WRONG))
                return True
            case AuthFinished():
                raise _Ended(failure(message, card_present=self._card_present is not False))
            case Complaint(kind=kind):
                log.warning("eid_client_down: AusweisApp answered %s", kind)
                self._give_up(Unsupported(Reason.EID_CLIENT_DOWN))
            case AuthStarted() | _:
                pass
        return False

    def _see(self, card: EidCard | None) -> None:
        present = card is not None
        if present != self._card_present:
            self._card_present = present
            self._card_seen(present)
        if card is not None and card.deactivated:
            self._give_up(Unsupported(Reason.EID_SWITCHED_OFF))

    def _consent(self, rights: AccessRights) -> None:
        beyond = rights.required - READABLE - HARMLESS
        if beyond or not rights.required >= READABLE:
            log.error("eid_service_down: the service's certificate asks for other data: %s", ", ".join(sorted(beyond)))
            self._give_up(Unsupported(Reason.EID_SERVICE_DOWN))
        if rights.effective - rights.required and not self._rights_asked:
            self._rights_asked = True
            self._line.send("SET_ACCESS_RIGHTS", chat=[])
        elif rights.effective != rights.required:
            self._give_up(Unsupported(Reason.EID_CLIENT_DOWN))
        else:
            self._line.send("ACCEPT")

    def _enter_pin(self, asked: EnterPin) -> None:
        card = asked.reader.card
        self._see(card)
        if card is None:
            return  # taken away between two messages; the app says so next
        if card.retry_counter < _LAST_TRY:
            self._give_up(Refused(Reason.EID_PIN_BLOCKED))
        if card.retry_counter == _LAST_TRY:
            self._give_up(Refused(Reason.EID_PIN_LAST_TRY))
        if self._pin_sent:
            # It was wrong, or the keypad was left: either way the person decides anew, on the page.
            self._give_up(Retry(Reason.EID_PIN_WRONG, tries_left=card.retry_counter - _LAST_TRY))
        if asked.reader.keypad:
            self._pin_sent = True
            self._line.send("SET_PIN")
        elif self._request.pin.reveal() and not asked.refused:
            self._pin_sent = True
            self._line.send("SET_PIN", value=self._request.pin)
        else:
            self._give_up(Unsupported(Reason.PROTOCOL_UNSUPPORTED))

    def _give_up(self, outcome: Outcome) -> None:
        """Cancels the workflow, so that the card is let go and the app is free for the next one."""
        self._line.send("CANCEL")
        raise _Ended(outcome)
