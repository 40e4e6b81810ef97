"""The map that the observations prove. Pure.

A wire is moved to another label only where exactly one door opened (and exactly one contact moved), and only if
afterwards every wire still belongs to exactly one compartment. Nothing is guessed by elimination.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from hal.profile import Compartment, KerongBank, Profile, Wire
from hal.wiring.observation import Observation


def corrected(profile: Profile, observations: Sequence[Observation]) -> Profile:
    """The profile with lock wires and contact wires where they were seen to be; ``profile`` itself where nothing is
    proved to be elsewhere, or where what was seen does not go together.
    """
    fired = [seen for seen in observations if not seen.not_fired]
    doors = Counter(door for seen in fired for door in seen.opened)
    sure = [seen for seen in fired if len(seen.opened) == 1 and doors[seen.opened[0]] == 1]
    locks = _moved(profile.labels, {seen.opened[0]: seen.label for seen in sure})
    contacts = _moved(profile.labels, {seen.opened[0]: seen.moved[0] for seen in sure if len(seen.moved) == 1})
    if all(label == source for table in (locks, contacts) for label, source in table.items()):
        return profile
    return replace(
        profile,
        compartments=tuple(
            _rewired(profile, item, locks[item.label], contacts[item.label]) for item in profile.compartments
        ),
    )


def _moved(labels: Sequence[str], seen: Mapping[str, str]) -> dict[str, str]:
    """For each label the one whose wire it gets; as it was, unless each wire ends up with exactly one label."""
    table = {label: seen.get(label, label) for label in labels}
    if len(set(table.values())) != len(table):
        return {label: label for label in labels}
    return table


def _rewired(profile: Profile, item: Compartment, lock_of: str, contact_of: str) -> Compartment:
    if lock_of == item.label and contact_of == item.label:
        return item
    lock = profile.compartment(lock_of)
    contact = profile.sensor_wire(profile.compartment(contact_of))
    own = Wire(profile.lock_wire(lock).bank, lock.lock)
    implied = item.sensor is None and contact == own and isinstance(profile.bank(lock.bank), KerongBank)
    return replace(
        item,
        bank=lock.bank,
        lock=lock.lock,
        sensor=None if implied else contact.channel,
        sensor_bank="" if contact.bank == own.bank else contact.bank,
    )


ENGLISH = ("lock", "contact")
GERMAN = ("Schloss", "Kontakt")


def changes(before: Profile, after: Profile, words: tuple[str, str] = ENGLISH) -> list[str]:
    """Each change in a line, as a technician reads it. ``words``: for the lock and for the door contact."""
    lines = []
    for old, new in zip(before.compartments, after.compartments, strict=True):
        for what, one, other in (
            (words[0], before.lock_wire(old), after.lock_wire(new)),
            (words[1], before.sensor_wire(old), after.sensor_wire(new)),
        ):
            if one != other:
                lines.append(f"{old.label}: {what} {one} -> {other}")
    return lines
