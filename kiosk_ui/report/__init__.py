"""The monthly report for people: a page, a file for a spreadsheet, and two pages of paper. German only."""

from __future__ import annotations

from kiosk_ui.report.facts import Facts, facts_of

__all__ = ["Facts", "facts_of"]
