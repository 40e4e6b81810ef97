"""What the tests of trust share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.eid.trust.state import Utopia


@pytest.fixture
def utopia(tmp_path: Path) -> Utopia:
    return Utopia(tmp_path / "trust")
