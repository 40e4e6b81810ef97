"""The transient side of the front: what a page says for a moment, in which language, and the tokens of running
sessions.

Nothing here is in the log and nothing here authorises anything: it is gone with the process, and nobody is the poorer.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

from controller.domain import events as ev
from controller.domain.decide_chip import DOWN, STOPPED
from controller.domain.decide_pickup import SCREEN_STALE
from controller.domain.model import RightStatus, SessionEnd
from controller.domain.moment import Moment
from controller.domain.openings import POWER_FAIL
from controller.domain.words import spoken_reference
from controller.ports import FrontState, Notice, Tone
from controller.services.actor import Actor
from controller.services.standalone import ISSUER as ALONE

#: Long enough to be read, or heard, and to note a telephone number. Nobody waits for it: a code is read all the same.
NOTICE_MS = 25_000
SHORT_NOTICE_MS = 10_000
PROBLEM_MS = 30_000
DONE_MS = 10_000
#: A language that somebody chose and then left is given back after so long: the next one reads German, or chooses.
LANGUAGE_MS = 180_000
INTERRUPTED_MS = 30_000
STAFF_NOTICE_MS = 60_000

#: Refusal codes of a presented code that have a page of their own name; any other says "please go to the counter".
RESIDENT_PAGES = frozenset(
    {
        "code_foreign",
        "code_unknown",
        "not_yet",
        "collected",
        "expired",
        "other_site",
        "factor_blocked",
        "slow_down",
        "counter",
    }
)
#: Pages of a session that was denied, by its reason.
DENIED_PAGES = {
    "factor_blocked": "factor_blocked",
    "factor_wrong": "factor_denied",
    "pin_letter": "pin_letter_no",
    "old_documents": "old_none_stop",
    STOPPED: "eid_stop",
    DOWN: "eid_down",
}
#: How long the screen's page leads back to the staff page, when a badge has resumed a session.
TO_STAFF_MS = 4_000


class Front:
    """Holds the `FrontState` and follows events. One event loop."""

    def __init__(self, actor: Actor, tone: Callable[[Tone], None]) -> None:
        self._actor = actor
        self._tone = tone
        self._state = FrontState()
        self._listeners: list[Callable[[], None]] = []
        #: The session in which somebody else's envelope was found and goes back into its compartment.
        self._foreign = ""
        self._refusal_listeners: list[Callable[[str, Mapping[str, str | int]], None]] = []
        actor.on_event(self._happened)
        actor.after_turn(self._turned)

    @property
    def state(self) -> FrontState:
        return self._state

    def on_change(self, listener: Callable[[], None]) -> None:
        """``listener`` is called on the loop after every change of the front's state or the box's."""
        self._listeners.append(listener)

    def on_staff_refusal(self, listener: Callable[[str, Mapping[str, str | int]], None]) -> None:
        """``listener(code, details)`` is called on the loop when staff are told why something was not done."""
        self._refusal_listeners.append(listener)

    def show(self, state: FrontState) -> None:
        """Takes ``state`` for the present one (made of it by `dataclasses.replace`), and tells whoever listens."""
        self._state = state
        self._changed()

    def choose_language(self, language: str) -> None:
        lent = self._actor.box.session is None and language != "de"
        until = self._actor.now().mono_ms + LANGUAGE_MS if lent else 0
        state = replace(self._state, language=language, language_chosen=True, language_until_mono_ms=until)
        self.show(state)

    def notice(
        self,
        page: str,
        lasting_ms: int = NOTICE_MS,
        details: Mapping[str, str | int] | None = None,
        language: str = "",
    ) -> None:
        """The resident's page says this until the time is over or somebody acts. ``language`` is that of whoever it is
        said to, unless they have chosen one; empty: nobody knows.
        """
        said = Notice(page, self._actor.now().mono_ms + lasting_ms, details or {})
        self.show(replace(self._state, notice=said, language=self._in(language)))

    def _in(self, language: str) -> str:
        return language if language and not self._state.language_chosen else self._state.language

    def staff_notice(self, code: str, details: Mapping[str, str | int]) -> None:
        """The staff page says this until something else happens."""
        self.show(replace(self._state, staff_notice=Notice(code, self._actor.now().mono_ms + STAFF_NOTICE_MS, details)))

    def dismiss(self) -> None:
        state = replace(self._state, notice=None)
        self.show(state if self._actor.box.session is not None else _in_german(state))

    def dismiss_staff(self) -> None:
        """The shift's report, or why nobody could log in, has been read."""
        self.show(replace(self._state, staff_notice=None, shift=None))

    def refuse_resident(self, code: str, details: Mapping[str, str | int], language: str = "") -> None:
        """Says why a presented code opens nothing now, in its right's ``language`` where that is known."""
        self._tone(Tone.REFUSED)
        if code in ("busy", "closed", "outage", POWER_FAIL):
            # Somebody else is at the front, or this very session is, or the box is not in use: the page that stands
            # there is the answer.
            return
        if code == "resting":
            wait_ms = int(details.get("wait_ms", 0))
            self.notice("slow_down", wait_ms + 500, {"wait_s": -(-wait_ms // 1000)}, language)
            return
        if code == SCREEN_STALE:
            self.notice("interrupted", SHORT_NOTICE_MS, language=language)
            return
        self.notice(code if code in RESIDENT_PAGES else "counter", details=details, language=language)

    def refuse_staff(self, code: str, details: Mapping[str, str | int]) -> None:
        self._tone(Tone.FULL if code == "load_full" else Tone.REFUSED)
        for listener in self._refusal_listeners:
            listener(code, details)
        self.staff_notice(code, details)

    def _happened(self, event: ev.Event, at: Moment) -> None:
        match event:
            case ev.SessionStarted():
                right = self._actor.box.rights.get(event.right)
                self._state = replace(
                    self._state,
                    kiosk_token=secrets.token_urlsafe(16),
                    notice=None,
                    language=self._in(right.language if right is not None else ""),
                    language_until_mono_ms=0,
                )
                self._tone(Tone.ACCEPTED)
            case ev.SessionEnded():
                self._session_ended(event, at)
            case ev.ProblemReported(problem="missing"):
                self._note_at(at, "problem_reported", PROBLEM_MS, reference=spoken_reference(event.session))
            case ev.ProblemReported(problem="foreign"):
                self._foreign = event.session
            case ev.CompartmentQuarantined(reason="foreign") if self._foreign:
                self._note_at(at, "problem_reported", PROBLEM_MS, reference=spoken_reference(self._foreign))
                self._foreign = ""
            case ev.ProblemReported(problem="error"):
                self._note_at(at, "problem_error", PROBLEM_MS, reference=spoken_reference(event.session))
            case ev.FactorVerified(factor="emrtd" | "eid" | "staff") | ev.StaffCheckAsked():
                self._tone(Tone.ACCEPTED)
            case ev.ChipChecked() if event.outcome != "verified":
                self._tone(Tone.REFUSED)
            case ev.StaffLoggedIn():
                self._state = replace(
                    self._state, staff_token=secrets.token_urlsafe(16), staff_notice=None, notice=None
                )
                self._tone(Tone.ACCEPTED)
            case ev.StaffLoggedOut() | ev.StaffSessionSuspended():
                self._state = replace(self._state, staff_token="", staff_notice=None)
            case ev.StaffSessionResumed():
                self._state = replace(
                    self._state,
                    staff_token=secrets.token_urlsafe(16),
                    staff_notice=None,
                    notice=None,
                    to_staff_until_mono_ms=at.mono_ms + TO_STAFF_MS,
                )
                self._tone(Tone.ACCEPTED)
            case ev.BadgePresented():
                self._state = replace(self._state, staff_notice=None)
                self._tone(Tone.ACCEPTED)
            case ev.DepositStored():
                session = self._actor.box.staff_session
                if session is not None and session.last_stored == event.deposit:
                    news = self._who_tells(event.deposit)
                    self._staff_note_at(at, "load_booked", compartment=event.compartment, news=news)
                    self._tone(Tone.BOOKED)
            case ev.DepositEnded(end="recalled" | "handed_over_at_counter"):
                if self._actor.box.staff_session is not None:
                    self._staff_note_at(at, "taken_out", compartment=event.compartment)
                    self._tone(Tone.BOOKED)
            case ev.DepositReturnedToExpected() if event.compartment:
                self._staff_note_at(at, "undone", compartment=event.compartment)
            case ev.LoadingTooSmall():
                self._staff_note_at(at, "too_small", compartment=event.compartment)
            case ev.OldDocumentMissing():
                self._staff_note_at(at, "old_document_missing", compartment=event.compartment)
            case ev.CompartmentReleased():
                if self._state.staff_notice is None or self._state.staff_notice.until_mono_ms != _until(at):
                    self._staff_note_at(at, "reported", compartment=event.compartment)
            case ev.CompartmentServiceChanged() if event.by:
                self._staff_note_at(at, f"now_{event.state}", compartment=event.compartment)
            case ev.RoundEnded(outcome="finished"):
                self._staff_note_at(at, "round_finished")
            case ev.UnlockFailed():
                self._staff_note_at(at, "jam", compartment=event.compartment)
                self._tone(Tone.REFUSED)
            case ev.CompartmentQuarantined(reason="not_empty"):
                self._staff_note_at(at, "not_empty", compartment=event.compartment)
            case ev.UnlockAuthorised(attempt=1) if event.purpose != "pickup":
                self._state = replace(self._state, staff_notice=None)
            case ev.OpeningRequested() | ev.DepositOpeningRequested():
                # What was said of something else must not stand over the compartment that the page names now; what a
                # walk's last step has just brought stays.
                if self._state.staff_notice is not None and self._state.staff_notice.until_mono_ms != _until(at):
                    self._state = replace(self._state, staff_notice=None)
            case ev.HelpCalled(reason="resident") | ev.HelpAcknowledged():
                # Heard by whoever called: it was taken down, somebody is coming.
                self._tone(Tone.ACCEPTED)
            case ev.DoorLeftOpen():
                self._tone(Tone.ALARM if event.stage == "alarm" else Tone.REMINDER)
            case _:
                pass

    def _session_ended(self, event: ev.SessionEnded, at: Moment) -> None:
        self._state = replace(self._state, kiosk_token="")
        outcome = SessionEnd(event.outcome)
        stands = self._state.notice is not None and self._state.notice.page.startswith("problem_")
        if outcome is SessionEnd.DONE and not stands:
            self._note_at(at, "done", DONE_MS)
        elif outcome is SessionEnd.DENIED:
            page = DENIED_PAGES.get(event.reason, "counter")
            self._note_at(at, page, NOTICE_MS)
        elif outcome is SessionEnd.ABORTED and event.reason in ("interrupted", SCREEN_STALE):
            self._note_at(at, "interrupted", INTERRUPTED_MS)
        elif outcome is SessionEnd.ABORTED and event.reason in ("timeout", "cancelled", "revoked"):
            self._note_at(at, "ended", SHORT_NOTICE_MS)
        elif self._state.notice is None:
            self._state = _in_german(self._state)

    def _note_at(self, at: Moment, page: str, lasting_ms: int, **details: str | int) -> None:
        self._state = replace(self._state, notice=Notice(page, at.mono_ms + lasting_ms, details))

    def _who_tells(self, deposit: str) -> str:
        """Whether its holder is written to now: ``sent`` by the central system, ``waits`` for the right's other
        envelopes, ``nobody`` where the box stands alone.
        """
        rights = [right for right in self._actor.box.rights_over(deposit) if not right.proxy]
        if rights and all(right.status is RightStatus.PREPARED for right in rights):
            return "waits"
        return "nobody" if any(right.issuer == ALONE for right in rights) else "sent"

    def _staff_note_at(self, at: Moment, code: str, **details: str | int) -> None:
        self._state = replace(self._state, staff_notice=Notice(code, _until(at), details))

    def _turned(self) -> None:
        if self._actor.halted != self._state.halted:
            self._state = replace(self._state, halted=self._actor.halted)
        if self._actor.last_hash:
            self._state = replace(self._state, last_hash=self._actor.last_hash.hex())
        self._changed()

    def expire_notices(self, now_mono_ms: int) -> None:
        """Drops what has been said long enough. After a resident's notice the page is German again."""
        state = self._state
        changed = False
        if state.notice is not None and now_mono_ms >= state.notice.until_mono_ms:
            state, changed = replace(state, notice=None), True
            if self._actor.box.session is None:
                state = _in_german(state)
        if state.language_until_mono_ms and now_mono_ms >= state.language_until_mono_ms and state.notice is None:
            state, changed = _in_german(state), True
        if state.staff_notice is not None and now_mono_ms >= state.staff_notice.until_mono_ms:
            state, changed = replace(state, staff_notice=None), True
        if state.shift is not None and now_mono_ms >= state.shift.until_mono_ms:
            state, changed = replace(state, shift=None), True
        if state.waiting == "soon" and now_mono_ms >= state.waiting_until_mono_ms:
            state, changed = replace(state, waiting="", waiting_until_mono_ms=0), True
        if state.to_staff_until_mono_ms and now_mono_ms >= state.to_staff_until_mono_ms:
            state, changed = replace(state, to_staff_until_mono_ms=0), True
        if changed:
            self._state = state
            self._changed()

    def next_expiry(self) -> int | None:
        """The monotonic instant at which `expire_notices` has something to do, or None."""
        notices = (self._state.notice, self._state.staff_notice)
        return min((notice.until_mono_ms for notice in notices if notice is not None), default=None)

    def acknowledged(self, seq: int) -> None:
        """The slowest consumer has acknowledged the log up to here."""
        if seq != self._state.acknowledged_seq:
            self._state = replace(self._state, acknowledged_seq=seq)
            self._changed()

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()


def _in_german(state: FrontState) -> FrontState:
    """As the next person finds it."""
    return replace(state, language="de", language_chosen=False, language_until_mono_ms=0)


def _until(at: Moment) -> int:
    """How long the staff page says what happened at ``at``."""
    return at.mono_ms + STAFF_NOTICE_MS
