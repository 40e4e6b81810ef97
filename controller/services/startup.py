"""From the stored log to a box that serves: fold, settle what was open, activate plan and policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decide import decide
from controller.domain.evolve import evolve
from controller.domain.hours import Calendar
from controller.domain.model import Box, Door, LockRules
from controller.domain.moment import Moment
from controller.ports import Opened, RecordedEvent
from controller.services.actor import Actor


class StateReader(Protocol):
    def decode(self, recorded: RecordedEvent) -> ev.Event: ...

    def decode_state(self, state: bytes) -> Box: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What the configuration says the box is: to be activated at start if it is not in force already."""

    box: str
    kind: str
    software: str
    profile_sha256: str
    compartments: tuple[ev.CompartmentPlan, ...]
    rules: LockRules
    policies_sha256: str
    policies: tuple[ev.PolicyRule, ...]
    seen_empty_by: str
    calendar_sha256: str = ""
    calendar: Calendar | None = None


class StartRefused(Exception):
    """The configuration does not fit what the log says of the box. The text says what to do."""


def fold(opened: Opened, reader: StateReader) -> Box:
    """The state as of the log's end: the sealed snapshot and the verified tail after it. Raises `LogError`."""
    box = Box()
    if opened.snapshot is not None:
        # The snapshot is the state before its CheckpointSealed, which moves the count on and nothing else.
        box = evolve(reader.decode_state(opened.snapshot), ev.CheckpointSealed("", 0), Moment(0, 0, "", False))
    return fold_tail(box, opened.tail, reader)


def fold_tail(box: Box, tail: Iterable[RecordedEvent], reader: StateReader) -> Box:
    for recorded in tail:
        stamp = recorded.stamp
        at = Moment(stamp.wall_ms, stamp.mono_ms, stamp.boot, stamp.clock_trusted)
        box = evolve(box, reader.decode(recorded), at)
    return box


def check_plan(box: Box, plan: Plan, at: Moment) -> None:
    """Raises `StartRefused` when the cabinet's profile was changed while something is inside: pins and labels would not
    agree.
    """
    refusal = decide(box, _activate_profile(plan), at).refusal
    if refusal is not None:
        raise StartRefused(
            "the cabinet's profile was changed while compartments hold something or are unknown: put the old"
            f" profile back, empty the cabinet, then change it (active profile: {box.profile_sha256[:16]}…)"
        )


def _activate_profile(plan: Plan) -> cmd.ActivateProfile:
    return cmd.ActivateProfile(plan.profile_sha256, plan.compartments, plan.rules, plan.seen_empty_by)


def _calendar(plan: Plan) -> cmd.ActivateCalendar:
    return cmd.ActivateCalendar(plan.calendar_sha256, plan.calendar)


async def bring_up(actor: Actor, plan: Plan, doors: Mapping[str, Door]) -> None:
    """Settles first, then activates. ``doors`` are all doors as they were read with every output inactive."""
    settle = cmd.StartBox(plan.software, dict(doors))
    activate = (_activate_profile(plan), cmd.ActivatePolicies(plan.policies_sha256, plan.policies), _calendar(plan))
    if actor.box.seq == 0:
        commands: tuple[cmd.Command, ...] = (cmd.OpenLog(plan.box, plan.kind), *activate, settle)
    else:
        commands = (settle, *activate)
    for command in commands:
        await actor.submit(command)
