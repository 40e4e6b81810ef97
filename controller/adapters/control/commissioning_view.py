"""What the technician's page and the protocol show of the last round before the front."""

from __future__ import annotations

from controller import api
from controller.domain.commissioning import Commissioning
from controller.domain.decide_map import BOARD_EMPTY, TWO_BADGES, boards_empty
from controller.domain.model import Box
from controller.domain.testable import along_the_front
from controller.ports import CabinetMap, FrontState, MapProposal, RoundLook


def commissioning_view(box: Box, look: RoundLook, cabinet: CabinetMap) -> api.CommissioningView | None:
    """None before the first round."""
    round_ = box.commissioning
    if round_ is None:
        return None
    here = round_.profile_sha256 == box.profile_sha256
    return api.CommissioningView(
        round=round_.id,
        state=round_.state.value,
        paused=round_.paused,
        resumable=here,
        staff=round_.staff,
        began_wall_ms=round_.began_wall_ms,
        ended_wall_ms=round_.ended_wall_ms,
        total=len(round_.labels),
        left_out=round_.left_out,
        results=_results(round_, cabinet),
        findings=tuple(api.LockFindingView(each.code, each.label, each.other) for each in look.findings),
        examination=_examination(look),
        correction=_correction(box, look.proposal) if look.proposal is not None else None,
    )


def _results(round_: Commissioning, cabinet: CabinetMap) -> tuple[api.LockResultView, ...]:
    return tuple(
        api.LockResultView(
            each.compartment,
            each.opened,
            each.moved,
            each.stuck,
            each.opened_ms,
            cabinet.pulse_ms(each.compartment),
            each.attempts,
            each.fault,
            each.said,
            each.wall_ms,
        )
        for each in round_.results
    )


def _examination(look: RoundLook) -> api.ExaminationView | None:
    each = look.examination
    if each is None:
        return None
    return api.ExaminationView(each.label, each.stage, each.moved, each.doors, each.attempts, each.answers)


def _correction(box: Box, proposal: MapProposal) -> api.MapCorrectionView:
    wires = tuple(api.WireChangeView(each.label, each.what, each.before, each.after) for each in proposal.wires)
    empty = boards_empty(box, (*proposal.compartments, *proposal.boards))
    state, rule = "proved", BOARD_EMPTY if empty else TWO_BADGES
    asked = box.map_correction
    if asked is not None and asked.sha256 == proposal.sha256:
        state = "accepted" if asked.accepted else "second_badge" if asked.badges else "badge"
        rule = asked.rule or rule
    return api.MapCorrectionView(proposal.sha256, state, rule, wires)


def commissioning_sheet(
    box: Box, front: FrontState, look: RoundLook, cabinet: CabinetMap
) -> api.CommissioningSheet | None:
    """None before the first round. Without wires once another map is in force: they are not those that it has seen."""
    view, round_ = commissioning_view(box, look, cabinet), box.commissioning
    if view is None or round_ is None:
        return None
    locks = tuple(
        api.LockWires(
            each.label,
            each.column,
            each.row,
            *(cabinet.wires(each.label) if view.resumable else ("", "")),
            cabinet.pulse_ms(each.label),
        )
        for each in along_the_front(box)
    )
    return api.CommissioningSheet(
        box=box.box,
        kind=box.kind,
        cabinet=cabinet.name,
        map_sha256=round_.profile_sha256,
        log_seq=box.seq,
        log_hash=front.last_hash,
        round=view,
        locks=locks,
    )
