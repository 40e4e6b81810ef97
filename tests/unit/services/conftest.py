"""Fixtures of the services' tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.services.bench import Bench, commissioned


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A commissioned box over the real log."""
    async with commissioned(tmp_path) as made:
        yield made
