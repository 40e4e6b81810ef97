"""The link's configuration: what contradicts itself is refused, waiting is spread, and a box's id stays inside its
topics.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from controller.adapters.mqtt import BoxIdentity, MqttConfig
from controller.adapters.mqtt.backoff import Backoff


def test_the_defaults_refuse_commands() -> None:
    config = msgspec.convert({"host": "broker.example"}, MqttConfig)
    assert config.commands == "refused"
    assert (config.window, config.resend_after_s, config.reconnect_max_s) == (20, 30.0, 300.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": ""},
        {"host": "a b"},
        {"port": 0},
        {"commands": "signed"},
        {"consumers": []},
        {"consumers": ["central", "central"]},
        {"consumers": ["a/b"]},
        {"authority": "nobody"},
        {"window": 21},
        {"health_every_s": 61},
        {"reconnect_max_s": 0.5},
        {"password_file": "/etc/password"},
        {"tls": {"certificate_file": "/etc/box.pem"}},
        {"tls": {"ca": "/etc/ca.pem"}},
        {"hosts": "typo"},
    ],
)
def test_what_contradicts_itself(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"host": "broker.example"} | wrong, MqttConfig)


@pytest.mark.parametrize("box", ["", "a/b", "+", "#", "x" * 65, "box\n"])
def test_ids_that_would_reach_other_topics(box: str) -> None:
    with pytest.raises(ValueError, match="box's id"):
        BoxIdentity(box=box, epoch=1, boot="b", software="1", hardware="real")


def test_waiting_grows_and_is_bounded_and_spread() -> None:
    backoff = Backoff(1.0, 300.0)
    waits = [backoff.failed() for _ in range(2000)]
    for number, wait in enumerate(waits):
        assert 0 <= wait <= min(300, 2**number)
    late = waits[20:]
    assert max(late) > 200
    assert min(late) < 100
    backoff.succeeded()
    assert backoff.failed() <= 1.0
