"""What the staff page says in words."""

from __future__ import annotations

import pytest

from kiosk_ui import staff_words


@pytest.mark.parametrize(("left", "said"), [(2, "Noch 2 Versuche."), (1, "Noch einen Versuch.")])
def test_one_try_is_one(left: int, said: str) -> None:
    assert staff_words.notice("pin_wrong", tries_left=left).text == said
