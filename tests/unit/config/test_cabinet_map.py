"""The map in force, as rounds before the front see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.bootstrap.cabinet_map import WiredCabinet
from controller.domain.commissioning import Examined
from controller.ports import MapNotWritten
from hal.profile import load_profile, shipped_profiles
from hal.wiring.moved_wires import FILE_NAME, load_map

GPIO = shipped_profiles()["gpio-12"]


def swapped(*labels: str) -> tuple[Examined, ...]:
    return tuple(
        Examined(label, (door,), (door,), (), 200, 1, "", True, 0)
        for label, door in zip(labels, labels[::-1], strict=True)
    )


def smaller(text: str) -> str:
    """The cabinet without its last compartment."""
    head, _, _ = text.rpartition("[[compartments]]")
    return head


@pytest.fixture
def file(tmp_path: Path) -> Path:
    copy = tmp_path / "cabinet.toml"
    copy.write_text(GPIO.read_text("utf-8"), "utf-8")
    return copy


def test_what_a_round_proves_is_what_the_next_start_reads(file: Path) -> None:
    cabinet = WiredCabinet(load_profile(file), file, file.parent)
    found = cabinet.proposal(swapped("A01", "A02"))
    assert found is not None
    assert found.compartments == ("A01", "A02")
    cabinet.write(found.sha256)
    assert load_map(file, file.parent).profile_hash() == found.sha256


def test_a_cabinet_file_that_was_changed_since_the_start_proves_and_writes_nothing(file: Path) -> None:
    """It is the next start's; what a round has seen is about the one before."""
    cabinet = WiredCabinet(load_profile(file), file, file.parent)
    found = cabinet.proposal(swapped("A01", "A02"))
    assert found is not None
    file.write_text(smaller(file.read_text("utf-8")), "utf-8")
    assert len(load_profile(file).labels) == 11
    with pytest.raises(MapNotWritten):
        cabinet.write(found.sha256)
    assert cabinet.proposal(swapped("A01", "A02")) is None
    assert not file.with_name(FILE_NAME).exists()


def test_only_what_was_proposed_is_written(file: Path) -> None:
    cabinet = WiredCabinet(load_profile(file), file, file.parent)
    assert cabinet.proposal(swapped("A01", "A02")) is not None
    with pytest.raises(MapNotWritten):
        cabinet.write("0" * 64)
