"""The reference central system: what it makes, what it keeps, and what it never says aloud."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from controller.adapters.mqtt.command_bodies import parse
from controller.domain.verifiers import factor_key, token_digest, token_secret, verifier
from controller.ports import PutCredential
from simulator.broker import Broker
from simulator.central import CentralClient, CentralError
from tests.integration.mqtt.support import BOX, ScriptedFeed, configuration, observing, running
from tests.integration.mqtt.test_deaths import central_system


async def test_a_code_stays_with_the_central_system_and_its_holder(broker: Broker, tmp_path: Path) -> None:
    feed = ScriptedFeed(3)
    async with (
        observing(broker) as observer,
        central_system(broker, tmp_path / "central") as central,
        running(configuration(broker), feed),
        CentralClient(central.socket) as desk,
    ):
        announced = await desk.announce("d1", ["EAT-4711"], ["eAT"], low=True, box=BOX)
        assert (announced["result"], announced["code"]) == ("done", "")
        right = await desk.issue_right(["d1"], birth_date="29.02.1980", pin="47 11 08", box=BOX)
        assert right["result"] == "done"
        body = feed.bodies[right["command"]]
        _, credentials = parse("right.issue", "central", right["command"], body)
        assert isinstance(credentials[0], PutCredential)
        secret = token_secret(right["token"])
        assert credentials[0].digest == token_digest(right["token"])
        assert dict(credentials[0].verifiers) == {
            factor: verifier(factor_key(secret, right["right"], factor), value).hex()
            for factor, value in (("birth_date", "19800229"), ("pin", "471108"))
        }
        event = await desk.wait("CommandSettled", match={"command": right["command"]}, box=BOX)
        assert event["data"]["result"] == "done"
        heard = b"".join(observer.raw)
        for spoken in (right["token"], right["token"].removeprefix("ABHOLFACH-P-"), secret.hex(), "19800229", "471108"):
            assert spoken.encode() not in heard
    files = [central.directory / "central.db", *central.directory.glob("central.db-*")]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


async def test_a_command_survives_the_central_systems_death_and_waits_for_the_box(
    broker: Broker, tmp_path: Path
) -> None:
    feed = ScriptedFeed(1)
    async with central_system(broker, tmp_path / "central") as central:
        async with CentralClient(central.socket) as desk:
            with pytest.raises(CentralError, match="box_unclear"):
                await desk.hold("d1", True)
            asked = [await desk.hold(f"d{number}", True, box=BOX, wait_s=0) for number in range(5)]
            assert {answer["result"] for answer in asked} == {"open"}
        await central.kill()
        await central.start()
        async with running(configuration(broker), feed), CentralClient(central.socket) as desk:
            for answer in asked:
                await desk.wait("CommandSettled", match={"command": answer["command"]}, box=BOX)
    assert [feed.bodies[answer["command"]]["deposit"] for answer in asked] == ["d0", "d1", "d2", "d3", "d4"]
    # In the order in which they were given.
    assert list(feed.executed) == [answer["command"] for answer in asked]
    assert set(feed.executed.values()) == {1}


async def test_bad_requests_at_the_desk_are_answered(broker: Broker, tmp_path: Path) -> None:
    async with central_system(broker, tmp_path / "central") as central, CentralClient(central.socket) as desk:
        for verb, fields, code in (
            ("open", {}, "verb_unknown"),
            ("announce", {"box": BOX}, "request_malformed"),
            ("issue_right", {"box": BOX, "deposits": ["d1"], "birth_date": "soon"}, "request_malformed"),
            ("wait", {"box": BOX, "type": "LogOpened", "wait_s": 0}, "timeout"),
        ):
            with pytest.raises(CentralError) as caught:
                await desk.call(verb, **fields)
            assert caught.value.code == code
        assert (await desk.status())["boxes"] == {}
