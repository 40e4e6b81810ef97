"""Authorising a pulse, and what every opening has in common whatever its purpose."""

from __future__ import annotations

from controller.domain import events as ev
from controller.domain.decision import Draft, Refused
from controller.domain.model import DepositStatus, Door, Opening, Purpose

#: The code of everything that is not done because the mains are gone: no pulse is begun on a supply that ends.
POWER_FAIL = "power_fail"


def authorise(
    draft: Draft,
    *,
    compartment: str,
    purpose: Purpose,
    session: str,
    deposit: str = "",
    right: str = "",
    badges: tuple[str, ...] = (),
    reason: str = "",
    attempt: int = 1,
    door_before: Door | None = None,
) -> None:
    """Authorises one pulse. The caller has checked who may; this checks what holds for everybody.

    A coil that failed to open its door rests before it is fired again. A door whose sensor does not say "closed" is
    pulsed once only: a broken sensor must not block a resident, and a second pulse could not be told from the first.
    """
    rules = draft.box.lock_rules
    target = draft.box.compartments[compartment]
    current = draft.box.opening
    if purpose is Purpose.PICKUP and not draft.at.screen_fresh:
        raise Refused("screen_stale")  # The rules that can end a session instead have done so before they come here.
    if POWER_FAIL in draft.box.faults:
        raise Refused(POWER_FAIL)
    if draft.box.map_accepted:
        raise Refused("map_accepted")
    if current is not None and (attempt == 1) and current.compartment != compartment:
        raise Refused("door_busy", compartment=current.compartment)
    if target.rest_until_mono_ms > draft.at.mono_ms:
        raise Refused("resting", wait_ms=target.rest_until_mono_ms - draft.at.mono_ms)
    if "not_in_profile" in target.out_of_service:
        raise Refused("out_of_service", compartment=compartment)
    within = rules.open_within_ms + (rules.last_attempt_extra_ms if attempt >= rules.attempts else 0)
    draft.emit(
        ev.UnlockAuthorised(
            authorisation=draft.next_id("A"),
            compartment=compartment,
            purpose=purpose.value,
            deposit=deposit,
            right=right,
            session=session,
            door_before=(door_before or target.door).value,
            attempt=attempt,
            pulse_ms=target.pulse_ms,
            deadline_mono_ms=draft.after(within),
            badges=badges,
            reason=reason,
        )
    )


def authorise_again(draft: Draft, opening: Opening) -> None:
    """The next attempt of an opening that has not opened its door: an authorisation of its own."""
    authorise(
        draft,
        compartment=opening.compartment,
        purpose=opening.purpose,
        session=opening.session,
        deposit=opening.deposit,
        right=opening.right,
        reason=opening.reason,
        attempt=opening.attempt + 1,
        door_before=opening.door_before,
    )


def end_opening(draft: Draft, opening: Opening, outcome: str) -> None:
    draft.emit(ev.OpeningEnded(opening.authorisation, opening.compartment, outcome))


def quarantine(draft: Draft, compartment: str, reason: str) -> None:
    if reason not in draft.box.compartments[compartment].quarantine:
        draft.emit(ev.CompartmentQuarantined(compartment, reason))


def doubt_deposits(draft: Draft, compartment: str, reason: str) -> None:
    """Every document in the compartment is in doubt, and staff look first."""
    for name in draft.box.compartments[compartment].deposits:
        deposit = draft.box.deposits[name]
        # A question to the loader ("is it in A07?") is no longer enough once something else has happened.
        asked = deposit.reason == "loading" != reason
        if deposit.status is not DepositStatus.UNVERIFIED or deposit.tries_left or asked:
            draft.emit(ev.DepositUnverified(name, compartment, reason, 0))
    quarantine(draft, compartment, reason)


def door_opened_by_itself(draft: Draft, compartment: str, cause: str, seen_mono_ms: int) -> None:
    """A door is open that nobody may have opened: alarm, quarantine, and what lay inside is in doubt."""
    draft.emit(ev.DoorOpened(compartment, cause, seen_mono_ms))
    draft.raise_fault("unexpected_open", compartment)
    doubt_deposits(draft, compartment, "unexpected_open")
