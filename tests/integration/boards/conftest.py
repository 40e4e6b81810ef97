"""A module's cabinet on emulated boards: its text is the module's ``PROFILE``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.boards import RunningBoards, running_boards
from tests.fakes.boxes import Box, whole


@pytest.fixture(scope="module")
def boards(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBoards]:
    """One process of boards for all tests of the module."""
    file = tmp_path_factory.mktemp("boards") / "cabinet.toml"
    file.write_text(request.module.PROFILE, encoding="utf-8")
    with running_boards(file) as running:
        yield running


@pytest.fixture
def box(boards: RunningBoards) -> Iterator[Box]:
    """A cabinet on them, everything mended and closed before and after."""
    with whole(boards):
        made = Box(boards)
        yield made
        made.cabinet.close()
