"""The one entrance to the rules: what a command causes in a state, at a moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from controller.domain import commands as cmd
from controller.domain import (
    decide_box,
    decide_central,
    decide_chip,
    decide_commissioning,
    decide_doors,
    decide_help,
    decide_hours,
    decide_loading,
    decide_map,
    decide_office,
    decide_pickup,
    decide_power,
    decide_report,
    decide_reporting,
    decide_rounds,
    decide_scan,
    decide_screen,
    decide_service,
    decide_staff,
    decide_suspension,
    decide_technician,
    decide_time,
    pauses,
    settlement,
)
from controller.domain.decision import Decision, Draft, Refused, RefusedAndNoted
from controller.domain.model import Box
from controller.domain.moment import Moment

RULES: dict[type[cmd.Command], Callable[[Draft, Any], None]] = {
    cmd.OpenLog: decide_box.open_log,
    cmd.ActivateProfile: decide_box.activate_profile,
    cmd.ActivatePolicies: decide_box.activate_policies,
    cmd.ActivateCalendar: decide_hours.activate_calendar,
    cmd.StartBox: settlement.start_box,
    cmd.StopBox: decide_box.stop_box,
    cmd.Tick: lambda draft, _: decide_time.tick(draft),
    cmd.JudgeClock: decide_box.judge_clock,
    cmd.JudgeScreen: decide_screen.judge_screen,
    cmd.JudgePower: decide_power.judge_power,
    cmd.SetFault: decide_box.set_fault,
    cmd.NoteRefusals: decide_box.note_refusals,
    cmd.SealCheckpoint: decide_box.seal_checkpoint,
    cmd.DoorSensed: decide_doors.door_sensed,
    cmd.ItemSensed: decide_doors.item_sensed,
    cmd.PulseFinished: decide_doors.pulse_finished,
    cmd.PresentCredential: decide_pickup.present_credential,
    cmd.TryFactor: decide_pickup.try_factor,
    cmd.FactorCompared: decide_pickup.factor_compared,
    cmd.BeginChipCheck: decide_chip.begin_chip_check,
    cmd.NoteChip: decide_chip.note_chip,
    cmd.GiveUpChip: decide_chip.give_up_chip,
    cmd.AskStaffCheck: decide_chip.ask_staff_check,
    cmd.Declare: decide_pickup.declare,
    cmd.Confirm: decide_pickup.confirm,
    cmd.ExtendSession: decide_pickup.extend_session,
    cmd.CancelSession: decide_pickup.cancel_session,
    cmd.RegisterStaff: decide_staff.register_staff,
    cmd.UnlockStaff: decide_staff.unlock_staff,
    cmd.PresentBadge: decide_staff.present_badge,
    cmd.TryStaffPin: decide_staff.try_staff_pin,
    cmd.StaffPinCompared: decide_staff.staff_pin_compared,
    cmd.LogOut: decide_staff.log_out,
    cmd.SuspendStaff: decide_suspension.suspend_staff,
    cmd.PresentOrder: decide_office.finishing_tasks(decide_scan.present_order),
    cmd.ReportObstructed: decide_loading.report_obstructed,
    cmd.AnswerLoading: decide_loading.answer_loading,
    cmd.RequestOpening: decide_staff.request_opening,
    cmd.DropRequest: decide_staff.drop_request,
    cmd.ReportContents: decide_office.finishing_tasks(decide_report.report_contents),
    cmd.ReportNoOldDocument: decide_office.finishing_tasks(decide_report.report_no_old_document),
    cmd.ReportTooSmall: decide_loading.report_too_small,
    cmd.UndoLoading: decide_loading.undo_loading,
    cmd.StartRound: decide_rounds.start_round,
    cmd.GoOnWithRound: decide_rounds.go_on,
    cmd.SkipInRound: decide_rounds.skip,
    cmd.LeaveRound: decide_rounds.leave,
    cmd.StopRound: decide_rounds.stop,
    cmd.SetService: decide_service.set_service,
    cmd.KeepStaffSession: decide_service.keep_staff_session,
    cmd.TestCompartment: decide_technician.test_compartment,
    cmd.OfferLanguages: decide_technician.offer_languages,
    cmd.StartCommissioning: decide_commissioning.start,
    cmd.GoOnWithCommissioning: decide_commissioning.go_on,
    cmd.PauseCommissioning: decide_commissioning.pause,
    cmd.NoteExamination: decide_commissioning.note_examination,
    cmd.EndTest: decide_technician.end_test,
    cmd.ProposeMap: decide_map.propose,
    cmd.DropMap: decide_map.drop,
    cmd.NoteDocumentsIssued: decide_reporting.note_documents_issued,
    cmd.NoteRunningCost: decide_reporting.note_running_cost,
    cmd.NotePageUse: decide_reporting.note_page_use,
    cmd.ReportOutage: decide_hours.report_outage,
    cmd.EndOutage: decide_hours.end_outage,
    cmd.SetBackAt: decide_hours.set_back_at,
    cmd.CallHelp: decide_help.call_help,
    cmd.AcknowledgeHelp: decide_help.acknowledge_help,
    cmd.EndHelp: decide_help.end_help,
    cmd.AnnounceOrder: decide_central.announce_order,
    cmd.CancelOrder: decide_central.cancel_order,
    cmd.HoldDeposit: decide_central.hold_deposit,
    cmd.IssueRight: decide_central.issue_right,
    cmd.RevokeRight: decide_central.revoke_right,
    cmd.NoteElsewhere: decide_central.note_elsewhere,
    cmd.NoteOfficePassword: decide_office.note_office_password,
    cmd.NoteOfficeLogin: decide_office.note_office_login,
    cmd.QueueTask: decide_office.queue_task,
    cmd.DropTask: decide_office.drop_task,
    cmd.HoldByStaff: decide_office.hold_by_staff,
    cmd.ExtendPeriod: decide_office.extend_period,
    cmd.ReplaceCredential: decide_office.replace_credential,
    cmd.AmendDeposit: decide_office.amend_deposit,
    cmd.CentralReportOutage: decide_hours.central_report_outage,
    cmd.CentralEndOutage: decide_hours.central_end_outage,
    cmd.CentralAcknowledgeHelp: decide_help.central_acknowledge_help,
}


def decide(box: Box, command: cmd.Command, at: Moment) -> Decision:
    """What ``command`` causes. Pure: the same arguments give the same decision.

    A command from the central system always leaves its result in the log, together with its effect; a refused one
    leaves nothing else.
    """
    draft = Draft(box, at)
    refusal = None
    try:
        RULES[type(command)](draft, command)
    except RefusedAndNoted as refused:
        refusal = refused.refusal
    except Refused as refused:
        refusal = refused.refusal
        draft = Draft(box, at)
    pauses.follow(draft)
    decide_help.follow(draft)
    decide_commissioning.follow(draft)
    decide_map.follow(draft)
    if isinstance(command, cmd.CentralCommand):
        decide_central.settled(draft, command, refusal.code if refusal else "")
    return Decision(tuple(draft.events), draft.box, refusal)
