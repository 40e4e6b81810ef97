"""What a round has seen survives its terminal, and is of use for the same box and map alone."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hal.interfaces import DoorLevel
from hal.wiring.observation import Observation
from provisioning.commissioning.progress import Progress

LABELS = st.sampled_from(["A01", "A02", "A03", "B01"])
MANY = st.lists(LABELS, max_size=2, unique=True).map(tuple)
SEEN = st.builds(
    Observation,
    label=LABELS,
    opened=MANY,
    moved=MANY,
    stuck=MANY,
    to_open_ms=st.none() | st.integers(0, 5_000),
    fault=st.sampled_from(["", "board_silent"]),
    pressed=st.booleans(),
    before=st.sampled_from(DoorLevel),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(SEEN, max_size=6, unique_by=lambda seen: seen.label), cut=st.integers(0, 400))
def test_what_was_written_whole_is_read_and_nothing_else(rounds: list[Observation], cut: int, tmp_path: Path) -> None:
    progress = Progress(tmp_path / "p.pdf", "box-1", "map")
    progress.begin()
    for seen in rounds:
        progress.add(seen)
    assert progress.read() == tuple(rounds)
    content = progress.path.read_bytes()
    progress.path.write_bytes(content[: max(0, len(content) - cut)])
    left = progress.read()
    assert left == tuple(rounds[: len(left)]), "a line that was cut short is no line"
    progress.path.write_bytes(content)
    for box, map_hash in (("box-2", "map"), ("box-1", "another")):
        assert Progress(tmp_path / "p.pdf", box, map_hash).read() == ()


def test_it_goes_with_the_protocol(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "p.pdf", "box-1", "map")
    assert progress.read() == ()
    progress.begin((Observation("A01"),))
    assert [seen.label for seen in progress.read()] == ["A01"]
    assert progress.path.stat().st_mode & 0o007 == 0
    progress.done()
    progress.done()
    assert list(tmp_path.iterdir()) == []
