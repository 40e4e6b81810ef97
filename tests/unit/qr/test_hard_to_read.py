"""The bench's own frames and photographs: what it calls read and wrong."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from PIL import Image

from tests.bench.bench_decode import POLICY, UNION, main, measured
from tests.bench.degraded_frames import DEGRADATIONS, showings
from tests.bench.photographs import LONGEST, TURN, Photograph, photographs

TEXT = "ABHOLFACH-P-" + "A" * 26


def test_the_same_seed_gives_the_same_frames_and_another_one_others() -> None:
    def first(seed: int) -> tuple[str, bytes]:
        showing = next(showings(1, seed))
        return showing.text, next(showing.frames()).luma

    assert first(1) == first(1)
    assert first(1) != first(2)


def test_every_degradation_is_shown_equally_often() -> None:
    shown = [showing.degradation for showing in showings(3)]
    assert shown == [name for name in DEGRADATIONS for _ in range(3)]


def test_a_showing_moves() -> None:
    frames = list(islice(next(showings(1)).frames(), 3))
    assert len({frame.luma for frame in frames}) == 3


@pytest.mark.parametrize(
    ("truth", "found", "read", "wrong"),
    [
        ({TEXT}, {TEXT}, True, False),
        ({TEXT}, set(), False, False),
        ({TEXT}, {TEXT, "ELSE"}, True, True),
        ({"ONE", "TWO"}, {"TWO"}, True, False),
        ({"X" * 41}, {""}, True, False),
        ({"X" * 40}, {""}, False, True),
        (set(), {"ANYTHING"}, True, False),
        (set(), set(), False, False),
    ],
)
def test_what_counts_as_read_and_as_wrong(truth: set[str], found: set[str], read: bool, wrong: bool) -> None:
    photograph = Photograph(Path("nowhere.png"), frozenset(truth))
    assert (photograph.is_read(found), photograph.is_wrong(found)) == (read, wrong)


def test_photographs_with_their_truth_beside_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("L", (2 * LONGEST, 40), 90).save(tmp_path / "one.PNG")
    (tmp_path / "one.txt").write_text(f" {TEXT}\n\n")
    Image.new("RGB", (30, 20)).save(tmp_path / "two.jpg")
    (tmp_path / "readme.md").write_text("no photograph")
    one, two = photographs(tmp_path)
    assert [set(each.truth) for each in (one, two)] == [{TEXT}, set()]
    shown = list(one.frames())
    assert (len(shown), shown[0].width, shown[0].height) == (TURN, LONGEST, 20)
    assert main(["--images", str(tmp_path)]) == 0
    assert "unknown (1)" in capsys.readouterr().out


def test_a_directory_without_photographs_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--images", str(tmp_path)])
    assert "no PNG or JPEG" in capsys.readouterr().err


@pytest.mark.slow
def test_the_decoder_reads_more_than_all_libraries_together_and_nothing_wrong() -> None:
    tallies = measured(showings(4))
    assert tallies[POLICY].total > tallies[UNION].total
    assert tallies[POLICY].wrong == 0
