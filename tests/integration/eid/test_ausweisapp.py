"""The online verifier with the real AusweisApp at a real card stack, as far as it goes without an eID service."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hal.eid.online.client import AusweisApp
from hal.eid.online.gateway import Gateway
from hal.eid.online.messages import Info
from hal.eid.online.verifier import OnlineRequest, OnlineVerifier
from hal.eid.outcome import Reason, Unsupported
from hal.wire import SecretText
from tests.integration.eid.ausweisapp import ausweisapp, reader_named, until
from tests.integration.eid.support import Readers
from tests.unit.eid_online.peers import ServicePeer


@pytest.fixture(scope="module")
def app(own_readers: Readers) -> Iterator[str]:
    with ausweisapp(own_readers.stack.environment) as url:
        yield url


def test_it_says_who_it_is(app: str) -> None:
    with AusweisApp(app) as line:
        line.send("GET_INFO")
        info = until(line, lambda message: isinstance(message, Info))
        assert isinstance(info, Info)
        assert info.name.startswith("AusweisApp")


def test_it_sees_the_reader(app: str, readers: Readers) -> None:
    with AusweisApp(app) as line:
        line.send("SET_API_LEVEL", level=2)
        line.send("GET_READER_LIST")
        until(line, reader_named(readers.names[0]))


def test_a_service_that_cannot_be_reached_is_said_as_such(app: str, readers: Readers, tmp_path: Path) -> None:
    with ServicePeer(tmp_path).running() as service:
        service.begin_answer = {"session": "s-1", "tc_token_url": "https://127.0.0.1:9/token"}
        verifier = OnlineVerifier(lambda: AusweisApp(app), Gateway(service.settings), lambda holder: "")
        now = time.time_ns() // 1_000_000
        asked = OnlineRequest("ab" * 16, SecretText("123456"), bytes(32), int(time.monotonic() * 1000) + 60_000, now)
        assert verifier.verify(asked) == Unsupported(Reason.EID_SERVICE_DOWN)
        # It let go: the next one may use it at once.
        assert verifier.verify(asked) == Unsupported(Reason.EID_SERVICE_DOWN)


def test_the_screen_may_use_it_one_at_a_time(app: str) -> None:
    """What the box relies on: a second user is turned away instead of sharing a PIN's conversation."""
    from hal.eid.online.client import ClientDown

    with AusweisApp(app), pytest.raises(ClientDown), AusweisApp(app):
        pass
