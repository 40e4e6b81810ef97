"""A cabinet of two lines of lock boards: one dies, the other serves on; everybody hears of it, and it comes back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from controller import api
from simulator.boards.client import CONTROL, BoardsClient
from simulator.boards.faults import BoardFault, PortFault
from simulator.broker import Broker
from simulator.people import Hall
from simulator.preload import Preload
from tests.fakes.boards import kerong_bank, serial_profile
from tests.integration.box.support import ANNA, STAFF, envelopes, events, finish, hall, load, slips, until
from tests.integration.box.test_hours_and_help import a_town
from tests.integration.mqtt.support import Observer, observing

WEST, EAST = "/dev/serial/by-id/west", "/dev/serial/by-id/east"
ON_WEST, ON_EAST = ("A01", "A02"), ("B01", "B02", "B03")
ITEMS, SLIPS = envelopes(1), slips(1)


def two_lines(tmp_path: Path) -> Path:
    banks = kerong_bank("west", port=WEST, locks=12) + kerong_bank("east", port=EAST, locks=12)
    wires = {label: ("west", channel) for channel, label in enumerate(ON_WEST)}
    wires |= {label: ("east", channel) for channel, label in enumerate(ON_EAST)}
    file = tmp_path / "two-lines.toml"
    file.write_text(serial_profile(banks, wires), "utf-8")
    return file


async def told(people: Hall, observer: Observer, code: str, subject: str) -> None:
    """The technician's page and the central system both say it, and which compartments are out of service."""
    while (code, subject) not in {(fault.code, fault.subject) for fault in (await look(people)).faults}:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    out = {each.label for each in (await look(people)).front if each.state == "out_of_service"}
    assert out == set(ON_EAST)
    await until(lambda: _last(observer) == [(code, subject)], f"{code} over MQTT")
    await until(lambda: _states(observer) == out, "which compartments, over MQTT")


async def over(people: Hall, observer: Observer) -> None:
    await until(lambda: not _last(observer), "the fault is over")
    await until(lambda: not _states(observer), "all are in service again")
    await until(lambda: _doors(observer) == {"closed"}, "every door is known again")
    assert {each.state for each in (await look(people)).front} <= {"vacant", "occupied", "presumed_empty"}


async def look(people: Hall) -> api.TechnicianView:
    return await people.page.call(api.GetTechnician())


def _last(observer: Observer) -> list[tuple[str, str]]:
    heard = observer.heard("state/faults")
    return [(fault["code"], fault["subject"]) for fault in heard[-1]["faults"]] if heard else []


def _states(observer: Observer) -> set[str]:
    heard = observer.heard("state/compartments")
    return {each["label"] for each in heard[-1]["compartments"] if each["state"] == "out_of_service"}


def _doors(observer: Observer) -> set[str]:
    return {each["door"] for each in observer.heard("state/compartments")[-1]["compartments"]}


async def test_a_dead_line_and_a_dead_board_take_their_compartments_and_nothing_else(tmp_path: Path) -> None:
    preloaded = Preload(ITEMS, SLIPS, STAFF)
    async with (
        Broker(tmp_path / "broker") as broker,
        observing(broker) as observer,
        a_town(preloaded, broker_port=broker.port, profile=str(two_lines(tmp_path))) as box,
    ):
        boards = BoardsClient(box.ports / CONTROL)
        async with hall(box) as people:
            boards.port_fault(EAST, PortFault.UNPLUGGED)
            await told(people, observer, "port_gone", EAST)
            at_once = events(box, "CompartmentServiceChanged")
            assert [event["data"]["compartment"] for event in at_once] == list(ON_EAST)
            assert {event["data"]["code"] for event in events(box, "FaultRaised")} == {"port_gone"}
            # The other line goes on, and nothing is put where nothing can be opened.
            (label,) = await load(people, ANNA, ITEMS[0])
            assert label in ON_WEST
            boards.mend(EAST)
            await over(people, observer)

            boards.board_fault("east", BoardFault.DEAD)
            await told(people, observer, "board_silent", "east")
            assert await people.scanner.show(SLIPS[0].text) == ""
            await finish(people)
        # The fault stands while the controller is away; the next one finds it, and its end.
        await asyncio.to_thread(box.stop_controller)
        await asyncio.to_thread(box.start_controller)
        async with hall(box) as people:
            await told(people, observer, "board_silent", "east")
        await asyncio.to_thread(box.stop_controller)
        boards.mend("east")
        await asyncio.to_thread(box.start_controller)
        async with hall(box) as people:
            await over(people, observer)
        boards.close()
