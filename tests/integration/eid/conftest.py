"""One pcscd for the tests of a process; each test finds empty readers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.eid.support import Readers


@pytest.fixture(scope="session")
def own_readers() -> Iterator[Readers]:
    readers = Readers()
    yield readers
    readers.close()


@pytest.fixture
def readers(own_readers: Readers) -> Iterator[Readers]:
    """Empty readers of a pcscd that runs."""
    own_readers.tidy()
    yield own_readers
    own_readers.tidy()
