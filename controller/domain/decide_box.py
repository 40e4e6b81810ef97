"""The box's own life: its log, its plan, its policies, its clock, its faults."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decide_map import wires_moved
from controller.domain.decide_pickup import ALLOW, STOP
from controller.domain.decision import Draft, Refused
from controller.domain.model import Compartment, Contents, Door, Factor, OpeningStage, Size
from controller.domain.pauses import count_downtime
from controller.domain.testable import TEST_REASONS, along_the_front

#: Whether a chip check insists on something.
ASKED = {"required", "optional"}


def open_log(draft: Draft, command: cmd.OpenLog) -> None:
    if draft.box.seq:
        raise Refused("log_open")
    draft.emit(ev.LogOpened(command.box, command.kind))


def activate_profile(draft: Draft, command: cmd.ActivateProfile) -> None:
    """A changed plan is refused while anything is inside: a technician could otherwise map a vacant label onto a full
    compartment. One that was accepted under its own rule (`controller.domain.decide_map`) is in force.
    """
    correction = draft.box.map_correction
    if command.sha256 == draft.box.profile_sha256:
        if correction is not None:  # accepted, and never written
            draft.emit(ev.MapCorrectionDropped(correction.sha256, "not_written"))
        return
    labels = [plan.label for plan in command.compartments]
    if not all(labels) or len(set(labels)) != len(labels):
        raise Refused("labels_wrong")
    if not {plan.size for plan in command.compartments} <= {size.value for size in Size}:
        raise Refused("size_unknown")
    if draft.box.opening is not None:
        raise Refused("door_busy", compartment=draft.box.opening.compartment)
    first = not draft.box.profile_sha256
    agreed = correction is not None and correction.accepted and correction.sha256 == command.sha256
    if agreed and set(labels) != {each.label for each in along_the_front(draft.box)}:
        raise Refused("labels_wrong")  # Wires move, compartments do not.
    if (
        not first
        and not agreed
        and any(_may_hold_something(compartment) for compartment in draft.box.compartments.values())
    ):
        raise Refused("cabinet_not_empty")
    rules = command.rules
    before = draft.box
    draft.emit(
        ev.ProfileActivated(
            sha256=command.sha256,
            compartments=command.compartments,
            open_within_ms=rules.open_within_ms,
            attempts=rules.attempts,
            last_attempt_extra_ms=rules.last_attempt_extra_ms,
            rest_ms=rules.rest_ms,
        )
    )
    if first and command.seen_empty_by:
        draft.emit(ev.CabinetSeenEmpty(command.seen_empty_by))
    if correction is not None and agreed:
        wires_moved(draft, before, correction)
    elif correction is not None:
        draft.emit(ev.MapCorrectionDropped(correction.sha256, "another_map"))


def _may_hold_something(compartment: Compartment) -> bool:
    """Also while somebody still has to look inside, whatever the books say: a jam alone left it as it was."""
    if compartment.contents not in (Contents.EMPTY, Contents.PRESUMED_EMPTY) or compartment.deposits:
        return True
    to_look_into = "not_in_profile" not in compartment.out_of_service and set(compartment.quarantine) - {
        "jam",
        *TEST_REASONS,
    }
    return bool(to_look_into)


def activate_policies(draft: Draft, command: cmd.ActivatePolicies) -> None:
    if command.sha256 == draft.box.policies_sha256:
        return
    if not {rule.factor for rule in command.rules} <= {factor.value for factor in Factor}:
        raise Refused("factor_unknown")
    if not {rule.missing_old_document for rule in command.rules} <= {ALLOW, STOP}:
        raise Refused("policy_unknown")
    if not {asked for rule in command.rules for asked in (rule.clone_proof, rule.revocation)} <= ASKED:
        raise Refused("policy_unknown")
    draft.emit(ev.PoliciesActivated(command.sha256, command.rules))


def stop_box(draft: Draft, command: cmd.StopBox) -> None:
    draft.emit(ev.BoxStopped(command.reason))


def judge_clock(draft: Draft, command: cmd.JudgeClock) -> None:
    if command.trusted != draft.box.clock_trusted:
        draft.emit(ev.ClockTrustChanged("trusted" if command.trusted else "untrusted", command.reason))
    # A box that has never had the time is untrusted without any change: its fault stands all the same.
    if command.trusted:
        draft.clear_fault("clock_untrusted")
        count_downtime(draft, draft.box)
    else:
        draft.raise_fault("clock_untrusted")


def set_fault(draft: Draft, command: cmd.SetFault) -> None:
    if command.active:
        draft.raise_fault(command.code, command.subject)
    else:
        draft.clear_fault(command.code, command.subject)
    for label in command.compartments:
        _set_service(draft, label, command.code, out=command.active)
    for label in command.blind:
        _lose_sight(draft, label)


def _set_service(draft: Draft, label: str, code: str, *, out: bool) -> None:
    compartment = draft.box.compartments.get(label)
    if compartment is not None and (code in compartment.out_of_service) != out:
        draft.emit(ev.CompartmentServiceChanged(label, "out_of_service" if out else "in_service", code, ""))


def _lose_sight(draft: Draft, label: str) -> None:
    """One cause, one fault: what its contact said is the board's now."""
    compartment = draft.box.compartments.get(label)
    if compartment is None:
        return
    draft.clear_fault("door_unreadable", label)
    if compartment.door is not Door.UNKNOWN:
        draft.emit(ev.DoorUnreadable(label))


def note_refusals(draft: Draft, command: cmd.NoteRefusals) -> None:
    if command.count > 0:
        draft.emit(ev.RefusalsNoted(command.code, command.count))


def seal_checkpoint(draft: Draft, command: cmd.SealCheckpoint) -> None:
    opening = draft.box.opening
    if opening is not None and opening.stage is not OpeningStage.CLOSED:
        raise Refused("door_busy", compartment=opening.compartment)
    draft.emit(ev.CheckpointSealed(command.state_sha256, command.fold_version))
