"""What the staff page says in words."""

from __future__ import annotations

import pytest

from kiosk_ui import staff_words


@pytest.mark.parametrize(("left", "said"), [(2, "Noch 2 Versuche."), (1, "Noch einen Versuch.")])
def test_one_try_is_one(left: int, said: str) -> None:
    assert staff_words.notice("pin_wrong", tries_left=left).text == said


def test_nobody_is_promised_a_message_that_nobody_sends() -> None:
    said = {news: staff_words.notice("load_booked", compartment="A07", news=news).text for news in staff_words.NEWS}
    assert said["sent"] == "Die Nachricht geht heraus."
    assert "letzte Umschlag" in said["waits"]
    assert "selbst Bescheid geben" in said["nobody"]
