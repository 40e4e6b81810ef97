"""Boxes that can be killed, each on a copy of a log that has begun."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from simulator.preload import Preload

pytest.register_assert_rewrite("tests.recovery.killed_box")

from tests.recovery.killed_box import KilledBox, begun_box  # noqa: E402

MakeBox = Callable[[Preload], KilledBox]


@pytest.fixture(scope="session")
def begun() -> Iterator[Path]:
    """The log of a box that was started once."""
    with TemporaryDirectory(prefix="box-") as directory:
        yield begun_box(Path(directory))


@pytest.fixture
def make_box(begun: Path) -> Iterator[MakeBox]:
    """Makes boxes; ends their processes. Their paths are short, for the sockets' sake."""
    with ExitStack() as stack:

        def make(what: Preload) -> KilledBox:
            directory = stack.enter_context(TemporaryDirectory(prefix="box-"))
            return stack.enter_context(KilledBox(Path(directory), begun, what))

        yield make
