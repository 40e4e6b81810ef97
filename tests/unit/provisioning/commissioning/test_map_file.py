"""The map is changed in the text of ``cabinet.toml`` as a person would: these values, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hal.profile import load_profile, shipped_profiles
from hal.wiring.correction import corrected
from hal.wiring.moved_wires import FILE_NAME, load_map, moved_wires, write
from hal.wiring.observation import Observation
from provisioning.commissioning.map_file import rewritten
from provisioning.errors import ProvisioningError

SHIPPED = {name: (file, file.read_text("utf-8"), load_profile(file)) for name, file in shipped_profiles().items()}


def exchanged(first: str, second: str) -> list[Observation]:
    return [Observation(one, opened=(other,), moved=(one,)) for one, other in ((first, second), (second, first))]


@settings(max_examples=25)
@given(st.data())
def test_any_two_compartments_of_any_shipped_cabinet_are_exchanged_in_the_text(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(set(SHIPPED) - {"kerong-608"})))
    file, text, profile = SHIPPED[name]
    first, second = data.draw(st.lists(st.sampled_from(profile.labels), min_size=2, max_size=2, unique=True))
    after = corrected(profile, exchanged(first, second))
    new = rewritten(file, text, profile, after)  # it reads itself back
    told = {line.strip() for line in text.split("\n")}
    touched = [line for line in new.split("\n") if line.strip() not in told]
    assert all(line.split("=")[0].strip() in {"bank", "lock", "sensor", "sensor_bank"} for line in touched)
    assert [line for line in new.split("\n") if line.startswith("#")] == [
        line for line in text.split("\n") if line.startswith("#")
    ]


def test_a_comment_behind_a_value_stays() -> None:
    file, text, profile = SHIPPED["gpio-12"]
    text = text.replace("lock = 16\n", "lock = 16  # the brown wire\n")
    after = corrected(profile, [Observation(a, (b,), (b,)) for a, b in (("A01", "A02"), ("A02", "A01"))])
    assert "lock = 17  # the brown wire\n" in rewritten(file, text, profile, after)


def test_a_map_written_in_another_way_is_left_to_people(tmp_path: Path) -> None:
    _, text, profile = SHIPPED["gpio-12"]
    head = text[: text.index("[[compartments]]")]
    rows = [
        f'{{ label = "{item.label}", bank = "{item.bank}", size = "{item.size.value}", height_mm = {item.height_mm},'
        f" column = {item.column}, row = {item.row}, lock = {item.lock}, sensor = {item.sensor} }}"
        for item in profile.compartments
    ]
    file = tmp_path / "cabinet.toml"
    file.write_text(f"compartments = [\n{', '.join(rows)}\n]\n{head}", "utf-8")
    profile = load_profile(file)
    after = corrected(profile, exchanged("A01", "A02"))
    with pytest.raises(ProvisioningError, match="map_not_written"):
        rewritten(file, file.read_text("utf-8"), profile, after)


def test_what_was_corrected_at_the_box_goes_into_the_file_with_what_is_found_now(tmp_path: Path) -> None:
    file, text, profile = SHIPPED["gpio-12"]
    at_the_box = corrected(profile, exchanged("A01", "A02"))
    write(tmp_path / FILE_NAME, moved_wires(profile, at_the_box))
    in_force = load_map(file, tmp_path)
    assert in_force == at_the_box
    after = corrected(in_force, exchanged("A03", "A04"))
    new = tmp_path / "cabinet.toml"
    new.write_text(rewritten(file, text, profile, after), "utf-8")
    assert load_profile(new) == after
    assert load_map(new, tmp_path) == after, "the correction was about the file before"
