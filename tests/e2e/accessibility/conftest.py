"""The pages with a scripted controller behind them, as in `tests.e2e.pages`."""

from __future__ import annotations

from tests.e2e.pages.conftest import stand, stand_of_all

__all__ = ("stand", "stand_of_all")
