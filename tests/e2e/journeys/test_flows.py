"""Every flow that is counted, walked to its end, with as many touches as it may have."""

from __future__ import annotations

import pytest

from tests.e2e.journeys.flows import FLOWS
from tests.e2e.journeys.stage import stage

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("name", FLOWS)
async def test_a_flow_comes_to_its_end(name: str) -> None:
    flow = FLOWS[name]
    async with stage(flow.what) as it:
        counted = await flow.walk(it)
        # Typing apart (ui.md): what confirms it counts.
        assert counted.touches <= flow.touches
        # The browser notes nothing on its own: no script failed, no request was refused.
        assert it.person.screen.complaints == []
