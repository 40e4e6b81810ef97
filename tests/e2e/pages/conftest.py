"""One scripted controller and one UI process for each test."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest_asyncio

from tests.e2e.pages.running import Ui, ui
from tests.e2e.pages.scripted import ScriptedController
from tests.e2e.pages.shots import LANGUAGES


@dataclass
class Stand:
    """A box's pages with a scripted controller behind them."""

    controller: ScriptedController
    ui: Ui

    def client(self) -> httpx.AsyncClient:
        """A client of the same origin, as the pages' own script is."""
        return httpx.AsyncClient(base_url=self.ui.origin, headers={"origin": self.ui.origin}, timeout=30)


@contextlib.asynccontextmanager
async def _stand(*arguments: str) -> AsyncIterator[Stand]:
    # Not tmp_path: the path of a unix socket must not be longer than 107 characters.
    with tempfile.TemporaryDirectory(prefix="pages") as directory:
        socket = Path(directory, "ui.sock")
        async with ScriptedController(socket) as controller, ui(socket, *arguments) as running:
            yield Stand(controller, running)


@pytest_asyncio.fixture(loop_scope="session")
async def stand() -> AsyncIterator[Stand]:
    async with _stand("--log-level", "debug") as stand:
        yield stand


@pytest_asyncio.fixture(loop_scope="session")
async def stand_of_all() -> AsyncIterator[Stand]:
    """With the pseudo-locales beside everything that is offered."""
    async with _stand("--languages", ",".join(LANGUAGES)) as stand:
        yield stand
