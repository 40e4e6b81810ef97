"""What boards and people say to the plant: one JSON object a line, over a unix stream socket, UTF-8.

Requests have an ``op``. With an ``id`` above 0 they are answered, in the order in which things happen, not in which
they were asked: ``{"re": 7, "ok": {…}}`` or ``{"re": 7, "error": "door_not_open", "message": "…"}``. Without, they are
done silently. Requests that move something are answered after the movement.

    wires     {"op": "lines", "id": 1}                         → ok {"levels": {"header:5": 0, "east:6": null}}, then
    events "level"
              {"op": "set", "line": "header:17", "level": 1, "at_ms": null}   (or when it was done, by CLOCK_MONOTONIC)
    people    {"op": "pull"|"press"|"close", "id": 2, "compartment": "A07"} → ok {"moved": true, "door": "open"}
              {"op": "take", "id": 3, "compartment": "A07", "item": null}            → ok {"items": ["envelope-1"]}
              {"op": "put", "id": 4, "compartment": "A07", "item": "envelope-1"}     → ok {}
              {"op": "wait", "id": 5, "compartment": "A07", "open": true, "timeout_ms": 5000}   → ok {"reached": true}
    faults    {"op": "fault", "id": 6, "compartment": "A07", "fault": "jam", "other": null}     → ok {}
              {"op": "clear_fault", "id": 7, "compartment": "A07", "fault": null}    → ok {}   (null: all of them)
    around    {"op": "contact", "id": 13, "name": "power_fail", "active": true}    → ok {}
              {"op": "gauge", "id": 14, "name": "temperature", "value": 22000}     → ok {}   (null: cannot be read)
              {"op": "read_file", "id": 15, "path": "/sys/…"}                      → ok {"text": "22000\\n"}
              {"op": "thing", "id": 16, "name": "keypad", "there": false}          → ok {}
              {"op": "device", "id": 17, "path": "/dev/input/…"}                   → ok {"there": true, "on": false}
    looking   {"op": "status", "id": 8}                        → ok, see ``PlantStatus``
              {"op": "ledger", "id": 9, "since": 0}            → ok, see ``LedgerView``
              {"op": "subscribe", "id": 10}                    → ok as for status, then "compartment", "scene", "around"
    scene     {"op": "scene_get", "id": 11}                    → ok, see ``Scene``
              {"op": "scene_set", "id": 12, "scene": {…}}      → ok, see ``Scene``  (null: nothing before the camera)

Lines are named as `hal.profile.Wire` writes itself: ``header:17`` is GPIO 17, ``east:6`` channel 6 of the bank "east".
A level of ``null`` is an input that cannot be read. When a connection ends, the lines it drove keep their level, as
GPIO lines do. The scene is stored as it comes; its ``revision`` grows by one with every change.
"""

from __future__ import annotations

from typing import Any

import msgspec

from simulator.plant.ledger import CoilPulse, Handling, Movement


class Request(msgspec.Struct, tag_field="op", forbid_unknown_fields=True, kw_only=True):
    """What every request has."""

    id: int = 0


class Lines(Request, tag="lines"):
    """From now on this connection gets the levels of all input lines."""


class SetLine(Request, tag="set"):
    """Drive an output line. ``at_ms``: when it was done, on CLOCK_MONOTONIC; null: now."""

    line: str
    level: int
    at_ms: float | None = None


class Pull(Request, tag="pull"):
    """Pull the door."""

    compartment: str


class Press(Request, tag="press"):
    """Push the door."""

    compartment: str


class Close(Request, tag="close"):
    """Close the door."""

    compartment: str


class Take(Request, tag="take"):
    """Take one thing out, or everything."""

    compartment: str
    item: str | None = None


class Put(Request, tag="put"):
    """Put something in."""

    compartment: str
    item: str


class Wait(Request, tag="wait"):
    """Wait until the door is open (ajar counts) or closed."""

    compartment: str
    open: bool = True
    timeout_ms: int = 5_000


class BreakIt(Request, tag="fault"):
    """Something breaks: a ``PlantFault`` by its value."""

    compartment: str
    fault: str
    other: str | None = None


class Mend(Request, tag="clear_fault"):
    """A fault, or all of them, is gone."""

    compartment: str
    fault: str | None = None


