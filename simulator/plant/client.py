"""For scripts, tests and panels: a person (and a look behind the doors), blocking or with asyncio.

Both clients have the same methods; those of ``AsyncPlantClient`` are awaited. A request that the plant refuses is a
``PlantError`` with a ``code``; a plant that is not there is ``PlantGone``.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import msgspec

from simulator.plant import protocol as say
from simulator.plant.protocol import PlantError, PlantGone

T = TypeVar("T")

LINE_LIMIT = 1 << 28
"""A ledger of a long campaign is one line."""

_answers = msgspec.json.Decoder(say.Answer)
_events = msgspec.json.Decoder(say.AnyEvent)


class Moved(msgspec.Struct, frozen=True):
    """How a pull, press or close ended."""

    moved: bool
    door: str


class _Items(msgspec.Struct):
    items: list[str]


class Device(msgspec.Struct, frozen=True):
    """An input device or sound card, as the kernel knows it."""

    there: bool
    on: bool
    """Its switch; ``False`` where it has none."""


class _Text(msgspec.Struct):
    text: str | None


class _Reached(msgspec.Struct):
    reached: bool


def _result(answer: say.Answer, kind: type[T]) -> T:
    if answer.error is not None:
        raise PlantError(answer.error, answer.message or answer.error)
    return msgspec.json.decode(answer.ok, type=kind)


def _is_answer(line: bytes) -> bool:
    return line.startswith(b'{"re":')


class PlantClient:
    """Blocking. One thread at a time; events that arrive meanwhile are kept for ``next_event``."""

    def __init__(self, path: Path | str, *, timeout: float = 30.0) -> None:
        """Connect. Raises ``PlantGone``; ``timeout`` (s) bounds the wait for an answer."""
        self._ids = itertools.count(1)
        self._events: deque[say.AnyEvent] = deque()
        self._buffer = b""
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise PlantGone(f"no plant answers at {path}: {error.strerror}") from error

    def __enter__(self) -> PlantClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _ask(self, request: say.Request, kind: type[T]) -> T:
        with self._lock:
            try:
                self._socket.sendall(msgspec.json.encode(request) + b"\n")
            except ConnectionError as error:
                raise PlantGone(str(error)) from error
            while True:
                line = self._line()
                if not _is_answer(line):
                    self._events.append(_events.decode(line))
                    continue
                answer = _answers.decode(line)
                if answer.re == request.id:
                    return _result(answer, kind)

    def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            try:
                chunk = self._socket.recv(1 << 16)
            except ConnectionError as error:
                raise PlantGone(str(error)) from error
            if not chunk:
                raise PlantGone("the plant has hung up")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def set_line(self, line: str, level: int) -> None:
        """Drive a line, and wait until the plant has it."""
        self._ask(say.SetLine(id=next(self._ids), line=line, level=level), dict)

    def pull(self, compartment: str) -> Moved:
        """Pull the door."""
        return self._ask(say.Pull(id=next(self._ids), compartment=compartment), Moved)

    def press(self, compartment: str) -> Moved:
        """Push the door."""
        return self._ask(say.Press(id=next(self._ids), compartment=compartment), Moved)

    def close_door(self, compartment: str) -> Moved:
        """Close the door."""
        return self._ask(say.Close(id=next(self._ids), compartment=compartment), Moved)

    def take(self, compartment: str, item: str | None = None) -> list[str]:
        """Take ``item``, or everything. Raises ``PlantError`` (``door_not_open``, ``not_there``)."""
        return self._ask(say.Take(id=next(self._ids), compartment=compartment, item=item), _Items).items

    def put(self, compartment: str, item: str) -> None:
        """Put something in. Raises ``PlantError`` (``door_not_open``)."""
        self._ask(say.Put(id=next(self._ids), compartment=compartment, item=item), dict)

    def wait(self, compartment: str, *, open: bool = True, timeout_ms: int = 5_000) -> bool:
        """Wait until the door is open (ajar counts) or closed; ``False`` after ``timeout_ms``."""
        request = say.Wait(id=next(self._ids), compartment=compartment, open=open, timeout_ms=timeout_ms)
        return self._ask(request, _Reached).reached

    def fault(self, compartment: str, fault: str, other: str | None = None) -> None:
        """Break something; ``other`` for ``swapped``."""
        self._ask(say.BreakIt(id=next(self._ids), compartment=compartment, fault=fault, other=other), dict)

    def clear_fault(self, compartment: str, fault: str | None = None) -> None:
        """Mend one fault, or all."""
        self._ask(say.Mend(id=next(self._ids), compartment=compartment, fault=fault), dict)

    def set_contact(self, name: str, active: bool) -> None:
        """The mains go or come back (``power_fail``), the housing is opened or closed (``tamper``)."""
        self._ask(say.SetContact(id=next(self._ids), name=name, active=active), dict)

    def set_gauge(self, name: str, value: int | None) -> None:
        """``temperature`` in thousandths of a degree, ``supply_voltage`` in mV; ``None``: it cannot be read."""
        self._ask(say.SetGauge(id=next(self._ids), name=name, value=value), dict)

    def set_thing(self, name: str, there: bool) -> None:
        """Plug in or pull out: ``keypad``, ``loudspeaker``, ``headphones`` (sound cards), ``socket``."""
        self._ask(say.SetThing(id=next(self._ids), name=name, there=there), dict)

    def device(self, path: str) -> Device:
        """Whether the kernel knows a device, and whether its switch is on."""
        return self._ask(say.AskDevice(id=next(self._ids), path=path), Device)

    def read_file(self, path: str) -> str | None:
        """What the kernel says in one of the profile's files; ``None``: it cannot be read."""
        return self._ask(say.ReadFile(id=next(self._ids), path=path), _Text).text

    def status(self) -> say.PlantStatus:
        """How everything stands."""
        return self._ask(say.Status(id=next(self._ids)), say.PlantStatus)

    def box(self, compartment: str) -> say.BoxStatus:
        """How one compartment stands. Raises ``KeyError``."""
        for box in self.status().compartments:
            if box.compartment == compartment:
                return box
        raise KeyError(compartment)

    def ledger(self, since: int = 0) -> say.LedgerView:
        """What happened after entry ``since``."""
        return self._ask(say.ReadLedger(id=next(self._ids), since=since), say.LedgerView)

    def scene(self) -> say.Scene:
        """What is before the camera."""
        return self._ask(say.SceneGet(id=next(self._ids)), say.Scene)

    def set_scene(self, scene: dict[str, Any] | None) -> say.Scene:
        """Hold something before the camera; ``None``: nothing."""
        return self._ask(say.SceneSet(id=next(self._ids), scene=scene), say.Scene)

    def subscribe(self) -> say.PlantStatus:
        """Hear of every change from now on, by ``next_event``."""
        return self._ask(say.Subscribe(id=next(self._ids)), say.PlantStatus)

    def next_event(self) -> say.AnyEvent:
        """The next change; waits for it. Raises ``TimeoutError``."""
        with self._lock:
            while not self._events:
                line = self._line()
                if not _is_answer(line):
                    self._events.append(_events.decode(line))
            return self._events.popleft()


