"""Has a document printed by a process that lives for it alone."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import sys

log = logging.getLogger(__name__)

#: A slip takes about a second, on a Raspberry Pi three. What takes longer than this is given up.
DEADLINE_S = 25.0
#: A document is text of ours with a few values in it.
LARGEST_HTML = 2_000_000
#: One at a time: each takes some sixty megabytes.
_one_at_a_time = asyncio.Semaphore(1)


class PaperError(Exception):
    """The document could not be made. ``code``: ``too_long``, ``too_slow`` or ``failed``."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the PDF could not be made: {code}")
        self.code = code


async def render(html: str, *, deadline_s: float = DEADLINE_S) -> bytes:
    """``html`` as a PDF (PDF/UA-1, fonts embedded). The document is a whole page that links to `sheet` and may contain
    ``data:`` pictures; ``<html lang>`` and ``<title>`` are required of an accessible PDF.

    One document at a time is made; whoever comes meanwhile waits. Raises `PaperError`; cancelling ends the process too.
    The document is nowhere on a disk and on no command line. One event loop.
    """
    body = html.encode("utf-8")
    if len(body) > LARGEST_HTML:
        raise PaperError("too_long")
    async with _one_at_a_time:
        try:
            async with asyncio.timeout(deadline_s):
                return await _print(body, deadline_s)
        except TimeoutError:
            raise PaperError("too_slow") from None


async def _print(body: bytes, deadline_s: float) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "kiosk_ui.paper.worker",
        str(math.ceil(deadline_s)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
    )
    try:
        pdf, said = await process.communicate(body)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not pdf.startswith(b"%PDF-"):
        # Only the last word: a library's warning might quote the document.
        words = said.decode("utf-8", "replace").split()
        log.error("no PDF: the process ended with %s (%s)", process.returncode, words[-1][:80] if words else "")
        raise PaperError("failed")
    return pdf


def _environment() -> dict[str, str]:
    """No more than it needs: the search path for modules and libraries, and where it may keep a moment's files."""
    keep = ("PATH", "HOME", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "XDG_CACHE_HOME", "TZ")
    return {name: os.environ[name] for name in keep if name in os.environ} | {"LC_ALL": "C.UTF-8"}
