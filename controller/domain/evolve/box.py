"""What the box's own events mean for the state."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import (
    apply,
    with_entry,
    without_entry,
)
from controller.domain.model import (
    Box,
    Compartment,
    Contents,
    DocumentPolicy,
    Door,
    Downtime,
    Factor,
    Fault,
    Item,
    LockRules,
    Size,
    fault_key,
)
from controller.domain.moment import Moment


@apply.register
def _(event: ev.LogOpened, box: Box, at: Moment) -> Box:
    return replace(box, box=event.box, kind=event.kind)


@apply.register
def _(event: ev.ProfileActivated, box: Box, at: Moment) -> Box:
    compartments: dict[str, Compartment] = {}
    for plan in event.compartments:
        known = box.compartments.get(plan.label) or Compartment(
            label=plan.label, size=Size.M, height_mm=0, column=0, row=0
        )
        item = Item.NO_SENSOR if plan.item_sensor == "no" else Item.UNKNOWN
        compartments[plan.label] = replace(
            known,
            size=Size(plan.size),
            height_mm=plan.height_mm,
            column=plan.column,
            row=plan.row,
            pulse_ms=plan.pulse_ms,
            item=item,
            remapped=bool(box.profile_sha256),
            out_of_service=tuple(reason for reason in known.out_of_service if reason != "not_in_profile"),
        )
    for label, known in box.compartments.items():
        if label not in compartments:
            reasons = tuple(dict.fromkeys((*known.out_of_service, "not_in_profile")))
            compartments[label] = replace(known, out_of_service=reasons, door=Door.UNKNOWN)
    rules = LockRules(
        open_within_ms=event.open_within_ms,
        attempts=event.attempts,
        last_attempt_extra_ms=event.last_attempt_extra_ms,
        rest_ms=event.rest_ms,
    )
    return replace(box, profile_sha256=event.sha256, compartments=compartments, lock_rules=rules)


@apply.register
def _(event: ev.CabinetSeenEmpty, box: Box, at: Moment) -> Box:
    compartments = {
        label: replace(compartment, contents=Contents.EMPTY) for label, compartment in box.compartments.items()
    }
    return replace(box, compartments=compartments)


@apply.register
def _(event: ev.PoliciesActivated, box: Box, at: Moment) -> Box:
    policies = {
        rule.document_type: DocumentPolicy(
            rule.document_type,
            Factor(rule.factor),
            rule.declarations,
            rule.holding_days,
            rule.missing_old_document,
            rule.old_document_days,
            rule.clone_proof != "optional",
            rule.revocation != "optional",
        )
        for rule in event.rules
    }
    return replace(box, policies=policies, policies_sha256=event.sha256)


@apply.register
def _(event: ev.BoxStarted, box: Box, at: Moment) -> Box:
    # Monotonic deadlines belong to the boot that is over: resting coils are taken as rested only by a new boot's own
    # clock.
    compartments = {
        label: replace(compartment, rest_until_mono_ms=0) if event.boot != box.boot else compartment
        for label, compartment in box.compartments.items()
    }
    # A call for help outlives the process that wrote it down; its time was that process's.
    calls = {name: replace(call, deadline_mono_ms=0) for name, call in box.help_calls.items()}
    return replace(
        box,
        boot=event.boot,
        starts=box.starts + 1,
        badge=None,
        compartments=compartments,
        help_calls=calls,
        downtime=_downtime(box, at),
    )


def _downtime(box: Box, at: Moment) -> Downtime | None:
    """What a start without the time has to find out later: how long the box was away."""
    if at.clock_trusted:
        return None
    since = box.downtime.since_wall_ms if box.downtime is not None else box.known_time.wall_ms
    return Downtime(since, at.mono_ms, at.boot) if since else None


@apply.register
def _(event: ev.BoxStopped, box: Box, at: Moment) -> Box:
    return box


@apply.register
def _(event: ev.ClockTrustChanged, box: Box, at: Moment) -> Box:
    return replace(box, clock_trusted=event.state == "trusted")


@apply.register
def _(event: ev.FaultRaised, box: Box, at: Moment) -> Box:
    fault = Fault(event.code, event.subject, at.wall_ms)
    return replace(box, faults=with_entry(box.faults, fault_key(event.code, event.subject), fault))


@apply.register
def _(event: ev.FaultCleared, box: Box, at: Moment) -> Box:
    return replace(box, faults=without_entry(box.faults, fault_key(event.code, event.subject)))


@apply.register
def _(event: ev.RefusalsNoted, box: Box, at: Moment) -> Box:
    return box


@apply.register
def _(event: ev.CommandSettled, box: Box, at: Moment) -> Box:
    return box
