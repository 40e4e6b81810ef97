"""The real UI process and Debian's Chromium, for the tests of the pages and for the pictures."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

OFFICE = """\
counter_room = "0.12"
phone = "0123 456-789"

[counter_hours]
de = "Mo–Fr 8–12 Uhr, Do 14–18 Uhr"
en = "Mon–Fri 8–12, Thu 14–18"

[box_hours]
de = "täglich 6–22 Uhr"
en = "daily 6–22"
"""

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Ui:
    """A running UI process."""

    address: str
    process: asyncio.subprocess.Process
    output: list[str]
    reading: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return self.address.rstrip("/")

    async def terminate(self) -> int:
        """Ends the process and waits until everything it wrote is in ``output``."""
        if self.process.returncode is None:
            self.process.terminate()
        code = await self.process.wait()
        await asyncio.gather(*self.reading)
        return code


@contextlib.asynccontextmanager
async def ui(socket: Path, *arguments: str) -> AsyncIterator[Ui]:
    """``abholfach-ui`` on a free port; everything it writes ends up in ``output``."""
    office = socket.parent / "office.toml"
    office.write_text(OFFICE, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "kiosk_ui",
        *("--socket", str(socket), "--port", "0", "--office", str(office), *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "TZ": "Europe/Berlin", "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    output: list[str] = []
    address = ""
    while not address:
        line = (await process.stdout.readline()).decode()
        if not line:
            raise RuntimeError(f"the UI did not start: {''.join(output)}")
        output.append(line)
        if line.startswith("abholfach-ui: http://"):
            address = line.split()[1]
    running = Ui(address, process, output)
    running.reading.append(asyncio.create_task(_collect(process.stdout, output)))
    try:
        yield running
    finally:
        await running.terminate()


async def _collect(stream: asyncio.StreamReader, output: list[str]) -> None:
    while line := await stream.readline():
        output.append(line.decode())


def chromium() -> str:
    path = shutil.which("chromium")
    assert path, "Debian's chromium is needed: apt-get install chromium"
    return path


class BrowserKeeper:
    """One Chromium for all tests of one event loop: to start it takes longer than most of them last. What a test opened
    in it is closed after the test; one that died is followed by another.
    """

    def __init__(self) -> None:
        self._running: Browser | None = None
        self._stack = contextlib.AsyncExitStack()

    @contextlib.asynccontextmanager
    async def lent(self) -> AsyncIterator[Browser]:
        if self._running is None or not self._running.is_connected():
            await self._stack.aclose()
            self._running = await self._stack.enter_async_context(own_browser())
        before = self._running.contexts
        try:
            yield self._running
        finally:
            for context in self._running.contexts:
                if context not in before:
                    await context.close()

    async def close(self) -> None:
        self._running = None
        await self._stack.aclose()


_keepers: list[BrowserKeeper] = []


@contextlib.asynccontextmanager
async def keeping_a_browser() -> AsyncIterator[None]:
    """`browser` lends one and the same meanwhile."""
    keeper = BrowserKeeper()
    _keepers.append(keeper)
    try:
        yield
    finally:
        _keepers.remove(keeper)
        await keeper.close()


@contextlib.asynccontextmanager
async def own_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium(), headless=True, args=CHROMIUM_FLAGS)
        try:
            yield running
        finally:
            await running.close()


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Chromium with nothing open: the one that is kept, else one of its own."""
    async with _keepers[-1].lent() if _keepers else own_browser() as running:
        yield running


class Watched:
    """A page in the browser, and everything it complained about: errors, failed requests, violations of the policy."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on(
            "console",
            lambda message: (
                self.complaints.append(f"{message.type}: {message.text}")
                if message.type in ("error", "warning")
                else None
            ),
        )

    async def shows(self, page: str, timeout_ms: float = 30_000) -> None:
        """Waits until ``page`` stands on the screen."""
        await self.page.wait_for_selector(f'#page[data-page="{page}"]', timeout=timeout_ms, state="attached")

    async def headline(self) -> str:
        return await self.page.inner_text("#page .stage:not([hidden]) .headline")


@contextlib.asynccontextmanager
async def opened(chrome: Browser, address: str, width: int = 1080, height: int = 1920) -> AsyncIterator[Watched]:
    """A fresh window of its own."""
    context = await chrome.new_context(viewport={"width": width, "height": height})
    try:
        page = await context.new_page()
        watched = Watched(page)
        await page.goto(address)
        yield watched
    finally:
        await context.close()
