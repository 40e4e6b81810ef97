"""The technician's desk: what the box says of itself, and the few things that may be done about it without a badge."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from controller.domain.decision import Refusal
from controller.domain.model import Door
from controller.ports import CabinetMap, EventLog, LinkState, MachineState, OutOfOrder, TechnicianLook
from controller.services.actor import Actor
from controller.services.chain_check import ChainChecker
from controller.services.commissioning import CommissioningLead
from controller.services.front import Front
from controller.services.live_inputs import LiveInputs
from controller.services.self_test import SelfTest
from controller.services.trends import Trends
from hal.interfaces import Indicators

log = logging.getLogger(__name__)

LAMP_S = 3.0
LEVELS = {"warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}

MakeBundle = Callable[[object, TechnicianLook], Awaitable[tuple[str, bytes]]]
"""``(status, look)`` → a file name and a ZIP file."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the desk needs of the rest of the process."""

    machine: Callable[[], MachineState]
    disk_free: Callable[[], int]
    disk_alarm_bytes: int
    certificate_ends_wall_ms: int
    tls: bool
    central: bool
    """Whether there is a central system at all."""
    stop: Callable[[], None]
    """Begins an end in order; whoever supervises the process starts it again."""
    bundle: MakeBundle


def why_not_restart(doors: set[Door], opening: bool) -> str:
    """An end in order waits for nobody: a door that is open then would be settled as after a crash."""
    return "door_open" if opening or Door.OPEN in doors else ""


class TechnicianService:
    """Implements `controller.ports.TechnicianDesk`. One event loop."""

    def __init__(
        self,
        actor: Actor,
        event_log: EventLog,
        front: Front,
        indicators: Indicators,
        cabinet: CabinetMap,
        around: Surroundings,
    ) -> None:
        self._actor = actor
        self._log = event_log
        self._indicators = indicators
        self._around = around
        self._listeners: list[Callable[[], None]] = []
        self._link = LinkState("broken" if around.central else "off", tls=around.tls)
        self._machine = around.machine()
        self.inputs = LiveInputs(actor, self._changed)
        self.self_test = SelfTest(actor, self.inputs, self._changed)
        self.commissioning = CommissioningLead(actor, cabinet, self._changed, around.stop)
        self._cabinet = cabinet
        self.trends = Trends(actor, self._sample, self._changed)
        self.chain = ChainChecker(
            actor,
            event_log,
            lambda seq: front.show(replace(front.state, log_verified_seq=seq)),
            self._changed,
        )
        self._front = front

    def look(self) -> TechnicianLook:
        return TechnicianLook(
            doors=self.inputs.doors,
            readers=self.inputs.readers,
            tests=self.inputs.tests,
            self_test=self.self_test.state,
            trends=self.trends.trends,
            chain=self.chain.state,
            link=self._link,
            machine=self._machine,
            disk_free_bytes=self._around.disk_free(),
            disk_alarm_bytes=self._around.disk_alarm_bytes,
            certificate_ends_wall_ms=self._around.certificate_ends_wall_ms,
            log_level=_level_name(),
            round=self.commissioning.look,
        )

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def start_self_test(self, session: str) -> Refusal | None:
        self._refuse_if_halted()
        return self.self_test.start(session)

    def cancel_self_test(self) -> Refusal | None:
        return self.self_test.cancel()

    @property
    def cabinet(self) -> CabinetMap:
        return self._cabinet

    def doors_seen_open(self, label: str, opened: tuple[str, ...]) -> Refusal | None:
        self._refuse_if_halted()
        return self.commissioning.said(label, opened)

    def doors_closed(self, label: str) -> Refusal | None:
        self._refuse_if_halted()
        return self.commissioning.closed(label)

    def light_lamp(self, label: str) -> Refusal | None:
        box = self._actor.box
        if label not in box.compartments:
            return Refusal("compartment_unknown")
        if box.opening is not None:
            # The lamp that burns shows a person their door: no other one may.
            return Refusal("load_not_closed", {"compartment": box.opening.compartment})
        self._indicators.lamp(label, True)
        asyncio.get_running_loop().call_later(LAMP_S, self._darken, label)
        return None

    def _darken(self, label: str) -> None:
        opening = self._actor.box.opening
        if opening is None or opening.compartment != label:
            self._indicators.lamp(label, False)

    def set_log_level(self, level: str) -> Refusal | None:
        if level not in LEVELS:
            return Refusal("log_level_unknown")
        logging.getLogger().setLevel(LEVELS[level])
        log.warning("log level is now %s", level)
        self._changed()
        return None

    def restart(self, by: str) -> Refusal | None:
        box = self._actor.box
        against = why_not_restart({c.door for c in box.compartments.values()}, box.opening is not None)
        if against:
            return Refusal(against)
        log.warning("restart asked for by %s", by)
        # The answer goes out first.
        asyncio.get_running_loop().call_later(0.2, self._around.stop)
        return None

    def verify_chain(self) -> Refusal | None:
        self._refuse_if_halted()
        return self.chain.start()

    async def bundle(self, status: object) -> tuple[str, bytes]:
        return await self._around.bundle(status, self.look())

    def reader_said(self, source: str, state: str, frames: int, decoded: int, light: str = "") -> None:
        self.inputs.reader_said(source, state, frames, decoded, light)

    def reader_hinted(self, source: str, hint: str) -> None:
        self.inputs.reader_hinted(source, hint)

    def reader_gone(self, source: str) -> None:
        self.inputs.reader_gone(source)

    def link_state(self, connected: bool, detail: str) -> None:
        """The line to the central system is up or down."""
        self._link = replace(self._link, state="connected" if connected else "broken", detail=detail)
        self._changed()

    def acknowledged(self) -> None:
        """The central system has acknowledged something just now."""
        self._link = replace(self._link, acknowledged_wall_ms=self._actor.now().wall_ms)
        self._changed()

    async def run(self) -> None:
        """What the log still knows, then a sample each minute, for ever."""
        try:
            await self.trends.recall(self._log, self._actor.box.seq)
            await self.trends.run()
        finally:
            await self.chain.stop()

    def _sample(self) -> dict[str, int | None]:
        self._machine = self._around.machine()
        rates = [reader.tenths for reader in self.inputs.readers.values() if reader.state == "ok"]
        behind = max(0, self._actor.box.seq - self._front.state.acknowledged_seq) if self._around.central else None
        return {
            "temperature": self._machine.temperature,
            "memory_available": self._machine.memory_available,
            "disk_free": self._around.disk_free(),
            "frame_rate": max(rates) if rates else None,
            "not_acknowledged": behind,
        }

    def _refuse_if_halted(self) -> None:
        if self._actor.halted:
            raise OutOfOrder(self._actor.halted)

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()


def _level_name() -> str:
    level = logging.getLogger().getEffectiveLevel()
    return "debug" if level <= logging.DEBUG else "info" if level <= logging.INFO else "warning"
