"""The whole product of page, language, reading mode and panel: `./box a11y`."""

from __future__ import annotations

from itertools import product

import pytest

from tests.e2e.accessibility.__main__ import look
from tests.e2e.accessibility.places import LANGUAGES, MODES, PANELS, PLACES, Sight

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(3_600)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_is_found_anywhere(language: str) -> None:
    problems = await look([Sight(*each) for each in product(PLACES, (language,), MODES, PANELS)], workers=2)
    assert not problems, "\n".join(problems)
