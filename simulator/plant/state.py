"""What survives the plant: doors, latches and contents, in a small JSON file that is always whole."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from simulator.plant.parts import Position
from simulator.plant.world import World


class BoxState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One compartment."""

    position: Position
    latched: bool
    contents: list[str]


def save(world: World, path: Path) -> None:
    """Write atomically: whoever reads sees the old file or the new one."""
    state = {box.label: BoxState(box.position, box.latched, box.contents) for box in world.boxes.values()}
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(state)))
    fresh.replace(path)


def restore(world: World, path: Path) -> None:
    """Put everything where it was. A missing file is a new cabinet; labels it does not know are an error.

    Raises ``ValueError`` when the file does not fit the cabinet.
    """
    if not path.exists():
        return
    try:
        state = msgspec.json.decode(path.read_bytes(), type=dict[str, BoxState])
    except msgspec.DecodeError as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    strangers = sorted(set(state) - set(world.boxes))
    if strangers:
        raise ValueError(f"{path} is of another cabinet: it has {', '.join(strangers)}")
    for label, was in state.items():
        world.place(label, was.position, latched=was.latched, contents=was.contents)