class SetContact(Request, tag="contact"):
    """The mains go or come back (``power_fail``), the housing is opened or closed (``tamper``), headphones are put in
    or pulled out (``headphones``).
    """

    name: str
    active: bool


class SetGauge(Request, tag="gauge"):
    """It gets warmer, say: ``temperature``, ``supply_voltage``."""

    name: str
    value: int | None


class ReadFile(Request, tag="read_file"):
    """What the kernel says in one of the profile's files."""

    path: str


class SetThing(Request, tag="thing"):
    """Plug in or pull out: ``keypad``, the sound cards ``loudspeaker`` and ``headphones``, ``socket``."""

    name: str
    there: bool


class AskDevice(Request, tag="device"):
    """Whether the kernel knows a device, and whether its switch is on."""

    path: str


class Status(Request, tag="status"):
    """How everything stands."""


class ReadLedger(Request, tag="ledger"):
    """What happened after entry ``since``."""

    since: int = 0


class Subscribe(Request, tag="subscribe"):
    """From now on this connection hears of every change."""


class SceneGet(Request, tag="scene_get"):
    """What is before the camera?"""


class SceneSet(Request, tag="scene_set"):
    """Hold something before the camera."""

    scene: dict[str, Any] | None = None


AnyRequest = (
    Lines
    | SetLine
    | Pull
    | Press
    | Close
    | Take
    | Put
    | Wait
    | BreakIt
    | Mend
    | SetContact
    | SetGauge
    | ReadFile
    | SetThing
    | AskDevice
    | Status
    | ReadLedger
    | Subscribe
    | SceneGet
    | SceneSet
)


class BoxStatus(msgspec.Struct, frozen=True):
    """One compartment as it stands."""

    compartment: str
    door: str
    """``"closed"``, ``"ajar"`` or ``"open"``: where it is, not what its sensor says."""
    latched: bool
    contents: list[str]
    sensor: int | None
    line: int
    """The level of the lock's line (of the wire that leads to this coil)."""
    energised: bool
    lamp: int | None
    """``None``: there is no lamp."""
    burned: bool
    faults: list[str]


class Scene(msgspec.Struct, frozen=True):
    """What is before the camera."""

    revision: int
    scene: dict[str, Any] | None


class PlantStatus(msgspec.Struct, frozen=True):
    """Everything."""

    compartments: list[BoxStatus]
    scene: Scene
    tones: int
    """How often the buzzer has begun to sound."""
    mono_ms: int
    contacts: dict[str, bool] = {}
    """Whether what each contact is for is the case."""
    gauges: dict[str, int | None] = {}
    lights: dict[str, int] = {}
    """Those that the profile names: ``scanner``, ``door``, and the amplifier of the ``loudspeaker``."""
    things: dict[str, bool] = {}
    """What is plugged in."""


class LedgerView(msgspec.Struct, frozen=True):
    """What happened."""

    entries: list[CoilPulse | Movement | Handling]
    most_coils: dict[str, int]
    """The most coils that ever drew current at a time, per supply."""
    last_seq: int


class LevelEvent(msgspec.Struct, frozen=True, tag="level", tag_field="event"):
    """An input line changed."""

    line: str
    level: int | None
    mono_ms: int


class BoxEvent(msgspec.Struct, frozen=True, tag="compartment", tag_field="event"):
    """A compartment changed."""

    status: BoxStatus
    mono_ms: int


class SceneEvent(msgspec.Struct, frozen=True, tag="scene", tag_field="event"):
    """Something else is before the camera."""

    scene: Scene


class AroundEvent(msgspec.Struct, frozen=True, tag="around", tag_field="event"):
    """A contact or gauge was moved, a light switched, or something plugged in."""

    contacts: dict[str, bool]
    gauges: dict[str, int | None]
    lights: dict[str, int]
    things: dict[str, bool] = {}


AnyEvent = LevelEvent | BoxEvent | SceneEvent | AroundEvent


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to request ``re``: ``ok``, or ``error`` and ``message``."""

    re: int
    ok: msgspec.Raw = msgspec.Raw(b"null")
    error: str | None = None
    message: str | None = None


class PlantError(Exception):
    """The plant refused a request. ``code`` is for scripts."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class PlantGone(ConnectionError):
    """There is no plant at the other end (any more)."""
