"""What the protocol of a round before the front says."""

from __future__ import annotations

from kiosk_ui.technician_protocol import sheet_of
from tests.e2e.pages import commissioning_views as views


def test_after_the_map_was_changed_it_says_why_no_wires_stand_in_it() -> None:
    assert not sheet_of(views.sheet(views.of())).unfinished
    said = sheet_of(views.sheet(views.of(resumable=False))).unfinished
    assert "Belegungsplan wurde nach dieser Prüfung geändert" in said
