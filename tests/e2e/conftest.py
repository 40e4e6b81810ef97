"""One Chromium and one event loop for all tests of a worker: both outlive a test, what a test opens in them does
not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.pages.running import keeping_a_browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Playwright belongs to the loop it was started on, so its tests share that. Called with the tests of all rooms."""
    for item in items:
        if "e2e" in item.nodeid.split("/") and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def _kept_browser() -> AsyncIterator[None]:
    async with keeping_a_browser():
        yield
