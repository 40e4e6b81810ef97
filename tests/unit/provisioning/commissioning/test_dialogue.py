"""What an installer's answers mean. Enter never stands for what only the contacts say."""

from __future__ import annotations

import io

import pytest

from provisioning.commissioning.dialogue import Terminal, ask_doors, ask_yes
from provisioning.errors import ProvisioningError

LABELS = ("A01", "A02", "A03")


def terminal(*lines: str) -> Terminal:
    return Terminal(io.StringIO("".join(f"{line}\n" for line in lines)), io.StringIO())


@pytest.mark.parametrize(
    ("moved", "lines", "doors"),
    [
        (("A01",), [""], ("A01",)),
        ((), [""], ()),
        (("A02",), ["", "a02"], ("A02",)),
        (("A02",), ["A01"], ("A01",)),
        (("A01",), ["-"], ()),
        ((), ["B99", "a03, A01,A03"], ("A03", "A01")),
    ],
)
def test_doors(moved: tuple[str, ...], lines: list[str], doors: tuple[str, ...]) -> None:
    assert ask_doors(terminal(*lines), "A01", moved, LABELS) == doors


def test_only_the_word_yes_is_a_yes() -> None:
    assert ask_yes(terminal("Yes"), "?")
    for answer in ("y", "", "no", "yes please"):
        assert not ask_yes(terminal(answer), "?")


def test_the_end_of_the_input_gives_the_round_up() -> None:
    with pytest.raises(ProvisioningError, match="nobody_answers"):
        terminal().ask("?")
