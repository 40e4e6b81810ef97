"""Looks at one sight after the other with axe-core, at the order in which the keypad goes through it, and at the
gaps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from importlib import resources

from playwright.async_api import Browser

from tests.e2e.accessibility.places import SHOW, Place, Sight
from tests.e2e.pages.running import Watched, opened
from tests.e2e.pages.scripted import ScriptedController

AXE_SCRIPT = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")

#: WCAG 2.0, 2.1 and 2.2, levels A and AA, and what axe calls best practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

AXE = """async (rules) => {
  const found = await axe.run(document, { resultTypes: ["violations"], runOnly: rules, preload: false });
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}`));
}"""

#: Which control comes before another one in the keypad's order although it stands after it on the screen. Controls
#: beside each other are read in the direction of what holds them; columns are read one after the other. The way back
#: from a layer comes last, wherever there was room for it.
ORDER = """() => {
  const wrong = [];
  const all = controls();
  if (!all.length && page().querySelector("button")) wrong.push("no control can be reached");
  all.forEach((each, index) => {
    const next = all[index + 1];
    if (!next || (next.dataset.show === "" && next.closest(".stage--entry"))) return;
    const a = each.getBoundingClientRect(), b = next.getBoundingClientRect();
    let around = each.parentElement;
    while (!around.contains(next)) around = around.parentElement;
    const rtl = getComputedStyle(around).direction === "rtl";
    const above = b.bottom <= a.top + 2;
    const before = rtl ? b.left >= a.right - 2 : b.right <= a.left + 2;
    const after = rtl ? b.right <= a.left + 2 : b.left >= a.right - 2;
    const sameRow = b.top < a.bottom - 2 && a.top < b.bottom - 2;
    if ((sameRow && before) || (above && !after)) wrong.push(`order: ${each.dataset.key} before ${next.dataset.key}`);
  });
  return wrong;
}"""

#: Controls that are nearer to each other than 2 mm on the panel.
GAPS = """() => {
  const least = 2 * parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--mm")) - 0.5;
  const all = controls().map((each) => [each, each.getBoundingClientRect()]);
  return all.flatMap(([a, p], index) => all.slice(index + 1).flatMap(([b, q]) => {
    const across = Math.max(p.left - q.right, q.left - p.right), down = Math.max(p.top - q.bottom, q.top - p.bottom);
    return Math.max(across, down) >= least ? [] : [`gap: ${a.dataset.key} / ${b.dataset.key}`];
  }));
}"""


async def inspect(chrome: Browser, address: str, controller: ScriptedController, sights: Iterable[Sight]) -> list[str]:
    """What is wrong with these sights, a line each. They are looked at in an order that moves the page least."""
    problems: list[str] = []
    standing: tuple[Place, str] | None = None
    ordered = sorted(sights, key=lambda sight: (sight.panel, sight.language, sight.place.page, sight.place.layer))
    async with opened(chrome, address) as window:
        await window.page.evaluate(AXE_SCRIPT)
        panel = None
        for sight in ordered:
            if sight.panel != panel:
                panel = sight.panel
                await window.page.set_viewport_size({"width": panel[0], "height": panel[1]})
            if standing != (sight.place, sight.language):
                await _go(window, controller, sight)
                standing = (sight.place, sight.language)
            if not await window.page.evaluate(SHOW, [sight.place.layer, list(sight.modes)]):
                problems.append(f"{sight}: the layer does not open")
                continue
            found = await window.page.evaluate(AXE, RULES)
            found += await window.page.evaluate(ORDER)
            found += await window.page.evaluate(GAPS)
            problems.extend(f"{sight}: {problem}" for problem in found)
        problems.extend(window.complaints)
    return problems


async def _go(window: Watched, controller: ScriptedController, sight: Sight) -> None:
    revision = controller.show("kiosk", sight.place.view(sight.language))
    try:
        async with asyncio.timeout(15):
            await window.page.wait_for_selector(
                f'#page[data-tag$="-{revision}"][data-page="{sight.place.page}"][lang="{sight.language}"]'
            )
    except TimeoutError:
        raise AssertionError(f"{sight} never stood on the screen") from None
