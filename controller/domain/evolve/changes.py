"""How a state is changed by copying: one entry, one part at a time; and the table of rules, by type of event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import singledispatch
from typing import TypeVar

from controller.domain import events as ev
from controller.domain.model import (
    Box,
    Compartment,
    Deposit,
    Opening,
    Right,
    Session,
    StaffSession,
)
from controller.domain.moment import Moment

Value = TypeVar("Value")


def with_entry(mapping: dict[str, Value], key: str, value: Value) -> dict[str, Value]:
    return {**mapping, key: value}


def without_entry(mapping: dict[str, Value], key: str) -> dict[str, Value]:
    return {name: value for name, value in mapping.items() if name != key}


def change_compartment(box: Box, label: str, change: Callable[[Compartment], Compartment]) -> Box:
    return replace(box, compartments=with_entry(box.compartments, label, change(box.compartments[label])))


def change_deposit(box: Box, name: str, change: Callable[[Deposit], Deposit]) -> Box:
    return replace(box, deposits=with_entry(box.deposits, name, change(box.deposits[name])))


def change_right(box: Box, name: str, change: Callable[[Right], Right]) -> Box:
    return replace(box, rights=with_entry(box.rights, name, change(box.rights[name])))


def change_session(box: Box, change: Callable[[Session], Session]) -> Box:
    return replace(box, session=change(box.session) if box.session is not None else None)


def change_staff_session(box: Box, change: Callable[[StaffSession], StaffSession]) -> Box:
    return replace(box, staff_session=change(box.staff_session) if box.staff_session is not None else None)


def change_opening(box: Box, change: Callable[[Opening], Opening]) -> Box:
    return replace(box, opening=change(box.opening) if box.opening is not None else None)


@singledispatch
def apply(event: ev.Event, box: Box, at: Moment) -> Box:
    raise TypeError(f"no rule to evolve {type(event).__name__}")
