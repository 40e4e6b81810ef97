"""The bench's own frames and photographs: what it calls read and wrong."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hal.wire import ScanMode, Symbology, admits
from tests.bench.bench_decode import POLICY, UNION, main, measured, measured_bars
from tests.bench.degraded_bars import KINDS, SYMBOLOGIES, envelopes
from tests.bench.degraded_frames import DEGRADATIONS, showings
from tests.bench.photographs import LONGEST, TURN, Photograph, photographs, truths

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
    assert "photographs, no truth (1)" in capsys.readouterr().out


def test_sets_below_a_directory_are_judged_each_for_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("qrcode-1", "qrcode-2"):
        (tmp_path / name).mkdir()
        Image.new("L", (30, 20)).save(tmp_path / name / "a.png")
        (tmp_path / name / "a.txt").write_text("TEXT")
    assert main(["--images", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "qrcode-1 (1)" in told
    assert "qrcode-2 (1)" in told


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"http://example.org/?a=1\r\n", "http://example.org/?a=1"),
        (b"\xef\xbb\xbfBEGIN:VCARD\r\nN:Doe\r\nEND:VCARD", "BEGIN:VCARD\nN:Doe\nEND:VCARD\n"),
        ("Straße".encode("latin-1"), "Straße"),
        ("Straße".encode(), "Stra\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}e"),
        (b"ONE\nTWO\n", "TWO"),
    ],
)
def test_a_truth_is_compared_whatever_its_encoding_and_its_line_ends(written: bytes, read: str) -> None:
    photograph = Photograph(Path("nowhere.png"), truths(written))
    assert photograph.is_read({read})
    assert not photograph.is_wrong({read})
    assert photograph.is_wrong({read + "!"})


@given(st.binary(max_size=200), st.text(max_size=60))
def test_no_truth_is_too_strange(written: bytes, found: str) -> None:
    truth = truths(written)
    photograph = Photograph(Path("nowhere.png"), truth)
    assert all(photograph.is_read({each}) for each in truth)
    assert photograph.is_read({found}) is not (photograph.is_wrong({found}) if truth else False)


def test_bars_are_shown_in_every_symbology_and_every_way() -> None:
    shown = list(envelopes(2))
    assert (
        len({(each.symbology, each.degradation) for each in shown}) == len(SYMBOLOGIES) * len(KINDS) == len(shown) / 2
    )
    assert {bool(each.scars) for each in shown if each.degradation == "scars"} == {True}
    assert all(admits(ScanMode.LOADING, each.text, each.symbology) for each in shown)


def test_what_staff_hold_up_is_told_by_its_symbology() -> None:
    [scarred] = [each for each in envelopes(1, 2, (Symbology.CODE_39,)) if each.degradation == "scars"]
    tallies = measured_bars([scarred])
    assert tallies[POLICY].wrong == 0
    assert set(tallies) == {"zxing", "pyzbar", POLICY}
    assert set(tallies[POLICY].read) == {Symbology.CODE_39}


@pytest.mark.campaign
def test_thirteen_ways_of_spoiling_an_order_are_never_another_order() -> None:
    tallies = measured_bars(envelopes(12, seed=31))
    assert tallies[POLICY].wrong == 0
    assert tallies[POLICY].total > tallies["zxing"].total


def test_a_directory_without_photographs_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--images", str(tmp_path)])
    assert "no PNG or JPEG" in capsys.readouterr().err


@pytest.mark.slow
def test_the_decoder_reads_more_than_all_libraries_together_and_nothing_wrong() -> None:
    tallies = measured(showings(4))
    assert tallies[POLICY].total > tallies[UNION].total
    assert tallies[POLICY].wrong == 0
