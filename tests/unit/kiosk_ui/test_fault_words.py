"""Every fault that can be raised is said in words: what it is, what to do, what to tell the office."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import controller
import hal
from kiosk_ui import fault_words

#: Calls whose first argument is the code of a fault.
RAISING = frozenset({"raise_fault", "_set_fault", "SetFault", "FaultRaised", "Fault"})
#: The rules know this one by the reading itself, and raise ``door_unreadable``.
SWALLOWED = "door_sensor_unreadable"


def sources() -> Iterator[Path]:
    for package in (controller, hal):
        assert package.__file__ is not None
        yield from sorted(Path(package.__file__).parent.rglob("*.py"))


def constants(trees: list[ast.Module]) -> dict[str, str]:
    """Module-level names that stand for a string, in all sources."""
    found: dict[str, str] = {}
    for tree in trees:
        for node in tree.body:
            if isinstance(node, ast.Assign):
                targets, value = node.targets, node.value
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                targets, value = [node.target], node.value
            else:
                continue
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found |= {target.id: value.value for target in targets if isinstance(target, ast.Name)}
    return found


def raised() -> set[str]:
    """Codes that stand in the sources as the first argument of a call that raises a fault."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources()]
    names = constants(trees)
    codes: set[str] = set()
    for tree in trees:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in RAISING:
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                codes.add(first.value)
            elif isinstance(first, ast.Name) and first.id in names:
                codes.add(names[first.id])
    # `hal.doors.watch` makes its two with a variable.
    return codes | {"door_sensor_flapping"} - {SWALLOWED}


def test_the_search_finds_faults_of_all_kinds() -> None:
    assert raised() >= {"jam", "disk_full", "screen_stale", "indicator_failed", "outage", "door_sensor_flapping"}


@pytest.mark.parametrize("code", sorted(raised()))
def test_a_fault_is_said_in_words(code: str) -> None:
    said = fault_words.FAULTS.get(code)
    assert said is not None, f"{code} can be raised and nobody says what it is"
    for text in (said.title, said.do, said.tell):
        assert len(text) >= 10
    assert said.do.endswith(".")
    assert said.tell.endswith(".")


def test_no_words_are_left_over() -> None:
    assert set(fault_words.FAULTS) <= raised() | {"door_sensor_flapping"}


def test_a_code_of_another_version_says_itself() -> None:
    assert fault_words.words("coffee_empty").title == "coffee_empty"
    assert "4711" in fault_words.out_of_order("log_damaged:4711").title
    assert fault_words.out_of_order("something").title == "something"
