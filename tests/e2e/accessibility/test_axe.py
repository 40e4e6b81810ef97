"""axe-core finds nothing on any resident's page: every two of page, language, reading mode and panel together. The
whole product is `./box a11y`."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product

import pytest

from tests.e2e.accessibility.inspection import AXE, AXE_SCRIPT, GAPS, ORDER, RULES, inspect
from tests.e2e.accessibility.pairs import covering
from tests.e2e.accessibility.places import LANGUAGES, MODES, PANELS, PLACES, Sight
from tests.e2e.pages.conftest import Stand
from tests.e2e.pages.running import browser, opened

pytestmark = pytest.mark.e2e

FACTORS = (PLACES, LANGUAGES, MODES, PANELS)
PAIRWISE = [
    Sight(PLACES[place], LANGUAGES[language], MODES[mode], PANELS[panel])
    for place, language, mode, panel in covering(FACTORS)
]
#: So many tests share the work.
SHARES = 12


def test_every_two_values_meet() -> None:
    for first, second in combinations(range(len(FACTORS)), 2):
        values = [(sight.place, sight.language, sight.modes, sight.panel) for sight in PAIRWISE]
        met = {(each[first], each[second]) for each in values}
        assert met == set(product(FACTORS[first], FACTORS[second]))
    # And the rest of the selection is even: no panel or mode is looked at by the way only.
    assert min(Counter(sight.panel for sight in PAIRWISE).values()) * len(PANELS) > 0.8 * len(PAIRWISE)


@pytest.mark.parametrize("share", range(SHARES))
async def test_nothing_is_found_where_any_two_meet(stand: Stand, share: int) -> None:
    ordered = sorted(PAIRWISE, key=lambda sight: (sight.panel, sight.language))
    size = -(-len(ordered) // SHARES)
    async with browser() as chrome:
        problems = await inspect(chrome, stand.ui.address, stand.controller, ordered[share * size : (share + 1) * size])
    assert not problems, "\n".join(problems)


async def test_a_mistake_is_found(stand: Stand) -> None:
    """The tests above look at silence; so silence must mean something."""
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.page.evaluate(AXE_SCRIPT)
        assert await window.page.evaluate(AXE, RULES) == []
        assert await window.page.evaluate(ORDER) == []
        assert await window.page.evaluate(GAPS) == []
        await window.page.evaluate("() => { document.querySelector('.tool__label').textContent = ''; }")
        assert [problem.split(":")[0] for problem in await window.page.evaluate(AXE, RULES)] == ["button-name"]
        await window.page.evaluate("() => { document.querySelector('.tool').style.translate = '900px 500px'; }")
        (problem,) = await window.page.evaluate(ORDER)
        assert problem.startswith("order: tool-help before")
        await window.page.evaluate("() => { document.querySelector('.tools').style.gap = '1mm'; }")
        assert await window.page.evaluate(GAPS) != []
