"""What the technician's page and ``abholfach status`` show: a pure function of the state."""

from __future__ import annotations

from controller.adapters.control.commissioning_view import commissioning_view
from controller.adapters.control.front_plan import front_plan
from controller.api import (
    CardReaderView,
    ChainCheckView,
    DeviceView,
    FaultView,
    InputView,
    LinkView,
    LockTestView,
    OfferedLanguage,
    ReaderView,
    SelfTestView,
    TechnicianView,
    TrendView,
)
from controller.domain.model import Box, Compartment, Door, OpeningStage, fault_key
from controller.domain.moment import Moment
from controller.domain.testable import why_not_testable
from controller.ports import CabinetMap, CardReaderState, DoorInput, FrontState, LockTest, SelfTestState, TechnicianLook

#: Faults that stop the box from serving people; all others leave something that works.
RED = frozenset(
    {
        "disk_full",
        "unexpected_open",
        "many_quarantined",
        "scanner_down",
        "document_missing",
        "screen_stale",
        "power_fail",
        "tamper",
    }
)
#: A certificate that ends sooner wants renewing now.
CERTIFICATE_WARNS_MS = 30 * 86_400_000
#: So many compartments are named where many have the same trouble.
SHOWN = 12
#: The computer throttles itself above this (m°C).
HOT = 80_000


def technician_view(
    box: Box,
    front: FrontState,
    now: Moment,
    software: str,
    look: TechnicianLook | None = None,
    languages: tuple[str, ...] = (),
    scan_mode: str = "",
    cabinet: CabinetMap | None = None,
) -> TechnicianView:
    """``look`` is missing while the box is out of order from the start. ``languages`` are those the box knows."""
    faults = tuple(FaultView(fault.code, fault.subject, fault.since_wall_ms) for _, fault in sorted(box.faults.items()))
    devices = _devices(box, front, now, look)
    red = bool(front.halted) or any(fault.code in RED for fault in faults)
    yellow = faults or any(device.state == "fault" for device in devices)
    return TechnicianView(
        revision=0,
        box=box.box,
        light="red" if red else "yellow" if yellow else "green",
        software=software,
        kind=box.kind,
        boot=box.boot,
        starts=box.starts,
        clock_trusted=box.clock_trusted,
        wall_ms=now.wall_ms,
        faults=faults,
        devices=devices,
        front=front_plan(box, with_states=True),
        log_seq=box.seq,
        log_hash=front.last_hash,
        log_verified_seq=front.log_verified_seq,
        central_acknowledged_seq=front.acknowledged_seq,
        lease=box.lease.value,
        out_of_order=front.halted,
        inputs=_inputs(box, now, look),
        readers=_readers(look),
        tests=_tests(look.tests) if look is not None else (),
        self_test=_self_test(look.self_test) if look is not None else None,
        trends=tuple(TrendView(t.name, t.unit, t.every_ms, t.points) for t in look.trends) if look is not None else (),
        chain=ChainCheckView(look.chain.state, look.chain.seq, look.chain.of)
        if look is not None
        else ChainCheckView("never", 0, 0),
        link=_link(look),
        languages=tuple(OfferedLanguage(tag, not box.languages or tag in box.languages) for tag in languages),
        log_level=look.log_level if look is not None else "",
        restart_blocked=why_not_restart(box),
        scan_mode=scan_mode,
        card_readers=tuple(_card_reader(each) for each in front.card_readers),
        commissioning=commissioning_view(box, look.round, cabinet)
        if look is not None and cabinet is not None
        else None,
    )


def why_not_restart(box: Box) -> str:
    """The code of what is against restarting the controller now."""
    is_open = any(compartment.door is Door.OPEN for compartment in box.compartments.values())
    return "door_open" if is_open or box.opening is not None else ""


