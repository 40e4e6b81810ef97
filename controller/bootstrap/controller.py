"""A controller in operation: every part made, and joined."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging

from controller.adapters.control.pages_report import Reporting
from controller.adapters.event_codec import EventCodec
from controller.adapters.event_store import Damage, DamageMark, ReserveFile
from controller.adapters.mqtt import BoxIdentity, MqttLink
from controller.adapters.pin_hash import check_pin
from controller.bootstrap.cabinet_map import WiredCabinet
from controller.bootstrap.central import identity_payload, mqtt_config, parse_command
from controller.bootstrap.number_keys import NumberKeys
from controller.bootstrap.office import office
from controller.bootstrap.outside import Hardware, Outside
from controller.bootstrap.reporting import reporting
from controller.bootstrap.sockets import control_sockets
from controller.bootstrap.tasks import or_raise, until, watchdog
from controller.bootstrap.technician import technicians_desk
from controller.domain import commands as cmd
from controller.domain.model import Box, Door
from controller.domain.verifiers import token_secret
from controller.identity import Identity
from controller.ports import EventLog, Opened, Tone
from controller.services.actor import Actor
from controller.services.card_readers import CardReaders
from controller.services.central import CentralService
from controller.services.chip import ChipChecks
from controller.services.clock_trust import ClockJudge
from controller.services.credentials import CredentialBook
from controller.services.doors import Doors
from controller.services.forgetting import Forgetting
from controller.services.front import Front
from controller.services.hardware_faults import HardwareFaults
from controller.services.headphones import HeadphoneWatch
from controller.services.hours import HoursWatch
from controller.services.lights import Lights
from controller.services.one_at_a_time import OneAtATime
from controller.services.operations import BoxOperations
from controller.services.power import PowerWatch
from controller.services.refusals import RefusalLedger, Throttle
from controller.services.residents import Numbers, Residents
from controller.services.screen import ScreenWatch
from controller.services.shift import ShiftBook
from controller.services.staff import Staff
from controller.services.startup import Plan, bring_up, check_plan
from controller.services.technician import TechnicianService
from controller.services.waiting import Waiting
from controller.services.watchkeeping import DiskLimits, Watchkeeper
from controller.settings import Settings
from hal.doors.watch import DoorWatch
from hal.notify import notify
from hal.profile import Profile

log = logging.getLogger(__name__)


DOORS_SETTLE_MS = 3_000
TONES = {
    Tone.ACCEPTED: "ok",
    Tone.BOOKED: "booked",
    Tone.REFUSED: "refused",
    Tone.FULL: "full",
    Tone.REMINDER: "attention",
    Tone.ALARM: "attention",
}


class Controller:
    """A controller in operation, with everything it is made of."""

    def __init__(
        self,
        settings: Settings,
        outside: Outside,
        identity: Identity,
        profile: Profile,
        plan: Plan,
        hardware: Hardware,
        faults: HardwareFaults,
        event_log: EventLog,
        opened: Opened,
        reserve: ReserveFile,
    ) -> None:
        self._settings = settings
        self._outside = outside
        self._identity = identity
        self._profile = profile
        self._plan = plan
        self._hardware = hardware
        self._faults = faults
        self._log = event_log
        self._opened = opened
        self._reserve = reserve
        self._number_keys = NumberKeys.of(identity, settings.paths.data)

    async def run(self, box: Box, codec: EventCodec, stop: asyncio.Event) -> None:
        """Settles, serves, and stops in order when ``stop`` is set. Raises when a core task ends."""
        clock = self._outside.clock
        judge = ClockJudge(box.high_water_wall_ms)
        trusted = judge.judge(clock.wall_ms(), clock.mono_ms(), clock.synchronised()).trusted
        watchkeepers: list[Watchkeeper] = []
        screen = ScreenWatch(self._settings.screen.required, clock.mono_ms, self._settings.screen.restart_file)
        actor = Actor(
            self._log,
            codec,
            clock,
            lambda: watchkeepers[0].clock_trusted if watchkeepers else trusted,
            box,
            self._opened.snapshot_seq,
            lambda: screen.fresh,
        )
        check_plan(box, self._plan, actor.now())
        book = CredentialBook(await self._log.credentials(), await self._log.staff_credentials())
        actor.on_row(book.written)
        actor.on_event(book.follow)
        mark = DamageMark(self._settings.paths.data)
        actor.after_turn(lambda: _remember_damage(actor.halted, mark))
        front = Front(actor, self._tone)
        ShiftBook(actor, front)
        HeadphoneWatch(self._hardware.headphones, front)
        refusals = RefusalLedger(actor, clock.mono_ms)
        watch = DoorWatch(
            self._hardware.doors,
            lambda reading: doors.sensed(reading),
            debounce_ms=self._profile.sensors.debounce_ms,
            faults=self._faults,
        )
        doors = Doors(actor, self._hardware.locks, self._hardware.indicators, watch.watch_closely)
        card_readers = CardReaders(actor, front, clock.mono_ms)
        watchkeeper = Watchkeeper(
            actor,
            self._log,
            clock,
            judge,
            front,
            refusals,
            DiskLimits(self._settings.disk.alarm_bytes, self._settings.disk.refuse_bytes),
            lambda: watch.progress_ms,
            self._reserve.release,
            screen,
            card_readers.look,
            lambda: self._hardware.measured,
        )
        has_signal = self._profile.inputs.power_fail is not None
        watchkeeper.besides(PowerWatch(actor, clock.mono_ms, has_signal, self._settings.power.off_file).look)
        watchkeepers.append(watchkeeper)
        slowly = OneAtATime()
        keys = self._number_keys
        numbers = Numbers(keys.tag_of, keys.stored_digest, Throttle(clock.mono_ms), slowly)
        throttle = Throttle(clock.mono_ms)
        residents = Residents(actor, book, front, refusals, throttle, token_secret, numbers, card_readers.checkable)
        chips = ChipChecks(actor, front, card_readers, residents, refusals)
        staff = Staff(actor, book, front, refusals, check_pin, slowly)
        waiting = Waiting(actor, front, refusals, self._tone)
        operations = BoxOperations(
            actor, self._log, front, residents, staff, refusals, watchkeeper, waiting, screen, chips
        )
        lights = Lights(actor, self._hardware.indicators, operations.scan_mode, clock.mono_ms)
        operations.on_hint(lights.hinted)
        watchkeeper.besides(lights.look)
        acting = asyncio.create_task(actor.run(), name="actor")
        try:
            watch.start()
            levels = await asyncio.to_thread(watch.wait_until_settled, DOORS_SETTLE_MS)
            await or_raise(
                acting, bring_up(actor, self._plan, {label: Door(level.value) for label, level in levels.items()})
            )
            doors.begin(watch.levels())
            self._faults.attach(actor, lambda labels: doors.tell_again(watch.levels(), labels))
            desk = await asyncio.to_thread(
                office,
                self._settings,
                actor,
                self._log,
                book,
                front,
                refusals,
                clock,
                keys,
                slowly,
                lambda: watchkeeper.disk_refuses,
            )
            async with (
                reporting(actor, front, self._settings.paths.data / "log.db") as report,
                technicians_desk(
                    self._settings,
                    actor,
                    self._log,
                    front,
                    self._hardware.indicators,
                    WiredCabinet(self._profile, self._settings.paths.cabinet, self._settings.paths.data),
                    self._outside.software,
                    stop.set,
                ) as technician,
                control_sockets(operations, self._settings, self._outside, report, desk, technician) as _,
            ):
                doors.on_pulse(technician.commissioning.pulse_began)
                await self._work(actor, acting, watchkeeper, report, technician, book, front, stop)
        finally:
            watch.close()
            acting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await acting

    async def _work(
        self,
        actor: Actor,
        acting: asyncio.Task[None],
        watchkeeper: Watchkeeper,
        report: Reporting,
        technician: TechnicianService,
        book: CredentialBook,
        front: Front,
        stop: asyncio.Event,
    ) -> None:
        tasks = {
            acting,
            asyncio.create_task(watchkeeper.run(), name="watchkeeper"),
            asyncio.create_task(watchdog(watchkeeper.check_progress), name="watchdog"),
            asyncio.create_task(watchkeeper.verify_chain(), name="verification"),
            asyncio.create_task(Forgetting(actor, self._log, book).run(), name="forgetting"),
            asyncio.create_task(HoursWatch(actor, front).run(), name="hours"),
            asyncio.create_task(technician.run(), name="trends"),
        }
        if self._settings.mqtt is not None:
            central = CentralService(
                actor,
                self._log,
                book,
                parse_command,
                identity_payload(self._identity, self._outside.software),
                watchkeeper.health,
                lambda: watchkeeper.disk_refuses,
                self._opened.epoch,
                self._number_keys.stored_digest,
            )
            central.on_acknowledged(lambda: front.acknowledged(min(central.acknowledged.values(), default=0)))
            central.on_acknowledged(technician.acknowledged)

            def link_state(connected: bool, detail: str) -> None:
                watchkeeper.link_state(connected, detail)
                technician.link_state(connected, detail)

            link = MqttLink(
                mqtt_config(self._settings.mqtt, self._identity),
                central,
                self._mqtt_identity(),
                on_link_state=link_state,
            )
            tasks.add(asyncio.create_task(link.run(), name="mqtt"))
        # What start-up made is there to stay: the collector need not walk through it in the middle of a pickup.
        gc.collect()
        gc.freeze()
        notify(f"READY=1\nSTATUS=serving; log at {actor.box.seq}")
        log.info("serving: box %s (%s), log at %d", self._identity.box, self._identity.kind.value, actor.box.seq)
        try:
            await until(stop, tasks)
        finally:
            self._outside.end_begins()
            notify("STOPPING=1")
            for task in tasks - {acting}:
                task.cancel()
            await asyncio.gather(*(tasks - {acting}), return_exceptions=True)
        watchkeeper.last_words()
        report.page_use.flush()
        await actor.stop([cmd.StopBox("stopped")])
        await acting
        await actor.seal_checkpoint()

    def _tone(self, tone: Tone) -> None:
        self._hardware.indicators.tone(TONES[tone])

    def _mqtt_identity(self) -> BoxIdentity:
        return BoxIdentity(
            box=self._identity.box,
            epoch=self._opened.epoch,
            boot=self._outside.clock.boot_id(),
            software=self._outside.software,
            hardware=self._identity.kind.value,
        )


def _remember_damage(halted: str, mark: DamageMark) -> None:
    """A box that halted because of its log stays out of order over restarts, until the log verifies."""
    code, _, seq = halted.partition(":")
    if code == "log_damaged" and mark.read() is None:
        mark.put(Damage(code, int(seq or 0)))
