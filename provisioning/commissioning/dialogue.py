"""What the round says to the installer, and asks."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from typing import Protocol, TextIO

from provisioning.errors import ProvisioningError

NONE = "-"


class Installer(Protocol):
    """Somebody before the front."""

    def say(self, text: str) -> None:
        """Tell something."""
        ...

    def ask(self, question: str) -> str:
        """Ask and wait for a line; spaces around it are gone. Raises ``ProvisioningError`` when nobody answers."""
        ...


class Terminal:
    """An ``Installer`` at standard input and output."""

    def __init__(self, inlet: TextIO | None = None, outlet: TextIO | None = None) -> None:
        self._in = inlet or sys.stdin
        self._out = outlet or sys.stdout

    def say(self, text: str) -> None:
        """See ``Installer.say``."""
        self._out.write(text + "\n")
        self._out.flush()

    def ask(self, question: str) -> str:
        """See ``Installer.ask``: ``nobody_answers`` at the end of the input."""
        self._out.write(question + " ")
        self._out.flush()
        line = self._in.readline()
        if not line:
            raise ProvisioningError("nobody_answers", "the round was given up; nothing was changed")
        return line.strip()


def ask_yes(installer: Installer, question: str) -> bool:
    """Only the whole word counts."""
    return installer.ask(f"{question} (yes/no)").casefold() == "yes"


def ask_doors(installer: Installer, fired: str, moved: Sequence[str], labels: Collection[str]) -> tuple[str, ...]:
    """Which doors stand open. Enter may stand for what is expected, never for what only the contacts say."""
    usual = (fired,) if fired in moved else None if moved else ()
    enter = "" if usual is None else f", Enter for {usual[0] if usual else 'none'}"
    while True:
        answer = installer.ask(f"Which door stands open? Its label, several with commas, {NONE} for none{enter}:")
        if not answer:
            if usual is not None:
                return usual
            installer.say(f"The contact of {', '.join(moved)} moved, so please look which door stands open.")
            continue
        if answer == NONE:
            return ()
        doors = tuple(dict.fromkeys(part.strip().upper() for part in answer.split(",") if part.strip()))
        unknown = [door for door in doors if door not in labels]
        if doors and not unknown:
            return doors
        installer.say(f"There is no door {', '.join(unknown)} in this cabinet.")
