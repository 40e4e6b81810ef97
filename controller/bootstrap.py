"""The only place where the controller's parts are wired together.

An entry point says what the box is connected to (`Outside`) and runs `serve`: `controller.__main__` with the real pins,
`simulator.controller` with the plant's. Nothing below knows which.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Protocol

from controller.adapters.control.admin_role import AdminRole
from controller.adapters.control.board import ViewBoard
from controller.adapters.control.pages_role import PagesRole
from controller.adapters.control.reader_role import ReaderRole
from controller.adapters.control.server import Connection, RoleServer
from controller.adapters.event_codec import EventCodec
from controller.adapters.event_store import Damage, DamageMark, ReserveFile, free_bytes, hold_data_directory, open_log
from controller.adapters.mqtt import BoxIdentity, MqttConfig, MqttLink, TlsFiles
from controller.adapters.mqtt.command_bodies import BodyRefused, parse
from controller.adapters.pin_hash import check_pin
from controller.api import ViewChanged
from controller.domain import commands as cmd
from controller.domain.events import CompartmentPlan
from controller.domain.model import Box, Door, LockRules
from controller.domain.verifiers import token_secret
from controller.identity import Identity, Kind, check_kind, load_identity
from controller.policies_file import load_policies
from controller.ports import Clock, EventLog, LogError, Opened, Operations, PutCredential, Tone
from controller.services.actor import Actor
from controller.services.central import CentralService, CommandMalformed
from controller.services.clock_trust import ClockJudge
from controller.services.credentials import CredentialBook
from controller.services.doors import Doors
from controller.services.forgetting import Forgetting
from controller.services.front import Front
from controller.services.hardware_faults import HardwareFaults
from controller.services.operations import BoxOperations
from controller.services.out_of_order import OutOfOrderFeed, OutOfOrderOperations
from controller.services.refusals import RefusalLedger, Throttle
from controller.services.residents import Residents
from controller.services.staff import Staff
from controller.services.startup import Plan, bring_up, check_plan, fold
from controller.services.watchkeeping import DiskLimits, Watchkeeper
from controller.settings import MqttSettings, Settings
from hal.doors.watch import DoorWatch
from hal.interfaces import DoorSensors, Indicators, LockBank
from hal.notify import notify, watchdog_interval_ms
from hal.profile import Profile, load_profile
from hal.wire import MODE_METHOD, ScanMode, mode_params

log = logging.getLogger(__name__)

DOORS_SETTLE_MS = 3_000
#: The pages' languages of this version.
LANGUAGES = frozenset(
    {"de", "de-simple", "en", "tr", "uk", "ru", "ar", "fa", "ro", "pl", "bg", "ku", "fr", "sq", "ti"}
)
TONES = {
    Tone.ACCEPTED: "ok",
    Tone.BOOKED: "ok",
    Tone.REFUSED: "refused",
    Tone.FULL: "refused",
    Tone.REMINDER: "attention",
    Tone.ALARM: "attention",
}

OpenLog = Callable[[Path, str, int], tuple[EventLog, Opened]]
"""``(path, box, fold_version)``: opens the log."""


class Hardware(Protocol):
    """What an entry point connects the controller to; `hal.cabinet.Cabinet` is one."""

    @property
    def locks(self) -> LockBank: ...

    @property
    def doors(self) -> DoorSensors: ...

    @property
    def indicators(self) -> Indicators: ...

    def close(self) -> None:
        """Everything inactive, devices given back."""
        ...


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything that differs between a real and a simulated box."""

    kind: Kind
    open_hardware: Callable[[Profile, HardwareFaults], Hardware]
    clock: Clock
    sockets: Mapping[str, socket.socket]
    open_log: OpenLog
    software: str
    end_begins: Callable[[], None] = lambda: None
    """Called when the process begins to end (perhaps twice), in order or not: whatever hangs then must not keep it."""


def open_event_log(path: Path, box: str, fold_version: int) -> tuple[EventLog, Opened]:
    """The production log."""
    return open_log(path, box, fold_version=fold_version)


def software_version() -> str:
    """The installed version of this software."""
    return f"abholfach {metadata.version('abholfach')}"


