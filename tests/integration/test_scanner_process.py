"""The reader of a box, started as systemd starts it, with a serial scanner at the end of a pty."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from hal.wire import ScanMode
from simulator.scanner.pty_scanner import PtyScanner
from tests.integration.test_reader_process import (
    BADGE,
    ORDER,
    PATIENCE_S,
    TOKEN,
    URL,
    Controller,
    Start,
    controller,
    start,
    until,
)

__all__ = ["controller", "start"]


async def until_scanned(scanner: PtyScanner, text: str, what: Callable[[], object]) -> None:
    """Scan ``text`` again and again until ``what()`` is true."""
    async with asyncio.timeout(PATIENCE_S):
        while not what():
            scanner.scan(text)
            await asyncio.sleep(0.05)


async def test_a_scanner_is_read_by_mode_survives_its_plug_and_needs_no_decoder(
    tmp_path: Path, controller: Controller, start: Start
) -> None:
    await controller.start()
    scanner = PtyScanner(tmp_path / "usb-Scanner", "crlf", identifier="]Q1")
    reader = await start(
        "-m", "hal.reader", "--name", "staff", "--socket", controller.path, "--source", f"serial:{tmp_path}/usb-Scanner"
    )

    def states() -> list[str]:
        return [health["state"] for health in controller.said("reader.health")]

    await until(lambda: "ok" in states())
    assert not any("pages" in health for health in controller.said("reader.health")), "a scanner reads codes only"
    scanner.scan(TOKEN)
    controller.publish(ScanMode.BADGE)
    # Whoever hears of the second has heard the first: a code shown before any mode, and one that no badge is.
    await until_scanned(scanner, URL, lambda: controller.said("scan.foreign"))
    controller.publish(ScanMode.LOADING)
    # The mode is there when what it allows comes through.
    await until_scanned(scanner, ORDER, lambda: controller.texts)
    libraries = Path(f"/proc/{reader.process.pid}/maps").read_text()
    assert "zbar" not in libraries
    assert "zxing" not in libraries.lower()

    scanner.pull_out()
    await until(lambda: states()[-1] == "no_frames")
    scanner.plug_in()
    await until(lambda: states()[-1] == "ok")
    scanner.scan(BADGE)
    await until(lambda: BADGE in controller.texts)
    assert set(controller.texts) == {ORDER, BADGE}
    assert {report["source"] for report in controller.reports} == {"staff"}
    assert controller.reports[-1]["symbology"] == "qr"
    assert await reader.terminate() == 0
    for secret in (TOKEN, ORDER, BADGE, URL):
        assert secret not in reader.output
    scanner.close()
