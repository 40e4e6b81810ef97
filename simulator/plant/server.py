"""Runs the physics in real time and talks to pins and people over a unix socket."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from hal.profile import Profile
from simulator.plant import protocol as say
from simulator.plant import state
from simulator.plant.parts import PlantFault
from simulator.plant.surroundings import UnknownInput
from simulator.plant.world import Impossible, World

LINE_LIMIT = 1 << 20


def _now() -> float:
    return time.monotonic_ns() / 1_000_000


class PlantServer:
    """A plant on a socket. Everything happens on one event loop."""

    def __init__(self, profile: Profile, *, seed: int = 0, state_file: Path | None = None) -> None:
        """Raises ``ValueError`` when ``state_file`` does not fit ``profile``."""
        self._world = World(
            profile, seed=seed, now=_now(), on_level=self._level, on_change=self._change, on_light=self.tell_around
        )
        self._state_file: Path | None = None
        if state_file is not None:
            state.restore(self._world, state_file)
            self._state_file = state_file
        self._scene = say.Scene(0, None)
        self._talks: set[_Talk] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._to_save = False

    async def serve(self, socket: Path, ready: Callable[[], None], stop: asyncio.Event) -> None:
        """Listen on ``socket`` until ``stop`` is set; call ``ready`` when connections are taken."""
        server = await asyncio.start_unix_server(self._connected, socket, limit=LINE_LIMIT)
        try:
            ready()
            await stop.wait()
        finally:
            server.close()
            for talk in tuple(self._talks):
                talk.hang_up()
            if self._timer is not None:
                self._timer.cancel()
            self._save()
            _remove(socket)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = _Talk(self, writer)
        self._talks.add(talk)
        try:
            while line := await reader.readline():
                self.turn()
                talk.hear(line)
                self.turn()
        except (ConnectionError, ValueError):
            pass  # gone, or a line without end: either way this talk is over
        finally:
            self._talks.discard(talk)
            talk.hang_up()

    def turn(self) -> None:
        """Bring the world up to now and see when it has to be looked after next."""
        self._world.timeline.advance(_now())
        if self._timer is not None:
            self._timer.cancel()
        due = self._world.timeline.next_due
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(0.0, due - _now()) / 1000, self.turn) if due is not None else None
        self.keep()

    def keep(self) -> None:
        """Write down what changed. Done before anybody is told of it."""
        if self._to_save:
            self._save()

    def _save(self) -> None:
        self._to_save = False
        if self._state_file is not None:
            state.save(self._world, self._state_file)

    def _level(self, line: str, level: int | None, now: float) -> None:
        self._tell(say.LevelEvent(line, level, int(now)), lambda talk: talk.wants_levels)

    def _change(self, label: str) -> None:
        self._to_save = True
        if self._watched():
            self._tell(
                say.BoxEvent(self.box_status(label), int(self._world.timeline.now)), lambda talk: talk.wants_changes
            )

    def _watched(self) -> bool:
        return any(talk.wants_changes for talk in self._talks)

    def _tell(self, event: say.AnyEvent, whom: Callable[[_Talk], bool]) -> None:
        line = msgspec.json.encode(event) + b"\n"
        for talk in self._talks:
            if whom(talk):
                talk.send(line)

    @property
    def world(self) -> World:
        """The physics."""
        return self._world

    def box_status(self, label: str) -> say.BoxStatus:
        """One compartment as it stands."""
        box = self._world.boxes[label]
        return say.BoxStatus(
            label,
            box.position.value,
            box.latched,
            list(box.contents),
            box.contact.level,
            int(box.coil.line_high),
            box.coil.since is not None,
            None if box.lamp is None else self._world.lines.get(box.lamp, 0),
            box.coil.burned,
            sorted(box.faults),
        )

    def status(self) -> say.PlantStatus:
        """Everything."""
        boxes = [self.box_status(label) for label in self._world.boxes]
        around = self._world.surroundings
        return say.PlantStatus(
            boxes,
            self._scene,
            self._world.tones,
            int(self._world.timeline.now),
            dict(around.active),
            dict(around.values),
            self._world.lights(),
            dict(around.there),
        )

    def scene(self) -> say.Scene:
        """What is before the camera."""
        return self._scene

    def tell_around(self) -> None:
        """Subscribers hear of what is around the compartments."""
        around = self._world.surroundings
        event = say.AroundEvent(dict(around.active), dict(around.values), self._world.lights(), dict(around.there))
        self._tell(event, lambda talk: talk.wants_changes)

    def set_scene(self, scene: dict[str, Any] | None) -> say.Scene:
        """Something else is before the camera; subscribers hear of it."""
        self._scene = say.Scene(self._scene.revision + 1, scene)
        self._tell(say.SceneEvent(self._scene), lambda talk: talk.wants_changes)
        return self._scene


class _Talk:
    """One connection."""

    _decoder = msgspec.json.Decoder(say.AnyRequest)

    def __init__(self, plant: PlantServer, writer: asyncio.StreamWriter) -> None:
        self._plant = plant
        self._writer = writer
        self._waits: set[Callable[[], None]] = set()
        self.wants_levels = False
        self.wants_changes = False

    def send(self, line: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(line)

    def hang_up(self) -> None:
        """End it. Lines that it drove keep their level."""
        for stop in tuple(self._waits):
            stop()
        self._waits.clear()
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            self._writer.close()

    def hear(self, line: bytes) -> None:
        try:
            request = self._decoder.decode(line)
        except msgspec.DecodeError as error:
            self._answer(say.Answer(self._id_of(line), error="bad_request", message=str(error)))
            return
        try:
            self._do(request)
        except Impossible as error:
            self._refuse(request, error.code, str(error))
        except UnknownInput as error:
            self._refuse(request, "unknown_input", f"this cabinet has no {error}")

    @staticmethod
    def _id_of(line: bytes) -> int:
        try:
            return msgspec.json.decode(line, type=say.Request).id
        except msgspec.DecodeError:
            return 0

    def _answer(self, answer: say.Answer) -> None:
        self.send(msgspec.json.encode(answer) + b"\n")

    def _ok(self, request: say.Request, result: object) -> None:
        self._plant.keep()
        if request.id:
            self._answer(say.Answer(request.id, ok=msgspec.Raw(msgspec.json.encode(result))))

    def _refuse(self, request: say.Request, code: str, message: str) -> None:
        if request.id:
            self._answer(say.Answer(request.id, error=code, message=message))

    def _do(self, request: say.AnyRequest) -> None:
        plant, world = self._plant, self._plant.world
        match request:
            case say.SetLine():
                if request.level not in (0, 1):
                    raise Impossible("bad_level", "a line is 0 or 1")
                if request.at_ms is None:
                    world.set_line(request.line, request.level)
                else:
                    world.set_line_at(request.line, request.level, request.at_ms)
                self._ok(request, {})
            case say.Lines():
                self.wants_levels = True
                self._ok(request, {"levels": world.levels()})
            case say.Pull():
                world.pull(request.compartment, lambda moved: self._moved(request, request.compartment, moved))
            case say.Press():
                world.press(request.compartment, lambda moved: self._moved(request, request.compartment, moved))
            case say.Close():
                world.close(request.compartment, lambda moved: self._moved(request, request.compartment, moved))
            case say.Take():
                self._ok(request, {"items": world.take(request.compartment, request.item)})
            case say.Put():
                world.put(request.compartment, request.item)
                self._ok(request, {})
            case say.Wait():
                self._wait(request)
            case say.BreakIt():
                world.break_it(request.compartment, _fault(request.fault), request.other)
                self._ok(request, {})
            case say.Mend():
                world.mend(request.compartment, None if request.fault is None else _fault(request.fault))
                self._ok(request, {})
            case say.SetContact():
                world.surroundings.set_contact(request.name, request.active, world.timeline.now)
                plant.tell_around()
                self._ok(request, {})
            case say.SetGauge():
                world.surroundings.set_gauge(request.name, request.value)
                plant.tell_around()
                self._ok(request, {})
            case say.ReadFile():
                self._ok(request, {"text": world.surroundings.read_file(request.path)})
            case say.SetThing():
                world.surroundings.set_thing(request.name, request.there)
                plant.tell_around()
                self._ok(request, {})
            case say.AskDevice():
                on = world.surroundings.switched(request.path)
                there = world.surroundings.present(request.path)
                self._ok(request, {"there": there, "on": bool(on)})
            case say.Status():
                self._ok(request, plant.status())
            case say.ReadLedger():
                ledger = world.ledger
                self._ok(request, say.LedgerView(list(ledger.since(request.since)), ledger.most_coils, ledger.last_seq))
            case say.Subscribe():
                self.wants_changes = True
                self._ok(request, plant.status())
            case say.SceneGet():
                self._ok(request, plant.scene())
            case say.SceneSet():
                self._ok(request, plant.set_scene(request.scene))

    def _moved(self, request: say.Request, label: str, moved: bool) -> None:
        self._ok(request, {"moved": moved, "door": self._plant.world.boxes[label].position.value})

    def _wait(self, request: say.Wait) -> None:
        world = self._plant.world
        stop: Callable[[], None] | None = None
        over = False

        def finish(reached: bool) -> None:
            nonlocal over
            if over:
                return
            over = True
            if stop is not None:
                stop()
                self._waits.discard(stop)
            self._ok(request, {"reached": reached})

        stop = world.when(request.compartment, is_open=request.open, done=lambda: finish(True))
        if not over:
            self._waits.add(stop)
            world.timeline.after(request.timeout_ms, lambda: finish(False))


def _remove(socket: Path) -> None:
    socket.unlink(missing_ok=True)


def _fault(name: str) -> PlantFault:
    try:
        return PlantFault(name)
    except ValueError:
        raise Impossible("unknown_fault", f"{name} is none of {', '.join(PlantFault)}") from None
