"""Regular looks at what no event reports: the clock, the disk, the scanner, the writer; and the proof of progress for
the watchdog.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from controller.domain.commands import JudgeClock, SetFault
from controller.domain.model import Box
from controller.ports import Clock, EventLog, LogError
from controller.services.actor import Actor
from controller.services.clock_trust import ClockJudge
from controller.services.front import Front
from controller.services.refusals import RefusalLedger
from controller.services.screen import ScreenWatch

LOOK_EVERY_S = 1.0
SLOW_COMMIT_MS = 2_000
STUCK_MS = 60_000
SCANNER_SILENT_MS = 10_000
#: Faults of gauges (`hal.inputs`).
OUT_OF_BOUNDS = ("temperature_low", "temperature_high", "supply_low", "supply_high")


@dataclass(frozen=True, slots=True)
class DiskLimits:
    """Bytes free: below ``alarm`` a fault, below ``refuse`` no new session, loading or command."""

    alarm: int = 256 * 2**20
    refuse: int = 64 * 2**20


class ProgressLost(Exception):
    """A core part of the process makes no progress any more; the process ends and the next start settles."""


class Watchkeeper:
    """Looks once a second. `run` is a core task; `progress` tells whether the process may tell systemd that it is
    alive.
    """

    def __init__(
        self,
        actor: Actor,
        log: EventLog,
        clock: Clock,
        judge: ClockJudge,
        front: Front,
        refusals: RefusalLedger,
        limits: DiskLimits,
        door_watch_progress_ms: Callable[[], int],
        release_reserve: Callable[[], None],
        screen: ScreenWatch,
        look_at_card_readers: Callable[[], None] = lambda: None,
        measured: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self._actor = actor
        self._log = log
        self._clock = clock
        self._judge = judge
        self._front = front
        self._refusals = refusals
        self._limits = limits
        self._door_watch_progress_ms = door_watch_progress_ms
        self._release_reserve = release_reserve
        self._screen = screen
        self._look_at_card_readers = look_at_card_readers
        self._measured = measured
        self._besides: list[Callable[[], None]] = []
        self._scanners: dict[str, tuple[str, int]] = {}
        self._started_mono_ms = clock.mono_ms()
        self._free = log.free_bytes()
        self._trusted = False
        self._link: tuple[bool, str] | None = None
        self.judge_clock()

    def besides(self, look: Callable[[], None]) -> None:
        """``look`` is called once a second as well, on the loop. Must not block."""
        self._besides.append(look)

    @property
    def clock_trusted(self) -> bool:
        return self._trusted

    @property
    def disk_refuses(self) -> bool:
        """Whether the disk is too full to begin anything new; what is open may finish."""
        return self._free < self._limits.refuse

    def health(self) -> Mapping[str, object]:
        """The payload of ``state/health``, but for what the link itself knows."""
        return {
            "clock_trusted": self._trusted,
            "disk_free_bytes": self._free,
            "log_seq": self._actor.box.seq,
            "faults": len(self._actor.box.faults),
            "wall_ms": self._clock.wall_ms(),
        }

    def scanner_state(self, source: str, state: str) -> None:
        """A reader process said how it is: ok, no_frames or starting."""
        self._scanners[source] = (state, self._clock.mono_ms())

    def scanner_gone(self, source: str) -> None:
        self._scanners.pop(source, None)

    def link_state(self, connected: bool, detail: str) -> None:
        """The link to the central system is up or down. Everything local goes on without it."""
        self._link = (connected, detail)

    def judge_clock(self) -> str:
        judgement = self._judge.judge(self._clock.wall_ms(), self._clock.mono_ms(), self._clock.synchronised())
        self._trusted = judgement.trusted
        return judgement.reason

    async def run(self) -> None:
        """Raises `ProgressLost`; everything else it finds is a fault in the log."""
        while True:
            if not self._actor.halted:
                self._look()
            await asyncio.sleep(LOOK_EVERY_S)

    def _look(self) -> None:
        now = self._clock.mono_ms()
        reason = self.judge_clock()
        if self._trusted != self._actor.box.clock_trusted:
            self._actor.post(JudgeClock(self._trusted, reason))
        self._free = self._log.free_bytes()
        if self._free < self._limits.refuse // 2:
            # Only here: at the limit itself the room given back would let new sessions begin again.
            self._release_reserve()
        self._set_fault("disk_low", "", self._free < self._limits.alarm)
        self._set_fault("disk_full", "", self.disk_refuses)
        self._set_fault("slow_commit", "", self._busy_ms(now) > SLOW_COMMIT_MS)
        self._look_at_scanners(now)
        self._screen.look(self._actor)
        self._look_at_card_readers()
        for look in self._besides:
            look()
        self._refusals.flush_due()
        self._front.expire_notices(now)

    def _look_at_scanners(self, now: int) -> None:
        alive = [state for state, seen in self._scanners.values() if state == "ok" and now - seen <= SCANNER_SILENT_MS]
        starting = now - self._started_mono_ms <= SCANNER_SILENT_MS
        self._set_fault("scanner_down", "", not alive and not starting)
        devices = {
            f"scanner {source}": ("ok" if state == "ok" and now - seen <= SCANNER_SILENT_MS else "fault", state)
            for source, (state, seen) in sorted(self._scanners.items())
        }
        if self._link is not None:
            devices["central system"] = ("ok" if self._link[0] else "fault", self._link[1])
            self._set_fault("central_unreachable", "", not self._link[0])
        devices |= _gauges(self._measured(), self._actor.box)
        if dict(self._front.state.devices) != devices:
            self._front.show(replace(self._front.state, devices=devices))

    def _set_fault(self, code: str, subject: str, active: bool) -> None:
        if active != (code in self._actor.box.faults):
            self._actor.post(SetFault(code, subject, active))

    def _busy_ms(self, now: int) -> int:
        since = self._log.progress()["busy_since_mono_ms"]
        return now - since if since else 0

    def last_words(self) -> None:
        """Before an orderly end."""
        self._refusals.flush_all()

    def check_progress(self) -> None:
        """Raises `ProgressLost` when the actor, the writer or the door watch has stood still for too long."""
        now = self._clock.mono_ms()
        if self._log.progress()["failed"]:
            raise ProgressLost(
                "the log cannot be written any more: nobody would be told of a failed checkpoint otherwise"
            )
        if self._busy_ms(now) > STUCK_MS:
            raise ProgressLost("a commit has not ended for a minute: the disk does not answer")
        busy = self._actor.busy_since_mono_ms
        if busy and now - busy > STUCK_MS:
            raise ProgressLost("the actor has been in one turn for a minute")
        if now - self._door_watch_progress_ms() > STUCK_MS:
            raise ProgressLost("the door watch, or a thread that asks lock boards, has not gone round for a minute")

    async def verify_chain(self) -> None:
        """The whole chain, in idle chunks, now and then weekly. Damage puts the box out of order."""
        while True:
            try:
                async for seq in self._log.verify_in_idle():
                    if seq % 10_000 == 0:
                        self._front.show(replace(self._front.state, log_verified_seq=seq))
            except LogError as error:
                self._actor.halt(f"{error.code}:{error.seq}")
                return
            self._front.show(replace(self._front.state, log_verified_seq=self._actor.box.seq))
            await asyncio.sleep(7 * 86_400)


def _gauges(measured: Mapping[str, int], box: Box) -> dict[str, tuple[str, str]]:
    """What they say, coarse enough that nobody is told of every breath."""
    said = {}
    for name, subject in (("temperature", "inside"), ("supply_voltage", "locks")):
        if name in measured:
            faulty = any(fault.subject == subject and fault.code in OUT_OF_BOUNDS for fault in box.faults.values())
            value = measured[name] / 1000
            shown = f"{value:.0f} °C" if name == "temperature" else f"{value:.1f} V"
            said[f"gauge {name}"] = ("fault" if faulty else "ok", shown)
    return said
