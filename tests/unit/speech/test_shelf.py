"""The directory of sounds: bounded, whole files only, and no more than a convenience."""

from __future__ import annotations

import stat
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from kiosk_ui.speech.shelf import Shelf, file_name


def size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.iterdir())


def test_what_was_put_is_there_again_for_the_next_process(tmp_path: Path) -> None:
    Shelf(tmp_path / "shelf").put("a", b"sound")
    assert Shelf(tmp_path / "shelf").get("a") == b"sound"
    assert Shelf(tmp_path / "shelf").get("b") is None
    assert stat.S_IMODE((tmp_path / "shelf").stat().st_mode) == 0o700


def test_the_least_recently_heard_goes_first(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, limit_bytes=30)
    for name in "abc":
        shelf.put(name, b"0123456789")
    shelf.get("a")
    shelf.put("d", b"0123456789")
    assert [name for name in "abcd" if shelf.get(name)] == ["a", "c", "d"]
    assert size(tmp_path) == 30


def test_too_long_a_sound_is_not_kept_and_drives_nothing_out(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, limit_bytes=30)
    shelf.put("a", b"0123456789")
    shelf.put("b", b"x" * 31)
    assert (shelf.get("a"), shelf.get("b")) == (b"0123456789", None)


def test_half_a_file_of_a_killed_process_goes_and_a_full_directory_is_made_smaller(tmp_path: Path) -> None:
    (tmp_path / "tmpabc.part").write_bytes(b"half")
    for name in "abcd":
        (tmp_path / f"{name}.wav").write_bytes(b"0123456789")
    Shelf(tmp_path, limit_bytes=20)
    assert size(tmp_path) == 20
    assert not list(tmp_path.glob("*.part"))


def test_a_directory_that_was_cleared_or_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    shelf.put("a", b"sound")
    (tmp_path / "shelf" / "a.wav").unlink()
    assert shelf.get("a") is None
    (tmp_path / "shelf").rmdir()
    shelf.put("a", b"sound")
    assert shelf.get("a") is None


def test_names_differ_by_voice_and_by_text() -> None:
    assert len({file_name("de 150", "Ja"), file_name("de 130", "Ja"), file_name("de 150", "Nein")}) == 3


@given(st.data())
@settings(max_examples=30)
def test_it_never_grows_over_its_limit(tmp_path_factory: object, data: DataObject) -> None:
    directory = Path(tmp_path_factory.mktemp("shelf"))  # type: ignore[attr-defined]
    shelf = Shelf(directory, limit_bytes=100)
    for name, length in data.draw(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 120)), max_size=20)):
        shelf.put(name, b"x" * length)
        assert size(directory) <= 100
