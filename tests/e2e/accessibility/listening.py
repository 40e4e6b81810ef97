"""A visitor who sees nothing: presses keys of the tactile keypad and hears what is read aloud."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from playwright.async_api import Browser

from tests.e2e.pages.running import Watched

#: Every sound is really fetched, and so really rendered; its playing takes no time. What was interrupted before it
#: began is not heard.
EARS = """
window.heard = [];
HTMLMediaElement.prototype.play = function () {
  const sound = this;
  fetch(sound.src).then(async (answer) => {
    const bytes = (await answer.arrayBuffer()).byteLength;
    if (sound.cut) return;
    const language = answer.headers.get("content-language");
    heard.push([answer.status, language, decodeURIComponent(answer.headers.get("x-says") || ""), bytes]);
    sound.over = true;
    sound.dispatchEvent(new Event("ended"));
  });
  return Promise.resolve();
};
HTMLMediaElement.prototype.pause = function () { this.cut = true; };
window.silent = () => {
  const sound = Speech.sound;
  return !Speech.arriving && !Speech.queue.length && (!sound.src || sound.cut || sound.over);
};
"""

#: Keys that the headphone socket presses, and that playwright does not have.
_OF_THE_SOCKET = ("F13", "F14", "F15", "F16")
_PRESS = """(key) =>
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, code: key, bubbles: true }))"""

#: No sentence that can be said is shorter: a tenth of a second.
_SHORTEST_BYTES = 4_000
_WITHIN_S = 60.0
#: No page has more controls.
_MOST_STEPS = 60


@dataclass
class Listener:
    """One visitor at one screen. ``spoken`` are all sentences so far, with their languages."""

    window: Watched
    spoken: list[tuple[str, str]] = field(default_factory=list)
    _mark: int = 0

    async def press(self, *keys: str) -> None:
        for key in keys:
            if key in _OF_THE_SOCKET:
                await self.window.page.evaluate(_PRESS, key)
            else:
                await self.window.page.keyboard.press(key)

    async def hears(self, *sentences: str) -> None:
        """The next sentences are exactly these, in this order, and nothing follows them."""
        deadline = asyncio.get_running_loop().time() + _WITHIN_S
        while await self._listen() < self._mark + len(sentences):
            assert asyncio.get_running_loop().time() < deadline, (
                f"heard {self.said_since()}, not {list(sentences)}, on {await self._page()}"
            )
            await asyncio.sleep(0.02)
        await self._until_silent()
        assert self.said_since() == list(sentences), f"heard {self.said_since()}, not {list(sentences)}"
        self._mark = len(self.spoken)

    async def hears_nothing(self) -> None:
        """Nothing was said since, and nothing is being said."""
        await self.hears()

    async def finds(self, label: str, key: str = "ArrowDown") -> None:
        """Goes from control to control until one is called ``label``."""
        met: list[str] = []
        for _ in range(_MOST_STEPS):
            await self.press(key)
            await self._until_silent(at_least=1)
            said = self.said_since()
            self._mark = len(self.spoken)
            met.append(said[0])
            if said[0] == label:
                return
        raise AssertionError(f"no control is called {label!r} on {await self._page()}; there are {met}")

    async def chooses(self, label: str) -> None:
        await self.finds(label)
        await self.press("Enter")

    async def listens(self, at_least: int = 0) -> None:
        """Until nothing is said any more; at least so many sentences have been, from the beginning."""
        await self.window.page.wait_for_function("(wanted) => heard.length >= wanted && silent()", arg=at_least)
        await self._listen()
        self._mark = len(self.spoken)

    def said_since(self) -> list[str]:
        return [text for _, text in self.spoken[self._mark :]]

    async def _page(self) -> str:
        return str(await self.window.page.evaluate("`${page().dataset.page} ${openLayer()}`"))

    async def _until_silent(self, at_least: int = 0) -> None:
        wanted = self._mark + at_least
        await self.window.page.wait_for_function("(wanted) => heard.length >= wanted && silent()", arg=wanted)
        await self._listen()

    async def _listen(self) -> int:
        for status, language, text, length in await self.window.page.evaluate(f"heard.slice({len(self.spoken)})"):
            assert status == 200
            assert length > _SHORTEST_BYTES, f"{text!r} is no sound"
            self.spoken.append((language, text))
        return len(self.spoken)


@contextlib.asynccontextmanager
async def listening(chrome: Browser, address: str) -> AsyncIterator[Listener]:
    """A window of its own whose sounds are heard."""
    context = await chrome.new_context(viewport={"width": 1080, "height": 1920})
    try:
        await context.add_init_script(EARS)
        page = await context.new_page()
        watched = Watched(page)
        await page.goto(address)
        await page.wait_for_function("typeof Speech === 'object'")
        yield Listener(watched)
    finally:
        await context.close()