async def serve(settings: Settings, outside: Outside) -> None:
    """Runs the controller until SIGTERM or SIGINT.

    Raises what made it end otherwise; the process must then end too. Configuration errors, hardware faults and a log
    that must not be opened are raised before anything is served. A *damaged* log is not: the box then says that it is
    out of order.
    """
    identity = load_identity(settings.paths.data)
    check_kind(identity, outside.kind, settings.paths.data)
    profile = load_profile(settings.paths.cabinet)
    plan = _plan(identity, profile, settings, outside.software)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with hold_data_directory(settings.paths.data):
        await _serve_held(settings, outside, identity, profile, plan, stop)


async def _serve_held(
    settings: Settings, outside: Outside, identity: Identity, profile: Profile, plan: Plan, stop: asyncio.Event
) -> None:
    """With the data directory held, so that no second controller claims the same pins."""
    faults = HardwareFaults()
    # Pins are claimed, all outputs inactive, before the log is read: no door can open while nobody decides.
    hardware = await asyncio.to_thread(outside.open_hardware, profile, faults)
    closing = contextlib.AsyncExitStack()
    closing.push_async_callback(asyncio.to_thread, hardware.close)
    try:
        reserve = ReserveFile(settings.paths.data)
        _keep_reserve(reserve, settings)
        codec = EventCodec()
        found = DamageMark(settings.paths.data).read()
        if found is not None:
            message = "the log was found damaged; restore it, then run abholfach log verify"
            remembered = LogError(found.code, message, found.seq)
            await _serve_out_of_order(settings, outside, identity, remembered, stop)
            return
        try:
            event_log, opened = outside.open_log(settings.paths.data / "log.db", identity.box, codec.fold_version)
        except LogError as error:
            if error.code != "log_damaged":
                raise
            await _serve_out_of_order(settings, outside, identity, error, stop)
            return
        try:
            try:
                box = fold(opened, codec)
            except LogError as error:
                await _serve_out_of_order(settings, outside, identity, error, stop)
                return
            running = Controller(
                settings, outside, identity, profile, plan, hardware, faults, event_log, opened, reserve
            )
            await running.run(box, codec, stop)
        finally:
            # Outputs first: a log whose disk hangs takes its time to close.
            outside.end_begins()
            await closing.aclose()
            await event_log.close()
    finally:
        await closing.aclose()


def _remember_damage(halted: str, mark: DamageMark) -> None:
    """A box that halted because of its log stays out of order over restarts, until the log verifies."""
    code, _, seq = halted.partition(":")
    if code == "log_damaged" and mark.read() is None:
        mark.put(Damage(code, int(seq or 0)))


def _keep_reserve(reserve: ReserveFile, settings: Settings) -> None:
    """Room is set aside while there is enough of it; a start on a full disk gives it back instead, to settle on."""
    if free_bytes(settings.paths.data) < settings.disk.refuse_bytes:
        reserve.release()
    else:
        reserve.ensure()