def _devices(box: Box, front: FrontState, now: Moment, look: TechnicianLook | None) -> tuple[DeviceView, ...]:
    told = [DeviceView(name, state, detail) for name, (state, detail) in sorted(front.devices.items())]
    for each in map(_card_reader, front.card_readers):
        told.append(DeviceView(f"card reader {each.source}", "ok" if each.state == "ok" else "fault", each.state))
    if front.headphones:
        unread = fault_key("input_unreadable", "headphones") in box.faults
        told.append(DeviceView("headphones", "fault" if unread else "ok", "" if unread else front.headphones))
    if look is None:
        return tuple(told)
    compartments = box.compartments.values()
    mute = [c.label for c in compartments if fault_key("lock_failed", c.label) in box.faults or c.cut_off]
    blind = [c.label for c in compartments if c.door is Door.UNKNOWN]
    own = [
        _of_many("locks", mute),
        _of_many("contacts", blind),
        DeviceView("clock", "ok" if box.clock_trusted else "fault"),
        DeviceView(
            "disk", "ok" if look.disk_free_bytes >= look.disk_alarm_bytes else "fault", value=look.disk_free_bytes
        ),
    ]
    if look.machine.temperature is not None:
        hot = look.machine.temperature >= HOT
        own.append(DeviceView("temperature", "fault" if hot else "ok", value=look.machine.temperature))
    if look.machine.memory_available is not None:
        own.append(DeviceView("memory", "ok", value=look.machine.memory_available))
    if look.link.tls:
        own.append(_certificate(look.certificate_ends_wall_ms, now))
    return (*told, *own)


def _of_many(name: str, failing: list[str]) -> DeviceView:
    more = f" … ({len(failing)})" if len(failing) > SHOWN else ""
    return DeviceView(name, "fault" if failing else "ok", " ".join(failing[:SHOWN]) + more)


def _certificate(ends: int, now: Moment) -> DeviceView:
    if not ends:
        return DeviceView("certificate", "unknown")
    return DeviceView("certificate", "ok" if ends - now.wall_ms > CERTIFICATE_WARNS_MS else "fault", value=ends)


def _inputs(box: Box, now: Moment, look: TechnicianLook | None) -> tuple[InputView, ...]:
    if look is None:
        return ()
    ordered = sorted(box.compartments.values(), key=lambda c: (c.column, c.row, c.label))
    return tuple(_input(box, each, now, look.doors.get(each.label, DoorInput())) for each in ordered)


def _input(box: Box, compartment: Compartment, now: Moment, door: DoorInput) -> InputView:
    blocked = why_not_testable(box, compartment)
    if not blocked and compartment.door is not Door.CLOSED:
        blocked = "door_not_closed"
    return InputView(
        label=compartment.label,
        door=compartment.door.value,
        since_wall_ms=door.since_wall_ms,
        edges=door.edges,
        item=compartment.item.value,
        lock=_lock(box, compartment, now),
        blocked=blocked,
    )


def _lock(box: Box, compartment: Compartment, now: Moment) -> str:
    opening = box.opening
    if fault_key("lock_failed", compartment.label) in box.faults or compartment.cut_off:
        return "fault"
    if (
        opening is not None
        and opening.compartment == compartment.label
        and opening.stage in (OpeningStage.AUTHORISED, OpeningStage.PULSED)
    ):
        return "firing"
    if compartment.rest_until_mono_ms > now.mono_ms:
        return "resting"
    return "unlatched" if compartment.possibly_unlatched else "ready"


def _readers(look: TechnicianLook | None) -> tuple[ReaderView, ...]:
    if look is None:
        return ()
    return tuple(
        ReaderView(
            source,
            each.state,
            each.frames,
            each.decoded,
            each.tenths,
            each.light,
            each.hint,
            each.hint_wall_ms,
            dict(each.hints),
        )
        for source, each in sorted(look.readers.items())
    )


def _card_reader(known: CardReaderState) -> CardReaderView:
    report = known.report
    return CardReaderView(
        source=report.source,
        state=report.state if known.alive else "silent",
        card=report.card,
        trust_anchors=report.trust_anchors,
        factors=report.factors,
        outcome=known.outcome,
        reason=known.reason,
        issuing_state=known.issuing_state,
        answered_wall_ms=known.answered_wall_ms,
    )


def _tests(tests: tuple[LockTest, ...]) -> tuple[LockTestView, ...]:
    return tuple(LockTestView(t.label, t.outcome, t.opened_ms, t.attempts, t.wall_ms, t.others) for t in tests)


def _self_test(state: SelfTestState | None) -> SelfTestView | None:
    if state is None:
        return None
    return SelfTestView(state.state, state.total, state.done, state.label, state.waiting, _tests(state.results))


def _link(look: TechnicianLook | None) -> LinkView:
    if look is None:
        return LinkView("off")
    link = look.link
    return LinkView(link.state, link.detail, link.acknowledged_wall_ms, link.tls)
