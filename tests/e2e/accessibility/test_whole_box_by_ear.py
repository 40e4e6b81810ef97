"""The whole box, real processes from the camera to the solenoid, collected from by somebody who sees nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.central import CentralClient
from simulator.demo_town import run_directory
from simulator.visitors import Hall
from tests.e2e.accessibility.listening import listening
from tests.e2e.demo.running import demo
from tests.e2e.pages.running import browser

pytestmark = pytest.mark.e2e


async def test_collecting_in_english_with_a_birth_date(tmp_path: Path) -> None:
    data = tmp_path / "town"
    with demo(data, tmp_path / "output") as running:
        address = running.address("kiosk page")
        sockets = run_directory(data)
        async with (
            CentralClient(sockets / "central.sock") as central,
            Hall(sockets / "plant.sock", lambda: address) as hall,
            browser() as chrome,
            listening(chrome, address) as visitor,
        ):
            codes = {code["right"]: code["token"] for code in await central.codes()}
            await visitor.window.shows("start")
            await hall.plant.set_contact("headphones", True)
            await visitor.listens(at_least=5)
            assert visitor.spoken[2] == ("de", "Dokument abholen")

            await hall.hold(hall.phone(codes["R-novak"]))
            await visitor.hears(
                "Your date of birth",
                "Day, month, year. For example 31 12 1990.",
                "The date of the person we wrote to.",
            )
            await hall.take_away()
            await visitor.press(*"31121990")
            await visitor.hears("Continue")
            await visitor.press("Enter")
            # On a busy machine the door is open before it was said that it is opening: both sentences name it.
            await visitor.window.shows("take", 30_000)
            await visitor.listens()
            (label,) = {found[0] for _, text in visitor.spoken if (found := re.search(r"\b[A-Z][0-9]{2}\b", text))}
            assert await hall.empty(label) == ["D-0102"]
            await visitor.window.shows("confirm", 20_000)
            await visitor.listens()
            assert ("en", "Do you have everything?") in visitor.spoken
            await visitor.chooses("Yes, everything is here")
            await visitor.window.shows("done", 20_000)
            await visitor.listens()
            assert ("en", "Done") in visitor.spoken
            await hall.plant.set_contact("headphones", False)
            await visitor.window.page.wait_for_function("() => !Speech.on")
            await visitor.hears_nothing()
            assert not [text for _, text in visitor.spoken if "1990" in text and "example" not in text]
