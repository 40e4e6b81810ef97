"""The contract's documents hang together, and say what the code does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from controller.adapters.mqtt.topics import STATES, Topics, split

DOCUMENTS = Path(__file__).parents[3] / "docs" / "mqtt"
ASYNCAPI: dict[str, Any] = json.loads((DOCUMENTS / "asyncapi.json").read_text("utf-8"))


@pytest.mark.parametrize("file", sorted((DOCUMENTS / "schemas").glob("*.json")), ids=lambda file: file.stem)
def test_schemas_are_schemas(file: Path) -> None:
    schema = json.loads(file.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["title"]
    assert schema["description"]


def test_every_topic_is_documented_and_no_other() -> None:
    topics = Topics("{box}")
    used = {topics.event, topics.acknowledgement("{consumer}"), topics.command, topics.command_result}
    used |= {topics.state(name) for name in STATES}
    assert {channel["address"] for channel in ASYNCAPI["channels"].values()} == used


def test_every_channel_has_a_schema_that_exists_and_an_operation() -> None:
    schemas = set()
    for channel in ASYNCAPI["channels"].values():
        for message in channel["messages"].values():
            reference = message["payload"]["schema"]["$ref"]
            assert (DOCUMENTS / reference).is_file()
            schemas.add(Path(reference).stem)
    assert {operation["channel"]["$ref"].rpartition("/")[2] for operation in ASYNCAPI["operations"].values()} == set(
        ASYNCAPI["channels"]
    )
    bodies = {file.stem for file in (DOCUMENTS / "schemas").glob("command-*.json")} - {"command-result"}
    assert schemas | bodies == {file.stem for file in (DOCUMENTS / "schemas").glob("*.json")}


def test_no_qos_2_and_only_health_is_light() -> None:
    light = [name for name, operation in ASYNCAPI["operations"].items() if operation["bindings"]["mqtt"]["qos"] != 1]
    assert light == ["stateHealth"]


def test_topics_are_split_back() -> None:
    assert split(Topics("b-1").acknowledgement("central")) == ("b-1", "event/ack/central")
    assert split("abholfach/v1/box/") is None
    assert split("elsewhere/v1/box/b-1/event") is None
