"""axe-core finds nothing on any resident's page: every two of page, language, reading mode and panel together, a third
of them in every run and all with the mark ``slow``. The whole product is `./box a11y`.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product
from random import Random

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
#: Those of every run: each page comes in a third of the languages, each language on a third of the pages.
EVERY_RUN = range(0, SHARES, 3)


def test_every_two_values_meet() -> None:
    for first, second in combinations(range(len(FACTORS)), 2):
        values = [(sight.place, sight.language, sight.modes, sight.panel) for sight in PAIRWISE]
        met = {(each[first], each[second]) for each in values}
        assert met == set(product(FACTORS[first], FACTORS[second]))
    # And the rest of the selection is even: no panel or mode is looked at by the way only.
    assert min(Counter(sight.panel for sight in PAIRWISE).values()) * len(PANELS) > 0.8 * len(PAIRWISE)


def sights(share: int) -> list[Sight]:
    """A share of the selection, so ordered that the window seldom changes its size."""
    # The selection has an order; cards that are always shuffled alike have none.
    mine = Random(0).sample(PAIRWISE, len(PAIRWISE))[share::SHARES]
    return sorted(mine, key=lambda sight: (sight.panel, sight.language))


def test_every_run_sees_every_page_language_mode_and_panel() -> None:
    seen = [sight for share in EVERY_RUN for sight in sights(share)]
    assert 3 * len(seen) >= len(PAIRWISE)
    for of in ("place", "language", "modes", "panel"):
        assert {getattr(sight, of) for sight in seen} == {getattr(sight, of) for sight in PAIRWISE}
    assert min(Counter(sight.panel for sight in seen).values()) * len(PANELS) > 0.7 * len(seen)


@pytest.mark.parametrize(
    "share",
    [
        *EVERY_RUN,
        *(pytest.param(share, marks=pytest.mark.slow) for share in range(SHARES) if share not in EVERY_RUN),
    ],
)
async def test_nothing_is_found_where_any_two_meet(stand: Stand, share: int) -> None:
    async with browser() as chrome:
        problems = await inspect(chrome, stand.ui.address, stand.controller, sights(share))
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