def _plan(identity: Identity, profile: Profile, settings: Settings, software: str) -> Plan:
    policies_sha256, policies = load_policies(settings.paths.policies)
    compartments = tuple(
        CompartmentPlan(
            item.label, item.size.value, item.height_mm, item.column, item.row, profile.pulse_ms(item.label), "no"
        )
        for item in profile.compartments
    )
    return Plan(
        box=identity.box,
        kind=identity.kind.value,
        software=software,
        profile_sha256=profile.profile_hash(),
        compartments=compartments,
        rules=LockRules(),
        policies_sha256=policies_sha256,
        policies=policies,
        seen_empty_by=identity.seen_empty_by,
    )


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

    async def run(self, box: Box, codec: EventCodec, stop: asyncio.Event) -> None:
        """Settles, serves, and stops in order when ``stop`` is set. Raises when a core task ends."""
        clock = self._outside.clock
        judge = ClockJudge(box.high_water_wall_ms)
        trusted = judge.judge(clock.wall_ms(), clock.mono_ms(), clock.synchronised()).trusted
        watchkeepers: list[Watchkeeper] = []
        actor = Actor(
            self._log,
            codec,
            clock,
            lambda: watchkeepers[0].clock_trusted if watchkeepers else trusted,
            box,
            self._opened.snapshot_seq,
        )
        check_plan(box, self._plan, actor.now())
        book = CredentialBook(await self._log.credentials(), await self._log.staff_credentials())
        actor.on_row(book.written)
        actor.on_event(book.follow)
        mark = DamageMark(self._settings.paths.data)
        actor.after_turn(lambda: _remember_damage(actor.halted, mark))
        front = Front(actor, lambda tone: self._hardware.indicators.tone(TONES[tone]))
        refusals = RefusalLedger(actor, clock.mono_ms)
        watch = DoorWatch(
            self._hardware.doors,
            lambda reading: doors.sensed(reading),
            debounce_ms=self._profile.sensors.debounce_ms,
            faults=self._faults,
        )
        doors = Doors(actor, self._hardware.locks, self._hardware.indicators, watch.watch_closely)
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
        )
        watchkeepers.append(watchkeeper)
        residents = Residents(actor, book, front, refusals, Throttle(clock.mono_ms), token_secret)
        staff = Staff(actor, book, front, refusals, check_pin)
        operations = BoxOperations(actor, self._log, front, residents, staff, refusals, watchkeeper)
        acting = asyncio.create_task(actor.run(), name="actor")
        try:
            watch.start()
            levels = await asyncio.to_thread(watch.wait_until_settled, DOORS_SETTLE_MS)
            await _or_raise(
                acting, bring_up(actor, self._plan, {label: Door(level.value) for label, level in levels.items()})
            )
            doors.begin(watch.levels())
            self._faults.attach(actor)
            async with _served(operations, self._settings, self._outside) as _:
                await self._work(actor, acting, watchkeeper, operations, book, front, stop)
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
        operations: BoxOperations,
        book: CredentialBook,
        front: Front,
        stop: asyncio.Event,
    ) -> None:
        tasks = {
            acting,
            asyncio.create_task(watchkeeper.run(), name="watchkeeper"),
            asyncio.create_task(_watchdog(watchkeeper.check_progress), name="watchdog"),
            asyncio.create_task(watchkeeper.verify_chain(), name="verification"),
            asyncio.create_task(Forgetting(actor, self._log, book).run(), name="forgetting"),
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
            )
            central.on_acknowledged(lambda: front.acknowledged(min(central.acknowledged.values(), default=0)))
            link = MqttLink(
                mqtt_config(self._settings.mqtt, self._identity),
                central,
                self._mqtt_identity(),
                on_link_state=lambda connected, detail: watchkeeper.link_state(connected, detail),
            )
            tasks.add(asyncio.create_task(link.run(), name="mqtt"))
        # What start-up made is there to stay: the collector need not walk through it in the middle of a pickup.
        gc.collect()
        gc.freeze()
        notify(f"READY=1\nSTATUS=serving; log at {actor.box.seq}")
        log.info("serving: box %s (%s), log at %d", self._identity.box, self._identity.kind.value, actor.box.seq)
        try:
            await _until(stop, tasks)
        finally:
            self._outside.end_begins()
            notify("STOPPING=1")
            for task in tasks - {acting}:
                task.cancel()
            await asyncio.gather(*(tasks - {acting}), return_exceptions=True)
        watchkeeper.last_words()
        await actor.stop([cmd.StopBox("stopped")])
        await acting
        await actor.seal_checkpoint()

    def _mqtt_identity(self) -> BoxIdentity:
        return BoxIdentity(
            box=self._identity.box,
            epoch=self._opened.epoch,
            boot=self._outside.clock.boot_id(),
            software=self._outside.software,
            hardware=self._identity.kind.value,
        )


def parse_command(
    name: str, issuer: str, command: str, body: Mapping[str, object]
) -> tuple[cmd.CentralCommand, tuple[PutCredential, ...]]:
    """The contract's bodies as the services want them."""
    try:
        return parse(name, issuer, command, body)
    except BodyRefused as error:
        raise CommandMalformed(error.code, str(error)) from error


def identity_payload(identity: Identity, software: str) -> Mapping[str, object]:
    return {"box": identity.box, "salt": identity.salt, "software": software, "hardware": identity.kind.value}


def mqtt_config(mqtt: MqttSettings, identity: Identity) -> MqttConfig:
    """The link's configuration. Unsigned commands are for simulated boxes only: on a real one nobody has vouched for
    them.
    """
    commands = mqtt.commands.value if identity.kind is Kind.SIMULATED else "refused"
    tls = None
    if mqtt.tls is not None:
        tls = TlsFiles(ca_file=str(mqtt.tls.ca), certificate_file=str(mqtt.tls.certificate), key_file=str(mqtt.tls.key))
    return MqttConfig(
        host=mqtt.host,
        port=mqtt.port,
        tls=tls,
        username=mqtt.username,
        password_file=str(mqtt.password_file or ""),
        commands="unsigned" if commands == "unsigned" else "refused",
        consumers=tuple(consumer.name for consumer in mqtt.consumers),
        authority=mqtt.authority.name,
        reconnect_max_s=300.0 if identity.kind is Kind.REAL else 5.0,
    )


