"""What the observations mean. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hal.interfaces import DoorLevel
from hal.profile import Profile
from hal.wiring.observation import Observation


class Code(StrEnum):
    """What may be wrong. Stable; words are in ``words``."""

    LOCK_FAULT = "lock_fault"
    DOES_NOT_OPEN = "does_not_open"
    OPENS_PRESSED = "opens_pressed"
    OPENS_RETRIED = "opens_retried"
    SLOW = "slow"
    LOCK_SWAPPED = "lock_swapped"
    LOCK_DOUBLED = "lock_doubled"
    OPENED_TWICE = "opened_twice"
    CONTACT_DEAD = "contact_dead"
    CONTACT_UNREADABLE = "contact_unreadable"
    CONTACT_STUCK = "contact_stuck"
    CONTACT_INVERTED = "contact_inverted"
    CONTACT_SWAPPED = "contact_swapped"
    CONTACT_DOUBLED = "contact_doubled"
    CONTACT_ALONE = "contact_alone"
    CONTACT_OPEN = "contact_open"
    NOT_FIRED = "not_fired"


_BY_THE_CONTACT = frozenset({Code.CONTACT_OPEN, Code.CONTACT_UNREADABLE})
"""Locks that are not fired because of what their contact says: then that is the finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend at ``label``; ``other`` is what else it is about: compartments, or a driver's code."""

    code: Code
    label: str
    other: str = ""


def judge(profile: Profile, observations: Sequence[Observation]) -> tuple[Finding, ...]:
    """Everything that is wrong, in the order in which the locks were fired; empty when all is well."""
    found: dict[Finding, None] = {}
    times = Counter(door for seen in observations for door in seen.opened)
    for seen in observations:
        for finding in (*_of_the_lock(seen, profile.pulse_ms(seen.label)), *_of_the_contacts(seen)):
            found[finding] = None
    for door in sorted(label for label, count in times.items() if count > 1):
        by = ", ".join(seen.label for seen in observations if door in seen.opened)
        found[Finding(Code.OPENED_TWICE, door, by)] = None
    return tuple(found)


def _of_the_lock(seen: Observation, pulse_ms: int) -> list[Finding]:
    found = []
    if seen.not_fired:
        return [] if seen.not_fired in _BY_THE_CONTACT else [Finding(Code.NOT_FIRED, seen.label, seen.not_fired)]
    if seen.fault:
        found.append(Finding(Code.LOCK_FAULT, seen.label, seen.fault))
    if not seen.opened:
        if not seen.fault:
            found.append(Finding(Code.DOES_NOT_OPEN, seen.label))
    elif len(seen.opened) > 1:
        found.append(Finding(Code.LOCK_DOUBLED, seen.label, ", ".join(seen.opened)))
    elif seen.opened[0] != seen.label:
        found.append(Finding(Code.LOCK_SWAPPED, seen.label, seen.opened[0]))
    if seen.opened and seen.pressed:
        found.append(Finding(Code.OPENS_PRESSED, seen.opened[0]))
    elif seen.opened and seen.attempts > 1:
        found.append(Finding(Code.OPENS_RETRIED, seen.opened[0], str(seen.attempts)))
    if seen.opened and seen.to_open_ms is not None and seen.to_open_ms > pulse_ms:
        found.append(Finding(Code.SLOW, seen.opened[0], f"{seen.to_open_ms} ms"))
    return found


def _of_the_contacts(seen: Observation) -> list[Finding]:
    if seen.not_fired:
        return [Finding(Code(seen.not_fired), seen.label)] if seen.not_fired in _BY_THE_CONTACT else []
    found = [Finding(Code.CONTACT_INVERTED, label) for label in seen.inverted]
    found += [Finding(Code.CONTACT_STUCK, label) for label in seen.stuck]
    if seen.before is DoorLevel.UNKNOWN:
        found.append(Finding(Code.CONTACT_UNREADABLE, seen.label))
    if not seen.opened:
        return [*found, *(Finding(Code.CONTACT_ALONE, label, seen.label) for label in seen.moved)]
    if len(seen.opened) > 1:
        return found  # which contact is whose cannot be told
    door = seen.opened[0]
    if not seen.moved:
        if not (door == seen.label and seen.before is DoorLevel.UNKNOWN):
            found.append(Finding(Code.CONTACT_DEAD, door))
    elif len(seen.moved) > 1:
        found.append(Finding(Code.CONTACT_DOUBLED, door, ", ".join(seen.moved)))
    elif seen.moved[0] != door:
        found.append(Finding(Code.CONTACT_SWAPPED, door, seen.moved[0]))
    return found