class AsyncPlantClient:
    """With asyncio: any number of requests at a time. Make it with ``await AsyncPlantClient.connect(path)``."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """For ``connect``."""
        self._ids = itertools.count(1)
        self._reader = reader
        self._writer = writer
        self._asked: dict[int, asyncio.Future[say.Answer]] = {}
        self._events: asyncio.Queue[say.AnyEvent | None] = asyncio.Queue()
        self._listening = asyncio.create_task(self._listen(), name="plant-client")

    @classmethod
    async def connect(cls, path: Path | str) -> AsyncPlantClient:
        """Connect. Raises ``PlantGone``."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(path), limit=LINE_LIMIT)
        except OSError as error:
            raise PlantGone(f"no plant answers at {path}: {error.strerror}") from error
        return cls(reader, writer)

    async def __aenter__(self) -> AsyncPlantClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up. Requests that wait end with ``PlantGone``."""
        self._writer.close()
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)

    async def _listen(self) -> None:
        try:
            while line := await self._reader.readline():
                if not _is_answer(line):
                    self._events.put_nowait(_events.decode(line))
                    continue
                answer = _answers.decode(line)
                asked = self._asked.pop(answer.re, None)
                if asked is not None and not asked.done():
                    asked.set_result(answer)
        except ConnectionError:
            pass  # told below to everybody who waits
        finally:
            for asked in self._asked.values():
                if not asked.done():
                    asked.set_exception(PlantGone("the plant has hung up"))
            self._events.put_nowait(None)

    async def _ask(self, request: say.Request, kind: type[T]) -> T:
        if self._listening.done():
            raise PlantGone("the plant has hung up")
        asked: asyncio.Future[say.Answer] = asyncio.get_running_loop().create_future()
        self._asked[request.id] = asked
        self._writer.write(msgspec.json.encode(request) + b"\n")
        try:
            return _result(await asked, kind)
        finally:
            self._asked.pop(request.id, None)

    async def set_line(self, line: str, level: int) -> None:
        """See ``PlantClient``."""
        await self._ask(say.SetLine(id=next(self._ids), line=line, level=level), dict)

    async def pull(self, compartment: str) -> Moved:
        """See ``PlantClient``."""
        return await self._ask(say.Pull(id=next(self._ids), compartment=compartment), Moved)

    async def press(self, compartment: str) -> Moved:
        """See ``PlantClient``."""
        return await self._ask(say.Press(id=next(self._ids), compartment=compartment), Moved)

    async def close_door(self, compartment: str) -> Moved:
        """See ``PlantClient``."""
        return await self._ask(say.Close(id=next(self._ids), compartment=compartment), Moved)

    async def take(self, compartment: str, item: str | None = None) -> list[str]:
        """See ``PlantClient``."""
        return (await self._ask(say.Take(id=next(self._ids), compartment=compartment, item=item), _Items)).items

    async def put(self, compartment: str, item: str) -> None:
        """See ``PlantClient``."""
        await self._ask(say.Put(id=next(self._ids), compartment=compartment, item=item), dict)

    async def wait(self, compartment: str, *, open: bool = True, timeout_ms: int = 5_000) -> bool:
        """See ``PlantClient``."""
        request = say.Wait(id=next(self._ids), compartment=compartment, open=open, timeout_ms=timeout_ms)
        return (await self._ask(request, _Reached)).reached

    async def fault(self, compartment: str, fault: str, other: str | None = None) -> None:
        """See ``PlantClient``."""
        await self._ask(say.BreakIt(id=next(self._ids), compartment=compartment, fault=fault, other=other), dict)

    async def clear_fault(self, compartment: str, fault: str | None = None) -> None:
        """See ``PlantClient``."""
        await self._ask(say.Mend(id=next(self._ids), compartment=compartment, fault=fault), dict)

    async def set_contact(self, name: str, active: bool) -> None:
        """See ``PlantClient``."""
        await self._ask(say.SetContact(id=next(self._ids), name=name, active=active), dict)

    async def set_gauge(self, name: str, value: int | None) -> None:
        """See ``PlantClient``."""
        await self._ask(say.SetGauge(id=next(self._ids), name=name, value=value), dict)

    async def set_thing(self, name: str, there: bool) -> None:
        """See ``PlantClient``."""
        await self._ask(say.SetThing(id=next(self._ids), name=name, there=there), dict)

    async def read_file(self, path: str) -> str | None:
        """See ``PlantClient``."""
        return (await self._ask(say.ReadFile(id=next(self._ids), path=path), _Text)).text

    async def status(self) -> say.PlantStatus:
        """See ``PlantClient``."""
        return await self._ask(say.Status(id=next(self._ids)), say.PlantStatus)

    async def box(self, compartment: str) -> say.BoxStatus:
        """See ``PlantClient``."""
        for box in (await self.status()).compartments:
            if box.compartment == compartment:
                return box
        raise KeyError(compartment)

    async def ledger(self, since: int = 0) -> say.LedgerView:
        """See ``PlantClient``."""
        return await self._ask(say.ReadLedger(id=next(self._ids), since=since), say.LedgerView)

    async def scene(self) -> say.Scene:
        """See ``PlantClient``."""
        return await self._ask(say.SceneGet(id=next(self._ids)), say.Scene)

    async def set_scene(self, scene: dict[str, Any] | None) -> say.Scene:
        """See ``PlantClient``."""
        return await self._ask(say.SceneSet(id=next(self._ids), scene=scene), say.Scene)

    async def subscribe(self) -> say.PlantStatus:
        """Hear of every change from now on, by ``events``."""
        return await self._ask(say.Subscribe(id=next(self._ids)), say.PlantStatus)

    async def events(self) -> AsyncIterator[say.AnyEvent]:
        """Changes as they come, until the plant hangs up."""
        while (event := await self._events.get()) is not None:
            yield event