@contextlib.asynccontextmanager
async def _served(operations: Operations, settings: Settings, outside: Outside) -> AsyncIterator[None]:
    """The control sockets, open to their peers."""
    servers: list[RoleServer] = []

    def announce(changed: ViewChanged) -> None:
        for server in servers:
            if server.role == "ui":
                server.broadcast(ViewChanged.METHOD, changed)

    board = ViewBoard(operations, outside.software, announce)

    def introduce(connection: Connection) -> None:
        for view in board.all():
            connection.notify(ViewChanged.METHOD, view)

    pages = PagesRole(operations, board, LANGUAGES)
    reader = ReaderRole(operations)
    admin = AdminRole(operations, board)
    peers = settings.sockets
    servers += [
        RoleServer(
            "ui",
            outside.sockets["ui"],
            pages.methods(),
            peers.of("ui"),
            on_joined=introduce,
        ),
        RoleServer(
            "reader-qr",
            outside.sockets["reader-qr"],
            reader.methods(),
            peers.of("reader-qr"),
            on_joined=reader.joined,
            on_left=reader.left,
        ),
        # The card reader's verifiers are an issue of their own: its socket is there, with no method on it.
        RoleServer("reader-eid", outside.sockets["reader-eid"], {}, peers.of("reader-eid")),
        RoleServer("admin", outside.sockets["admin"], admin.methods(), peers.of("admin")),
    ]
    mode = [operations.scan_mode()]

    def follow_mode() -> None:
        now = operations.scan_mode()
        if now != mode[0]:
            mode[0] = now
            servers[1].broadcast(MODE_METHOD, mode_params(ScanMode(now)))

    operations.on_change(follow_mode)
    try:
        for server in servers:
            await server.start()
        yield
    finally:
        for server in servers:
            await server.close()


async def _until(stop: asyncio.Event, tasks: set[asyncio.Task[None]]) -> None:
    """Waits for ``stop``. A task that ends by itself ends the process: none of them has an end (but verification, when
    it found damage and has said so).
    """
    stopping = asyncio.create_task(stop.wait())
    waiting: set[asyncio.Task[object]] = {stopping, *tasks}
    try:
        while not stopping.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()
                if task.get_name() != "verification":
                    raise RuntimeError(f"core task {task.get_name()} ended")
    finally:
        stopping.cancel()


async def _or_raise(task: asyncio.Task[None], work: Coroutine[None, None, None]) -> None:
    """Awaits ``work``; raises what ``task`` raised if that ends first."""
    doing = asyncio.create_task(work)
    await asyncio.wait({task, doing}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        doing.cancel()
        task.result()
        raise RuntimeError("the actor ended at start")
    doing.result()


async def _watchdog(check_progress: Callable[[], None]) -> None:
    """Tells systemd that the core makes progress, or raises what ``check_progress`` raises."""
    interval_ms = watchdog_interval_ms() or 10_000
    while True:
        check_progress()
        notify("WATCHDOG=1")
        await asyncio.sleep(min(interval_ms, 10_000) / 1000)


async def _serve_out_of_order(
    settings: Settings, outside: Outside, identity: Identity, error: LogError, stop: asyncio.Event
) -> None:
    """The log cannot be trusted: nothing is decided, nothing opens, and every page and the central system say so."""
    log.error("out of order: %s (entry %d): %s", error.code, error.seq, error)
    operations = OutOfOrderOperations(identity.box, identity.kind.value, f"{error.code}:{error.seq}", outside.clock)
    # The loop alone has to make progress here; without a sign of life systemd would start the box anew for ever.
    tasks = {asyncio.create_task(_watchdog(lambda: None), name="watchdog")}
    if settings.mqtt is not None:
        feed = OutOfOrderFeed(identity_payload(identity, outside.software), operations.reason)
        boot = outside.clock.boot_id()
        about = BoxIdentity(
            box=identity.box, epoch=1, boot=boot, software=outside.software, hardware=identity.kind.value
        )
        link = MqttLink(mqtt_config(settings.mqtt, identity), feed, about, on_link_state=lambda connected, detail: None)
        tasks.add(asyncio.create_task(link.run(), name="mqtt"))
    async with _served(operations, settings, outside):
        notify(f"READY=1\nSTATUS=out of order: {error.code} at entry {error.seq}")
        try:
            await _until(stop, tasks)
        finally:
            outside.end_begins()
            notify("STOPPING=1")
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
