"""Old shapes come out in their newest; every upcaster has a fixture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from controller.adapters.event_store import UPCASTERS, Upcasters, open_log
from controller.ports import LogError, NewEvent, RecordedEvent
from tests.unit.event_store.making import BOX, STAMP, make_log

#: ``<Type>/<version>.json``: ``{"was": data, "is": {"type": …, "version": …, "data": …}}``.
FIXTURES = Path(__file__).parents[2] / "fixtures" / "events"


def recorded(type: str, version: int, **data: str | int) -> RecordedEvent:
    return RecordedEvent(seq=5, type=type, version=version, data=data, stamp=STAMP)


def example() -> Upcasters:
    upcasters = Upcasters()

    @upcasters.register("DoorOpened", 1)
    def names_the_compartment(event: NewEvent) -> NewEvent:
        return NewEvent("DoorOpened", 2, {"compartment": event.data["door"]})

    @upcasters.register("DoorOpened", 2)
    def is_called_otherwise(event: NewEvent) -> NewEvent:
        return NewEvent("DoorSeen", 1, {**event.data, "level": "open"})

    return upcasters


def check_fixtures(upcasters: Upcasters, fixtures: Path) -> None:
    """Every upcaster has a fixture, and every fixture comes out as it says."""
    for type, version in upcasters:
        fixture = json.loads((fixtures / type / f"{version}.json").read_text())
        newest = upcasters.newest(recorded(type, version, **fixture["was"]))
        assert {"type": newest.type, "version": newest.version, "data": newest.data} == fixture["is"]


def test_every_upcaster_has_its_fixture() -> None:
    check_fixtures(UPCASTERS, FIXTURES)


def test_the_fixtures_are_looked_at(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_fixtures(example(), tmp_path)
    (tmp_path / "DoorOpened").mkdir()
    for version, key in ((1, "door"), (2, "compartment")):
        newest = {"type": "DoorSeen", "version": 1, "data": {"compartment": "A07", "level": "open"}}
        (tmp_path / "DoorOpened" / f"{version}.json").write_text(json.dumps({"was": {key: "A07"}, "is": newest}))
    check_fixtures(example(), tmp_path)
    (tmp_path / "DoorOpened" / "2.json").write_text(json.dumps({"was": {"compartment": "A08"}, "is": newest}))
    with pytest.raises(AssertionError):
        check_fixtures(example(), tmp_path)


def test_steps_follow_one_another() -> None:
    newest = example().newest(recorded("DoorOpened", 1, door="A07"))
    assert newest == RecordedEvent(5, "DoorSeen", 1, {"compartment": "A07", "level": "open"}, STAMP)


def test_what_has_no_upcaster_stays() -> None:
    event = recorded("DoorClosed", 1, door="A07")
    assert example().newest(event) is event


def test_one_upcaster_a_shape() -> None:
    upcasters = example()
    with pytest.raises(ValueError, match="already"):
        upcasters.register("DoorOpened", 1)(lambda event: event)


@pytest.mark.parametrize("version", [1, 0])
def test_an_upcaster_that_does_not_move_forward_is_told(version: int) -> None:
    upcasters = Upcasters()
    upcasters.register("A", 1)(lambda event: NewEvent("A", version, event.data))
    with pytest.raises(LogError) as refused:
        upcasters.newest(recorded("A", 1))
    assert (refused.value.code, refused.value.seq) == ("upcaster_failed", 5)


def test_two_upcasters_that_lead_to_each_other_are_told() -> None:
    upcasters = Upcasters()
    upcasters.register("A", 1)(lambda event: NewEvent("B", 1, event.data))
    upcasters.register("B", 1)(lambda event: NewEvent("A", 1, event.data))
    with pytest.raises(LogError, match="lead nowhere"):
        upcasters.newest(recorded("A", 1))


async def test_the_tail_comes_in_its_newest_shape(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    await make_log(path, 2)
    upcasters = Upcasters()
    upcasters.register("UnlockAuthorised", 1)(lambda event: NewEvent("Unlocked", 2, {"try": event.data["try"]}))
    store, opened = open_log(path, BOX, fold_version=1, upcasters=upcasters)
    assert [(event.type, event.version, event.data) for event in opened.tail] == [
        ("Unlocked", 2, {"try": 1}),
        ("Unlocked", 2, {"try": 2}),
    ]
    await store.close()
