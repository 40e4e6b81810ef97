"""What events and commands are made of, and that none is without its rule."""

from __future__ import annotations

import typing
from dataclasses import fields, is_dataclass

import pytest

from controller.domain import commands as cmd
from controller.domain import decide_central, evolve
from controller.domain import events as ev
from controller.domain.decide import RULES
from controller.domain.evolve import changes
from controller.domain.model import Box
from controller.domain.moment import Moment


def kinds_of(module: object, base: type) -> list[type]:
    """The classes of a module. Not ``__subclasses__()``: a dataclass with slots leaves its first form there."""
    named = vars(module).values()
    return [kind for kind in named if isinstance(kind, type) and issubclass(kind, base) and kind is not base]


EVENTS = kinds_of(ev, ev.Event)
COMMANDS = [kind for kind in kinds_of(cmd, cmd.Command) if kind is not cmd.CentralCommand]


def written_as_json(kind: object) -> bool:
    """RFC 8785 without floats, booleans and nulls: strings, integers, lists and objects of these."""
    if kind in (str, int):
        return True
    if typing.get_origin(kind) is tuple:
        arguments = typing.get_args(kind)
        return len(arguments) == 2 and arguments[1] is Ellipsis and written_as_json(arguments[0])
    if isinstance(kind, type) and is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return all(written_as_json(hints[field.name]) for field in fields(kind))
    return False


def test_the_walk_itself_refuses_what_must_not_be_written() -> None:
    for wrong in (bool, float, type(None), dict[str, str], list[str], tuple[str, int], tuple[bool, ...], str | None):
        assert not written_as_json(wrong)


def test_there_are_events_and_commands() -> None:
    assert len(EVENTS) > 50
    assert len(COMMANDS) > 35


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_an_event_holds_strings_integers_and_lists_of_these(kind: type) -> None:
    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    hints = typing.get_type_hints(kind)
    for field in fields(kind):
        assert written_as_json(hints[field.name]), f"{field.name}: {hints[field.name]}"


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_an_event_has_a_rule_to_evolve(kind: type) -> None:
    # A sealed checkpoint only counts: `evolve` passes it by before the rules.
    assert kind in changes.apply.registry or kind is ev.CheckpointSealed


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_a_command_has_a_rule_to_decide(kind: type) -> None:
    assert kind in RULES
    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert (kind in decide_central.NAMES) == issubclass(kind, cmd.CentralCommand)


def test_an_event_that_nobody_knows_stops_the_box() -> None:
    class Unknown(ev.Event):
        pass

    with pytest.raises(TypeError, match="no rule to evolve Unknown"):
        evolve.evolve(Box(), Unknown(), Moment(0, 0, "boot", True))
