"""The story is told once; nobody changes it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

import pytest

from controller.adapters.reports import view_of
from controller.api import ReportView
from tests.unit.reporting.story import Story, instant, told

NOW = instant(date(2026, 11, 2), 12)


@pytest.fixture(scope="session")
def story() -> Story:
    return told()


@pytest.fixture(scope="session")
def october(story: Story) -> ReportView:
    """The report on October, looked at in November."""
    return view_of(story.ledger(), "2026-10", NOW, NOW)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Dates are written in the machine's zone."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
