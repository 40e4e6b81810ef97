"""A commissioning before a simulated cabinet: the real drivers, the plant's latches and reeds, somebody who closes
doors.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from controller.identity import Kind
from hal.interfaces import PULSE_CAP_MS
from hal.profile import load_profile
from provisioning.commissioning.run import Order, commission
from provisioning.errors import ProvisioningError
from simulator.commission import simulated_cabinet
from simulator.plant.client import PlantClient
from simulator.plant.ledger import CoilPulse
from simulator.town import Town
from tests.fakes.plant import eventually
from tests.unit.paper.printed import reader


class Person:
    """Reads labels off doors, closes them, and answers; ``word`` to whether the map may be written."""

    def __init__(self, hall: PlantClient, word: str = "yes") -> None:
        self._hall = hall
        self._word = word
        self.told: list[str] = []

    def say(self, text: str) -> None:
        self.told.append(text)

    def ask(self, question: str) -> str:
        self.told.append(question)
        answers: tuple[tuple[str, Callable[[], str]], ...] = (
            ("Who looks at the doors", lambda: "A. Errichterin"),
            ("Is every compartment empty", lambda: "yes"),
            ("Which door", lambda: ",".join(self._open()) or "-"),
            ("Close ", self._close),
            ("Press the door", self._press),
            ("Write this", lambda: self._word),
            ("", lambda: "s"),
        )
        return next(answer for beginning, answer in answers if question.startswith(beginning))()

    def _open(self) -> list[str]:
        return [box.compartment for box in self._hall.status().compartments if box.door != "closed"]

    def _close(self) -> str:
        for label in self._open():
            assert self._hall.close_door(label).moved
        return ""

    def _press(self) -> str:
        label = re.search(r"door of (\w+)", self.told[-1])
        assert label is not None
        self._hall.press(label[1])
        return ""


@pytest.fixture
def town() -> Iterator[Town]:
    with tempfile.TemporaryDirectory(prefix="commission-") as folder:
        town = Town(Path(folder))
        town.provision()
        yield town
        town.stop()


def run(town: Town, person: Person, protocol: str, *labels: str) -> bool:
    order = Order(town.config, town.root / protocol, labels)
    return commission(order, person, kind=Kind.SIMULATED, open_cabinet=simulated_cabinet(town.plant_socket, town.ports))


def printed(file: Path) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader(file.read_bytes()).pages))


def test_swapped_wires_a_jam_and_a_dead_contact_are_found_and_the_map_is_put_right(town: Town) -> None:
    town.start_plant()
    file = town.config / "cabinet.toml"
    before, text = load_profile(file), file.read_text("utf-8")
    with town.plant() as hall:
        hall.fault("A01", "swapped", "A02")
        hall.fault("A03", "jam")
        hall.fault("A04", "broken_reed_wire")
        refusing = Person(hall, "no")
        assert not run(town, refusing, "first.pdf", "A01", "A02", "A03", "A04")
        found = [line for line in refusing.told if re.match(r"A\d\d: ", line)]
        assert [line.split(":")[0] for line in found] == ["A01", "A02", "A03", "A04"]
        for line, words in zip(found, ("opens A02", "opens A01", "no door opens", "no contact moves"), strict=True):
            assert words in line
        assert file.read_text("utf-8") == text
        page = printed(town.root / "first.pdf")
        for words in ("A. Errichterin", "Simulierter Schrank", "nicht übernommen", "Die Schlossleitung öffnet A02."):
            assert words in page

        assert not run(town, Person(hall), "second.pdf", "A01", "A02")
        after = load_profile(file)
        assert after.compartment("A01").lock == before.compartment("A02").lock
        assert after.compartment("A02").lock == before.compartment("A01").lock
        assert file.with_name("cabinet.toml.old").read_text("utf-8") == text
        assert after.profile_hash() in printed(town.root / "second.pdf").replace(" ", "")

        proved = Person(hall)
        assert run(town, proved, "third.pdf", "A01", "A02")
        assert "Ohne Befund." in printed(town.root / "third.pdf")
        ledger = hall.ledger().entries
    pulses = [entry for entry in ledger if type(entry).__name__ == "CoilPulse"]
    assert len(pulses) == 4 + 1 + 2 + 2  # the jammed one twice
    assert all(pulse.end_ms - pulse.start_ms <= PULSE_CAP_MS for pulse in pulses)  # type: ignore[union-attr]


def test_a_box_in_service_is_tested_only_while_its_log_says_that_it_is_empty(town: Town) -> None:
    town.start_plant()
    town.start_controller()
    with town.plant() as hall:
        person = Person(hall)
        with pytest.raises(ProvisioningError, match="data_directory_busy"):
            run(town, person, "p.pdf", "A05")
        assert town.stop_controller() == 0
        assert run(town, person, "p.pdf", "A05")
        assert "Protokolldatenbank" in printed(town.root / "p.pdf")
        with pytest.raises(ProvisioningError, match="protocol_exists"):
            run(town, person, "p.pdf", "A05")
        assert town.start_controller()  # the log is as it was, and the map too


def test_compartments_nobody_has_looked_into_are_never_fired(town: Town) -> None:
    identity = town.data / "identity.json"
    identity.write_text(identity.read_text("utf-8").replace('"installer"', '""'), "utf-8")
    town.start_plant()
    town.start_controller()
    assert town.stop_controller() == 0
    with town.plant() as hall:
        person = Person(hall)
        with pytest.raises(ProvisioningError, match="cabinet_not_empty: A01, A02"):
            run(town, person, "p.pdf")
        assert not any(type(entry).__name__ == "CoilPulse" for entry in hall.ledger().entries)
    assert person.told == []


def test_the_command_refuses_a_simulated_box_and_a_word_that_is_not_yes(town: Town) -> None:
    town.start_plant()
    words = ["--config", str(town.config), "--protocol", str(town.root / "p.pdf")]
    real = subprocess.run(
        [sys.executable, "-m", "provisioning", "commission", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (real.returncode, "simulated" in real.stderr) == (1, True)
    simulated = subprocess.run(
        [sys.executable, "-m", "simulator.commission", *words, "--plant", str(town.plant_socket)],
        input="A. Errichterin\ny\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (simulated.returncode, "not_seen_empty" in simulated.stderr) == (1, True)
    assert not (town.root / "p.pdf").exists()


class Leaves(Person):
    """Closes the first door, and goes."""

    def ask(self, question: str) -> str:
        if question.startswith("Which door") and any(line.startswith("Close ") for line in self.told):
            raise ProvisioningError("nobody_answers", "gone")
        return super().ask(question)


class ComesBack(Person):
    """Goes on where the round was broken off."""

    def ask(self, question: str) -> str:
        return "yes" if "Go on behind A01?" in question else super().ask(question)


def test_a_round_that_was_broken_off_goes_on_with_the_same_command(town: Town) -> None:
    town.start_plant()
    with town.plant() as hall:
        with pytest.raises(ProvisioningError, match="nobody_answers"):
            run(town, Leaves(hall), "p.pdf", "A01", "A02")
        assert not (town.root / "p.pdf").exists()
        hall.close_door("A02")
        person = ComesBack(hall)
        assert run(town, person, "p.pdf", "A01", "A02")
        fired = [entry.compartment for entry in hall.ledger().entries if isinstance(entry, CoilPulse)]
    assert fired == ["A01", "A02", "A02"], "the lock in hand once more"
    assert "[2/2] The lock of A02 is fired." in person.told
    assert "2 von 12 Schlössern" in printed(town.root / "p.pdf")
    assert not (town.root / "p.pdf.part").exists()


def test_a_round_that_is_broken_off_leaves_every_output_low_and_writes_nothing(town: Town) -> None:
    town.start_plant()
    words = ["--config", str(town.config), "--protocol", str(town.root / "p.pdf"), "--plant", str(town.plant_socket)]
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator.commission", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process, town.plant() as hall:
        assert process.stdin is not None
        process.stdin.write("A. Errichterin\nyes\n")
        process.stdin.flush()
        eventually(lambda: any(box.energised for box in hall.status().compartments))
        process.terminate()
        assert process.wait(10) == 130
        assert not any(box.line for box in hall.status().compartments)
    assert not (town.root / "p.pdf").exists()
