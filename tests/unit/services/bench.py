"""An actor over the real log, with a clock that a test moves and a commit that a test can hold."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from controller.adapters.event_codec import EventCodec
from controller.adapters.event_store import UPCASTERS, open_log
from controller.adapters.event_store.encoding import GENESIS
from controller.adapters.event_store.tail import Tail
from controller.domain import commands as cmd
from controller.domain.model import Box, Door
from controller.ports import (
    Appended,
    EventLog,
    NewEvent,
    PutCredential,
    RowChange,
    Stamp,
)
from controller.services.actor import Actor, Outcome
from controller.services.startup import fold, fold_tail
from simulator.kill_points import KillableLog, KillPoints
from tests.unit.domain.builder import CABINET, MORNING, POLICIES, RULES, STAFF

BOX = "box-1"


class Clock:
    """Both clocks, moved by the test alone."""

    def __init__(self) -> None:
        self.wall = MORNING
        self.mono = 1_000_000
        self.in_sync = True

    def wall_ms(self) -> int:
        return self.wall

    def mono_ms(self) -> int:
        return self.mono

    def boot_id(self) -> str:
        return "boot-1"

    def synchronised(self) -> bool:
        return self.in_sync

    def advance(self, ms: int) -> None:
        self.wall += ms
        self.mono += ms


class HeldLog(KillableLog):
    """The real log; a test can hold the commit, let it fail, and see what was handed over."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(log, KillPoints())
        self.appends: list[tuple[str, ...]] = []
        """The names of the events of every append that was begun."""
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails: Exception | None = None
        self.free = 2**40
        self.busy_since = 0
        self.order: list[str] = []

    def hold(self) -> None:
        """From now on an append is slow: it is on the disk only after `release`."""
        self.gate.clear()
        self.begun.clear()

    def release(self) -> None:
        self.gate.set()

    async def append(
        self,
        events: Sequence[NewEvent],
        stamp: Stamp,
        rows: Sequence[RowChange] = (),
        then: Callable[[], None] | None = None,
    ) -> Appended:
        def committed() -> None:
            self.order.append("commit")
            if then is not None:
                then()

        self.appends.append(tuple(event.type for event in events))
        self.begun.set()
        if self.fails is not None:
            raise self.fails
        await self.gate.wait()
        return await self._log.append(events, stamp, rows, committed)

    def free_bytes(self) -> int:
        return self.free

    def progress(self) -> Mapping[str, int]:
        return {**self._log.progress(), "busy_since_mono_ms": self.busy_since}


class Bench:
    """A box that was commissioned and started; its actor works."""

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self.path = path
        self.clock = clock or Clock()
        self.codec = EventCodec()
        self.trusted = True
        store, self.opened = open_log(path, BOX, fold_version=self.codec.fold_version)
        self.log = HeldLog(store)
        self.actor = Actor(
            self.log,
            self.codec,
            self.clock,
            lambda: self.trusted,
            fold(self.opened, self.codec),
            self.opened.snapshot_seq,
        )
        self.acting = asyncio.create_task(self.actor.run())
        self._commands = 0

    @property
    def box(self) -> Box:
        return self.actor.box

    async def do(self, command: cmd.Command, *rows: RowChange) -> Outcome:
        return await self.actor.submit(command, rows)

    async def done(self, command: cmd.Command, *rows: RowChange) -> Outcome:
        """As `do`; it must not be refused."""
        outcome = await self.do(command, *rows)
        assert not outcome.refused, outcome.refused
        return outcome

    async def commission(self) -> None:
        for command in (
            cmd.OpenLog(BOX, "simulated"),
            cmd.JudgeClock(True, "test"),
            cmd.ActivateProfile("profile-1", CABINET, RULES, "sabine"),
            cmd.ActivatePolicies("policies-1", POLICIES),
            *(cmd.RegisterStaff(name, roles) for name, roles in STAFF.items()),
            cmd.StartBox("1.0", {plan.label: Door.CLOSED for plan in CABINET}),
        ):
            await self.done(command)

    def central(self) -> tuple[str, str]:
        self._commands += 1
        return "central", f"c{self._commands}"

    async def announce(self, deposit: str, *types: str) -> None:
        await self.done(
            cmd.AnnounceOrder(*self.central(), deposit, (f"ORDER-{deposit}",), types or ("eAT",), "M", "de", False, "")
        )

    async def issue(self, right: str, *deposits: str, row: PutCredential | None = None) -> None:
        rows = (row,) if row is not None else ()
        await self.done(cmd.IssueRight(*self.central(), right, deposits, "de", 0, 0), *rows)

    async def log_in(self, staff: str = "lena") -> None:
        await self.done(cmd.PresentBadge(staff, self.clock.mono))
        await self.done(cmd.TryStaffPin())
        await self.done(cmd.StaffPinCompared(staff, True))

    async def log_out(self) -> None:
        assert self.box.staff_session is not None
        await self.done(cmd.LogOut(self.box.staff_session.id))

    async def door(self, label: str, door: Door) -> None:
        await self.done(cmd.DoorSensed(label, door, self.clock.mono))

    async def open_and_close(self) -> str:
        """The door of the opening in progress is opened and closed; its label."""
        opening = self.box.opening
        assert opening is not None
        await self.done(cmd.PulseFinished(opening.authorisation, ""))
        self.clock.advance(300)
        await self.door(opening.compartment, Door.OPEN)
        self.clock.advance(3_000)
        await self.door(opening.compartment, Door.CLOSED)
        return opening.compartment

    async def load(self, deposit: str) -> str:
        """By whoever is logged in; the compartment."""
        await self.done(cmd.PresentOrder(f"ORDER-{deposit}"))
        return await self.open_and_close()

    async def stored(self, *deposits: str, types: tuple[str, ...] = ()) -> None:
        """Deposits inside, each with a right of the same number (``D1``: ``R1``)."""
        for deposit in deposits:
            await self.announce(deposit, *types)
            await self.issue(f"R{deposit[1:]}", deposit)
        await self.log_in()
        for deposit in deposits:
            await self.load(deposit)
        await self.log_out()

    def folded(self) -> Box:
        """The state as it is folded from nothing but the log, by another connection."""
        return fold_tail(Box(), Tail(self.path, BOX, 0, GENESIS, self.box.seq, UPCASTERS), self.codec)

    async def stop(self) -> None:
        """In order, with a checkpoint."""
        await self.actor.stop([cmd.StopBox("stopped")])
        await self.acting
        await self.actor.seal_checkpoint()

    async def close(self) -> None:
        self.log.release()
        if not self.acting.done():
            self.acting.cancel()
        await asyncio.gather(self.acting, return_exceptions=True)
        await self.log.close()


@asynccontextmanager
async def commissioned(directory: Path) -> AsyncIterator[Bench]:
    bench = Bench(directory / "log.db")
    try:
        await bench.commission()
        yield bench
    finally:
        await bench.close()


async def soon(condition: Callable[[], object], within_s: float = 30.0) -> None:
    """Waits until ``condition`` holds."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen"
        await asyncio.sleep(0.002)


async def gone(awaitable: Awaitable[object]) -> None:
    """Begins to wait for ``awaitable`` and gives up at once, as a caller that times out does."""
    task = asyncio.ensure_future(awaitable)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
